"""What a setup's weighting gives to fine-tuning, made from the cells of the training rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.foundation.setups import RowLoss, RowPenalty, Weighting
from helpers.training.class_weights import cell_counts, check_cells, of_rows, weights_of_cells


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What fine-tuning does otherwise for a weighting; by default, nothing.

    Parameters
    ----------
    weights : array of float, optional
        Class weight of each training row (eq. 2). The validation loss is weighted alike: a
        validation row has the weight of its (language, label) in training.
    selection_weights : array of float, optional
        Weights of the training rows that the validation loss takes in place of ``weights``, so that
        models of other losses are chosen alike.
    chances : array of float, optional
        How often each training row is drawn, compared with the others (resampling).
    loss : RowLoss, optional
        Takes the place of cross-entropy in training. Languages are its codes: their positions among
        the training rows' languages, sorted.
    penalty : RowPenalty, optional
        Is added to the training loss, with the same codes; it is not part of the validation loss.
    """

    weights: npt.NDArray[np.floating[Any]] | None = None
    selection_weights: npt.NDArray[np.floating[Any]] | None = None
    chances: npt.NDArray[np.floating[Any]] | None = None
    loss: RowLoss | None = None
    penalty: RowPenalty | None = None

    def fingerprint(self) -> dict[str, Any]:
        """Return what an unfinished fine-tuning is recognised by, beside the rows it reads."""
        return {
            **({} if self.loss is None else {"row_loss": repr(self.loss)}),
            **({} if self.penalty is None else {"row_penalty": repr(self.penalty)}),
            **({} if self.chances is None else {"row_chances": self.chances.tolist()}),
        }


def make_hooks(
    weighting: Weighting | None, train: pd.DataFrame, *, names: Sequence[str], what: str
) -> Hooks:
    """Return the hooks of a weighting for some training rows.

    All weightings are chosen by the same validation loss, that of eq. 2.

    Parameters
    ----------
    weighting : Weighting, optional
    train : pandas.DataFrame
        With ``language`` and ``label``, a position among ``names``.
    names : sequence of str
        What the labels are called.
    what : str
        What a refusal says is undefined.

    Returns
    -------
    Hooks

    Raises
    ------
    CompanionError
        If a language has no row of a label; the message names both.
    """
    if weighting is None:
        return Hooks()
    languages, labels = train["language"], train["label"]
    counts = cell_counts(languages, labels).reindex(columns=range(len(names)), fill_value=0)
    check_cells(counts.set_axis(list(names), axis=1), what)

    def by_row(cells: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
        return of_rows(cells, languages, labels)

    return Hooks(
        selection_weights=by_row(weights_of_cells(counts)),
        weights=by_row(weighting.cell_weights(counts)) if weighting.cell_weights else None,
        chances=by_row(weighting.cell_chances(counts)) if weighting.cell_chances else None,
        loss=weighting.make_loss(counts) if weighting.make_loss else None,
        penalty=weighting.make_penalty(counts) if weighting.make_penalty else None,
    )
