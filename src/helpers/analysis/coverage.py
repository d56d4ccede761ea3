"""How often an interval holds what it is meant to hold, by simulation."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from helpers.analysis.two_way import Components

Floats = npt.NDArray[np.float64]

_CHUNK = 1000  # studies at a time: bounds memory


def coverage_over_seeds(
    counts: Sequence[int],
    *,
    confidence: float = 0.95,
    studies: int = 8000,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the coverage of two intervals of a mean over seeds.

    The seeds' values are normal. Their mean and spread are of no matter: both intervals move and
    grow with them.

    Parameters
    ----------
    counts : sequence of int
        Numbers of seeds, at least 2.
    confidence : float
        Coverage that the intervals are made for.
    studies : int
        Simulated studies of each number of seeds.
    resamples : int
        Of the bootstrap.
    seed : int
        Of the simulation.

    Returns
    -------
    DataFrame
        Index the number of seeds; columns ``t`` (Student's *t*) and ``bootstrap`` (percentiles of
        the means of resampled seeds): the share of studies whose interval holds the true mean.
    """
    generator = np.random.default_rng(seed)
    return pd.DataFrame.from_dict(
        {
            n: {
                "t": _holds_t(generator.standard_normal((studies, n)), confidence),
                "bootstrap": _holds_bootstrap(n, confidence, studies, resamples, generator),
            }
            for n in counts
        },
        orient="index",
    )


def _holds_t(values: Floats, confidence: float) -> float:
    n = values.shape[1]
    half = stats.t.ppf((1 + confidence) / 2, n - 1) * values.std(axis=1, ddof=1) / n**0.5
    return float((np.abs(values.mean(axis=1)) <= half).mean())


def _holds_bootstrap(
    n: int, confidence: float, studies: int, resamples: int, generator: np.random.Generator
) -> float:
    # Resamples of one set of seeds are as good for another: the studies are independent.
    weights = generator.multinomial(n, [1 / n] * n, size=resamples).T / n
    levels = ((1 - confidence) / 2, (1 + confidence) / 2)
    held = 0
    for start in range(0, studies, _CHUNK):
        values = generator.standard_normal((min(_CHUNK, studies - start), n))
        low, high = np.quantile(values @ weights, levels, axis=1)
        held += int(((low <= 0) & (high >= 0)).sum())
    return held / studies


def coverage_over_rows(
    parts: Components,
    *,
    measured: int,
    seeds: int,
    confidence: float = 0.95,
    studies: int = 20_000,
    seed: int = 0,
) -> dict[str, float]:
    """Return how often intervals hold the mean over other seeds *and* other test rows.

    Seeds, rows and their interaction vary normally, by as much as was measured. There are many
    rows, so their part of the variance counts as known.

    Parameters
    ----------
    parts : Components
        Of the variance of a mean, from `helpers.analysis.two_way.over_seeds_and_rows`.
    measured : int
        Seeds that they were measured with.
    seeds : int
        Seeds of a simulated study.
    confidence, studies, seed
        As in `coverage_over_seeds`.

    Returns
    -------
    dict
        ``t``: of the *t* interval over seeds, which is made for these rows; ``crossed``: of the
        interval over seeds crossed with rows.
    """
    generator = np.random.default_rng(seed)
    within = (parts.seeds + parts.both) * measured / seeds  # what a t-interval over seeds sees
    error = generator.normal(0, (within + parts.rows) ** 0.5, studies)
    seen = within * generator.chisquare(seeds - 1, studies) / (seeds - 1)
    total = seen + parts.rows
    freedom = (seeds - 1) * (total / np.maximum(seen, 1e-300)) ** 2
    level = (1 + confidence) / 2
    return {
        "t": float((np.abs(error) <= stats.t.ppf(level, seeds - 1) * seen**0.5).mean()),
        "crossed": float((np.abs(error) <= stats.t.ppf(level, freedom) * total**0.5).mean()),
    }
