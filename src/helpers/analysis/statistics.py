"""How sure we are: intervals, tests, effect sizes and power.

Two things vary from run to run, and each has its own interval:

* the seed (training sample, head, dropout, order), shared by the setups: `over_seeds`, a
  t-interval on the paired differences, one for each seed;
* the test rows, of which translations and shared premises are not independent:
  `over_groups`, a paired bootstrap that resamples source rows (``group``).

Nearly every quantity of the paper is a mean over rows, so both take plain numbers: correct or
not, a difference of SHAP values, or the scores of `helpers.analysis.skew_slope`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]

_CHUNK = 256  # resamples drawn at a time: bounds memory


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean difference with its interval.

    Parameters
    ----------
    estimate, ci_low, ci_high : float
        In the unit of the differences.
    p_value : float
        Two-sided, of no difference.
    units : int
        Seeds or source rows it rests on.
    effect_size : float
        Mean over standard deviation of the units' differences, with Hedges' correction.
    method : str
        In words.
    """

    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    units: int
    effect_size: float
    method: str


# --- intervals ------------------------------------------------------------------------------


def over_seeds(differences: npt.ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Return the t-interval of paired differences, one for each seed.

    Parameters
    ----------
    differences : array, shape (seeds,)
        What one setup scores minus what the other scores, for each shared seed.
    confidence : float
        Coverage.

    Returns
    -------
    Estimate
        Mean difference, interval and t-test.

    Raises
    ------
    CompanionError
        If there are fewer than two seeds: one has no spread.

    Examples
    --------
    >>> found = over_seeds([0.02, 0.03, 0.04])
    >>> round(found.estimate, 3), round(found.ci_low, 3), round(found.ci_high, 3)
    (0.03, 0.005, 0.055)
    """
    values = _finite(differences, "differences")
    _check_confidence(confidence)
    if len(values) < 2:
        raise CompanionError(f"differences: a t-interval needs two seeds, got {len(values)}")
    mean, error = float(values.mean()), float(stats.sem(values))
    half = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1)) * error
    if error > 0:
        p_value = float(2 * stats.t.sf(abs(mean) / error, len(values) - 1))
    else:
        p_value = 1.0 if mean == 0 else 0.0
    return Estimate(
        estimate=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        p_value=p_value,
        units=len(values),
        effect_size=standardised_mean(values),
        method=f"t-interval over {len(values)} seeds",
    )


def over_groups(
    differences: npt.ArrayLike,
    groups: Sequence[Any] | pd.Series,
    *,
    resamples: int = 4000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Return the bootstrap interval of a mean over rows, resampling source rows.

    Whole groups are drawn, so rows that share one stay together. The interval is the BCa one
    (bias-corrected and accelerated; Efron 1987), with the jackknife over groups. The p-value
    inverts the resampled means: twice the smaller share of them on one side of 0.

    Parameters
    ----------
    differences : array, shape (rows,)
        Row by row, what one model scores minus what the other scores on the same row.
    groups : sequence, length rows
        Source row of each.
    resamples : int
        Number of resamples.
    confidence : float
        Coverage.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Estimate
        ``units`` counts the groups.

    Raises
    ------
    CompanionError
        If the lengths differ or there are fewer than two groups.

    Examples
    --------
    >>> found = over_groups([1.0, 0.0, 1.0, 1.0] * 50, [i // 2 for i in range(200)])
    >>> found.estimate, found.units, found.ci_low < 0.75 < found.ci_high
    (0.75, 100, True)
    """
    values = _finite(differences, "differences")
    _check_confidence(confidence)
    sums, sizes = _group_sums(values, groups)
    n = len(sums)
    mean = float(values.mean())
    means = _resampled_means(sums, sizes, resamples, seed)
    without_one = (sums.sum() - sums) / (sizes.sum() - sizes)
    low, high = np.quantile(means, _bca_levels(means, mean, without_one, confidence))
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return Estimate(
        estimate=mean,
        ci_low=float(low),
        ci_high=float(high),
        p_value=min(1.0, 2 * (tail + 1) / (resamples + 1)),
        units=n,
        effect_size=standardised_mean(sums / sizes),
        method=f"bootstrap over {n:,} source rows",
    )


def _group_sums(values: Floats, groups: Sequence[Any] | pd.Series) -> tuple[Floats, Floats]:
    if len(groups) != len(values):
        raise CompanionError(
            f"groups: need one for each of the {len(values)} differences, got {len(groups)}"
        )
    codes, found = pd.factorize(np.asarray(groups))
    if len(found) < 2:
        raise CompanionError(f"groups: a bootstrap needs two, got {len(found)}")
    sums: Floats = np.bincount(codes, weights=values).astype(float)
    return sums, np.bincount(codes).astype(float)


def _resampled_means(sums: Floats, sizes: Floats, resamples: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    n, means = len(sums), np.empty(resamples)
    for start in range(0, resamples, _CHUNK):
        drawn = generator.integers(n, size=(min(_CHUNK, resamples - start), n))
        means[start : start + len(drawn)] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return means


def _bca_levels(
    means: Floats, mean: float, without_one: Floats, confidence: float
) -> tuple[float, float]:
    """Return the quantile levels of the BCa interval; the plain ones where it has no spread."""
    alpha = (1 - confidence) / 2
    below = (np.sum(means < mean) + 0.5 * np.sum(means == mean)) / len(means)
    deviation = without_one.mean() - without_one
    spread = float((deviation**2).sum())
    if spread == 0 or not 0 < below < 1:
        return alpha, 1 - alpha
    bias = float(stats.norm.ppf(below))
    acceleration = float((deviation**3).sum()) / (6 * spread**1.5)

    def level(z: float) -> float:
        shifted = bias + z
        return float(stats.norm.cdf(bias + shifted / (1 - acceleration * shifted)))

    quantile = float(stats.norm.ppf(alpha))
    return level(quantile), level(-quantile)


# --- families and effects ---------------------------------------------------------------


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
        corrected[known] = multipletests(values[known], method="holm")[1]
    return corrected


def standardised_mean(differences: npt.ArrayLike) -> float:
    """Return the mean in standard deviations, with Hedges' correction for few values.

    Examples
    --------
    >>> round(standardised_mean([1.0, 2.0, 3.0]), 3)
    1.143
    """
    values = np.asarray(differences, dtype=float)
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    if spread == 0:
        return math.nan
    return float(values.mean()) / spread * (1 - 3 / (4 * (len(values) - 1) - 1))


def design_effect(values: npt.ArrayLike, groups: Sequence[Any] | pd.Series) -> float:
    """Return by how much shared source rows widen a mean's variance, against independent rows.

    Examples
    --------
    >>> round(design_effect([1, 1, 0, 0] * 100, [i // 2 for i in range(400)]), 2)
    2.0
    """
    rows = _finite(values, "values")
    sums, sizes = _group_sums(rows, groups)
    variance = float(((sums - sizes * rows.mean()) ** 2).sum()) / len(rows) ** 2
    independent = float(rows.var()) / len(rows)
    return variance / independent if independent > 0 else 1.0


# --- checks ---------------------------------------------------------------------------------


def _finite(values: npt.ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise CompanionError(f"{name}: need a list of finite numbers, at least one")
    return array


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise CompanionError(f"confidence {confidence:g}: give a number between 0 and 1")
