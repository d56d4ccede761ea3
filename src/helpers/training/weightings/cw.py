"""Per-language class weights: the paper's remedy (section 2.4, eq. 2)."""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd


def _cell_weights(counts: "pd.DataFrame") -> "pd.DataFrame":
    from helpers.training.class_weights import weights_of_cells

    return weights_of_cells(counts)


WEIGHTING = Weighting(
    name="cw",
    order=10,
    label="class weights",
    colour="#009e73",
    marker="D",
    source="the paper, eq. 2",
    cell_weights=_cell_weights,
)
