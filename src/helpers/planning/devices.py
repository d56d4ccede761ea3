"""Devices that are not here: what a plan assumes of them, and where that comes from.

Nothing here is measured. A device's arithmetic is its data sheet's; how much of it a run reaches,
and how long a batch takes that is too small to fill it, are assumptions. They are written down
here, and every plan that uses them says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from helpers.foundation.hardware import GIB
from helpers.foundation.names import check_choice
from helpers.foundation.profiles import Recipe
from helpers.planning.calibration import Throughput


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is assumed of a device.

    Parameters
    ----------
    label : str
    flops : mapping of str to float
        Peak floating-point operations per second, dense, by precision.
    utilisation : float
        Share of the peak that full batches reach.
    training_launch, forward_launch : float
        Seconds that a batch takes at least, however small: a base encoder's kernels, launched one
        by one.
    update : float
        Seconds of an optimizer step.
    tokens_per_batch : int
        Of inference.
    source : str
    """

    label: str
    flops: Mapping[str, float]
    utilisation: float
    training_launch: float
    forward_launch: float
    update: float
    tokens_per_batch: int
    source: str


DEVICES: Mapping[str, Device] = MappingProxyType(
    {
        "h200": Device(
            label="NVIDIA H200 (assumed, not measured)",
            flops={"bf16": 989e12, "fp16": 989e12, "fp32": 67e12},
            utilisation=0.4,
            training_launch=0.030,
            forward_launch=0.010,
            update=0.010,
            tokens_per_batch=65_536,
            source="peak: NVIDIA's data sheet, dense; 40 % of it reached; a training batch takes "
            "30 ms at least, a forward pass 10 ms, an optimizer step 10 ms",
        ),
    }
)

# One core, for the probes and for drawing subsets: about what a current server core does.
_PROBE_SECONDS = 1.5e-9
_ROW_SECONDS = 3e-5
_MODEL_SECONDS = 10.0
# Bytes of activations that a layer keeps for a backward pass, per token and hidden unit, in half
# precision and without a stored attention matrix: Korthikanti et al. (2022), section 4.1.
_ACTIVATION_BYTES = 34
# What a forward pass holds at a time: the feed-forward layer in and out, and some hidden states.
_FORWARD_VALUES = 4
_CONTEXT_GIB = 0.5


def check_device(name: str) -> Device:
    """Return a device by name.

    Raises
    ------
    CompanionError
        If there is none of this name.
    """
    check_choice("device", name, DEVICES)
    return DEVICES[name]


def flops_per_token(config: Any, length: int) -> float:
    """Return the floating-point operations of one token of a text of some length, forwards.

    Two for each weight of the layers, and the two products of attention.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> base = SimpleNamespace(hidden_size=768, intermediate_size=3072, num_hidden_layers=12)
    >>> round(flops_per_token(base, 128) / 1e6)
    175
    """
    hidden = config.hidden_size
    weights = 4 * hidden**2 + 2 * hidden * config.intermediate_size
    return float(config.num_hidden_layers * (2 * weights + 4 * length * hidden))


def stated_throughput(
    about: Device,
    config: Any,
    recipe: Recipe,
    lengths: Sequence[int],
    *,
    explaining: str,
    pieces_in_use: int,
) -> Throughput:
    """Return what a device is assumed to take, for a model's shape.

    Parameters
    ----------
    about : Device
    config : PreTrainedConfig
        Of the encoder.
    recipe : Recipe
    lengths : sequence of int
        Word pieces of the batches, ascending.
    explaining : str
        Precision of the SHAP values.
    pieces_in_use : int
        Rows of the trimmed embedding table.
    """

    def rate(precision: str) -> float:
        peak = about.flops["bf16" if precision == "auto" else precision]
        return peak * about.utilisation

    def forward(length: int, precision: str) -> float:
        least = about.forward_launch / about.tokens_per_batch
        return max(flops_per_token(config, length) / rate(precision), least)

    def batch(length: int) -> float:
        work = 3 * recipe.batch_size * length * flops_per_token(config, length)
        return max(work / rate(recipe.precision), about.training_launch)

    points = sorted({1, *lengths})
    return Throughput(
        training=tuple((length, batch(length)) for length in points),
        step=about.update,
        inference=tuple((length, forward(length, "auto")) for length in points),
        explaining=tuple((length, forward(length, explaining)) for length in points),
        model=_MODEL_SECONDS,
        probe=_PROBE_SECONDS,
        rows=_ROW_SECONDS,
        memory=_gpu_memory(about, config, recipe, max(lengths), pieces_in_use),
    )


def _gpu_memory(
    about: Device, config: Any, recipe: Recipe, longest: int, pieces_in_use: int
) -> dict[str, float]:
    """Return the GiB that each stage holds on the GPU at most."""
    hidden, layers = config.hidden_size, config.num_hidden_layers
    weights = layers * (4 * hidden**2 + 2 * hidden * config.intermediate_size)
    trained = weights + hidden * pieces_in_use
    # Weight, gradient and two moments in float32, and a cast copy of the layers' weights.
    state = 16 * trained + 2 * weights
    activations = _ACTIVATION_BYTES * recipe.batch_size * longest * hidden * layers
    per_token = 4 * _FORWARD_VALUES * config.intermediate_size
    forward = 6 * (weights + hidden * config.vocab_size) + per_token * about.tokens_per_batch
    found = {
        "finetuning": state + max(activations, per_token * about.tokens_per_batch),
        **dict.fromkeys(
            ("predictions", "language_identification", "shap_values", "shap_examples"), forward
        ),
    }
    return {name: count / GIB + _CONTEXT_GIB for name, count in found.items()}
