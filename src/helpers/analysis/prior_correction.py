"""Correcting a model for the shares of labels it was trained on, without training.

A classifier trained on skewed texts has the skew in its probabilities. As long as the texts of a
label stay what they are (label shift), Bayes' rule takes it out: divide each probability by the
label's share in training, multiply it by its share where the model is used, and let the row sum to
1 again. Where the new shares are unknown, they follow from the model's probabilities of unlabelled
texts by expectation maximisation (Saerens, Latinne and Decaestecker 2002). Here both are done
language by language.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.label_priors import Skew, label_shares
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

Floats = npt.NDArray[np.float64]
Target = Literal["even", "estimated"]
TARGETS: tuple[Target, ...] = get_args(Target)

_MOST_STEPS = 10_000
_SMALLEST_STEP = 1e-10


def change_shares(
    probabilities: npt.ArrayLike, *, old: npt.ArrayLike, new: npt.ArrayLike
) -> Floats:
    """Return probabilities under other shares of the labels.

    Parameters
    ----------
    probabilities : array, shape (rows, labels)
        From a model trained where the labels have the shares ``old``.
    old, new : array, shape (labels,)
        Shares of the labels; ``old`` above 0.

    Examples
    --------
    >>> change_shares([[0.75, 0.25]], old=[0.75, 0.25], new=[0.5, 0.5]).tolist()
    [[0.5, 0.5]]
    """
    before, after = np.asarray(old, dtype=float), np.asarray(new, dtype=float)
    if (before <= 0).any():
        raise CompanionError(
            f"old: a label has the share {before.min():g} in training; a correction divides by it, "
            "so it must be above 0"
        )
    weighted = np.asarray(probabilities, dtype=float) * (after / before)
    changed: Floats = weighted / weighted.sum(axis=1, keepdims=True)
    return changed


def estimated_shares(
    probabilities: npt.ArrayLike, *, old: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Floats:
    """Return the shares of the labels in unlabelled texts, by expectation maximisation.

    Parameters
    ----------
    probabilities : array, shape (rows, labels)
        Of the texts, from a model trained where the labels have the shares ``old``.
    old : array, shape (labels,)
        Above 0.
    weights : array, shape (rows,), optional
        How often each text counts.

    Returns
    -------
    array, shape (labels,)
        The shares under which the texts are most likely, given the model.

    Examples
    --------
    A model that is sure of every text is believed:

    >>> estimated_shares(np.eye(2)[[0, 0, 0, 1]], old=[0.5, 0.5]).round(6).tolist()
    [0.75, 0.25]
    """
    shares: Floats = np.asarray(old, dtype=float)
    counted = None if weights is None else np.asarray(weights, dtype=float)
    for _ in range(_MOST_STEPS):
        changed = change_shares(probabilities, old=old, new=shares)
        following: Floats = np.average(changed, axis=0, weights=counted)
        if float(np.abs(following - shares).max()) < _SMALLEST_STEP:
            return following
        shares = following
    return shares


def correct(
    predictions: pd.DataFrame,
    *,
    labels: Sequence[str],
    skew: Skew,
    target: Target = "even",
    weights: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return predictions corrected language by language for the training subset's label shares.

    Parameters
    ----------
    predictions : DataFrame
        As in ``predictions.parquet``: ``language``, ``predicted`` and ``p_<label>`` of a model that
        was trained on the imbalanced subset.
    labels : sequence of str
        Label names, in label order.
    skew : mapping of str to sequence of float
        For each language, the weight of each label in the imbalanced subset.
    target : {"even", "estimated"}
        The shares corrected to: even ones, or those estimated from the same texts without labels.
    weights : array, shape (rows,), optional
        How often each text counts in the estimate.

    Returns
    -------
    DataFrame
        The same with other ``predicted`` and ``p_<label>``.

    Raises
    ------
    CompanionError
        If the target is unknown, or a label of a language has no row in training.

    Examples
    --------
    >>> rows = pd.DataFrame({"language": ["fr"], "predicted": [0], "p_no": [0.6], "p_yes": [0.4]})
    >>> skew = {"fr": [3, 1], "en": [1, 3]}
    >>> correct(rows, labels=["no", "yes"], skew=skew)["predicted"].tolist()
    [1]
    """
    check_choice("target", target, TARGETS)
    training, even = label_shares(skew, "training"), label_shares(skew, "even")
    assert training is not None and even is not None  # only a reversed skew may not exist
    columns = [f"p_{label}" for label in labels]
    probabilities = predictions[columns].to_numpy(dtype=float)
    changed = np.empty_like(probabilities)
    for language in predictions["language"].unique():
        rows = (predictions["language"] == language).to_numpy()
        old, new = (shares.loc[language].to_numpy() for shares in (training, even))
        if target == "estimated":
            counted = None if weights is None else np.asarray(weights, dtype=float)[rows]
            new = estimated_shares(probabilities[rows], old=old, weights=counted)
        changed[rows] = change_shares(probabilities[rows], old=old, new=new)
    corrected = predictions.assign(predicted=changed.argmax(axis=1))
    corrected[columns] = changed
    return corrected


def marginal_class_weights(counts: Mapping[str, Sequence[int]]) -> Floats:
    """Return the common class weights, which do not know languages: rows / (labels × rows of it).

    Parameters
    ----------
    counts : mapping of str to sequence of int
        For each language, how many rows each label has (``subsets.json``).

    Examples
    --------
    A skew whose labels are even over all languages leaves them nothing to do:

    >>> marginal_class_weights({"fr": [30, 20, 10], "en": [10, 20, 30]}).tolist()
    [1.0, 1.0, 1.0]
    """
    of_label = np.array(list(counts.values()), dtype=float).sum(axis=0)
    weights: Floats = of_label.sum() / (len(of_label) * of_label)
    return weights
