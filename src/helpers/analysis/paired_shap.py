"""The paired SHAP difference: tokens sorted by other seeds, compared within one seed.

The paper sorts tokens by the balanced model and subtracts that model's values from the imbalanced
one's (section 2.3). Values that were high by chance are low in any second model, so positive tokens
fall and negative ones rise even between equal models (regression to the mean). Here tokens are
sorted by the mean of all *other* balanced models and the balanced model of the *same* seed is
subtracted. What sorts is independent of what is compared, so between equal models every sum is 0 on
average; and what a seed shares between its setups cancels.

The frames have the form of `helpers.analysis.shap_difference.cumulative_difference`. Among a run's
SHAP differences they are named ``imbalanced@paired``.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from helpers.analysis.quantities import Key, Measure, Observation, RunResults
from helpers.analysis.shap_difference import (
    BASE,
    CATEGORIES,
    SIDES,
    category_codes,
    with_label_names,
    with_representation,
)
from helpers.foundation.errors import CompanionError

FEWEST_OTHERS = 2  # one other seed sorts by noise as much as by meaning
PAIRED = "@paired"
_TOKEN = ["text", "class", "position"]
_TEXT = ["text", "group", "language", "label"]


def paired_difference(
    model: pd.DataFrame,
    balanced: pd.DataFrame,
    others: Sequence[pd.DataFrame],
    *,
    threshold: float = 0.01,
) -> pd.DataFrame | None:
    """Return each text's summed difference, by class and token category.

    Parameters
    ----------
    model, balanced : DataFrame
        SHAP values of two models of one seed, as `helpers.analysis.shap_frames.token_values` gives
        them: ``text, group, language, label, position, class, value``, a row for each token and
        class, and one at position -1 with the base value.
    others : sequence of DataFrame
        The same of balanced models of other seeds, which sort the tokens.
    threshold : float
        Tokens whose mean over ``others`` lies within plus or minus this value are neutral.

    Returns
    -------
    DataFrame or None
        Four rows for each text and class: ``text, group, language, label, class, category,
        difference, n_tokens``. The four differences add up to the difference of the two models'
        probabilities. None with fewer than two other models.

    Raises
    ------
    CompanionError
        If the frames are not of the same tokens, or the threshold is negative.

    Examples
    --------
    >>> def values(*numbers):
    ...     rows = [("a", "a", "fr", 0, n - 1, 0, value) for n, value in enumerate(numbers)]
    ...     return pd.DataFrame(rows, columns=[*_TEXT, "position", "class", "value"])
    >>> found = paired_difference(
    ...     values(0.5, 0.2, 0.1), values(0.5, 0.3, 0.0), [values(0.4, 0.2, 0.0)] * 2
    ... )
    >>> found[["category", "difference", "n_tokens"]].round(2).values.tolist()
    [['positive', -0.1, 1], ['neutral', 0.1, 1], ['negative', 0.0, 0], ['base', 0.0, 0]]
    """
    if len(others) < FEWEST_OTHERS:
        return None
    ours, reference, *sorting = (
        frame.sort_values(_TOKEN, ignore_index=True) for frame in (model, balanced, *others)
    )
    for frame in (ours, *sorting):
        if not frame[_TOKEN].equals(reference[_TOKEN]):
            raise CompanionError("SHAP values to be compared are not of the same texts and tokens")
    mean = np.mean([frame["value"].to_numpy(dtype=float) for frame in sorting], axis=0)
    is_token = (reference["position"] >= 0).to_numpy()
    code = category_codes(mean, threshold)
    code[~is_token] = CATEGORIES.index(BASE)
    rows = reference[["text", "class"]].assign(
        category=pd.Categorical.from_codes(code, pd.Index(CATEGORIES)),
        difference=ours["value"].to_numpy(dtype=float) - reference["value"].to_numpy(dtype=float),
        n_tokens=is_token.astype(int),
    )
    sums = rows.groupby(["text", "class", "category"], observed=False).sum().reset_index()
    texts = reference[_TEXT].drop_duplicates("text")
    return texts.merge(sums, on="text").astype({"category": str})


def paired_differences(
    tokens: Mapping[Key, pd.DataFrame], *, labels: Sequence[str], threshold: float = 0.01
) -> dict[Key, pd.DataFrame]:
    """Return the paired difference of every setup and seed that can have one.

    Parameters
    ----------
    tokens : mapping
        ``(setup, seed)`` to the content of ``shap_tokens.parquet``. A setup with a variant is
        compared with the balanced models of that variant.
    labels : sequence of str
        Label names, in label order: the frames hold their positions.
    threshold : float
        As in `paired_difference`.

    Returns
    -------
    dict
        ``("imbalanced@paired", seed)`` to the frame, with names of labels. Seeds with fewer than
        two other balanced models are absent.
    """
    found = {}
    for (setup, seed), model in tokens.items():
        name, plus, variant = setup.partition("+")
        balanced = {
            k: rows for (key, k), rows in tokens.items() if key == f"balanced{plus}{variant}"
        }
        if name == "balanced" or seed not in balanced:
            continue
        others = [rows for k, rows in balanced.items() if k != seed]
        frame = paired_difference(model, balanced[seed], others, threshold=threshold)
        if frame is not None:
            found[setup + PAIRED, seed] = with_label_names(frame, labels, "label", "class")
    return found


# --- quantities -----------------------------------------------------------------------------


def mean_difference(
    results: RunResults, name: str, seed: int, *, category: str, sides: Sequence[str]
) -> Observation | None:
    """Return a SHAP difference's mean over texts and the two classes of the paper's figures.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    name : str
        Of the SHAP difference: ``imbalanced``, ``balanced`` (the null), ``imbalanced@paired``.
    seed : int
        Of the model.
    category : str
        Of the tokens.
    sides : sequence of str
        ``over``, ``under``, ``even``: how frequent the class is in the text's language.
    """
    frame = results.shap_difference.get((name, seed))
    if frame is None:
        return None
    rows = frame[(frame["category"] == category) & frame["class"].isin(results.extremes)]
    rows = with_representation(rows, results.skew, classes=results.labels)
    rows = rows[rows["represented"].isin(sides)]
    if rows.empty:
        return None
    return Observation(float(rows["difference"].mean()), int(rows["text"].nunique()))


def separation(results: RunResults, name: str, seed: int, *, category: str) -> Observation | None:
    """Return `mean_difference` of the over- minus that of the under-represented class."""
    over, under = (
        mean_difference(results, name, seed, category=category, sides=(side,))
        for side in ("over", "under")
    )
    if over is None or under is None:
        return None
    return Observation(over.value - under.value, max(over.n, under.n))


@cache
def paired_shap_difference(
    setup: str, category: str, side: Literal["over", "under", "all"]
) -> Measure:
    """Paired SHAP difference of a token category, for the first and the last label.

    Over the texts whose language has more (``"over"``) or less (``"under"``) than an even share of
    the label in training, or over all of them. Its units are seeds alone.
    """
    sides = SIDES if side == "all" else (side,)

    def measure(results: RunResults, seed: int) -> Observation | None:
        return mean_difference(results, setup + PAIRED, seed, category=category, sides=sides)

    return measure


@cache
def paired_separation(setup: str, category: str) -> Measure:
    """Paired SHAP difference of a token category: over- minus under-represented class."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        return separation(results, setup + PAIRED, seed, category=category)

    return measure
