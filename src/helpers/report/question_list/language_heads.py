"""Whether heads against the language keep a model from learning (footnote 2)."""

from functools import partial
from types import MappingProxyType

from helpers.analysis.learning import learned
from helpers.analysis.quantities import BY_LOG_LOSS, accuracy, identification, skew_slope
from helpers.foundation.setups import all_setups
from helpers.report.claim_list.forms import ABOVE, BELOW
from helpers.report.described import Statement, describe
from helpers.report.questions import Question, Runs

HEADS = (
    "imbalanced_entropy_maximisation",
    "imbalanced_entropy_maximisation_weak",
    "imbalanced_gradient_reversal",
    "imbalanced_gradient_reversal_weak",
)


def _name(setup: str) -> str:
    weighting = all_setups()[setup].weighting
    assert weighting is not None  # a head is one
    return weighting.label


_of_each = partial(
    Statement,
    noun="heads",
    models=MappingProxyType({_name(setup): (setup,) for setup in HEADS}),
    also_unlearned=True,
)
STATEMENTS = (
    _of_each(
        words="the model has learned with",
        panel="Accuracy above the language alone, lower bound",
        measure=learned,
        region=ABOVE,
    ),
    _of_each(
        words="it is less accurate than without a head, with",
        panel="Accuracy",
        measure=lambda setup: accuracy(setup, "imbalanced"),
        region=BELOW,
    ),
    _of_each(
        words="languages are harder to tell apart by the paper's ruler, with",
        panel="Identification, C = 1e-4",
        measure=lambda setup: identification(setup, "imbalanced"),
        region=BELOW,
    ),
    _of_each(
        words="languages are harder to tell apart by the log loss, with",
        panel="Identification, log loss",
        measure=lambda setup: identification(setup, "imbalanced", by=BY_LOG_LOSS),
        region=BELOW,
    ),
    _of_each(
        words="predictions follow the training shares less, with",
        panel="Slope",
        measure=lambda setup: skew_slope(setup, "imbalanced"),
        region=BELOW,
    ),
)
QUESTION = Question(
    name="language_heads",
    order=7,
    title="Do heads that work against the language keep a model from learning?",
    page="Q_9_language_heads",
    describe=partial(describe, STATEMENTS),
    runs=(Runs(setups=HEADS, seeds=(0,)),),
)
