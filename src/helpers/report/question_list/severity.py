"""How much imbalance does how much harm."""

import dataclasses

from helpers.analysis import severity as s
from helpers.analysis.quantities import Quantity, Ruler
from helpers.report.claim_list.forms import BELOW
from helpers.report.question_list.forms import claim
from helpers.report.questions import Part, Question, Runs

_RULERS: dict[s.Axis, Ruler] = {
    "severity": Ruler("test accuracy, even shares, over severity", 0.01),
    "cramers_v": Ruler("test accuracy, even shares, over Cramér's V"),
}


def _parts(axis: s.Axis) -> tuple[Part, Part]:
    ruler = _RULERS[axis]
    return (
        Part(
            claim=claim(
                f"severity/{axis}/linear",
                "The more imbalance, the lower the accuracy.",
                Quantity(
                    "accuracy, imbalanced − balanced, slope", ruler, s.contrast("linear", axis)
                ),
                BELOW,
            ),
            holds="the more imbalance, the lower the accuracy",
            fails="the more imbalance, the higher the accuracy",
            unknown="whether more imbalance costs more accuracy",
        ),
        Part(
            claim=claim(
                f"severity/{axis}/quadratic",
                "Harm grows faster than the imbalance.",
                Quantity(
                    "accuracy, imbalanced − balanced, factor of the square",
                    ruler,
                    s.contrast("quadratic", axis),
                ),
                BELOW,
            ),
            holds="harm grows faster than the imbalance",
            fails="harm grows more slowly than the imbalance",
            unknown="whether harm grows faster or more slowly than the imbalance",
        ),
    )


QUESTION = Question(
    name="severity",
    order=2,
    title="How much imbalance does how much harm?",
    page="Q_6_severity",
    parts=_parts("severity"),
    runs=(
        Runs(setups=("imbalanced",), variants=("severity=0.5", "severity=1.5")),
        Runs(setups=("imbalanced",), variants=("severity=0.75", "severity=1.25")),
    ),
)
# V grows in proportion to severity: the same question on another axis, not a further one.
OVER_V = dataclasses.replace(QUESTION, parts=_parts("cramers_v"))
