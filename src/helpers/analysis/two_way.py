"""An interval for other seeds *and* other test rows: seeds crossed with source rows.

Every seed's models are tested on the same rows. A t-interval over seeds is therefore about further
seeds on *these* rows. Further rows add a variance of their own, which the two-way analysis of
variance separates from that of seeds (random effects; Satterthwaite 1946 for the degrees of
freedom).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.statistics import Mean
from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """What the variance of a mean over seeds and rows is made of.

    Parameters
    ----------
    seeds, rows, both : float
        Variance of the mean from seeds alone, from rows alone, and from what neither explains.
    """

    seeds: float
    rows: float
    both: float


def over_seeds_and_rows(
    differences: npt.ArrayLike, groups: Sequence[Any] | pd.Series
) -> tuple[Mean, Components]:
    """Return a mean with its uncertainty over seeds and source rows, and what that is made of.

    Parameters
    ----------
    differences : array, shape (seeds, rows)
        Row by row, what one setup scores minus what the other scores, for each shared seed.
    groups : sequence, length rows
        Source row of each; rows that share one are not independent.

    Returns
    -------
    tuple of Mean and Components
        The interval of the first is for other seeds and other rows.

    Raises
    ------
    CompanionError
        If there are fewer than two seeds or source rows, or the lengths differ.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(0.3, 1, size=(4, 500))
    >>> found, parts = over_seeds_and_rows(rows, range(500))
    >>> low, high = found.interval()
    >>> low < 0.3 < high
    True
    """
    values = np.asarray(differences, dtype=float)
    if values.ndim != 2 or len(values) < 2 or values.shape[1] != len(groups):
        raise CompanionError(
            "differences: need two seeds or more, and a source row for each row; got "
            f"{values.shape} and {len(groups)}"
        )
    codes = pd.factorize(np.asarray(groups))[0]
    n_seeds, n_groups = len(values), int(codes.max()) + 1
    if n_groups < 2:
        raise CompanionError(f"groups: need two source rows, got {n_groups}")
    of_seed, of_row, mean = values.mean(axis=1), values.mean(axis=0), float(values.mean())
    residual = values - of_seed[:, None] - of_row[None, :] + mean
    # Each of the first two holds the third once more: it is what a mean over seeds, or over rows,
    # leaves of it.
    seeds = float(of_seed.var(ddof=1)) / n_seeds
    rows = _variance_of_mean(of_row - mean, codes)
    both = sum(_variance_of_mean(one, codes) for one in residual) / (n_seeds * (n_seeds - 1))
    total = max(seeds + rows - both, seeds)
    if total == 0:  # no row and no seed differs from another
        return Mean(mean, 0.0, float(n_seeds - 1)), Components(0.0, 0.0, 0.0)
    freedom = total**2 / (
        seeds**2 / (n_seeds - 1)
        + rows**2 / (n_groups - 1)
        + both**2 / ((n_seeds - 1) * (n_groups - 1))
    )
    components = Components(max(seeds - both, 0.0), max(rows - both, 0.0), both)
    return Mean(mean, total**0.5, freedom), components


def _variance_of_mean(deviations: Floats, codes: npt.NDArray[np.intp]) -> float:
    """Return the variance of a mean over rows whose source rows are drawn together."""
    sums = np.bincount(codes, weights=deviations)
    n = len(sums)
    return float((sums**2).sum()) / len(deviations) ** 2 * n / (n - 1)
