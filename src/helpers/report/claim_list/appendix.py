"""Claims of the appendices A.2 to A.4: XLM-R, base values, the threshold."""

from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Quantity
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import (
    A_FIFTH,
    ABOVE,
    BELOW,
    FEW,
    IMBALANCED,
    MINIMAL,
    NO_HARM,
    THREE_FIFTHS,
    WEIGHTS,
    XLMR,
    Form,
    accuracy,
    claim,
    figure,
    separation,
)
from helpers.report.claims import Claim


def _of_xlmr(id: str, place: str, statement: str, form: Form) -> Claim:
    return claim(f"A.2/{id}", place, f"For XLM-R too, {statement}", form, models=XLMR)


MIE = q.WITH_ENTROPY
OTHER_MODEL = (
    _of_xlmr(
        "accuracy",
        "A.2, Table 6",
        "the balanced models are more accurate.",
        accuracy(IMBALANCED, "6", MIE),
    ),
    _of_xlmr(
        "separation",
        "A.2, sentence 3; Table 7",
        "imbalance makes the languages more distinct.",
        separation(IMBALANCED, "7", MIE),
    ),
    _of_xlmr(
        "weights-accuracy",
        "A.2, sentence 3; Table 6",
        "class weights improve accuracy.",
        accuracy(WEIGHTS, "6", MIE),
    ),
    _of_xlmr(
        "weights-separation",
        "A.2, sentence 3 (across the board); Table 7",
        "class weights lower language identification.",
        separation(WEIGHTS, "7", MIE),
    ),
    _of_xlmr(
        "uninformative",
        "A.2, sentence 3; Figure 2",
        "uninformative features are promoted.",
        figure(q.shap_separation(f"imbalanced{MIE}", "neutral"), ABOVE),
    ),
    _of_xlmr(
        "positive",
        "A.2, sentence 3 (demotes relevant ones); Figure 2",
        "positive tokens contribute less.",
        figure(q.shap(f"imbalanced{MIE}", "positive", "all"), BELOW),
    ),
    _of_xlmr(
        "negative",
        "A.2, sentence 3 (demotes relevant ones); Figure 2",
        "negative tokens contribute less negatively.",
        figure(q.shap(f"imbalanced{MIE}", "negative", "all"), ABOVE),
    ),
    _of_xlmr(
        "weights-uninformative",
        "A.2, sentence 3 (mitigate those effects); Figure 2",
        "class weights make uninformative features count less.",
        figure(
            q.shap_change(
                f"neutral tokens, {q.MORE_LESS}, class weights − imbalanced (masked input entropy)",
                (1, s.shap_separation(f"imbalanced_cw{MIE}", "neutral")),
                (-1, s.shap_separation(f"imbalanced{MIE}", "neutral")),
            ),
            BELOW,
        ),
    ),
)

BASE_VALUES = (
    claim(
        "A.3/base-values",
        "A.3, last paragraph; Figures 1 and 3",
        "Masked input entropy makes the differences of base values much smaller.",
        figure(
            Quantity(
                "base values, imbalanced, with − without masked input entropy",
                q.BASE_VALUE,
                s.base_value_change(f"imbalanced{MIE}", "imbalanced"),
            ),
            BELOW,
        ),
    ),
    claim(
        "A.3/no-harm-balanced",
        "A.3, last paragraph; no number is printed",
        "Masked input entropy does not hinder performance on balanced data.",
        quantity=q.accuracy(f"balanced{MIE}", "balanced"),
        region=NO_HARM,
    ),
    claim(
        "A.3/no-harm-imbalanced",
        "A.3, last paragraph; no number is printed",
        "Masked input entropy does not hinder performance on imbalanced data.",
        quantity=q.accuracy(f"imbalanced{MIE}", "imbalanced"),
        region=NO_HARM,
    ),
)

THRESHOLD = (
    claim(
        "A.4/neutral-share",
        "A.4, sentence 1",
        "A threshold of 0.01 makes about 60 % of the tokens neutral.",
        quantity=q.token_share("neutral"),
        region=THREE_FIFTHS,
    ),
    claim(
        "A.4/positive-share",
        "A.4, sentence 1",
        "A threshold of 0.01 makes about 20 % of the tokens positive.",
        quantity=q.token_share("positive"),
        region=A_FIFTH,
    ),
    claim(
        "A.4/negative-share",
        "A.4, sentence 1",
        "A threshold of 0.01 makes about 20 % of the tokens negative.",
        quantity=q.token_share("negative"),
        region=A_FIFTH,
    ),
    claim(
        "A.4/lower-threshold",
        "A.4, sentences 2 and 3",
        "A threshold of 0.001 leaves too few neutral tokens: less than a fifth.",
        quantity=q.token_share("neutral", "0.001"),
        region=FEW,
    ),
    claim(
        "A.4/higher-threshold",
        "A.4, sentence 4",
        "At a threshold of 0.05, too, neutral tokens speak for the labels frequent in a language.",
        quantity=q.shap_separation("imbalanced@threshold=0.05", "neutral"),
        region=ABOVE,
    ),
    claim(
        "A.4/similar-differences",
        "A.4, sentence 4",
        "A threshold of 0.05 shows similar differences of neutral tokens.",
        quantity=q.shap_change(
            f"neutral tokens, {q.MORE_LESS}, at a threshold of 0.05 − at 0.01",
            (1, s.shap_separation("imbalanced@threshold=0.05", "neutral")),
            (-1, s.shap_separation("imbalanced", "neutral")),
        ),
        region=MINIMAL,
    ),
)
