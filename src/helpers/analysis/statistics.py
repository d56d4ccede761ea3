"""How sure we are: means with their uncertainty, over seeds, data sets or source rows.

Verdicts rest on seeds alone (`over_seeds`, `over_data_sets`): a seed changes the training sample,
the head, dropout and the order, and is shared by the setups. Test rows, of which translations and
shared premises are not independent, have an interval of their own (`over_groups`), which describes
a table's number and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """A mean whose uncertainty follows Student's *t*.

    Parameters
    ----------
    value, error : float
        The mean and its standard error.
    freedom : float
        Degrees of freedom.
    """

    value: float
    error: float
    freedom: float

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the two-sided interval of some coverage."""
        if not 0 < confidence < 1:
            raise CompanionError(f"confidence {confidence:g}: give a number between 0 and 1")
        half = float(stats.t.ppf((1 + confidence) / 2, self.freedom)) * self.error
        return self.value - half, self.value + half

    def p_above(self, bound: float) -> float:
        """Return the one-sided p-value of the true mean lying above a bound.

        Examples
        --------
        >>> round(Mean(2.0, 1.0, 10).p_above(0.0), 3), Mean(2.0, 0.0, 1).p_above(0.0)
        (0.037, 0.0)
        """
        if self.error == 0:
            return 0.0 if self.value > bound else 1.0
        return float(stats.t.sf((self.value - bound) / self.error, self.freedom))

    def p_below(self, bound: float) -> float:
        """Return the one-sided p-value of the true mean lying below a bound."""
        return Mean(-self.value, self.error, self.freedom).p_above(-bound)


def over_seeds(differences: npt.ArrayLike) -> Mean:
    """Return the mean of paired differences, one for each seed.

    Raises
    ------
    CompanionError
        If there are fewer than two seeds: one has no spread.

    Examples
    --------
    >>> found = over_seeds([0.02, 0.03, 0.04])
    >>> round(found.value, 3), [round(bound, 3) for bound in found.interval()]
    (0.03, [0.005, 0.055])
    """
    values = _finite(differences, "differences")
    if len(values) < 2:
        raise CompanionError(f"differences: a t-interval needs two seeds, got {len(values)}")
    return Mean(float(values.mean()), float(stats.sem(values)), len(values) - 1)


def over_data_sets(differences: Sequence[npt.ArrayLike]) -> Mean:
    """Return the mean over data sets of their means over seeds.

    The standard error is Welch's, since spreads differ between data sets, and the degrees of
    freedom are Satterthwaite's. It speaks of these data sets, not of others.

    Parameters
    ----------
    differences : sequence of arrays
        For each data set, what `over_seeds` takes.

    Examples
    --------
    With two data sets it is Welch's test, but for the factor one half and a sign:

    >>> one, other = [0.1, 0.2, 0.4], [-0.3, -0.1, -0.3, -0.2]
    >>> found = over_data_sets([one, np.negative(other)])
    >>> welch = stats.ttest_ind(one, other, equal_var=False)
    >>> bool(np.isclose(2 * found.p_above(0.0), welch.pvalue))
    True
    """
    means = [over_seeds(values) for values in differences]
    variances = np.array([each.error**2 for each in means])
    freedom = np.array([each.freedom for each in means])
    total = float(variances.sum())
    return Mean(
        float(np.mean([each.value for each in means])),
        total**0.5 / len(means),
        total**2 / float((variances**2 / freedom).sum()) if total > 0 else float(freedom.sum()),
    )


def upper_spread(differences: npt.ArrayLike) -> float:
    """Return an upper bound of the standard deviation between seeds.

    A standard deviation from few seeds is itself unsure; this is the bound that the true one lies
    below with a confidence of 80 % (chi-square).

    Examples
    --------
    >>> round(upper_spread([1.0, 2.0, 3.0]), 2)
    2.12
    """
    values = _finite(differences, "differences")
    freedom = len(values) - 1
    return float(values.std(ddof=1) * (freedom / stats.chi2.ppf(1 - 0.8, freedom)) ** 0.5)


def borrowed_margin(differences: npt.ArrayLike, *, confidence: float = 0.95) -> float:
    """Return how far from a bound a single number must lie that comes without an interval.

    It is the half width of the interval in which one more seed falls, given the spread of ours.

    Examples
    --------
    >>> round(borrowed_margin([0.01, 0.02, 0.03]), 3)
    0.05
    """
    values = _finite(differences, "differences")
    quantile = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1))
    return float(quantile * values.std(ddof=1) * (1 + 1 / len(values)) ** 0.5)


def holm(p_values: npt.ArrayLike) -> Floats:
    """Return p-values corrected for their number (Holm 1979); NaN stays NaN and counts for none.

    Examples
    --------
    >>> holm([0.01, 0.04, float("nan")]).tolist()
    [0.02, 0.04, nan]
    """
    values = np.asarray(p_values, dtype=float)
    corrected = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    if known.any():
        from statsmodels.stats.multitest import multipletests  # a second to load

        corrected[known] = multipletests(values[known], method="holm")[1]
    return corrected


# --- rows -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RowMean:
    """A mean over rows, its bootstrap interval, and how many source rows it rests on."""

    estimate: float
    ci_low: float
    ci_high: float
    groups: int


def over_groups(
    differences: npt.ArrayLike,
    groups: Sequence[Any] | pd.Series,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> RowMean:
    """Return a mean over rows with its 95 % bootstrap interval (BCa), resampling source rows.

    Whole groups are drawn, so rows that share one stay together.

    Parameters
    ----------
    differences : array, shape (rows,)
        Row by row, what one model scores minus what the other scores on the same row.
    groups : sequence, length rows
        Source row of each.
    resamples : int
        Number of resamples.
    seed : int
        Seed of the resampling.

    Raises
    ------
    CompanionError
        If the lengths differ or there are fewer than two groups.

    Examples
    --------
    >>> found = over_groups([1.0, 0.0, 1.0, 1.0] * 50, [i // 2 for i in range(200)])
    >>> found.estimate, found.groups, found.ci_low < 0.75 < found.ci_high
    (0.75, 100, True)
    """
    values = _finite(differences, "differences")
    if len(groups) != len(values):
        raise CompanionError(
            f"groups: need one for each of the {len(values)} differences, got {len(groups)}"
        )
    codes, found = pd.factorize(np.asarray(groups))
    if len(found) < 2:
        raise CompanionError(f"groups: a bootstrap needs two, got {len(found)}")
    sums = np.bincount(codes, weights=values).astype(float)
    sizes = np.bincount(codes).astype(float)
    mean = float(values.mean())
    if np.allclose(sums / sizes, mean, rtol=0, atol=1e-15):  # no spread between groups
        return RowMean(mean, mean, mean, len(found))
    bounds = stats.bootstrap(
        (sums, sizes),
        lambda drawn, of, axis: drawn.sum(axis=axis) / of.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        batch=256,  # bounds memory
        confidence_level=0.95,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return RowMean(mean, float(bounds.low), float(bounds.high), len(found))


def _finite(values: npt.ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise CompanionError(f"{name}: need a list of finite numbers, at least one")
    return array
