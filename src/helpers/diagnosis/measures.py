"""Measures of a joint table: how strongly language and label go together.

Tables of counts have a row for each language and a column for each label.
"""

import math

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def phi_squared(tables: npt.NDArray[np.generic]) -> Floats:
    """Return chi-squared over the number of rows: Cohen's w squared.

    Parameters
    ----------
    tables : array, shape (..., languages, labels)
        Counts or shares.
    """
    shares = np.asarray(tables, dtype=float)
    shares = shares / shares.sum(axis=(-2, -1), keepdims=True)
    expected = shares.sum(axis=-1, keepdims=True) * shares.sum(axis=-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(expected > 0, (shares - expected) ** 2 / expected, 0.0)
    total: Floats = parts.sum(axis=(-2, -1))
    return total


def cramers_v(tables: npt.NDArray[np.generic], *, rows_per_unit: float | None = 1.0) -> Floats:
    """Return Cramér's V of one table, or of many.

    Parameters
    ----------
    tables : array, shape (..., languages, labels)
        Counts.
    rows_per_unit : float or None
        Rows that carry as much as one independent row (the design effect), for the correction of
        the bias (Bergsma 2013). None: uncorrected.

    Examples
    --------
    >>> table = np.array([[30, 10], [10, 30]])
    >>> cramers_v(table, rows_per_unit=None).round(3), cramers_v(table).round(3)
    (np.float64(0.5), np.float64(0.49))
    """
    counts = np.asarray(tables, dtype=float)
    rows = counts.sum(axis=(-2, -1))
    squared = phi_squared(counts)
    smaller = np.full(rows.shape, min(counts.shape[-2:]) - 1.0)
    if rows_per_unit is not None:
        squared, smaller = corrected(squared, rows, counts.shape, rows_per_unit)
    value: Floats = np.sqrt(np.clip(squared / smaller, 0, 1))
    return value


def v_of_w_1(shape: tuple[int, ...]) -> float:
    """Return the V of Cohen's w = 1: ``V = w / sqrt(min(languages, labels) - 1)``."""
    return 1 / math.sqrt(min(shape[-2:]) - 1)


def mutual_information(tables: npt.NDArray[np.generic]) -> Floats:
    """Return the mutual information of language and label in nats, as counted.

    Examples
    --------
    >>> round(float(mutual_information(np.array([[5, 0], [0, 5]]))), 4)  # ln 2
    0.6931
    """
    counts = np.asarray(tables, dtype=float)
    shares = counts / counts.sum(axis=(-2, -1), keepdims=True)
    joint = _plogp(shares).sum(axis=(-2, -1))
    margins = _plogp(shares.sum(axis=-1)).sum(axis=-1) + _plogp(shares.sum(axis=-2)).sum(axis=-1)
    found: Floats = np.maximum(joint - margins, 0.0)
    return found


def adjusted_for_chance(information: float, by_chance: float, counts: Integers) -> float:
    """Return mutual information without what chance adds, at least 0.

    It is 0 at the mean of chance and stays as it is at the most that the margins allow (Vinh, Epps
    and Bailey 2010, whose adjusted score times that maximum it is).

    Parameters
    ----------
    information : float
        Of the table.
    by_chance : float
        Mean over tables with the same margins and rows dealt at random.
    counts : array of int, shape (languages, labels)
        The table.
    """
    most = min(entropy(counts.sum(axis=1)), entropy(counts.sum(axis=0)))
    if by_chance >= most:
        return 0.0
    return max((information - by_chance) / (most - by_chance), 0.0) * most


def adjusted_residuals(counts: Integers) -> Floats:
    """Return each cell's adjusted standardised residual: standard deviations from independence.

    Examples
    --------
    >>> adjusted_residuals(np.array([[30, 10], [10, 30]])).round(2).tolist()
    [[4.47, -4.47], [-4.47, 4.47]]
    """
    shares = counts / counts.sum()
    row, column = shares.sum(axis=1, keepdims=True), shares.sum(axis=0, keepdims=True)
    expected = row * column
    spread = np.sqrt(expected * (1 - row) * (1 - column) / counts.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals: Floats = np.where(spread > 0, (shares - expected) / spread, 0.0)
    return residuals


def guessing_gain(tables: npt.NDArray[np.int64]) -> Floats:
    """Return what each language's most frequent label adds to the accuracy of a guess."""
    best = tables.max(axis=-1).sum(axis=-1) - tables.sum(axis=-2).max(axis=-1)
    return np.asarray(best / tables.sum(axis=(-2, -1)), dtype=float)


def degrees_of_freedom(counts: Integers) -> int:
    """Return the degrees of freedom of the test of independence."""
    languages, labels = counts.shape
    return int((languages - 1) * (labels - 1))


def corrected(
    squared: Floats, rows: Floats, shape: tuple[int, ...], scale: float
) -> tuple[Floats, Floats]:
    """Return phi squared and the smaller dimension less one, both corrected for bias."""
    languages, labels = shape[-2:]
    effective = np.maximum(rows / max(scale, 1e-9) - 1, 1e-9)
    dimensions = [size - 1 - (size - 1) ** 2 / effective for size in (languages, labels)]
    without_bias = np.maximum(squared - (languages - 1) * (labels - 1) / effective, 0.0)
    return without_bias, np.maximum(np.minimum(*dimensions), 1e-9)


def entropy(counts: Integers) -> float:
    """Return the entropy in nats of some counts."""
    return float(-_plogp(counts / counts.sum()).sum())


def _plogp(shares: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
