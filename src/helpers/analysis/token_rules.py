"""Other rules for which tokens are neutral, and none at all (paper, A.4).

The paper's rule is a threshold on the balanced model's SHAP values. Here stand a threshold that
sorts a fixed share of the tokens, and a comparison without sorting: the slope of the imbalanced
model's values on what tokens are worth to balanced models. All sort or compare by the mean of the
*other* balanced seeds, whose chance is not that of the models compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from helpers.analysis.paired_shap import (
    FEWEST_OTHERS,
    PAIRED,
    paired_differences,
    separation,
)
from helpers.analysis.quantities import Key, Measure, Observation, RunResults
from helpers.analysis.shap_difference import with_label_names, with_representation

SHAP_TOKENS, GRADIENTS = "shap_tokens.parquet", "integrated_gradients.parquet"
NEUTRAL_SHARE = 0.6  # of the tokens, in the paper (A.4)
_TOKEN = ["text", "class", "position"]


def quantile_threshold(frames: Sequence[pd.DataFrame]) -> float:
    """Return the threshold that makes `NEUTRAL_SHARE` of the tokens neutral, by models' mean.

    Parameters
    ----------
    frames : sequence of DataFrame
        As `helpers.analysis.shap_frames.token_values` gives them, of the same tokens.

    Examples
    --------
    >>> values = pd.DataFrame({"text": "a", "class": 0, "position": range(5)})
    >>> quantile_threshold([values.assign(value=[0.0, 0.1, -0.2, 0.3, -0.4])])
    0.24
    """
    means = _mean(frames)
    tokens = means.index.get_level_values("position") >= 0
    return float(np.quantile(means[tokens].abs(), NEUTRAL_SHARE))


def _mean(frames: Sequence[pd.DataFrame]) -> pd.Series:
    columns = [frame.set_index(_TOKEN)["value"].astype(float) for frame in frames]
    return pd.concat(columns, axis=1, join="inner").mean(axis=1)


def _others(tokens: Mapping[Key, pd.DataFrame], seed: int) -> list[pd.DataFrame]:
    return [frame for (setup, k), frame in tokens.items() if setup == "balanced" and k != seed]


@cache
def neutral_separation(
    setup: str, *, file: str = SHAP_TOKENS, threshold: float | None = None
) -> Measure:
    """Paired difference of neutral tokens: over- minus under-represented class.

    Parameters
    ----------
    setup : str
        The skewed one.
    file : str
        The values: of Partition SHAP, or of Integrated Gradients.
    threshold : float, optional
        By default the one that makes 60 % of the tokens neutral.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        tokens = results.file(file)
        others = _others(tokens, seed)
        if (setup, seed) not in tokens or len(others) < FEWEST_OTHERS:
            return None
        extremes = [results.labels.index(label) for label in results.extremes]
        wanted = {
            key: frame[frame["class"].isin(extremes)]
            for key, frame in tokens.items()
            if key == (setup, seed) or key[0] == "balanced"
        }
        at = quantile_threshold(_others(wanted, seed)) if threshold is None else threshold
        paired = paired_differences(wanted, labels=results.labels, threshold=at)
        return separation(
            replace(results, shap_difference=paired), setup + PAIRED, seed, category="neutral"
        )

    return measure


def value_slopes(results: RunResults, setup: str, seed: int) -> pd.DataFrame | None:
    """Return how much of a token's worth to balanced models is left in a model, by language.

    The slope of a model's SHAP values on the mean of the other seeds' balanced models. That mean
    is itself unsure, which flattens slopes; the balanced model of the same seed shows by how much.

    Parameters
    ----------
    results : RunResults
        With the file ``shap_tokens.parquet``.
    setup : str
        The skewed one.
    seed : int
        Of the models.

    Returns
    -------
    DataFrame or None
        ``language, class, represented, slope, balanced``: the model's slope and that of the
        balanced one, for the first and the last label. None with fewer than two other seeds.
    """
    tokens = results.file(SHAP_TOKENS)
    others = _others(tokens, seed)
    if not {(setup, seed), ("balanced", seed)} <= set(tokens) or len(others) < FEWEST_OTHERS:
        return None
    frame = tokens[setup, seed].rename(columns={"value": "ours"})
    both = tokens["balanced", seed][[*_TOKEN, "value"]].rename(columns={"value": "same_seed"})
    worth = _mean(others).rename("worth").reset_index()
    frame = frame.merge(both, on=_TOKEN, validate="1:1").merge(worth, on=_TOKEN, validate="1:1")
    frame = with_label_names(frame, results.labels, "class")
    frame = frame[(frame["position"] >= 0) & frame["class"].isin(results.extremes)]
    frame = with_representation(frame, results.skew, classes=results.labels)
    records = [
        (*key, _slope(rows["ours"], rows["worth"]), _slope(rows["same_seed"], rows["worth"]))
        for key, rows in frame.groupby(["language", "class", "represented"], sort=False)
    ]
    columns = ["language", "class", "represented", "slope", "balanced"]
    return pd.DataFrame(records, columns=columns)


def _slope(y: pd.Series, x: pd.Series) -> float:
    deviations = x.astype(float) - x.mean()
    return float((deviations * y).sum() / (deviations**2).sum())


# --- two attributions -----------------------------------------------------------------------


def rank_agreement(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Return how alike two attributions rank the tokens of each text and class (Spearman).

    Parameters
    ----------
    one, other : DataFrame
        Columns ``text, class, position, value``. Only classes that both have are compared; tokens
        with a value of 0 in ``one`` for every class are special ones, and left out.

    Returns
    -------
    Series
        By text and class; texts with fewer than three tokens, or with equal values, are absent.

    Examples
    --------
    >>> values = pd.DataFrame({"text": "a", "class": 0, "position": [0, 1, 2], "value": [1, 2, 4]})
    >>> rank_agreement(values, values.assign(value=[0.1, 0.3, 0.2])).tolist()
    [0.5]
    """
    both = one[[*_TOKEN, "value"]].merge(other[[*_TOKEN, "value"]], on=_TOKEN, validate="1:1")
    both = both[both["position"] >= 0]
    masked = both.groupby(["text", "position"])["value_x"].transform(lambda v: (v != 0).any())
    both = both[masked.astype(bool)]
    texts = both.groupby(["text", "class"])
    ranks = texts[["value_x", "value_y"]].rank()
    ranks[["text", "class"]] = both[["text", "class"]]
    kept = ranks.groupby(["text", "class"]).filter(
        lambda rows: (
            len(rows) > 2 and rows["value_x"].nunique() > 1 and rows["value_y"].nunique() > 1
        )
    )
    return kept.groupby(["text", "class"])[["value_x", "value_y"]].apply(
        lambda rows: float(rows["value_x"].corr(rows["value_y"]))
    )


@cache
def attribution_agreement(setup: str) -> Measure:
    """Rank agreement of Integrated Gradients with Partition SHAP, mean over texts and classes."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        ours = results.file(GRADIENTS).get((setup, seed))
        shap = results.file(SHAP_TOKENS).get((setup, seed))
        if ours is None or shap is None:
            return None
        found = rank_agreement(ours, shap)
        return Observation(float(found.mean()), int(ours["text"].nunique()))

    return measure
