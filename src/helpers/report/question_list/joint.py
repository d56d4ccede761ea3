"""Whether languages move apart because of the joint distribution of language and label."""

from collections.abc import Mapping
from types import MappingProxyType

from helpers.analysis.quantities import Quantity, combination
from helpers.report import claim_quantities as q
from helpers.report.claim_list.forms import ABOVE
from helpers.report.question_list.forms import claim
from helpers.report.questions import Part, Question, Runs

_VARIANT = "shares=same"
_JOINT, _SAME = "imbalanced", f"imbalanced+{_VARIANT}"
SKEWS: Mapping[str, str] = MappingProxyType(
    {_JOINT: "Joint skew", _SAME: "The same skew in every language"}
)


def _part(kind: q.Kind, ruler: str) -> Part:
    joint, same = (q.separation(setup, "balanced", kind) for setup in SKEWS)
    return Part(
        claim=claim(
            f"joint/{kind.replace(' ', '-')}",
            "Languages move further apart under the joint skew than under the same skew in every "
            "language.",
            Quantity(
                "how easily languages are told apart, (imbalanced − balanced) − (the same skew in "
                "every language − balanced)",
                joint.ruler,
                combination((1, joint.measure), (-1, same.measure)),
            ),
            ABOVE,
        ),
        holds=f"by {ruler}, languages move further apart under the joint skew than under the same "
        "skew in every language",
        fails=f"by {ruler}, languages move further apart under the same skew in every language "
        "than under the joint skew",
        unknown=f"under which skew languages move further apart by {ruler}",
    )


QUESTION = Question(
    name="joint",
    order=3,
    title="Is it the joint distribution that drives languages apart?",
    page="Q_8_joint_distribution",
    parts=(
        _part("paper", "the paper's ruler"),
        _part("log loss", "the log loss"),
    ),
    runs=(Runs(setups=("imbalanced",), variants=(_VARIANT,)),),
)
