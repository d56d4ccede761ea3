"""The square roots of the class weights of eq. 2: half way, on the scale of logarithms.

Over the rows of a language they have mean 1, as the weights of eq. 2 have.
"""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd


def _cell_weights(counts: "pd.DataFrame") -> "pd.DataFrame":
    from helpers.training.class_weights import of_mean_one, weights_of_cells

    return of_mean_one(weights_of_cells(counts) ** 0.5, counts)


WEIGHTING = Weighting(
    name="sqrt",
    order=20,
    label="square root of class weights",
    colour="#56b4e9",
    marker="^",
    source="Mikolov et al. (2013) and others sample by square roots; here, of eq. 2",
    cell_weights=_cell_weights,
)
