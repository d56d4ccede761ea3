"""How many rows and seeds would show a difference of the size the paper reports."""

import math
from collections.abc import Sequence

import pandas as pd
from scipy import stats
from statsmodels.stats.power import TTestPower

from helpers.foundation.errors import CompanionError


def rows_needed(
    difference: float, *, disagreement: float, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many independent test rows show a difference of two models' accuracies.

    For McNemar's test on the rows where exactly one of them is right (Connor 1987).

    Parameters
    ----------
    difference : float
        Difference of accuracies, as a fraction.
    disagreement : float
        Share of rows where exactly one model is right; at least the difference.
    power, alpha : float
        Of a two-sided test.

    Raises
    ------
    CompanionError
        If the disagreement is not between the difference and 1.

    Examples
    --------
    >>> rows_needed(0.02, disagreement=0.2)
    3923
    """
    gap = abs(difference)
    if not 0 < gap <= disagreement <= 1:
        raise CompanionError(
            f"disagreement {disagreement:g} must lie between the difference, {gap:g}, and 1"
        )
    z_alpha, z_power = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(power)
    root = z_alpha * math.sqrt(disagreement) + z_power * math.sqrt(disagreement - gap**2)
    return math.ceil((root / gap) ** 2)


def seeds_needed(
    difference: float, *, spread: float, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many seeds show a mean paired difference with a t-test.

    Parameters
    ----------
    difference : float
        Mean difference to show.
    spread : float
        Standard deviation of the per-seed differences.
    power, alpha : float
        Of a two-sided test.

    Examples
    --------
    >>> seeds_needed(0.02, spread=0.01)
    5
    """
    test, effect = TTestPower(), abs(difference) / spread if spread > 0 else math.inf
    seeds = 2
    while effect < 1e3 and test.power(effect, seeds, alpha) < power:
        seeds += 1 if seeds < 100 else seeds // 50
    return seeds


def power_table(
    *,
    disagreement: float,
    spread: float | None,
    differences: Sequence[float] = (0.01, 0.02, 0.03),
    design_effect: float = 1.0,
) -> pd.DataFrame:
    """Return what would show the paper's differences of 1 to 3 points.

    Parameters
    ----------
    disagreement : float
        Share of test rows where exactly one of two models is right.
    spread : float or None
        Standard deviation of the per-seed differences; None where there is one seed.
    differences : sequence of float
        Differences of accuracy, as fractions.
    design_effect : float
        See `design_effect`.

    Returns
    -------
    DataFrame
        Index the difference; columns ``rows`` (for one pair of models) and ``seeds``, for a power
        of 80 % at the 5 % level. No number where it cannot be: fewer rows disagree than that, or
        there is one seed.
    """
    rows = {
        gap: {
            "rows": math.ceil(rows_needed(gap, disagreement=disagreement) * design_effect)
            if gap <= disagreement
            else None,
            "seeds": None if spread is None else seeds_needed(gap, spread=spread),
        }
        for gap in differences
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "seeds"])
    return frame.astype("Int64").rename_axis(index="difference")
