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
            "Languages move further apart where their labels differ than where all have the same "
            "skew.",
            Quantity(
                "how easily languages are told apart, (imbalanced − balanced) − (the same skew in "
                "every language − balanced)",
                joint.ruler,
                combination((1, joint.measure), (-1, same.measure)),
            ),
            ABOVE,
        ),
        holds=f"by {ruler}, languages move further apart where their labels differ than where all "
        "have the same skew",
        fails=f"by {ruler}, languages move further apart where all have the same skew than where "
        "their labels differ",
        unknown=f"by {ruler}, it cannot be told whether languages move further apart where their "
        "labels differ than where all have the same skew",
    )


QUESTION = Question(
    name="joint",
    order=3,
    title="Is it the joint distribution that drives languages apart?",
    page="Q_8_joint_distribution",
    parts=(
        _part("paper", "the paper's ruler"),
        _part("log loss", "the log loss of language identification"),
    ),
    runs=(Runs(setups=("imbalanced",), variants=(_VARIANT,)),),
)
