"""Base values and what masked input entropy changes, beside the null: frames for a page."""

import pandas as pd

from helpers.analysis.quantities import RunResults, accuracy
from helpers.analysis.shap_quantities import base_value_size
from helpers.report.claim_quantities import WITH_ENTROPY
from helpers.report.counted import Counted
from helpers.report.labels import setup_label
from helpers.report.question_figures import beside_accuracy, by_seed

SETUPS = ("balanced", "imbalanced")
_LOSSES = {"": "cross-entropy", WITH_ENTROPY: "masked input entropy"}
_MODELS = {"balanced": "Balanced models of two seeds", "imbalanced": "Imbalanced and balanced"}


def sizes(results: RunResults) -> pd.DataFrame:
    """Return how far base values differ, by loss: between two models, and in the null.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.questions.load`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``, for `helpers.report.question_figures.forest`. Seeds without
        masked input entropy are those that have it.
    """
    counted = Counted(results).results
    rows = [
        (words, loss, base_value_size(f"{setup}{variant}"))
        for setup, words in _MODELS.items()
        for variant, loss in _LOSSES.items()
    ]
    return _paired(by_seed(counted, rows))


def _paired(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the seeds of a panel that have both losses."""
    losses = frame.groupby(["panel", "seed"])["line"].transform("nunique")
    return frame[losses == len(_LOSSES)].reset_index(drop=True)


def costs(results: RunResults) -> pd.DataFrame:
    """Return what masked input entropy changes in each setup: accuracy, slope, identification.

    Parameters
    ----------
    results : RunResults
        As in `sizes`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``: with − without, a line a setup.
    """
    return by_seed(
        Counted(results).results,
        [
            (panel, setup_label(setup), measure)
            for setup in SETUPS
            for panel, measure in {
                "Accuracy": accuracy(f"{setup}{WITH_ENTROPY}", setup),
                **beside_accuracy(f"{setup}{WITH_ENTROPY}", setup),
            }.items()
        ],
    )
