"""Resampling: every cell of language and label is drawn as often as every other.

An epoch has as many rows as the subset, drawn with replacement: rows of rare cells come several
times, some of frequent ones not at all.
"""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd


def _cell_chances(counts: "pd.DataFrame") -> "pd.DataFrame":
    return 1 / counts


WEIGHTING = Weighting(
    name="resampling",
    order=40,
    label="resampling",
    colour="#cc79a7",
    marker="P",
    source="oversampling of rare cells, undersampling of frequent ones",
    cell_chances=_cell_chances,
)
