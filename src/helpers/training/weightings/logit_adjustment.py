"""Logit adjustment (Menon et al., ICLR 2021, eq. 10), by language.

In training the logarithm of a label's share in the row's language is added to its logit, so that
the model need not learn the share itself; predictions are made without it.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

_TAU = 1.0


@dataclass(frozen=True)
class LogitAdjustedLoss:
    """Cross-entropy of logits to which the logarithms of the labels' shares are added.

    Parameters
    ----------
    shares : list of list of float
        Of each label in each language.
    tau : float
        What the logarithms are multiplied by.
    """

    shares: list[list[float]]
    tau: float = _TAU
    state: "dict[str, Tensor]" = field(default_factory=dict)

    def __call__(self, logits: "Tensor", labels: "Tensor", languages: "Tensor") -> "Tensor":
        """Return the adjusted cross-entropy of each row."""
        adjustment = self.tau * logits.new_tensor(self.shares).log()
        adjusted = logits + adjustment[languages]
        return -adjusted.log_softmax(dim=-1).gather(1, labels[:, None]).squeeze(1)


def _make_loss(counts: "pd.DataFrame") -> LogitAdjustedLoss:
    return LogitAdjustedLoss(counts.div(counts.sum(axis=1), axis=0).to_numpy().tolist())


WEIGHTING = Weighting(
    name="logit_adjustment",
    order=60,
    label="logit adjustment",
    colour="#e69f00",
    marker="p",
    source="Menon et al. (2021)",
    settings={"tau": _TAU},
    make_loss=_make_loss,
)
