"""Natural imbalance: languages and labels uneven as well, or only how they go together."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from helpers.analysis import severity, training_shares
from helpers.analysis.quantities import BY_LOG_LOSS, accuracy, identification
from helpers.report.claim_list.forms import ABOVE, BELOW
from helpers.report.described import Statement, describe
from helpers.report.questions import Question, Runs

KINDS = ("drawn", "raked")
_NUMBERS = (1, 2, 3, 4)
_VARIANTS = tuple(f"shares={kind}{number}" for kind in KINDS for number in _NUMBERS)
PLAIN: Mapping[str, str] = MappingProxyType(
    {
        f"{kind} {number}": f"imbalanced+shares={kind}{number}"
        for kind in KINDS
        for number in _NUMBERS
    }
)


def _weighted(setup: str) -> str:
    return setup.replace("imbalanced", "imbalanced_cw")


_of_each = partial(
    Statement,
    noun="tables",
    models=MappingProxyType({name: (setup,) for name, setup in PLAIN.items()}),
)
STATEMENTS = (
    _of_each(
        words="imbalance costs accuracy under",
        panel="Accuracy, imbalanced − balanced",
        measure=lambda setup: accuracy(setup, "balanced"),
        region=BELOW,
    ),
    _of_each(
        words="more is lost than the paper's skew loses at the same Cramér's V, under",
        panel="Beyond the severity curve",
        measure=severity.beyond_curve,
        region=BELOW,
    ),
    _of_each(
        words="class weights win accuracy back under",
        panel="Accuracy, weights − imbalanced",
        measure=lambda setup: accuracy(_weighted(setup), setup),
        region=ABOVE,
    ),
    _of_each(
        words="languages move further apart by the log loss, under",
        panel="Identification, log loss",
        measure=lambda setup: identification(setup, "balanced", by=BY_LOG_LOSS),
        region=ABOVE,
    ),
    _of_each(
        words="predictions follow the training shares under",
        panel="Slope",
        measure=lambda setup: training_shares.skew_slope(setup, "balanced"),
        region=ABOVE,
    ),
)
ORDER = Statement(
    words="the more the language says of the label, the more accuracy is lost, among",
    noun="kinds of table",
    panel="Rank agreement of Cramér's V and accuracy",
    region=BELOW,
    measure=severity.rank_agreement,
    models=MappingProxyType(
        {
            kind: tuple(setup for name, setup in PLAIN.items() if name.startswith(kind))
            for kind in KINDS
        }
    ),
)
QUESTION = Question(
    name="natural",
    order=5,
    title="Does natural imbalance, uneven in languages and labels too, do the same?",
    page="Q_11_natural_imbalance",
    describe=partial(describe, (*STATEMENTS, ORDER)),
    runs=(Runs(setups=("imbalanced", "imbalanced_cw"), variants=_VARIANTS, seeds=(0,)),),
)
