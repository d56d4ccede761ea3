"""The shares of labels that a model was trained with, where they are not the data set's skew.

A key ``imbalanced+shares=same`` is the imbalanced setup with another table of label shares by
language (`helpers.data.share_tables`).
"""

import dataclasses
from collections.abc import Mapping
from functools import cache

from helpers.analysis import label_priors, quantities
from helpers.analysis.label_priors import Prior
from helpers.analysis.quantities import Measure, Observation, RunResults

Counts = Mapping[str, list[int]]  # for each language, the rows of each label


def training_counts(results: RunResults, setup: str, seed: int) -> Counts | None:
    """Return the rows of each language and label in a model's training subset.

    Parameters
    ----------
    results : RunResults
        With the file ``subsets.json``.
    setup, seed
        Of the model.

    Returns
    -------
    mapping or None
        None where they are not known.
    """
    content = results.file("subsets.json").get((setup, seed))
    if content is None:
        return None
    subset = "balanced" if setup.partition("+")[0] == "balanced" else "imbalanced"
    return dict(content["counts"]["train"][subset])


def _on_own_skew(setup: str, measure: Measure) -> Measure:
    """Return a measure that takes the label shares of a setup's training subset for the skew."""

    def on_own_skew(results: RunResults, seed: int) -> Observation | None:
        counts = training_counts(results, setup, seed)
        if counts is None:
            return None
        return measure(dataclasses.replace(results, skew=counts), seed)

    return on_own_skew


@cache
def accuracy(setup: str, minus: str, prior: Prior = "even") -> Measure:
    """Test accuracy of one setup minus another's, under a prior of the first one's own shares.

    Parameters
    ----------
    setup, minus : str
        Setups that share a seed.
    prior : {"even", "training", "reversed"}
        As in `helpers.analysis.label_priors.label_shares`, of the shares that ``setup`` was
        trained with.
    """
    return _on_own_skew(setup, label_priors.accuracy_under(setup, minus, prior))


@cache
def skew_slope(setup: str, minus: str) -> Measure:
    """How far one setup's predictions follow its own training shares, minus how far another's do.

    Where every language has the same shares, it says how far predictions follow the shares of the
    labels over all languages.
    """
    return _on_own_skew(setup, quantities.skew_slope(setup, minus))
