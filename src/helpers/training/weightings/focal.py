"""The focal loss (Lin et al., ICCV 2017, eq. 4): rows that are predicted well count less.

The cross-entropy of a row is multiplied by ``(1 - p) ** gamma``, ``p`` being the probability that
its own label is given. It knows neither languages nor how frequent a label is.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

_GAMMA = 2.0


@dataclass(frozen=True)
class FocalLoss:
    """The focal loss of each row."""

    gamma: float = _GAMMA
    state: "dict[str, Tensor]" = field(default_factory=dict)

    def __call__(self, logits: "Tensor", labels: "Tensor", languages: "Tensor") -> "Tensor":
        """Return ``-(1 - p) ** gamma * log p`` of each row."""
        own = logits.log_softmax(dim=-1).gather(1, labels[:, None]).squeeze(1)
        return -((1 - own.exp()) ** self.gamma) * own


def _make_loss(counts: "pd.DataFrame") -> FocalLoss:
    return FocalLoss()


WEIGHTING = Weighting(
    name="focal",
    order=50,
    label="focal loss",
    colour="#8c6d31",
    marker="X",
    source="Lin et al. (2017)",
    settings={"gamma": _GAMMA},
    make_loss=_make_loss,
)
