"""How many rows each cell of the two subsets holds (paper, section 2.1, Tables 1 and 5).

A *cell* is one label in one language. Tables of cells have a row for each language and a column
for each label.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import Rule

Skew = Mapping[str, Sequence[float]]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RULES: tuple[str, ...] = get_args(Rule)

_EVEN = 1e-9  # how far from even a share may lie by arithmetic alone
_ROUNDING = 0.002  # how far rounded weights may leave a label's share from uniform


def severity_limit(skew: Skew) -> float:
    """Return the severity at which the smallest weight is 0.

    Examples
    --------
    >>> severity_limit({"fr": [1, 2, 3, 4, 5]}), severity_limit({"fr": [3, 2, 1]})
    (1.5, 2.0)
    """
    weights = _weights(skew)
    smallest = float((weights / weights.mean(axis=1, keepdims=True)).min())
    return float("inf") if smallest >= 1 else round(1 / (1 - smallest), 12)


def skew_shares(skew: Skew, *, severity: float = 1.0, uneven: bool = False) -> pd.DataFrame:
    """Return the share of each label in each language of the imbalanced subset (Table 1).

    Weights may be rounded percentages: labels that come out uneven by less than 0.2 points are
    evened out.

    Parameters
    ----------
    skew : mapping of str to sequence of float
        For each language, a weight for each label.
    severity : float
        The weights become ``1 + severity * (weight / mean - 1)``: 0 is balanced, 1 the skew.
    uneven : bool
        Let labels have other than even shares over all languages, as they do in natural data.

    Returns
    -------
    DataFrame
        Index language, a column for each label's position; each row sums to 1.

    Raises
    ------
    CompanionError
        If a weight is not allowed, the severity is negative or beyond `severity_limit`, or the
        labels would not have equal shares over all languages.

    Examples
    --------
    >>> skew_shares({"fr": [3, 2, 1], "en": [1, 2, 3]}).round(3).loc["fr"].tolist()
    [0.5, 0.333, 0.167]
    """
    weights, limit = _weights(skew), severity_limit(skew)
    if not 0 <= severity <= limit:
        raise CompanionError(
            f"severity {severity:g} is out of range: this skew allows 0 to {limit:g}, where its "
            "smallest weight becomes 0"
        )
    relative = 1 + severity * (weights / weights.mean(axis=1, keepdims=True) - 1)
    shares = np.clip(relative, 0, None) / weights.shape[1]
    marginal = shares.mean(axis=0)
    even = np.allclose(marginal, 1 / len(marginal), atol=_ROUNDING, rtol=0)
    if not even and not uneven:
        worst = int(np.abs(marginal - 1 / len(marginal)).argmax())
        raise CompanionError(
            f"skew gives label number {worst + 1} a share of {marginal[worst]:.1%} over all "
            f"languages: weights must balance out to {1 / len(marginal):.1%} for every label, "
            "so that language and label are each uniform"
        )
    if even:  # what rounded weights leave uneven
        shares = rake(shares)
    return pd.DataFrame(shares, index=pd.Index(list(skew), name="language"))


def excess_shares(skew: Skew) -> Floats:
    """Return how much larger the share of each label is in a language than on average over them.

    Parameters
    ----------
    skew : mapping of str to sequence of float
        For each language, a weight for each label, or its rows.

    Returns
    -------
    array of float, shape (languages, labels)
        Above 0 where a label is over-represented, exactly 0 where it is neither.

    Examples
    --------
    >>> excess_shares({"fr": [3, 1], "en": [1, 3]}).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    weights = np.array([list(row) for row in skew.values()], dtype=float)
    shares = weights / weights.sum(axis=1, keepdims=True)
    excess: Floats = shares - shares.mean(axis=0)
    return np.where(np.abs(excess) < _EVEN, 0.0, excess)


def rare_cell_weights(
    shares: pd.DataFrame, languages: Sequence[str] | pd.Series, labels: Sequence[int] | pd.Series
) -> Floats:
    """Return what each row counts in the accuracy of the cells that are rare in training.

    A cell is rare where it has less than an even share of its language. Each rare cell counts
    alike, and so do the rows of one.

    Parameters
    ----------
    shares : DataFrame
        Of each label (columns, by position) in each language (index) of training.
    languages, labels : sequence
        Of the rows; languages and labels that ``shares`` knows.

    Returns
    -------
    array of float, shape (rows,)
        Sums to 1, or to less where a rare cell has no row.

    Examples
    --------
    >>> shares = skew_shares({"fr": [3, 1], "en": [1, 3]})
    >>> rare_cell_weights(shares, ["fr", "fr", "fr", "en"], [0, 1, 1, 0]).tolist()
    [0.0, 0.25, 0.25, 0.5]
    """
    rare = (shares < 1 / shares.shape[1] - _EVEN).to_numpy(dtype=float)
    cells = shares.index.get_indexer(pd.Index(languages)), np.asarray(labels, dtype=np.intp)
    rows = np.zeros(shares.shape)
    np.add.at(rows, cells, 1)
    weights: Floats = (rare / np.maximum(rows, 1) / max(rare.sum(), 1))[cells]
    return weights


def rake(shares: Floats) -> Floats:
    """Give every language and every label the same share, by iterative proportional fitting.

    What is left of the table is how languages and labels go together: its odds ratios.

    Parameters
    ----------
    shares : array of float, shape (languages, labels)
        Above 0, or with so few zeros that the fit exists.

    Returns
    -------
    array of float, shape (languages, labels)
        Rows sum to 1, and columns have the same sum.

    Examples
    --------
    >>> rake(np.array([[0.6, 0.2], [0.1, 0.1]])).round(3).tolist()
    [[0.634, 0.366], [0.366, 0.634]]
    """
    for _ in range(50):
        shares = shares * (1 / shares.shape[1] / shares.mean(axis=0))
        shares = shares / shares.sum(axis=1, keepdims=True)
    return shares


def cell_sizes(
    skew: Skew,
    *,
    size: int | None = None,
    severity: float = 1.0,
    rule: Rule = "paper",
    rows: Sequence[int] | Integers | None = None,
    table: Floats | None = None,
) -> tuple[Integers, Integers]:
    """Return how many rows of each cell the two subsets hold.

    Parameters
    ----------
    skew, severity
        As in `skew_shares`.
    size : int, optional
        Rows of each subset; rule ``"authors_code"`` comes close to it.
    rule : {"paper", "authors_code"}
        ``"paper"``: the shares times the size, rounded by `round_cells`. ``"authors_code"``:
        ``floor(ratio * n / C) - 1`` with ``n`` rows a language, ``C`` labels and each weight's
        ratio to the largest; balanced cells take the mean ratio (Table 5 comes from it).
    rows : sequence of int, optional
        Rows a language has; what ``"authors_code"`` starts from without a size.
    table : array of float, shape (languages, labels), optional
        The share of all rows that each cell of the imbalanced subset has, in place of what skew
        and severity say; for the paper's rule.

    Returns
    -------
    tuple of two arrays of int, shape (languages, labels)
        Balanced and imbalanced.

    Raises
    ------
    CompanionError
        If the skew, the severity or the size is not allowed, or a table meets the other rule.

    Examples
    --------
    The size of the paper's XNLI training sets (Table 5), from 392,702 pairs a language:

    >>> skew = {"fr": [3, 2, 1], "en": [1, 2, 3]}
    >>> sizes = cell_sizes(skew, rule="authors_code", rows=[392_702, 392_702])
    >>> [int(cells.sum()) for cells in sizes]
    [523596, 523594]
    """
    shares = skew_shares(skew, severity=severity).to_numpy()
    languages, labels = shares.shape
    if size is not None:
        size = check_size(size)
    if rule == "paper":
        if size is None:
            raise CompanionError("size is missing: rule 'paper' needs a number of rows")
        even = np.full(shares.shape, size / shares.size)
        expected = shares * (size / languages) if table is None else table * size
        return round_cells(even), round_cells(expected)
    if table is not None:
        raise CompanionError(f"rule {rule!r} knows no table of shares: use rule 'paper'")
    ratio = shares / shares.max()
    mean = np.full(shares.shape, (1 / labels) / shares.max())
    if size is not None:
        n = np.full((languages, 1), size / (languages * mean[0, 0]))
    elif rows is not None:
        n = np.asarray(rows, dtype=float)[:, None]
    else:
        raise CompanionError("rows is missing: rule 'authors_code' needs the rows a language has")
    # Rounded first, so that 0.6 * 200,000 / 5 is 24,000 and not a hair less.
    balanced, imbalanced = (
        np.maximum(np.floor(np.round(part * n / labels, 6)) - 1, 0).astype(np.int64)
        for part in (mean, ratio)
    )
    return balanced, imbalanced


def own_cells(counts: Integers, size: int | None = None) -> tuple[Integers, Integers]:
    """Return the cells of two subsets without a skew: even ones, and the rows' own distribution.

    Parameters
    ----------
    counts : array of int, shape (languages, labels)
        Rows there are.
    size : int, optional
        Rows of each subset; by default all there are.

    Returns
    -------
    tuple of two arrays of int, shape (languages, labels)
        Even cells, all 0 where one of them has too few rows; and cells in proportion to the counts.

    Raises
    ------
    CompanionError
        If the size is more than all rows.

    Examples
    --------
    >>> [cells.tolist() for cells in own_cells(np.array([[30, 10], [10, 50]]), 40)]
    [[[10, 10], [10, 10]], [[12, 4], [4, 20]]]
    """
    rows = int(counts.sum())
    size = rows if size is None else check_size(size)
    if size > rows:
        raise CompanionError(f"size {size:,}: there are {rows:,} rows, so give at most as many")
    even = round_cells(np.full(counts.shape, size / counts.size, dtype=np.float64))
    if (even > counts).any():
        even = np.zeros_like(even)
    return even, round_cells(np.asarray(counts * (size / rows), dtype=np.float64))


def round_cells(expected: Floats) -> Integers:
    """Round a table so that every cell, every margin and the total are off by less than one.

    Rounding up is a choice of cells whose margins are bounded; among those choices the one with
    the largest remainders is taken.

    Parameters
    ----------
    expected : array of float, shape (languages, labels)
        What the cells would be if rows could be cut; sums to a whole number.

    Returns
    -------
    array of int, shape (languages, labels)
        Each cell rounded down or up.

    Examples
    --------
    >>> round_cells(np.full((2, 3), 10 / 6)).sum(axis=1).tolist()
    [5, 5]
    """
    expected = np.round(np.asarray(expected, dtype=float), 9)
    floor = np.floor(expected)
    remainder = expected - floor
    languages, labels = expected.shape
    members = np.vstack(
        [
            np.kron(np.eye(languages), np.ones(labels)),  # rows of the table
            np.kron(np.ones(languages), np.eye(labels)),  # columns
            np.ones((1, expected.size)),  # the total
        ]
    )
    margin = np.round(members @ expected.ravel(), 6)
    kept = members @ floor.ravel()
    solution = milp(
        -remainder.ravel(),
        integrality=np.ones(expected.size, dtype=np.int64),
        bounds=Bounds(0, (remainder > 0).ravel().astype(float)),
        constraints=LinearConstraint(members, np.floor(margin) - kept, np.ceil(margin) - kept),
    )
    rounded_up: Floats = np.asarray(solution.x, dtype=float).reshape(expected.shape)
    return (floor + rounded_up.round()).astype(np.int64)


def check_size(size: Any) -> int:
    """Return a number of rows, or refuse it."""
    if isinstance(size, bool) or size != int(size) or size < 1:
        raise CompanionError(f"size {size!r}: give a whole number of at least 1")
    return int(size)


def _weights(skew: Skew) -> Floats:
    lengths = {len(weights) for weights in skew.values()}
    if len(lengths) != 1 or not min(lengths):
        raise CompanionError("skew needs at least one language, and as many weights for each")
    weights = np.array([list(row) for row in skew.values()], dtype=float)
    for language, row in zip(skew, weights, strict=True):
        if not np.isfinite(row).all() or (row < 0).any() or not row.any():
            raise CompanionError(
                f"skew of language {language!r} is {list(skew[language])}: weights must be "
                "numbers of at least 0, not all 0"
            )
    return weights
