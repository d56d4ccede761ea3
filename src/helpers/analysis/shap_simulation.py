"""What a SHAP difference says when nothing differs: equal models plus noise, simulated.

Three quantities are computed on the same made-up models: the paper's difference, the same minus its
null, and the paired difference of `helpers.analysis.paired_shap`.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.paired_shap import FEWEST_OTHERS
from helpers.analysis.shap_difference import TOKEN_CATEGORIES, category_codes
from helpers.analysis.statistics import over_seeds
from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]

_THRESHOLD = 0.01  # values within plus or minus this are neutral
QUANTITIES = ("the paper's", "the paper's, minus its null", "paired")


def equal_models(
    values: npt.ArrayLike,
    *,
    seeds: int,
    texts: int = 240,
    tokens: int = 20,
    studies: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    """Simulate studies in which the skewed models equal the balanced ones but for noise.

    A token of a text has the mean and the spread of a measured one, drawn at random. Each model
    also has a factor of its own, as spread as the measured models' mean sizes are: models differ in
    how sure they are of everything, and that does not average out over tokens.

    Parameters
    ----------
    values : array, shape (tokens, models)
        Measured SHAP values of the same tokens in balanced models of several seeds.
    seeds : int
        Seeds of a study, at least 3: the paired difference needs two others.
    texts, tokens : int
        Texts of a study, and tokens of a text.
    studies : int
        Number of simulated studies.
    seed : int
        Of the simulation.

    Returns
    -------
    DataFrame
        A row for each quantity and token category: ``quantity, category, mean`` (of the studies'
        means over seeds; a text's sum, as in Figure 1), and ``coverage``: how many of the 95 %
        *t* intervals over seeds hold the true difference, 0.

    Raises
    ------
    CompanionError
        If there are fewer than two measured models or three seeds.
    """
    measured = np.asarray(values, dtype=float)
    if measured.ndim != 2 or measured.shape[1] < 2:
        raise CompanionError("values: need the same tokens in at least two models")
    if seeds < FEWEST_OTHERS + 1:
        raise CompanionError(
            f"seeds {seeds}: the paired difference needs at least {FEWEST_OTHERS + 1}"
        )
    generator = np.random.default_rng(seed)
    sizes = np.abs(measured).mean(axis=0)
    factor_spread = float(sizes.std(ddof=1) / sizes.mean())
    means, spreads = measured.mean(axis=1), measured.std(axis=1, ddof=1)
    found = np.empty((studies, len(QUANTITIES), len(TOKEN_CATEGORIES), seeds))
    for study in range(studies):
        drawn = generator.integers(len(means), size=texts * tokens)
        noise = generator.standard_normal((2, seeds, len(drawn)))
        factor = 1 + factor_spread * generator.standard_normal((2, seeds, 1))
        balanced, skewed = factor * (means[drawn] + spreads[drawn] * noise)
        found[study] = _differences(balanced, skewed) / texts
    return pd.DataFrame(
        [
            (quantity, category, *_summary(found[:, q, c]))
            for q, quantity in enumerate(QUANTITIES)
            for c, category in enumerate(TOKEN_CATEGORIES)
        ],
        columns=["quantity", "category", "mean", "coverage"],
    )


def _differences(balanced: Floats, skewed: Floats) -> Floats:
    """Return sums over tokens, (quantities, categories, seeds), of models (seeds, tokens)."""
    own = category_codes(balanced, _THRESHOLD)
    n = len(balanced)
    of_others = category_codes((balanced.sum(axis=0) - balanced) / (n - 1), _THRESHOLD)
    change, null = skewed - balanced, np.roll(balanced, -1, axis=0) - balanced
    pairs = ((own, change), (own, change - null), (of_others, change))
    return np.array(
        [
            [np.where(codes == code, numbers, 0).sum(axis=1) for code in range(3)]
            for codes, numbers in pairs
        ]
    )


def _summary(per_seed: Floats) -> tuple[float, float]:
    intervals = [over_seeds(values).interval() for values in per_seed]
    holds = [low <= 0 <= high for low, high in intervals]
    return float(per_seed.mean()), float(np.mean(holds))
