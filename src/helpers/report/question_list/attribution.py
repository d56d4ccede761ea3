"""Integrated Gradients in the place of SHAP values."""

from helpers.analysis.quantities import Quantity, Ruler
from helpers.analysis.token_rules import GRADIENTS, neutral_separation
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import ABOVE
from helpers.report.question_list.forms import claim
from helpers.report.questions import Part, Question

QUESTION = Question(
    name="attribution",
    order=60,
    title="Does another attribution method find the same?",
    page="Q_4_another_attribution",
    parts=(
        Part(
            claim=claim(
                "attribution/neutral",
                "By Integrated Gradients too, uninformative tokens speak for the label that is "
                "frequent in their language.",
                Quantity(
                    f"Integrated Gradients of neutral tokens, {q.MORE_LESS}, imbalanced − balanced",
                    Ruler("paired difference of Integrated Gradients", 0.02),
                    neutral_separation("imbalanced", file=GRADIENTS, threshold=0.01),
                ),
                ABOVE,
            ),
            holds="by Integrated Gradients too, uninformative tokens speak for the label that "
            "is frequent in their language",
            fails="by Integrated Gradients, uninformative tokens speak against the label that "
            "is frequent in their language",
            unknown="whether Integrated Gradients find what SHAP values find",
        ),
    ),
)
