"""The paper's claims: abstract, sections 4.1 to 4.4 and A.2 to A.4.

Each stands with its place, what is computed for it, and how that is compared. The margins of claims
of sameness are part of the claim: they were chosen from the paper's words, before any run.
"""

from helpers.analysis import quantities as q
from helpers.analysis import shap_quantities as s
from helpers.report import paper_cells as c
from helpers.report.claims import Claim, Comparison

ABOVE, BELOW = Comparison("above"), Comparison("below")

ALMOST = 0.25  # "almost on-par": at most a quarter of the gap is left
SEPARATION_LEFT = 0.25  # no "clear separation": at most a quarter of it is left
MINIMAL = 0.02  # a "minimal" difference: 2 points of probability a text
NO_HARM = 0.01  # "does not hinder": 1 point of accuracy
APPROXIMATELY = 0.1  # "an approximate 20/60/20 split": 50 to 70 % neutral
FEW = 0.2  # too few neutral tokens: less than a fifth

_STARS = ("amazon_reviews", "multiemo")  # graded sentiment, six languages
_PAIRS = ("xnli", "multiemo_pairs")  # a relation of two texts, two languages
_OTHER_MODEL = ("xlmr",)


# --- quantities that several claims share ---------------------------------------------------

_WORSE = {
    "quantity": "test accuracy, imbalanced minus balanced",
    "measure": q.accuracy("imbalanced", "balanced"),
    "comparison": BELOW,
}
_REPAIRED = {
    "quantity": "test accuracy, imbalanced with class weights minus imbalanced",
    "measure": q.accuracy("imbalanced_cw", "imbalanced"),
    "comparison": ABOVE,
}
_SEPARATE = {
    "quantity": "language identification (mean of test and external), imbalanced minus balanced",
    "measure": q.identification("imbalanced", "balanced", "both"),
    "comparison": ABOVE,
}
_LESS_SEPARATE = {
    "quantity": "language identification (mean of test and external), with minus without weights",
    "measure": q.identification("imbalanced_cw", "imbalanced", "both"),
    "comparison": BELOW,
}
_UNINFORMATIVE = {
    "quantity": "SHAP difference of neutral tokens, over- minus under-represented, minus null",
    "measure": s.shap_separation("imbalanced", "neutral"),
    "comparison": ABOVE,
    "paper": "figure",
}


def _shap(setup: str, category: str, side: s.Side, comparison: Comparison) -> dict[str, object]:
    where = {"over": "over-represented", "under": "under-represented", "all": "all"}[side]
    weights = " with class weights" if setup == "imbalanced_cw" else ""
    return {
        "quantity": f"SHAP difference of {category} tokens, {where} languages{weights}, minus null",
        "measure": s.shap_difference(setup, category, side),
        "comparison": comparison,
        "paper": "figure",
    }


def _claim(id: str, place: str, statement: str, **rest: object) -> Claim:
    section = id.split("/")[0]
    return Claim(id=id, section=section, place=place, statement=statement, **rest)  # type: ignore[arg-type]


# --- the list -------------------------------------------------------------------------------

CLAIMS: tuple[Claim, ...] = (
    _claim(
        "abstract/performance",
        "abstract, sentence 2",
        "Fine-tuning on data with this imbalance lowers performance.",
        **_WORSE,
        paper=c.accuracy_gap(["3", "6"], "imbalanced", "balanced"),
    ),
    _claim(
        "abstract/separation",
        "abstract, sentence 2",
        "It separates the languages more in the latent space.",
        **_SEPARATE,
        paper=c.identification_gap(["4", "7"], "imbalanced", "balanced"),
    ),
    _claim(
        "abstract/uninformative",
        "abstract, sentence 2",
        "It promotes features that say nothing about the task.",
        **_UNINFORMATIVE,
    ),
    _claim(
        "abstract/weights-performance",
        "abstract, sentence 3",
        "Per-language class weights mitigate the loss of performance.",
        **_REPAIRED,
        paper=c.accuracy_gap(["3", "6"], "imbalanced_cw", "imbalanced"),
    ),
    _claim(
        "abstract/weights-separation",
        "abstract, sentence 3",
        "Per-language class weights mitigate the separation of the languages.",
        **_LESS_SEPARATE,
        paper=c.identification_gap(["4", "7"], "imbalanced_cw", "imbalanced"),
    ),
    _claim(
        "4.1/accuracy",
        "4.1, sentence 2; Table 3",
        "The balanced models are more accurate than the imbalanced ones.",
        **_WORSE,
        paper=c.accuracy_gap(["3"], "imbalanced", "balanced"),
    ),
    _claim(
        "4.1/low-reviews",
        "4.1, sentence 4; Table 2a",
        "Low reviews are predicted more for the languages that had more of them in training.",
        quantity="predicted share of the lower labels, over- minus under-represented languages",
        comparison=ABOVE,
        measure=q.predicted_more("imbalanced", "low"),
        paper=c.predicted_gap("a", ["1", "2"]),
        families=_STARS,
    ),
    _claim(
        "4.1/high-reviews",
        "4.1, sentence 4; Table 2a",
        "High reviews are predicted more for the languages that had more of them in training.",
        quantity="predicted share of the upper labels, over- minus under-represented languages",
        comparison=ABOVE,
        measure=q.predicted_more("imbalanced", "high"),
        paper=c.predicted_gap("a", ["4", "5"]),
        families=_STARS,
    ),
    _claim(
        "4.1/entailment",
        "4.1, last sentence; Table 2b",
        "French is labelled as entailment more often than English is.",
        quantity="predicted share of the first label, over- minus under-represented language",
        comparison=ABOVE,
        measure=q.predicted_more("imbalanced", "low"),
        paper=c.predicted_gap("b", ["entailment"]),
        families=_PAIRS,
    ),
    _claim(
        "4.1/contradiction",
        "4.1, last sentence; Table 2b",
        "English is labelled as contradiction more often than French is.",
        quantity="predicted share of the last label, over- minus under-represented language",
        comparison=ABOVE,
        measure=q.predicted_more("imbalanced", "high"),
        paper=c.predicted_gap("b", ["contradiction"]),
        families=_PAIRS,
    ),
    _claim(
        "4.1/every-label",
        "4.1, sentence 4: predictions follow the class distribution; Tables 1 and 2",
        "Every label is predicted more for the languages that had more of it in training.",
        quantity="predicted share of the label where it is smallest, over- minus under-represented",
        comparison=ABOVE,
        measure=q.predicted_more("imbalanced", "every"),
        paper=c.each_label_gap,
    ),
    _claim(
        "4.1/follows-the-skew",
        "4.1, sentences 4 to 6; Tables 1 and 2",
        "The model makes predictions based on language: they follow the skew of the training set.",
        quantity="slope of predicted on training share, imbalanced minus balanced",
        comparison=ABOVE,
        measure=q.skew_slope("imbalanced", "balanced"),
        paper=c.skew_slope,
    ),
    _claim(
        "4.2/test",
        "4.2, sentence 3; Table 4, Original",
        "Languages are more identifiable on the test set after imbalanced fine-tuning.",
        quantity="language identification (test), imbalanced minus balanced",
        comparison=ABOVE,
        measure=q.identification("imbalanced", "balanced", "test"),
        paper=c.identification_gap(["4"], "imbalanced", "balanced", ["test"]),
    ),
    _claim(
        "4.2/external",
        "4.2, sentence 3; Table 4, Wikipedia",
        "Languages are more identifiable on external texts after imbalanced fine-tuning.",
        quantity="language identification (external), imbalanced minus balanced",
        comparison=ABOVE,
        measure=q.identification("imbalanced", "balanced", "external"),
        paper=c.identification_gap(["4"], "imbalanced", "balanced", ["external"]),
    ),
    _claim(
        "4.3.1/under-positive",
        "4.3.1, sentence 2; Figure 1a",
        "Positive tokens of under-represented languages contribute less.",
        **_shap("imbalanced", "positive", "under", BELOW),
    ),
    _claim(
        "4.3.1/under-negative",
        "4.3.1, sentence 2; Figure 1a",
        "Negative tokens of under-represented languages contribute less negatively.",
        **_shap("imbalanced", "negative", "under", ABOVE),
    ),
    _claim(
        "4.3.1/over-neutral",
        "4.3.1, sentence 5; Figure 1a",
        "Neutral tokens of over-represented languages contribute positively.",
        **_shap("imbalanced", "neutral", "over", ABOVE),
    ),
    _claim(
        "4.3.1/base-value",
        "4.3.1, second paragraph; Figure 1a",
        "The base values of label 5 differ significantly.",
        quantity="size of the base value difference of the last label, minus null",
        comparison=ABOVE,
        measure=s.base_value_gap("imbalanced"),
        paper="figure",
        families=_STARS,
    ),
    _claim(
        "4.3.2/under-neutral",
        "4.3.2, sentence 3; Figure 1c",
        "Neutral tokens of the under-represented language contribute negatively.",
        **_shap("imbalanced", "neutral", "under", BELOW),
    ),
    _claim(
        "4.3.2/lesser-extent",
        "4.3.2, sentence 7; Figure 1c",
        "Positive tokens of the over-represented language lose less than those of the other.",
        quantity="SHAP difference of positive tokens, over- minus under-represented, minus null",
        comparison=ABOVE,
        measure=s.shap_separation("imbalanced", "positive"),
        paper="figure",
    ),
    _claim(
        "4.3/positive",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Overall, positive tokens contribute less.",
        **_shap("imbalanced", "positive", "all", BELOW),
    ),
    _claim(
        "4.3/negative",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Overall, negative tokens contribute less negatively.",
        **_shap("imbalanced", "negative", "all", ABOVE),
    ),
    _claim(
        "4.3/language-identifier",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Neutral tokens speak for a label in languages that had more of it, else against it.",
        **_UNINFORMATIVE,
    ),
    _claim(
        "4.4/accuracy",
        "4.4, sentence 1; Table 3",
        "Class weights improve accuracy on imbalanced data.",
        **_REPAIRED,
        paper=c.accuracy_gap(["3"], "imbalanced_cw", "imbalanced"),
    ),
    _claim(
        "4.4/identification",
        "4.4, sentence 2; Table 4, and Table 7 by A.2",
        "Language identification is lower with class weights than without.",
        **_LESS_SEPARATE,
        paper=c.identification_gap(["4", "7"], "imbalanced_cw", "imbalanced"),
    ),
    _claim(
        "4.4/almost-on-par",
        "4.4, sentence 2; Table 4",
        "With class weights, language identification is almost on par with the balanced case.",
        quantity="share of the language identification gap that class weights leave",
        comparison=Comparison("within", ALMOST),
        measure=q.identification_gap_left("both"),
        paper=c.gap_left("4"),
    ),
    _claim(
        "4.4/smaller-differences",
        "4.4, second paragraph; Figures 1b and 1d",
        "SHAP differences are smaller on average with class weights than without.",
        quantity="mean size of the SHAP differences, with minus without class weights",
        comparison=BELOW,
        measure=s.shap_size("imbalanced_cw", "imbalanced"),
        paper="figure",
    ),
    _claim(
        "4.4/positive",
        "4.4, second paragraph; Figures 1b and 1d",
        "Positive tokens still contribute less with class weights.",
        **_shap("imbalanced_cw", "positive", "all", BELOW),
    ),
    _claim(
        "4.4/negative",
        "4.4, second paragraph; Figures 1b and 1d",
        "Negative tokens still contribute less negatively with class weights.",
        **_shap("imbalanced_cw", "negative", "all", ABOVE),
    ),
    _claim(
        "4.4/no-separation",
        "4.4, second paragraph; Figures 1b and 1d",
        "With class weights, over- and under-represented languages are not clearly separated.",
        quantity="share of the neutral tokens' separation that class weights leave",
        comparison=Comparison("within", SEPARATION_LEFT),
        measure=s.shap_separation_left("neutral"),
        paper="figure",
    ),
    _claim(
        "4.4/neutral-minimal",
        "4.4, second paragraph; Figures 1b and 1d",
        "With class weights, the difference of neutral tokens is minimal.",
        **_shap("imbalanced_cw", "neutral", "all", Comparison("within", MINIMAL)),
    ),
    _claim(
        "A.2/accuracy",
        "A.2, Table 6",
        "For XLM-R too, the balanced models are more accurate.",
        **_WORSE,
        paper=c.accuracy_gap(["6"], "imbalanced", "balanced"),
        models=_OTHER_MODEL,
    ),
    _claim(
        "A.2/separation",
        "A.2, sentence 3; Table 7",
        "For XLM-R too, imbalance makes the languages more distinct.",
        **_SEPARATE,
        paper=c.identification_gap(["7"], "imbalanced", "balanced"),
        models=_OTHER_MODEL,
    ),
    _claim(
        "A.2/weights-accuracy",
        "A.2, sentence 3; Table 6",
        "For XLM-R too, class weights improve accuracy.",
        **_REPAIRED,
        paper=c.accuracy_gap(["6"], "imbalanced_cw", "imbalanced"),
        models=_OTHER_MODEL,
    ),
    _claim(
        "A.2/weights-separation",
        "A.2, sentence 3 (across the board); Table 7",
        "For XLM-R too, class weights lower language identification.",
        **_LESS_SEPARATE,
        paper=c.identification_gap(["7"], "imbalanced_cw", "imbalanced"),
        models=_OTHER_MODEL,
    ),
    _claim(
        "A.2/uninformative",
        "A.2, sentence 3; Figure 2",
        "For XLM-R too, uninformative features are promoted.",
        **_UNINFORMATIVE,
        models=_OTHER_MODEL,
    ),
    _claim(
        "A.3/base-values",
        "A.3, last paragraph; Figures 1 and 3",
        "Masked input entropy makes the differences of base values much smaller.",
        quantity="size of the base value difference, with minus without masked input entropy",
        comparison=BELOW,
        measure=s.base_value_change("imbalanced+mie=1", "imbalanced"),
        paper="figure",
    ),
    _claim(
        "A.3/no-harm",
        "A.3, last paragraph",
        "Masked input entropy does not hinder performance.",
        quantity="test accuracy, with minus without masked input entropy (mean of both setups)",
        comparison=Comparison("within", NO_HARM),
        measure=q.mean_of(
            q.accuracy("balanced+mie=1", "balanced"), q.accuracy("imbalanced+mie=1", "imbalanced")
        ),
        paper="nothing",
    ),
    _claim(
        "A.4/threshold",
        "A.4, sentence 1",
        "A threshold of 0.01 makes about 60 % of the tokens neutral.",
        quantity="share of neutral tokens, minus 0.6",
        comparison=Comparison("within", APPROXIMATELY),
        measure=s.neutral_token_share("imbalanced", minus=0.6),
        paper="nothing",
    ),
    _claim(
        "A.4/lower-threshold",
        "A.4, sentences 2 and 3",
        "A threshold of 0.001 leaves too few neutral tokens.",
        quantity=f"share of neutral tokens at a threshold of 0.001, minus {FEW:g}",
        comparison=BELOW,
        measure=s.neutral_token_share("imbalanced@threshold=0.001", minus=FEW),
        paper="nothing",
    ),
    _claim(
        "A.4/higher-threshold",
        "A.4, sentence 4",
        "A threshold of 0.05 shows similar differences.",
        quantity="SHAP difference of neutral tokens at 0.05, over- minus under-represented, "
        "minus null",
        comparison=ABOVE,
        measure=s.shap_separation("imbalanced@threshold=0.05", "neutral"),
        paper="nothing",
    ),
)
