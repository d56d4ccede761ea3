"""Claims of section 4.3: what the model attends to."""

from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Quantity
from helpers.analysis.shap_difference import TOKEN_CATEGORIES
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import (
    ABOVE,
    BELOW,
    STARS,
    UNINFORMATIVE,
    UNINFORMATIVE_PAIRED,
    claim,
    figure,
)

_OVER = {name: s.shap_difference("imbalanced", name, "over") for name in TOKEN_CATEGORIES}

SHAP = (
    claim(
        "4.3.1/under-positive",
        "4.3.1, sentence 2, and 4.3.2, sentence 5; Figures 1a and 1c",
        "Positive tokens of under-represented languages contribute less.",
        figure(q.shap("imbalanced", "positive", "under"), BELOW),
    ),
    claim(
        "4.3.1/under-negative",
        "4.3.1, sentence 2, and 4.3.2, sentence 5; Figures 1a and 1c",
        "Negative tokens of under-represented languages contribute less negatively.",
        figure(q.shap("imbalanced", "negative", "under"), ABOVE),
    ),
    claim(
        "4.3.1/over-neutral",
        "4.3.1, sentence 5; Figure 1a",
        "Neutral tokens of over-represented languages contribute positively.",
        figure(q.shap("imbalanced", "neutral", "over"), ABOVE),
    ),
    claim(
        "4.3.1/main-effect-positive",
        "4.3.1, sentence 5 (the main effect); Figure 1a",
        "In over-represented languages neutral tokens gain more than positive tokens lose.",
        figure(
            q.shap_change(
                "over-represented languages, rise of neutral − fall of positive tokens",
                (1, _OVER["neutral"]),
                (1, _OVER["positive"]),
            ),
            ABOVE,
        ),
    ),
    claim(
        "4.3.1/main-effect-negative",
        "4.3.1, sentence 5 (the main effect); Figure 1a",
        "In over-represented languages neutral tokens gain more than negative tokens do.",
        figure(
            q.shap_change(
                "over-represented languages, rise of neutral − rise of negative tokens",
                (1, _OVER["neutral"]),
                (-1, _OVER["negative"]),
            ),
            ABOVE,
        ),
    ),
    claim(
        "4.3.1/base-value",
        "4.3.1, second paragraph; Figure 1a",
        "The base values of label 5 differ significantly.",
        figure(
            Quantity(
                "base values of the last label, imbalanced − null",
                q.BASE_VALUE,
                s.base_value_gap("imbalanced"),
            ),
            ABOVE,
        ),
        families=STARS,
    ),
    claim(
        "4.3.1/label-5-positive",
        "4.3.1, second paragraph; Figure 1a",
        "For label 5, positive tokens of over-represented languages lose less than those of the "
        "others.",
        figure(q.contrast_of_last_label("positive"), ABOVE),
        families=STARS,
    ),
    claim(
        "4.3.1/label-5-neutral",
        "4.3.1, second paragraph; Figure 1a",
        "For label 5, neutral tokens speak more for it in over-represented languages than in the "
        "others.",
        figure(q.contrast_of_last_label("neutral"), ABOVE),
        families=STARS,
    ),
    claim(
        "4.3.2/under-neutral",
        "4.3.2, sentence 3; Figure 1c",
        "Neutral tokens of the under-represented language contribute negatively.",
        figure(q.shap("imbalanced", "neutral", "under"), BELOW),
    ),
    claim(
        "4.3.2/over-positive",
        "4.3.2, sentence 7 (also the case); Figure 1c",
        "Positive tokens of the over-represented language lose too.",
        figure(q.shap("imbalanced", "positive", "over"), BELOW),
    ),
    claim(
        "4.3.2/over-negative",
        "4.3.2, sentence 7 (also the case); Figure 1c",
        "Negative tokens of the over-represented language contribute less negatively too.",
        figure(q.shap("imbalanced", "negative", "over"), ABOVE),
    ),
    claim(
        "4.3.2/lesser-extent-positive",
        "4.3.2, sentence 7 (to a lesser extent); Figure 1c",
        "Positive tokens of the over-represented language lose less than those of the other.",
        figure(q.shap_separation("imbalanced", "positive"), ABOVE),
    ),
    claim(
        "4.3.2/lesser-extent-negative",
        "4.3.2, sentence 7 (to a lesser extent); Figure 1c",
        "Negative tokens of the over-represented language gain less than those of the other.",
        figure(q.shap_separation("imbalanced", "negative"), BELOW),
    ),
    claim(
        "4.3/positive",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Overall, positive tokens contribute less.",
        figure(q.shap("imbalanced", "positive", "all"), BELOW),
    ),
    claim(
        "4.3/negative",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Overall, negative tokens contribute less negatively.",
        figure(q.shap("imbalanced", "negative", "all"), ABOVE),
    ),
    claim(
        "4.3/language-identifier",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "Neutral tokens speak for a label in the languages that had more of it in training, and "
        "against it in the others.",
        UNINFORMATIVE_PAIRED,
    ),
    claim(
        "4.3/language-identifier-null",
        "4.3.2, last paragraph; Figures 1a and 1c",
        "The same, by the paper's own difference.",
        UNINFORMATIVE,
    ),
)
