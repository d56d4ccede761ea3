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
