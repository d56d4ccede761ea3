"""Claims of section 4.4: what class weights do.

Two questions that the paper's results raise stand with them: what weights leave of the loss of
accuracy, and whether predictions still lean.
"""

from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Quantity
from helpers.report import claim_quantities as q
from helpers.report import paper_cells as cells
from helpers.report.claim_list.forms import (
    ABOVE,
    BELOW,
    BELOW_ONE_SIDED,
    MINIMAL,
    SAME_ACCURACY,
    SINGLE,
    WEIGHTS,
    accuracy,
    claim,
    figure,
    log_loss,
    separation,
)

_ON_PAR = [("imbalanced_cw", 1.0), ("balanced", -1 + q.ALMOST), ("imbalanced", -q.ALMOST)]

CURE = (
    claim(
        "4.4/accuracy",
        "4.4, sentence 1; Table 3",
        "Class weights improve accuracy on imbalanced data.",
        accuracy(WEIGHTS, "3"),
    ),
    claim(
        "4.4/accuracy-left",
        "a question that Tables 3 and 6 raise",
        "With class weights, accuracy is within a point of what balanced data give.",
        quantity=q.accuracy("imbalanced_cw", "balanced"),
        region=SAME_ACCURACY,
        raised=True,
        paper=cells.accuracy_gap(
            ["3", "6"], "imbalanced_cw", "balanced", q.accuracy("imbalanced_cw", "balanced")
        ),
    ),
    claim(
        "4.4/slope",
        "a question that 4.1 and 4.4 raise",
        "With class weights, predictions lean less to the labels frequent in a text's language.",
        quantity=q.slope(*WEIGHTS),
        region=BELOW,
        raised=True,
    ),
    claim(
        "4.4/identification",
        "4.4, sentence 2; Table 4, and Table 7 by A.2",
        "Language identification is lower with class weights than without.",
        separation(WEIGHTS, "47"),
    ),
    claim(
        "4.4/closer-together",
        "4.4, last paragraph",
        "With class weights the latent space is less separated by language, measured by log loss.",
        log_loss(WEIGHTS),
    ),
    claim(
        "4.4/almost-on-par",
        "4.4, sentence 2; Table 4",
        "With class weights, language identification is almost on par with the balanced case.",
        quantity=q.separation_left(),
        region=BELOW_ONE_SIDED,
        paper=cells.identification(["4"], _ON_PAR, lambda of: q.separation_left("paper", of)),
        cells=cells.identification(
            ["4"], _ON_PAR, lambda of: q.separation_left("paper", of), sources=SINGLE
        ),
    ),
    claim(
        "4.4/almost-on-par-log-loss",
        "4.4, sentence 2",
        "With class weights, languages lie almost as close as in the balanced case, measured "
        "by log loss.",
        quantity=q.separation_left("log loss"),
        region=BELOW_ONE_SIDED,
    ),
    claim(
        "4.4/smaller-differences",
        "4.4, second paragraph; Figures 1b and 1d",
        "SHAP differences are smaller on average with class weights than without.",
        figure(
            Quantity("all bars, class weights − imbalanced", q.BAR_SIZE, s.shap_size(*WEIGHTS)),
            BELOW,
        ),
    ),
    claim(
        "4.4/positive",
        "4.4, second paragraph; Figures 1b and 1d",
        "Positive tokens still contribute less with class weights.",
        figure(q.shap("imbalanced_cw", "positive", "all"), BELOW),
    ),
    claim(
        "4.4/negative",
        "4.4, second paragraph; Figures 1b and 1d",
        "Negative tokens still contribute less negatively with class weights.",
        figure(q.shap("imbalanced_cw", "negative", "all"), ABOVE),
    ),
    claim(
        "4.4/no-separation",
        "4.4, second paragraph; Figures 1b and 1d",
        "With class weights, over- and under-represented languages are not clearly separated: at "
        "most a quarter is left.",
        figure(
            q.shap_change(
                f"neutral tokens, {q.MORE_LESS}, (class weights) − ¼ (imbalanced)",
                (1, s.shap_separation("imbalanced_cw", "neutral")),
                (-q.ALMOST, s.shap_separation("imbalanced", "neutral")),
            ),
            BELOW_ONE_SIDED,
        ),
    ),
    claim(
        "4.4/neutral-minimal-over",
        "4.4, second paragraph; Figures 1b and 1d",
        "With class weights, the difference of neutral tokens of over-represented languages is "
        "minimal.",
        figure(q.shap("imbalanced_cw", "neutral", "over"), MINIMAL),
    ),
    claim(
        "4.4/neutral-minimal-under",
        "4.4, second paragraph; Figures 1b and 1d",
        "With class weights, the difference of neutral tokens of under-represented languages is "
        "minimal.",
        figure(q.shap("imbalanced_cw", "neutral", "under"), MINIMAL),
    ),
)
