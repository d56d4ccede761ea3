"""Whether heads against the language keep a model from learning (footnote 2)."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from helpers.analysis.learning import learned
from helpers.analysis.quantities import Measure, accuracy, identification, skew_slope
from helpers.foundation.setups import all_setups
from helpers.report.claim_list.forms import ABOVE, BELOW
from helpers.report.claims import Region
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


def _said(words: str, panel: str, measure: Callable[[str], Measure], region: Region) -> Statement:
    return Statement(
        words=words,
        noun="heads",
        panel=panel,
        region=region,
        measures=MappingProxyType({_name(setup): measure(setup) for setup in HEADS}),
        also_unlearned=True,
    )


STATEMENTS = (
    _said(
        "the model has learned with",
        "Accuracy above the language alone, lower bound",
        learned,
        ABOVE,
    ),
    _said(
        "it is less accurate than without a head, with",
        "Accuracy",
        lambda setup: accuracy(setup, "imbalanced"),
        BELOW,
    ),
    _said(
        "languages are harder to tell apart by the paper's ruler, with",
        "Identification, C = 1e-4",
        lambda setup: identification(setup, "imbalanced"),
        BELOW,
    ),
    _said(
        "languages are harder to tell apart by the log loss, with",
        "Identification, log loss",
        lambda setup: identification(setup, "imbalanced", probe="C=1", score="log_loss"),
        BELOW,
    ),
    _said(
        "predictions follow the training shares less, with",
        "Slope",
        lambda setup: skew_slope(setup, "imbalanced"),
        BELOW,
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
