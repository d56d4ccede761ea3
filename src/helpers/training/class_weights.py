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
    return weights_of_cells(cell_counts(languages, labels))


def cell_counts(
    languages: Sequence[Any] | pd.Series, labels: Sequence[Any] | pd.Series
) -> pd.DataFrame:
    """Return how many rows each cell has: a row for each language, a column for each label.

    Raises
    ------
    CompanionError
        If the lengths differ or there are no rows.
    """
    frame = _rows(languages, labels)
    return pd.crosstab(frame["language"], frame["label"])


def weights_of_cells(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of eq. 2 for some counts, as `per_language_class_weights` has them.

    Raises
    ------
    CompanionError
        If a cell is empty; the message names it.

    Examples
    --------
    >>> weights_of_cells(pd.DataFrame({"bad": [1], "good": [3]}, index=["en"])).round(3)
        bad   good
    en  2.0  0.667
    """
    check_cells(counts, "its class weight (eq. 2)")
    per_language = counts.sum(axis=1)
    return (1 / counts).mul(per_language / counts.shape[1], axis=0)


def check_cells(counts: pd.DataFrame, what: str) -> None:
    """Refuse counts with an empty cell.

    Raises
    ------
    CompanionError
        Naming the first empty cell, and what is undefined for it.
    """
    empty = np.argwhere(counts.to_numpy() == 0)
    if len(empty):
        language, label = counts.index[empty[0, 0]], counts.columns[empty[0, 1]]
        raise CompanionError(
            f"language {language!r} has no row of label {label}: {what} is undefined; every "
            f"language needs a row of each of {list(counts.columns)}"
        )


def of_mean_one(weights: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return weights that have mean 1 over the rows of each language.

    Examples
    --------
    >>> counts = pd.DataFrame({"bad": [1], "good": [3]}, index=["en"])
    >>> of_mean_one(pd.DataFrame({"bad": [3.0], "good": [1.0]}, index=["en"]), counts)
        bad      good
    en  2.0  0.666667
    """
    means = (weights * counts).sum(axis=1) / counts.sum(axis=1)
    return weights.div(means, axis=0)


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
    return of_rows(per_language_class_weights(languages, labels), languages, labels)


def of_rows(
    table: pd.DataFrame,
    languages: Sequence[Any] | pd.Series,
    labels: Sequence[Any] | pd.Series,
) -> np.ndarray:
    """Return each row's value in a table of cells, shape ``(rows,)``, float32."""
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
