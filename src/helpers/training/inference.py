"""Run a model over many texts: predictions and first-token features in one pass."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.foundation import hardware
from helpers.training.batches import EncodedTexts, Integers, batches_by_length, encode_texts

Precision = Literal["auto", "fp32", "bf16", "fp16"]
Floats = npt.NDArray[np.float32]

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
# Tokens of a batch that keep the device busy; more only takes memory.
_TOKENS_PER_BATCH = {"cpu": 2048, "mps": 8192, "cuda": 65536}


@dataclass(frozen=True)
class Outputs:
    """What a model says about texts, in their order.

    Parameters
    ----------
    features : ndarray
        ``(texts, hidden)``, float32: the first token's vector, which the linear layer reads.
    probabilities : ndarray or None
        ``(texts, labels)``, float32; None for an encoder without a head.
    """

    features: Floats
    probabilities: Floats | None


def run_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    max_length: int = 512,
    tokens_per_batch: int | None = None,
    device: str | None = None,
    precision: Precision = "auto",
    progress: str | None = None,
) -> Outputs:
    """Return a model's probabilities and first-token features of texts, or pairs of texts.

    Texts are sorted by length, so that batches hold little padding; the results come in the order
    of the texts.

    Parameters
    ----------
    model : PreTrainedModel
        A `FirstTokenClassifier`, or any encoder (then without probabilities). It is moved to the
        device.
    tokenizer : PreTrainedTokenizerBase
    texts, text_pairs : sequence of str
        As many pairs as texts.
    max_length : int
        Longer inputs are cut.
    tokens_per_batch : int, optional
        Texts of a batch times its longest length; by default what keeps the device busy.
    device : {"cuda", "mps", "cpu"}, optional
        By default the fastest there is.
    precision : {"auto", "fp32", "bf16", "fp16"}
        Of the matrix products; ``auto`` is bf16 where the hardware multiplies it.
    progress : str, optional
        Show a progress bar with this name.

    Returns
    -------
    Outputs

    Raises
    ------
    CompanionError
        If there is no text, a pair is missing, or ``max_length`` exceeds the model's limit.
    """
    encoded = encode_texts(tokenizer, texts, text_pairs, max_length=max_length, progress=progress)
    device = device or hardware.preferred_device()
    features, logits = forward_all(
        model.to(device),
        encoded,
        tokens_per_batch=tokens_per_batch,
        precision=precision,
        progress=progress,
    )
    probabilities = None
    if logits is not None:
        probabilities = torch.from_numpy(logits).softmax(dim=-1).numpy()
    return Outputs(features=features, probabilities=probabilities)


def forward_all(
    model: PreTrainedModel,
    encoded: EncodedTexts,
    *,
    rows: Integers | None = None,
    remap: Callable[[torch.Tensor], torch.Tensor] | None = None,
    tokens_per_batch: int | None = None,
    precision: Precision = "auto",
    progress: str | None = None,
) -> tuple[Floats, Floats | None]:
    """Return the features and the logits of encoded texts, on the model's own device.

    Parameters
    ----------
    model : PreTrainedModel
        Its training mode is left as it was.
    encoded : EncodedTexts
    rows : ndarray, optional
        Positions of the texts to run; all by default.
    remap : callable, optional
        Applied to ``input_ids``, for a model with a trimmed embedding table.
    tokens_per_batch, precision, progress
        As in `run_model`.

    Returns
    -------
    features : ndarray
        ``(rows, hidden)``, float32.
    logits : ndarray or None
        ``(rows, labels)``, float32.
    """
    device = model.device
    rows = np.arange(len(encoded)) if rows is None else rows
    lengths = encoded.lengths[rows]
    batches = batches_by_length(
        lengths, tokens_per_batch=tokens_per_batch or default_tokens_per_batch(device.type)
    )
    features: torch.Tensor | None = None
    logits: torch.Tensor | None = None
    with (
        _evaluating(model),
        torch.inference_mode(),
        autocast(device, precision),
        # In tokens, or the estimate would suffer from the long texts that come first.
        tqdm(
            total=int(lengths.sum()),
            desc=progress,
            disable=progress is None,
            unit=" tokens",
            unit_scale=True,
            leave=False,
        ) as bar,
    ):
        for batch in batches:
            inputs = encoded.batch(rows[batch])
            if remap is not None:
                inputs["input_ids"] = remap(inputs["input_ids"])
            output = model(**{name: value.to(device) for name, value in inputs.items()})
            features = _fill(features, batch, _first_token(output), len(rows))
            if getattr(output, "logits", None) is not None:
                logits = _fill(logits, batch, output.logits, len(rows))
            bar.update(int(lengths[batch].sum()))
    assert features is not None
    return features.numpy(), None if logits is None else logits.numpy()


def default_tokens_per_batch(device: str) -> int:
    """Return how many padded tokens keep a device busy."""
    return _TOKENS_PER_BATCH.get(device, 2048)


def _first_token(output: Any) -> torch.Tensor:
    features = getattr(output, "features", None)
    found: torch.Tensor = output.last_hidden_state[:, 0] if features is None else features
    return found


def _fill(
    whole: torch.Tensor | None, rows: Integers, part: torch.Tensor, total: int
) -> torch.Tensor:
    if whole is None:
        whole = torch.empty(total, part.shape[1], dtype=torch.float32)
    whole[torch.from_numpy(rows)] = part.float().cpu()
    return whole


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Return the context in which matrix products run in a precision.

    Parameters
    ----------
    device : torch.device
    precision : {"auto", "fp32", "bf16", "fp16"}

    Returns
    -------
    torch.autocast
    """
    if precision == "auto":
        precision = hardware.preferred_precision(device.type)
    dtype = _DTYPES.get(precision)
    return torch.autocast(device.type, dtype=dtype, enabled=dtype is not None)


@contextmanager
def _evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Turn dropout off for a while."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
