"""Whether other encoders show the same: half of the layers, or random weights."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from helpers.analysis.learning import learned
from helpers.analysis.quantities import BY_LOG_LOSS, accuracy, identification, skew_slope
from helpers.foundation.folders import with_variant
from helpers.foundation.setups import PAPER_SETUPS
from helpers.report.claim_list.forms import ABOVE, BELOW
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

    def of_each(*setups: str) -> Callable[..., Statement]:
        models = {
            name: tuple(with_variant(setup, variant) for setup in setups)
            for variant, name in encoders.items()
        }
        return partial(Statement, noun="encoders", models=MappingProxyType(models))

    log_loss = partial(identification, by=BY_LOG_LOSS)
    skew, weights = of_each("imbalanced", "balanced"), of_each("imbalanced_cw", "imbalanced")
    return (
        of_each(*PAPER_SETUPS)(
            words="all three models have learned with",
            panel="Accuracy above the language alone, lower bound",
            measure=learned,
            region=ABOVE,
            also_unlearned=True,
        ),
        skew(
            words="imbalance costs accuracy with",
            panel="Accuracy, imbalanced − balanced",
            measure=accuracy,
            region=BELOW,
        ),
        weights(
            words="class weights win accuracy back with",
            panel="Accuracy, weights − imbalanced",
            measure=accuracy,
            region=ABOVE,
        ),
        skew(
            words="predictions follow the training shares with",
            panel="Slope, imbalanced − balanced",
            measure=skew_slope,
            region=ABOVE,
        ),
        skew(
            words="languages move further apart by the log loss, with",
            panel="Identification, log loss, imbalanced − balanced",
            measure=log_loss,
            region=ABOVE,
        ),
        weights(
            words="class weights bring them closer with",
            panel="Identification, log loss, weights − imbalanced",
            measure=log_loss,
            region=BELOW,
        ),
    )


QUESTION = Question(
    name="other_models",
    order=8,
    title="Do encoders with fewer layers, or without pretraining, show the same?",
    page="Q_12_other_models",
    describe=partial(describe, statements(ENCODERS)),
    runs=(Runs(setups=PAPER_SETUPS, variants=tuple(ENCODERS), seeds=(0,)),),
)
