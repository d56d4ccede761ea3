"""Natural imbalance: languages and labels uneven as well, or only how they go together."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from helpers.analysis import severity, training_shares
from helpers.analysis.quantities import Measure, accuracy, identification
from helpers.report.claim_list.forms import ABOVE, BELOW
from helpers.report.claims import Region
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


def _said(words: str, panel: str, measure: Callable[[str], Measure], region: Region) -> Statement:
    return Statement(
        words=words,
        noun="tables",
        panel=panel,
        region=region,
        measures=MappingProxyType({name: measure(setup) for name, setup in PLAIN.items()}),
    )


def _weighted(setup: str) -> str:
    return setup.replace("imbalanced", "imbalanced_cw")


STATEMENTS = (
    _said(
        "imbalance costs accuracy under",
        "Accuracy, imbalanced − balanced",
        lambda setup: accuracy(setup, "balanced"),
        BELOW,
    ),
    _said(
        "more is lost than the paper's skew loses at the same Cramér's V, under",
        "Beyond the severity curve",
        severity.beyond_curve,
        BELOW,
    ),
    _said(
        "class weights win accuracy back under",
        "Accuracy, weights − imbalanced",
        lambda setup: accuracy(_weighted(setup), setup),
        ABOVE,
    ),
    _said(
        "languages move further apart by the log loss, under",
        "Identification, log loss",
        lambda setup: identification(setup, "balanced", probe="C=1", score="log_loss"),
        ABOVE,
    ),
    _said(
        "predictions follow the training shares under",
        "Slope",
        lambda setup: training_shares.skew_slope(setup, "balanced"),
        ABOVE,
    ),
)
ORDER = Statement(
    words="the more the language says of the label, the more accuracy is lost, among",
    noun="kinds of table",
    panel="Rank agreement of Cramér's V and accuracy",
    region=BELOW,
    measures=MappingProxyType(
        {
            kind: severity.rank_agreement(
                *(setup for name, setup in PLAIN.items() if name.startswith(kind))
            )
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
