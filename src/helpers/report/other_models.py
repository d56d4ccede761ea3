"""Other encoders beside the profile's own: frames for a page."""

import pandas as pd

from helpers.analysis.quantities import (
    BY_LOG_LOSS,
    RunResults,
    accuracy,
    identification,
    identification_level,
    skew_slope,
)
from helpers.foundation.folders import with_variant
from helpers.foundation.setups import PAPER_SETUPS
from helpers.report import described
from helpers.report.counted import Counted
from helpers.report.labels import setup_label
from helpers.report.question_figures import by_seed
from helpers.report.question_list.other_models import ENCODERS, statements

UNITS = {
    "Accuracy": "even shares",
    "Slope": "change of the slope",
    "Identification": "change of the log loss, sign turned",
}
_ENCODERS = {"": "the whole pretrained encoder", **ENCODERS}


def changes(results: RunResults) -> pd.DataFrame:
    """Return imbalanced − balanced for each encoder: accuracy, slope, identification.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.results.collect`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``, for `helpers.report.question_figures.forest`.
    """
    rows = []
    for variant, name in _ENCODERS.items():
        pair = (with_variant("imbalanced", variant), with_variant("balanced", variant))
        rows += [
            ("Accuracy", name, accuracy(*pair)),
            ("Slope", name, skew_slope(*pair)),
            ("Identification", name, identification(*pair, by=BY_LOG_LOSS)),
        ]
    return by_seed(Counted(results).results, rows)


def numbers(results: RunResults) -> pd.DataFrame:
    """Return what the question says of its encoders, and the same of the whole one.

    Parameters
    ----------
    results : RunResults
        As in `changes`.
    """
    return described.frame(statements(_ENCODERS), results)


def levels(results: RunResults) -> pd.DataFrame:
    """Return how easily languages are told apart: a panel a setup, a line an encoder.

    Parameters
    ----------
    results : RunResults
        As in `changes`.
    """
    rows = [
        (
            setup_label(setup),
            name,
            identification_level(with_variant(setup, variant), by=BY_LOG_LOSS),
        )
        for setup in PAPER_SETUPS
        for variant, name in _ENCODERS.items()
    ]
    return by_seed(results, rows)
