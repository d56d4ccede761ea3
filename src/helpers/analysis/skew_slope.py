"""How far predictions follow the skew of the training set (paper, section 4.1, Table 2).

Over the cells of language group and label, regress the predicted share on the share the label has
in the imbalanced training subset. The slope is 0 where predictions ignore the skew and 1 where they
repeat it. It is linear in the predictions, hence the mean of row scores; whatever holds for means
(pairs, seeds, resampling by source row) holds for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.predictions import skew_groups
from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Skew = Mapping[str, Sequence[float]]


def skew_scores(predictions: pd.DataFrame, *, skew: Skew) -> Floats:
    """Return a score for each row; their mean is the slope.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``language`` and ``predicted`` (label index), a row for each test text.
    skew : mapping of str to sequence of float
        For each language, a weight for each label.

    Returns
    -------
    array, shape (rows,)
        The scores.

    Raises
    ------
    CompanionError
        If the skew is uniform, so that there is nothing to follow, or lacks a language.

    Examples
    --------
    French predictions are 3 to 1, as French training rows are, and English ones 1 to 3:

    >>> predicted = [0, 0, 0, 1, 0, 1, 1, 1]
    >>> rows = pd.DataFrame({"language": ["fr"] * 4 + ["en"] * 4, "predicted": predicted})
    >>> float(skew_scores(rows, skew={"fr": [3, 1], "en": [1, 3]}).mean())
    1.0
    """
    weights = _contrast(skew)
    group = _group_codes(predictions, skew)
    rows_of_group = np.bincount(group, minlength=len(weights))
    scores: Floats = weights[group, predictions["predicted"].to_numpy()]
    return scores * len(group) / rows_of_group[group]


def skew_permutation_test(
    predictions: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    skew: Skew,
    permutations: int = 2000,
    seed: int = 0,
) -> float:
    """Test whether one model follows the skew more than another does, by permutation.

    The difference of their slopes is compared with what it becomes when test texts are assigned to
    the language groups at random. A source row whose texts lie in several groups has its groups
    permuted; the others are shuffled among source rows of the same gold label.

    Parameters
    ----------
    predictions, reference : DataFrame
        Columns ``group``, ``language``, ``label`` and ``predicted``; the same rows in the same
        order. ``reference`` is the balanced model.
    skew : mapping of str to sequence of float
        For each language, a weight for each label.
    permutations : int
        Number of random assignments.
    seed : int
        Seed of the assignments.

    Returns
    -------
    float
        One-sided p-value: the share of assignments with at least the observed difference.

    Raises
    ------
    CompanionError
        If the two frames do not hold the same rows, or as in `skew_scores`.
    """
    keys = ["group", "language", "label"]
    if len(predictions) != len(reference) or not np.array_equal(
        predictions[keys].to_numpy(), reference[keys].to_numpy()
    ):
        raise CompanionError("predictions and reference must hold the same rows in the same order")
    generator = np.random.default_rng(seed)
    weights, observed_group = _contrast(skew), _group_codes(predictions, skew)
    # What a row would add to the difference in each of the language groups.
    gain = (
        weights[:, predictions["predicted"].to_numpy()]
        - weights[:, reference["predicted"].to_numpy()]
    ).T
    every_row, n_groups = np.arange(len(gain)), len(weights)

    def difference(group: Codes) -> float:
        sums = np.bincount(group, weights=gain[every_row, group], minlength=n_groups)
        return float((sums / np.maximum(np.bincount(group, minlength=n_groups), 1)).sum())

    unit = pd.factorize(predictions["group"])[0]
    of_unit = pd.Series(observed_group).groupby(unit)
    single = (of_unit.min() == of_unit.max()).to_numpy()
    first_row = np.unique(unit, return_index=True)[1]
    label = pd.factorize(predictions["label"].to_numpy()[first_row])[0]
    shuffled_units = [np.flatnonzero(single & (label == code)) for code in np.unique(label)]
    permuted_units = np.flatnonzero(~single)

    names = np.tile(np.arange(n_groups), (len(first_row), 1))  # new name of each unit's groups
    observed, at_least = difference(observed_group), 0
    for _ in range(permutations):
        names[permuted_units] = generator.permuted(names[permuted_units], axis=1)
        for units in shuffled_units:
            drawn = generator.permutation(observed_group[first_row[units]])
            names[units] = drawn[:, None]
        at_least += difference(names[unit, observed_group]) >= observed - 1e-12
    return (at_least + 1) / (permutations + 1)


def _contrast(skew: Skew) -> Floats:
    """Return the weight of a prediction in the slope, shape (language groups, labels)."""
    language_of = {group: language for language, group in skew_groups(skew).items()}
    shares = np.array([list(skew[language]) for language in language_of.values()], dtype=float)
    shares /= shares.sum(axis=1, keepdims=True)
    centred: Floats = shares - 1 / shares.shape[1]
    squares = float((centred**2).sum())
    if squares < 1e-12:
        raise CompanionError("skew is uniform: predictions cannot follow it")
    return centred / squares


def _group_codes(predictions: pd.DataFrame, skew: Skew) -> Codes:
    group_of = skew_groups(skew)
    names = list(dict.fromkeys(group_of.values()))
    codes: dict[Any, int] = {language: names.index(name) for language, name in group_of.items()}
    unknown = sorted(set(predictions["language"]) - set(codes), key=str)
    if unknown:
        raise CompanionError(
            f"predictions hold language {unknown[0]!r}, which the skew lacks: it has "
            f"{', '.join(codes)}"
        )
    return predictions["language"].map(codes).to_numpy(dtype=np.intp)
