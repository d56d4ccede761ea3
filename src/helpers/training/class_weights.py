"""Per-language class weights (paper, section 2.4, eq. 2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.foundation.errors import CompanionError


def per_language_class_weights(
    languages: Sequence[Any] | pd.Series, labels: Sequence[Any] | pd.Series
) -> pd.DataFrame:
    """Return the weight of every (language, label) cell.

    ``w[l, c] = n[l] / (C * n[l, c])``: scikit-learn's "balanced" class weights, computed for each
    language on its own (paper, eq. 2). Over the rows of a language the weights have mean 1.

    Parameters
    ----------
    languages, labels : sequence
        One entry per training row.

    Returns
    -------
    pandas.DataFrame
        One row per language, one column per label, both sorted.

    Raises
    ------
    CompanionError
        If the lengths differ, there are no rows, or a language has no row of a label: its weight
        would be infinite. The message names the cell.

    Examples
    --------
    >>> per_language_class_weights(["en"] * 4, ["bad", "good", "good", "good"]).round(3)
    label     bad   good
    language
    en        2.0  0.667
    """
    frame = _rows(languages, labels)
    return weights_of_counts(pd.crosstab(frame["language"], frame["label"]))


def weights_of_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of every cell from the rows that it has: eq. 2 itself.

    Parameters
    ----------
    counts : DataFrame
        One row per language, one column per label.

    Raises
    ------
    CompanionError
        If a cell is empty; the message names it.

    Examples
    --------
    >>> weights_of_counts(pd.DataFrame({"bad": [1], "good": [3]}, index=["en"])).round(3)
        bad   good
    en  2.0  0.667
    """
    empty = np.argwhere(counts.to_numpy() == 0)
    if len(empty):
        language, label = counts.index[empty[0, 0]], counts.columns[empty[0, 1]]
        raise CompanionError(
            f"language {language!r} has no row of label {label}: its class weight (eq. 2) is "
            f"undefined; every language needs a row of each of {list(counts.columns)}"
        )
    per_language = counts.sum(axis=1)
    return (1 / counts).mul(per_language / counts.shape[1], axis=0)


def row_weights(
    languages: Sequence[Any] | pd.Series, labels: Sequence[Any] | pd.Series
) -> np.ndarray:
    """Return each training row's class weight, shape ``(rows,)``, float32.

    Raises
    ------
    CompanionError
        As `per_language_class_weights`.

    Examples
    --------
    >>> row_weights(["en", "en", "en", "en"], [0, 1, 1, 1]).round(3).tolist()
    [2.0, 0.6669999957084656, 0.6669999957084656, 0.6669999957084656]
    """
    table = per_language_class_weights(languages, labels)
    frame = _rows(languages, labels)
    rows = table.index.get_indexer(pd.Index(frame["language"]))
    columns = table.columns.get_indexer(pd.Index(frame["label"]))
    return table.to_numpy()[rows, columns].astype(np.float32)


def _rows(languages: Sequence[Any] | pd.Series, labels: Sequence[Any] | pd.Series) -> pd.DataFrame:
    if len(languages) != len(labels) or len(languages) == 0:
        raise CompanionError(
            f"languages and labels need one entry per row: got {len(languages)} languages and "
            f"{len(labels)} labels"
        )
    return pd.DataFrame({"language": np.asarray(languages), "label": np.asarray(labels)})
