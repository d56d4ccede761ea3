"""Whether other encoders show the same: half of the layers, or random weights."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from helpers.analysis.learning import learned
from helpers.analysis.quantities import Measure, accuracy, identification, skew_slope
from helpers.foundation.setups import PAPER_SETUPS
from helpers.report.claim_list.forms import ABOVE, BELOW
from helpers.report.claims import Region
from helpers.report.described import Statement, describe
from helpers.report.questions import Question, Runs

ENCODERS: Mapping[str, str] = MappingProxyType(
    {"layers=6": "the first six layers", "pretrained=0": "random weights"}
)


def statements(encoders: Mapping[str, str]) -> tuple[Statement, ...]:
    """Return what is said of some encoders.

    Parameters
    ----------
    encoders : mapping of str to str
        A variant to its name for a reader.
    """

    def said(
        words: str, panel: str, measure: Callable[..., Measure], setups: tuple[str, ...],
        region: Region, *, also_unlearned: bool = False,
    ) -> Statement:  # fmt: skip
        return Statement(
            words=words,
            noun="encoders",
            panel=panel,
            region=region,
            measures=MappingProxyType(
                {
                    name: measure(*(f"{each}+{variant}" if variant else each for each in setups))
                    for variant, name in encoders.items()
                }
            ),
            also_unlearned=also_unlearned,
        )

    log_loss = partial(identification, probe="C=1", score="log_loss")
    skew, weights = ("imbalanced", "balanced"), ("imbalanced_cw", "imbalanced")
    return (
        said(
            "all three models have learned with",
            "Accuracy above the language alone, lower bound",
            learned,
            PAPER_SETUPS,
            ABOVE,
            also_unlearned=True,
        ),
        said("imbalance costs accuracy with", "Accuracy, imbalanced − balanced", accuracy, skew,
             BELOW),
        said("class weights win accuracy back with", "Accuracy, weights − imbalanced", accuracy,
             weights, ABOVE),
        said("predictions follow the training shares with", "Slope, imbalanced − balanced",
             skew_slope, skew, ABOVE),
        said("languages move further apart by the log loss, with",
             "Identification, log loss, imbalanced − balanced", log_loss, skew, ABOVE),
        said("class weights bring them closer with",
             "Identification, log loss, weights − imbalanced", log_loss, weights, BELOW),
    )  # fmt: skip


QUESTION = Question(
    name="other_models",
    order=8,
    title="Do encoders with fewer layers, or without pretraining, show the same?",
    page="Q_12_other_models",
    describe=partial(describe, statements(ENCODERS)),
    runs=(Runs(setups=PAPER_SETUPS, variants=tuple(ENCODERS), seeds=(0,)),),
)
