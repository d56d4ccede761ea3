"""A classifier that is asked about masked texts: many texts, one batch."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from helpers.analysis.masked_texts import EncodedText, masked_ids
from helpers.analysis.partition import MASKS_PER_ROUND
from helpers.foundation.errors import CompanionError
from helpers.training.inference import default_tokens_per_batch


class MaskedModel:
    """Masked texts in, probabilities out, in batches that fit into memory.

    Parameters
    ----------
    model : callable
        Returns ``.logits`` of shape ``(batch, classes)``.
    tokenizer : PreTrainedTokenizerBase
    classes : sequence of int, optional
        The outputs to return; all by default.
    tokens_per_batch : int, optional
        Rows times length of a batch; by default what keeps the device busy.

    Attributes
    ----------
    tokens_per_batch : int
        Halved each time that memory runs out.
    batches_ahead : int
        How many batches to ask for before the first answer is read.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        classes: Sequence[int] | None,
        tokens_per_batch: int | None,
    ) -> None:
        self.model = model
        self.device = next(iter(parameters(model)), torch.empty(0)).device
        self.tokens_per_batch = tokens_per_batch or default_tokens_per_batch(self.device.type)
        self.batches_ahead = 2 if self.device.type == "cuda" else 1
        self._mask, self._pad = tokenizer.mask_token_id, tokenizer.pad_token_id or 0
        self._classes = None if classes is None else list(classes)

    def names(self, count: int) -> list[str]:
        """Return the names of the explained outputs, from the configuration where it has them."""
        known = getattr(getattr(self.model, "config", None), "id2label", None) or {}
        return [str(known.get(i, i)) for i in self._classes or range(count)]

    def ask(self, requests: Sequence[tuple[EncodedText, Sequence[int]]]) -> torch.Tensor:
        """Return the probabilities of masked texts, a row for each mask, on the model's device."""
        rows = sum(len(masks) for _, masks in requests)
        longest = max(len(text) for text, _ in requests)
        ids = np.full((rows, longest), self._pad, dtype=np.int64)
        attention = np.ones((rows, longest), dtype=np.int64)
        types = np.zeros((rows, longest), dtype=np.int64)
        row = 0
        for text, masks in requests:
            here = slice(row, row := row + len(masks))
            ids[here, : len(text)] = masked_ids(text, masks, self._mask)
            attention[here, len(text) :] = 0
            if text.token_types is not None:
                types[here, : len(text)] = text.token_types
        inputs = {"input_ids": ids, "attention_mask": attention}
        if requests[0][0].token_types is not None:
            inputs["token_type_ids"] = types
        return self._forward({name: self._to_device(array) for name, array in inputs.items()})

    def _to_device(self, array: NDArray[np.int64]) -> torch.Tensor:
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":  # from pinned memory the copy does not wait for the GPU
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)

    def _forward(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        rows, length = inputs["input_ids"].shape
        most = max(1, self.tokens_per_batch // length)
        if rows <= max(most, MASKS_PER_ROUND):
            try:
                return self._probabilities(inputs)
            except torch.OutOfMemoryError:
                if rows == 1:
                    raise
                most = rows // 2
                self.tokens_per_batch = most * length
                if self.device.type == "cuda":
                    torch.cuda.empty_cache()
        parts = [
            self._forward({name: tensor[start : start + most] for name, tensor in inputs.items()})
            for start in range(0, rows, most)
        ]
        return torch.cat(parts)

    def _probabilities(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        logits = self.model(**inputs).logits
        wrong = [c for c in self._classes or () if not 0 <= c < logits.shape[-1]]
        if wrong:
            raise CompanionError(
                f"classes: {wrong[0]}; allowed are 0 to {logits.shape[-1] - 1}, the model's outputs"
            )
        probabilities: torch.Tensor = logits.float().softmax(dim=-1)
        return probabilities if self._classes is None else probabilities[:, self._classes]


def parameters(model: Any) -> Iterable[torch.Tensor]:
    """Return the weights of a model, or nothing for a plain function."""
    found = getattr(model, "parameters", None)
    return found() if callable(found) else ()
