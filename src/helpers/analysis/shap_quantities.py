"""What the claims about SHAP values are about (paper, sections 4.3, 4.4, A.3 and A.4).

Like `helpers.analysis.quantities`: a number for each seed. All are taken over the paper's two
classes, the first and the last label. Tokens are sorted into categories by the balanced model and
that model's values are then subtracted, so positive tokens fall and negative ones rise even between
two equal models with noise. Hence a quantity is taken minus its null, unless it compares two
setups: the same for a balanced model of another seed in place of the skewed one, with the same
tokens sorted by the same model. No two seeds share one, so their values stay independent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from helpers.analysis.quantities import (
    Measure,
    Observation,
    RunResults,
    mean_over_rows,
    variant_of,
)
from helpers.analysis.shap_difference import (
    BASE,
    CATEGORIES,
    SIDES,
    TOKEN_CATEGORIES,
    with_representation,
)
from helpers.foundation.folders import with_variant

Side = Literal["over", "under", "all"]


def _shap(results: RunResults, setup: str, seed: int) -> pd.DataFrame | None:
    """Return a SHAP difference of the figures' two classes, as represented as each is."""
    frame = results.shap_difference.get((setup, seed))
    if frame is None:
        return None
    frame = frame[frame["class"].isin(results.extremes)]
    return with_representation(frame, results.skew, classes=results.labels)


@dataclass(frozen=True)
class _Sums:
    """A SHAP difference, text by text.

    ``sums`` has a column for each side and token category, summed over the text's classes of that
    side; ``classes`` counts these, a column a side; ``group`` has the texts' source rows.
    """

    sums: pd.DataFrame
    classes: pd.DataFrame
    group: pd.Series

    def values(self, category: str, side: Side) -> pd.Series:
        """Return each text's mean difference over its classes of one side."""
        sides = [side] if side != "all" else list(SIDES)
        classes = self.classes[sides].sum(axis=1)
        sums = self.sums[[(each, category) for each in sides]].sum(axis=1)
        return (sums / classes)[classes > 0]


def _sums(results: RunResults, setup: str, seed: int, labels: Sequence[str]) -> _Sums | None:
    """Return a SHAP difference of some labels text by text; worked out once."""
    key = "shap sums", setup, seed, tuple(labels)
    if key not in results.memo:
        frame = _shap(results, setup, seed)
        if frame is None:
            return None
        frame = frame[frame["class"].isin(labels)]
        # A text without a token of a category has no difference in it.
        columns = pd.MultiIndex.from_product([SIDES, CATEGORIES])
        sums = frame.groupby(["text", "represented", "category"], observed=True)["difference"].sum()
        wide = sums.unstack(["represented", "category"]).reindex(columns=columns).fillna(0.0)
        pairs = frame.drop_duplicates(["text", "class"])
        counts = pd.crosstab(pairs["text"], pairs["represented"])
        results.memo[key] = _Sums(
            sums=wide,
            classes=counts.reindex(index=wide.index, columns=SIDES, fill_value=0),
            group=pairs.drop_duplicates("text").set_index("text")["group"].loc[wide.index],
        )
    found: _Sums = results.memo[key]
    return found


def null_of(setup: str) -> str:
    """Return the setup whose SHAP difference is the null of another's.

    Examples
    --------
    >>> null_of("imbalanced_cw"), null_of("imbalanced+mie=1@threshold=0.05")
    ('balanced', 'balanced+mie=1@threshold=0.05')
    """
    _, at, threshold = setup.partition("@")
    return with_variant("balanced", variant_of(setup)) + at + threshold


def _against_null(
    results: RunResults,
    setup: str,
    seed: int,
    values: Callable[[_Sums], pd.Series],
    labels: Sequence[str] = (),
) -> Observation | None:
    """Return a mean over texts minus the same for a balanced model of another seed (the null)."""
    labels = labels or results.extremes
    ours, null = (_sums(results, name, seed, labels) for name in (setup, null_of(setup)))
    if ours is None or null is None:
        return None
    change = (values(ours) - values(null)).dropna()  # texts of both
    if change.empty:
        return None
    return mean_over_rows(change.to_numpy(dtype=float), ours.group.loc[change.index])


@cache
def shap_difference(setup: str, category: str, side: Side) -> Measure:
    """Mean cumulative SHAP difference of a token category, minus its null (Figures 1 to 3).

    For the first and the last label, over the texts whose language has more (``"over"``) or less
    (``"under"``) than an even share of the label in training, or over all texts.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        return _against_null(results, setup, seed, lambda sums: sums.values(category, side))

    return measure


@cache
def shap_separation(setup: str, category: str) -> Measure:
    """SHAP difference of a token category: over- minus under-represented class of a text."""

    def separation(sums: _Sums) -> pd.Series:
        over, under = sums.values(category, "over"), sums.values(category, "under")
        return over.sub(under).dropna()

    def measure(results: RunResults, seed: int) -> Observation | None:
        return _against_null(results, setup, seed, separation)

    return measure


@cache
def shap_contrast_of_last_label(setup: str, category: str) -> Measure:
    """SHAP difference of a token category for the last label alone, between languages (4.3.1).

    Mean over the texts whose language has more of the label in training, minus that over the
    others, minus the null.
    """

    def contrast(sums: _Sums) -> pd.Series:
        over, under = sums.values(category, "over"), sums.values(category, "under")
        n = len(over) + len(under)
        both: pd.Series = pd.concat([over * (n / len(over)), under * (-n / len(under))])
        return both

    def measure(results: RunResults, seed: int) -> Observation | None:
        return _against_null(results, setup, seed, contrast, labels=results.extremes[1:])

    return measure


@cache
def shap_size(setup: str, minus: str) -> Measure:
    """Mean size of the figures' bars in one setup minus another's.

    A bar is the average difference of a language, class and token category.
    """

    def size(frame: pd.DataFrame) -> float:
        rows = frame[frame["category"].isin(TOKEN_CATEGORIES)]
        sums = rows.pivot_table(
            index="language",
            columns=["class", "category"],
            values="difference",
            aggfunc="sum",
            observed=True,
        )
        bars = sums.div(frame.groupby("language")["text"].nunique(), axis=0)
        return float(np.nanmean(bars.abs().to_numpy()))

    def measure(results: RunResults, seed: int) -> Observation | None:
        frames = [_shap(results, name, seed) for name in (setup, minus)]
        if frames[0] is None or frames[1] is None:
            return None
        return Observation(size(frames[0]) - size(frames[1]), int(frames[0]["text"].nunique()))

    return measure


# --- base values ----------------------------------------------------------------------------


def _base(frame: pd.DataFrame, labels: Sequence[str]) -> float:
    """Return the mean size of the base values' difference.

    A base value depends on a text only through its length in tokens: texts are no sample of it.
    """
    rows = frame[(frame["category"] == BASE) & frame["class"].isin(labels)]
    return float(rows["difference"].abs().mean())


@cache
def base_value_size(setup: str) -> Measure:
    """Size of the base values' difference; that of a balanced setup is the null."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        frame = _shap(results, setup, seed)
        if frame is None:
            return None
        return Observation(_base(frame, results.extremes), int(frame["text"].nunique()))

    return measure


@cache
def base_value_gap(setup: str) -> Measure:
    """Size of the base values' difference for the last label, minus its null."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        return _base_change(results, seed, setup, null_of(setup), results.extremes[1:])

    return measure


@cache
def base_value_change(setup: str, minus: str) -> Measure:
    """Size of the base values' difference in one setup minus another's (paper, A.3)."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        return _base_change(results, seed, setup, minus, results.extremes)

    return measure


def _base_change(
    results: RunResults, seed: int, setup: str, minus: str, labels: Sequence[str]
) -> Observation | None:
    one, other = (_shap(results, name, seed) for name in (setup, minus))
    if one is None or other is None:
        return None
    return Observation(_base(one, labels) - _base(other, labels), int(one["text"].nunique()))


# --- shares of tokens -----------------------------------------------------------------------


@cache
def token_share(setup: str, category: str) -> Measure:
    """Share of all tokens, pooled over texts, that the balanced model sorts somewhere (A.4)."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        frame = _shap(results, setup, seed)
        if frame is None:
            return None
        counts = (
            frame[frame["category"].isin(TOKEN_CATEGORIES)].groupby("category")["n_tokens"].sum()
        )
        share = float(counts.get(category, 0) / counts.sum())
        return Observation(share, int(frame["text"].nunique()))

    return measure
