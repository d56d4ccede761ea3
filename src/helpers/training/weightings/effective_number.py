"""Class weights by the effective number of rows (Cui et al., CVPR 2019, eq. 5), per language.

A cell of ``n`` rows counts as ``(1 - beta ** n) / (1 - beta)`` rows: another row of a cell that
has many adds little that is new. The weight is one over that number. Over the rows of a language
the weights have mean 1, as those of eq. 2; Cui et al. give the classes' weights mean 1.
"""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd

_BETA = 0.999


def _cell_weights(counts: "pd.DataFrame") -> "pd.DataFrame":
    from helpers.training.class_weights import of_mean_one

    return of_mean_one((1 - _BETA) / (1 - _BETA**counts), counts)


WEIGHTING = Weighting(
    name="effective_number",
    order=30,
    label="effective numbers",
    colour="#999933",
    marker="v",
    source="Cui et al. (2019)",
    settings={"beta": _BETA},
    cell_weights=_cell_weights,
)
