"""Whether heads against the language keep a model from learning (footnote 2)."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from helpers.analysis.learning import learned
from helpers.analysis.quantities import Measure, accuracy, identification, skew_slope
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


def _of_each(measure: Callable[[str], Measure]) -> Mapping[str, Measure]:
    return MappingProxyType({_name(setup): measure(setup) for setup in HEADS})


def _name(setup: str) -> str:
    weighting = all_setups()[setup].weighting
    assert weighting is not None  # a head is one
    return weighting.label


STATEMENTS = (
    Statement(
        words="the model has learned with",
        panel="Accuracy above the language alone, lower bound",
        region=ABOVE,
        measures=_of_each(learned),
        also_unlearned=True,
    ),
    Statement(
        words="it is less accurate than without a head, with",
        panel="Accuracy",
        region=BELOW,
        measures=_of_each(lambda setup: accuracy(setup, "imbalanced")),
        also_unlearned=True,
    ),
    Statement(
        words="languages are harder to tell apart by the paper's ruler, with",
        panel="Identification, C = 1e-4",
        region=BELOW,
        measures=_of_each(lambda setup: identification(setup, "imbalanced")),
        also_unlearned=True,
    ),
    Statement(
        words="languages are harder to tell apart by the log loss, with",
        panel="Identification, log loss",
        region=BELOW,
        measures=_of_each(
            lambda setup: identification(setup, "imbalanced", probe="C=1", score="log_loss")
        ),
        also_unlearned=True,
    ),
    Statement(
        words="predictions follow the training shares less, with",
        panel="Slope",
        region=BELOW,
        measures=_of_each(lambda setup: skew_slope(setup, "imbalanced")),
        also_unlearned=True,
    ),
)
QUESTION = Question(
    name="language_heads",
    order=7,
    title="Do heads that work against the language keep a model from learning?",
    page="Q_9_language_heads",
    describe=partial(describe, STATEMENTS, noun="heads"),
    runs=(Runs(setups=HEADS, seeds=(0,)),),
)
