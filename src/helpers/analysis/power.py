"""How many seeds would show a difference of a stated size."""

import math
from bisect import bisect_left

from statsmodels.stats.power import TTestPower

MANY = 10_000


def seeds_needed(
    difference: float,
    *,
    spread: float,
    power: float = 0.8,
    alpha: float = 0.05,
    one_sided: bool = False,
) -> int:
    """Return how many seeds show a mean paired difference with a t-test; at most `MANY`.

    Parameters
    ----------
    difference : float
        Mean difference to show; not 0.
    spread : float
        Standard deviation of the per-seed differences.
    power, alpha : float
        Of the test.
    one_sided : bool
        Whether only one side is tested.

    Examples
    --------
    >>> seeds_needed(0.02, spread=0.01)
    5
    """
    if abs(difference) > 1e3 * spread:
        return 2
    test, effect = TTestPower(), abs(difference) / spread
    alternative = "larger" if one_sided else "two-sided"

    def reached(seeds: int) -> float:
        found = float(test.power(effect, seeds, alpha, alternative=alternative))
        return 1.0 if math.isnan(found) else found  # it cannot be told from 1

    candidates = range(2, MANY)
    return candidates.start + bisect_left(candidates, power, key=reached)
