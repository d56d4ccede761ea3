"""Group DRO (Sagawa et al., ICLR 2020, algorithm 1) over the cells of language and label.

Each cell has a share; after every batch the shares of cells with a high loss grow by
``exp(step_size * loss)``. A batch's loss is the mean loss of each of its cells, weighted by the
cells' shares.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

_STEP_SIZE = 0.01


@dataclass(frozen=True)
class GroupDroLoss:
    """Cross-entropies weighted so that a batch's sum over its rows is the robust loss.

    Parameters
    ----------
    languages, labels : int
        How many there are.
    step_size : float
        How fast shares move.
    state : dict
        ``shares`` of the cells, from the first batch on; they sum to 1.
    """

    languages: int
    labels: int
    step_size: float = _STEP_SIZE
    state: "dict[str, Tensor]" = field(default_factory=dict)

    def __call__(self, logits: "Tensor", labels: "Tensor", languages: "Tensor") -> "Tensor":
        """Return each row's cross-entropy times its cell's share over the cell's share of rows."""
        from helpers.training.processes import add_up_processes

        losses = -logits.log_softmax(dim=-1).gather(1, labels[:, None]).squeeze(1)
        cell = languages * self.labels + labels
        zeros = losses.new_zeros(self.languages * self.labels)
        sums = zeros.index_add(0, cell, losses.detach())
        rows = zeros.index_add(0, cell, losses.new_ones(len(losses)))
        add_up_processes(sums, rows)
        means = sums / rows.clamp(min=1)
        shares = self.state.get("shares", zeros + 1 / len(zeros)).to(means.device)
        shares = shares * (self.step_size * means).exp()
        shares = shares / shares.sum()
        self.state["shares"] = shares
        return losses * (shares * rows.sum() / rows.clamp(min=1))[cell]


def _make_loss(counts: "pd.DataFrame") -> GroupDroLoss:
    return GroupDroLoss(*counts.shape)


WEIGHTING = Weighting(
    name="group_dro",
    order=70,
    label="group DRO",
    colour="#000000",
    marker="*",
    source="Sagawa et al. (2020)",
    settings={"step_size": _STEP_SIZE},
    make_loss=_make_loss,
)
