"""The setups: a training subset, and a weighting where there is one.

``balanced`` and ``imbalanced`` are the subsets alone. Each weighting, a file of
``helpers/training/weightings/``, adds the setup ``imbalanced_<name>``; the paper's is
``imbalanced_cw``. A profile lists the setups that it runs; by default it has the paper's three.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from helpers.foundation.records import records_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from torch import Tensor

PAPER_SETUPS = ("balanced", "imbalanced", "imbalanced_cw")


class RowLoss(Protocol):
    """A loss of its own in training: the value of each row of a batch.

    The batch's loss is the sum of the rows' values over the number of rows of the optimizer step.
    """

    @property
    def state(self) -> "dict[str, Tensor]":
        """What it remembers between batches: it goes into checkpoints, and comes back from them."""

    def __call__(self, logits: "Tensor", labels: "Tensor", languages: "Tensor") -> "Tensor":
        """Return a value for each row; languages are codes, in the order of the cells' rows."""


class RowPenalty(Protocol):
    """What is added to the loss in training: a value for each row of a batch.

    The values are summed and divided as those of a `RowLoss`.
    """

    @property
    def state(self) -> "dict[str, Tensor]":
        """What it remembers between batches: it goes into checkpoints, and comes back from them."""

    def __call__(self, features: "Tensor", languages: "Tensor") -> "Tensor":
        """Return a value for each row, given the vectors of its first token, ``(rows, d)``."""


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """What is done against the imbalance: any of five hooks, in training or after it.

    Those in training get the cells of the training rows: a frame of counts, with a row for each
    language and a column for each label.

    Parameters
    ----------
    name : str
        Its file's name, and the second part of its setup's.
    order : int
        Where it stands among the weightings.
    label : str
        Its name in tables and figures.
    colour, marker : str
        In figures.
    source : str
        Where it comes from.
    settings : mapping
        Its numbers. They enter the fingerprint of fine-tuning, where there are any; one that
        changes what it computes adds a ``version``.
    cell_weights : callable, optional
        Returns the weight of the rows of each cell in the loss.
    cell_chances : callable, optional
        Returns how often the rows of each cell are drawn, compared with each other. An epoch has as
        many rows as before, drawn with replacement.
    make_loss : callable, optional
        Returns the `RowLoss` that takes the place of cross-entropy.
    make_penalty : callable, optional
        Returns the `RowPenalty` that is added to the loss.
    correct : callable, optional
        Changes the fine-tuned model in place, given its features of the training rows, shape
        ``(rows, d)``, and the rows.
    """

    name: str
    order: int
    label: str
    colour: str
    marker: str
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    cell_weights: "Callable[[pd.DataFrame], pd.DataFrame] | None" = None
    cell_chances: "Callable[[pd.DataFrame], pd.DataFrame] | None" = None
    make_loss: "Callable[[pd.DataFrame], RowLoss] | None" = None
    make_penalty: "Callable[[pd.DataFrame], RowPenalty] | None" = None
    correct: "Callable[[Any, np.ndarray, pd.DataFrame], None] | None" = None


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A training subset, and a weighting where there is one."""

    name: str
    subset: Literal["balanced", "imbalanced"]
    label: str
    colour: str
    marker: str
    weighting: Weighting | None = None


@functools.cache
def all_setups() -> Mapping[str, Setup]:
    """Return every setup by its name, in the order of tables and figures.

    Examples
    --------
    >>> [name for name in all_setups()][:3]
    ['balanced', 'imbalanced', 'imbalanced_cw']
    """
    # Okabe and Ito's colours first, told apart by readers with any colour vision; markers differ.
    subsets = (
        Setup(name="balanced", subset="balanced", label="Balanced", colour="#0072b2", marker="o"),
        Setup(
            name="imbalanced",
            subset="imbalanced",
            label="Imbalanced",
            colour="#d55e00",
            marker="s",
        ),
    )
    weighted = (
        Setup(
            name=f"imbalanced_{weighting.name}",
            subset="imbalanced",
            label=f"Imbalanced + {weighting.label}",
            colour=weighting.colour,
            marker=weighting.marker,
            weighting=weighting,
        )
        for weighting in records_of("helpers.training.weightings", "WEIGHTING").values()
    )
    return MappingProxyType({setup.name: setup for setup in (*subsets, *weighted)})
