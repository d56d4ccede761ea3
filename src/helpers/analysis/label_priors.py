"""Accuracy under other shares of labels than the test set's.

The test set has every label equally often in every language. Whoever uses a model may have texts
that are skewed as the training texts were, or the other way round. Weighting each test row by how
frequent its language and label would be there gives the accuracy on such texts from the same
predictions, as long as the texts of a label stay what they are (label shift).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.quantities import Measure, Observation, RunResults, accuracy, mean_over_rows
from helpers.data.cells import skew_shares
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

Floats = npt.NDArray[np.float64]
Skew = Mapping[str, Sequence[float]]
Prior = Literal["even", "training", "reversed"]
PRIORS: tuple[Prior, ...] = get_args(Prior)


def label_shares(skew: Skew, prior: Prior) -> pd.DataFrame | None:
    """Return the share of each label in each language.

    Parameters
    ----------
    skew : mapping of str to sequence of float
        For each language, the weight of each label in the imbalanced training subset.
    prior : {"even", "training", "reversed"}
        ``"training"``: the imbalanced subset's. ``"reversed"``: as far from even, on the other
        side; with two equally large groups of languages, each has the other's shares.

    Returns
    -------
    DataFrame or None
        Index language, a column for each label's position; rows sum to 1. None where a skew cannot
        be reversed, since a label has more than twice an even share.

    Raises
    ------
    CompanionError
        If there is no such prior.

    Examples
    --------
    >>> label_shares({"fr": [3, 2, 1], "en": [1, 2, 3]}, "reversed").round(3).loc["fr"].tolist()
    [0.167, 0.333, 0.5]
    """
    check_choice("prior", prior, PRIORS)
    if prior == "even":
        return skew_shares(skew, severity=0.0)
    shares = skew_shares(skew, uneven=True)
    if prior == "training":
        return shares
    mirrored = (2 / shares.shape[1] - shares).mask(lambda share: share.abs() < 1e-12, 0.0)
    return None if (mirrored < 0).to_numpy().any() else mirrored


def prior_weights(predictions: pd.DataFrame, *, skew: Skew, prior: Prior) -> Floats | None:
    """Return a weight for each test row; the weighted mean over rows is the mean under a prior.

    Languages keep equal shares.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``language`` and ``label`` (label index), a row for each test text.
    skew, prior
        As in `label_shares`.

    Returns
    -------
    array, shape (rows,), or None
        With mean 1. None where the prior does not exist, or asks for a label of which a language
        has no row.

    Raises
    ------
    CompanionError
        If a row's language is not in the skew.

    Examples
    --------
    >>> rows = pd.DataFrame({"language": ["fr", "fr", "en", "en"], "label": [0, 1, 0, 1]})
    >>> prior_weights(rows, skew={"fr": [3, 1], "en": [1, 3]}, prior="training").tolist()
    [1.5, 0.5, 0.5, 1.5]
    """
    shares = label_shares(skew, prior)
    if shares is None:
        return None
    language = shares.index.get_indexer(pd.Index(predictions["language"]))
    if (language < 0).any():
        unknown = predictions["language"].to_numpy()[language < 0][0]
        raise CompanionError(
            f"predictions hold language {unknown!r}, which the skew lacks: it has {', '.join(skew)}"
        )
    label = predictions["label"].to_numpy(dtype=np.intp)
    rows = np.zeros(shares.shape)
    np.add.at(rows, (language, label), 1)
    wanted = shares.to_numpy() * (len(predictions) / len(shares))
    if ((wanted > 0) & (rows == 0)).any():
        return None
    weights: Floats = (wanted / np.maximum(rows, 1))[language, label]
    return weights


def weighted_accuracy(predictions: pd.DataFrame, *, skew: Skew, prior: Prior) -> float | None:
    """Return a model's accuracy under a prior; arguments and None as in `prior_weights`.

    Examples
    --------
    A model that answers from the language alone:

    >>> rows = pd.DataFrame({"language": ["fr", "fr", "en", "en"], "label": [0, 1, 0, 1]})
    >>> rows["predicted"] = [0, 0, 1, 1]
    >>> skew = {"fr": [3, 1], "en": [1, 3]}
    >>> [weighted_accuracy(rows, skew=skew, prior=prior) for prior in PRIORS]
    [0.5, 0.75, 0.25]
    """
    weights = prior_weights(predictions, skew=skew, prior=prior)
    if weights is None:
        return None
    right = (predictions["label"] == predictions["predicted"]).to_numpy()
    return float((weights * right).mean())


@cache
def accuracy_under(setup: str, minus: str, prior: Prior) -> Measure:
    """Accuracy of one setup minus another's, under a prior; even shares give the plain accuracy.

    Parameters
    ----------
    setup, minus : str
        Setups that share a seed.
    prior : {"even", "training", "reversed"}
        As in `label_shares`.
    """
    plain = accuracy(setup, minus)

    def measure(results: RunResults, seed: int) -> Observation | None:
        found = plain(results, seed)
        if found is None or found.rows is None:
            return None
        # The rows of `accuracy` are sorted by id.
        frame = results.predictions[setup, seed].sort_values("id", ignore_index=True)
        weights = prior_weights(frame, skew=results.skew, prior=prior)
        return None if weights is None else mean_over_rows(weights * found.rows, frame["group"])

    return measure
