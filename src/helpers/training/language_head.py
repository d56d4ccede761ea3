"""A linear head that tells languages apart while an encoder learns to give it nothing to go by.

The head reads the first token's vector, as the paper's language identification does. It learns
beside the model, with an optimizer of its own and without a gradient to the encoder; the encoder
is charged for what the head makes of its vectors.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.radam import radam

from helpers.training.processes import add_up_processes

Charge = Callable[[Tensor, Tensor], Tensor]

_SEED = 0


def negative_entropy(log_probabilities: Tensor, languages: Tensor) -> Tensor:
    """Return ``sum_l p_l log p_l`` of each row: lowest where the head cannot tell.

    Examples
    --------
    >>> even = torch.full((1, 4), 0.25).log()
    >>> round(negative_entropy(even, torch.tensor([0])).item(), 4)  # -log 4
    -1.3863
    """
    return (log_probabilities.exp() * log_probabilities).sum(dim=-1)


def reversed_cross_entropy(log_probabilities: Tensor, languages: Tensor) -> Tensor:
    """Return ``log p`` of each row's own language, which gives the head's gradient reversed.

    Examples
    --------
    >>> even = torch.full((1, 4), 0.25).log()
    >>> round(reversed_cross_entropy(even, torch.tensor([0])).item(), 4)  # -log 4
    -1.3863
    """
    return log_probabilities.gather(1, languages[:, None]).squeeze(1)


CHARGES: Mapping[str, Charge] = MappingProxyType(
    {"entropy maximisation": negative_entropy, "gradient reversal": reversed_cross_entropy}
)


@dataclass(frozen=True)
class LanguageHead:
    """What each row of a batch adds to the loss, given the head's view of its vector.

    Every batch is first read with the head as it is, and then the head makes one step on it.

    Parameters
    ----------
    languages : int
        How many there are.
    charge : callable
        Returns each row's charge from the head's log-probabilities, shape ``(rows, languages)``,
        and the rows' language codes.
    factor : float
        By which the charge is multiplied.
    learning_rate : float
        Of the head's optimizer, RAdam with its defaults.
    state : dict
        The head and its optimizer's averages, from the first batch on.
    """

    languages: int
    charge: Charge
    factor: float
    learning_rate: float
    state: dict[str, Tensor] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what it computes, without addresses or state: it goes into fingerprints."""
        return f"LanguageHead({self.charge.__name__}, {self.factor}, {self.learning_rate})"

    def __call__(self, features: Tensor, languages: Tensor) -> Tensor:
        """Return ``factor * charge`` of each row, and let the head learn from the batch.

        Parameters
        ----------
        features : Tensor, shape (rows, d)
        languages : Tensor, shape (rows,)
            Codes from 0.

        Returns
        -------
        Tensor, shape (rows,)
        """
        self._prepare(features)
        # Copies: the head moves before the encoder's gradient is taken.
        weight, bias = self.state["weight"].clone(), self.state["bias"].clone()
        with torch.autocast(features.device.type, enabled=False):
            self._learn(features.detach(), languages)
            logits = functional.linear(features, weight, bias)
            return self.factor * self.charge(logits.log_softmax(dim=-1), languages)

    def _prepare(self, features: Tensor) -> None:
        """Draw the head as ``torch.nn.Linear`` does, or bring it to the features' device."""
        if not self.state:
            size = features.shape[1]
            generator = torch.Generator().manual_seed(_SEED)
            for name, shape in (("weight", (self.languages, size)), ("bias", (self.languages,))):
                values = torch.rand(shape, generator=generator)
                self.state[name] = (2 * values - 1) / math.sqrt(size)
                self.state[f"{name}_mean"] = torch.zeros(shape)
                self.state[f"{name}_square"] = torch.zeros(shape)
                self.state[f"{name}_steps"] = torch.tensor(0.0)
        for name, value in self.state.items():
            if not name.endswith("steps"):  # the optimizer wants the number on the CPU
                self.state[name] = value.to(features.device)

    def _learn(self, features: Tensor, languages: Tensor) -> None:
        """Make one step on the mean cross-entropy of the batch, of all processes together."""
        names = ("weight", "bias")
        head = [self.state[name].clone().requires_grad_() for name in names]
        with torch.enable_grad():
            logits = functional.linear(features, *head)
            loss = functional.cross_entropy(logits, languages, reduction="sum")
            gradients = list(torch.autograd.grad(loss, head))
        rows = loss.new_tensor(float(len(languages)))
        add_up_processes(rows, *gradients)
        with torch.no_grad():
            radam(
                [self.state[name] for name in names],
                [gradient / rows for gradient in gradients],
                [self.state[f"{name}_mean"] for name in names],
                [self.state[f"{name}_square"] for name in names],
                [self.state[f"{name}_steps"] for name in names],
                foreach=False,
                beta1=0.9,
                beta2=0.999,
                lr=self.learning_rate,
                weight_decay=0.0,
                eps=1e-8,
            )
