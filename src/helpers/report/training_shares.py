"""Models of other shares of labels beside the balanced model: frames and tables."""

from collections.abc import Callable, Mapping

import pandas as pd

from helpers.analysis import training_shares
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.predictions import training_share
from helpers.analysis.quantities import BY_LOG_LOSS, Measure, RunResults, identification
from helpers.report.counted import Counted
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_figures import by_seed

_BALANCED = "balanced"
UNITS: Mapping[str, str] = {
    "As in the paper": "change of accuracy of language identification, C = 1e-4",
    "By the log loss": "change of its log loss at C = 1, sign turned",
    "Slope": "change of the slope",
}


def separations(results: RunResults, names: Mapping[str, str]) -> pd.DataFrame:
    """Return what models change on the balanced one: both rulers of separation, and the slope.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.results.collect`.
    names : mapping of str to str
        Setups, with ``+variant``, to their names for a reader.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``, for `helpers.report.question_figures.forest`. The slope is
        that of predicted shares on the shares that the model was trained with.
    """

    def measures(setup: str) -> Mapping[str, Measure]:
        both = (
            identification(setup, _BALANCED),
            identification(setup, _BALANCED, by=BY_LOG_LOSS),
        )
        return dict(zip(UNITS, (*both, training_shares.skew_slope(setup, _BALANCED)), strict=True))

    return _changes(results, names, measures)


def accuracies(results: RunResults, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the accuracy that models gain on the balanced one, under priors of their own shares.

    Parameters
    ----------
    results, names
        As in `separations`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``; a panel for each prior.
    """
    return _changes(
        results,
        names,
        lambda setup: {
            PRIOR_LABELS[prior]: training_shares.accuracy(setup, _BALANCED, prior)
            for prior in PRIORS
        },
    )


def _changes(
    results: RunResults,
    names: Mapping[str, str],
    measures: Callable[[str], Mapping[str, Measure]],
) -> pd.DataFrame:
    found = {name: measures(setup) for setup, name in names.items()}
    panels = dict.fromkeys(panel for one in found.values() for panel in one)
    rows = [(panel, name, found[name][panel]) for panel in panels for name in found]
    return by_seed(Counted(results).results, rows)


def shares(results: RunResults, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the share of each label in training: a row for the languages that have the same.

    Parameters
    ----------
    results, names
        As in `separations`; of the first seed of each setup.
    """
    frames = {}
    for setup, name in names.items():
        known = (training_shares.training_counts(results, setup, seed) for seed in results.seeds)
        counts = next((one for one in known if one is not None), None)
        if counts is not None:
            frames[name] = training_share(labels=results.labels, skew=counts)
    if not frames:
        return pd.DataFrame()
    return pd.concat(frames).rename_axis(index=["Skew", "Languages"], columns=None)
