"""Findings on uninformative tokens under other rules of what is uninformative."""

from helpers.analysis import shap_quantities as s
from helpers.analysis.paired_shap import paired_separation
from helpers.analysis.quantities import Measure, Quantity, Ruler
from helpers.analysis.token_rules import neutral_separation
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import ABOVE
from helpers.report.question_list.forms import claim
from helpers.report.questions import Part, Question


def _rule(id: str, rule: str, measure: Measure, ruler: Ruler) -> Part:
    quantity = Quantity(
        f"neutral tokens, {rule}, {q.MORE_LESS}, imbalanced − balanced",
        ruler,
        measure,
    )
    return Part(
        claim=claim(
            f"thresholds/{id}",
            "Uninformative tokens speak for the label that is frequent in their language.",
            quantity,
            ABOVE,
        ),
        holds=f"so it is by {rule}",
        fails=f"not so by {rule}",
        unknown=f"whether it is so by {rule}",
    )


QUESTION = Question(
    name="thresholds",
    order=50,
    title="Do the findings on uninformative tokens hang on the threshold?",
    page="Q_3_thresholds",
    counted="Uninformative tokens speak for the label that is frequent in their language",
    parts=(
        *(
            _rule(
                threshold,
                f"a threshold of {threshold}, minus the null",
                s.shap_separation(
                    "imbalanced" + ("" if threshold == "0.01" else f"@threshold={threshold}"),
                    "neutral",
                ),
                q.SHAP,
            )
            for threshold in ("0.001", "0.005", "0.01", "0.05")
        ),
        _rule(
            "quantile",
            "the six in ten tokens nearest to 0",
            neutral_separation("imbalanced"),
            q.PAIRED_SHAP,
        ),
        _rule(
            "other-seeds",
            "a threshold of 0.01, sorted by other seeds",
            paired_separation("imbalanced", "neutral"),
            q.PAIRED_SHAP,
        ),
    ),
)
