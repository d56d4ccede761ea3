"""Another attribution: Integrated Gradients of the word pieces (Sundararajan et al. 2017).

Where Partition SHAP leaves tokens out, Integrated Gradients follows the model's slope from a text
of masks to the text itself, along a straight line between the word pieces' embeddings. Both share
out the same difference: the probability of a class, minus its probability where every token is
masked. So the results have one form, and one can be put in the place of the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import shap
import torch
from numpy.typing import NDArray
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.analysis.masked_texts import EncodedText, encode_texts, longest_input
from helpers.analysis.shap_values import objects
from helpers.foundation.errors import CompanionError
from helpers.training.batches import batches_by_length

_TOKENS_PER_BATCH = 4096  # rows on all points of the line, padded; bounds memory


def explain_by_gradients(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    classes: Sequence[int],
    steps: int = 50,
    max_length: int | None = None,
    progress: bool = True,
) -> shap.Explanation:
    """Return the Integrated Gradients of every token of every text, through ``captum``.

    Parameters
    ----------
    model : PreTrainedModel
        A `FirstTokenClassifier`. It runs on the device it is on, in evaluation mode and float32.
    tokenizer : PreTrainedTokenizerBase
        The model's fast tokenizer, with a mask token.
    texts, text_pairs : sequence of str
        Texts, or pairs of texts. They are cut at the model's limit.
    classes : sequence of int
        The outputs to explain.
    steps : int
        Points of the line at which the slope is taken (Gauss and Legendre's).
    max_length : int, optional
        A lower limit than the model's own.
    progress : bool
        Show a progress bar.

    Returns
    -------
    shap.Explanation
        In the form of `helpers.analysis.shap_values.explain_corpus`: ``values``, ``base_values``,
        ``data`` and ``special_tokens``. Values and base value add up to the model's probabilities,
        the closer the more steps there are. Special tokens are never masked: their value is 0.

    Raises
    ------
    CompanionError
        If there is no text or no step, a class is unknown, or the tokenizer has no mask token.
    """
    if len(texts) == 0 or steps < 1:
        raise CompanionError(
            f"texts, steps: {len(texts)} and {steps}; allowed is one of each at least"
        )
    if wrong := [c for c in classes if not 0 <= c < model.config.num_labels]:
        raise CompanionError(
            f"classes: {wrong[0]}; allowed are 0 to {model.config.num_labels - 1}, the model's "
            "outputs"
        )
    limits = [n for n in (max_length, longest_input(model, tokenizer)) if n is not None]
    encoded = encode_texts(tokenizer, texts, text_pairs, max_length=min(limits, default=None))
    lengths = np.array([len(text) for text in encoded])
    values: list[NDArray[np.float64]] = [np.empty(0)] * len(encoded)
    base = np.empty((len(encoded), len(classes)))
    with (
        _frozen(model),
        tqdm(
            total=int(lengths.sum()),
            desc="integrated gradients",
            unit=" tokens",
            disable=not progress,
        ) as bar,
    ):
        for rows in batches_by_length(lengths, tokens_per_batch=_TOKENS_PER_BATCH // steps):
            batch = [encoded[row] for row in rows]
            inputs, masked, others = _inputs(batch, tokenizer, model.device)
            found, base[rows] = _attributions(model, inputs, masked, others, classes, steps)
            for place, row in enumerate(rows):
                values[row] = found[place, : lengths[row]]
            bar.update(int(lengths[rows].sum()))
    known = model.config.id2label
    explanation = shap.Explanation(
        values=objects(values),
        base_values=base,
        data=objects([np.array(text.segments) for text in encoded]),
        feature_names=[[segment.strip() for segment in text.segments] for text in encoded],
        output_names=[str(known.get(c, c)) for c in classes],
    )
    explanation.special_tokens = objects([text.special for text in encoded])
    return explanation


@contextmanager
def _frozen(model: PreTrainedModel) -> Iterator[None]:
    """Turn dropout and the weights' gradients off for a while."""
    training = model.training
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    model.eval().requires_grad_(False)
    try:
        yield
    finally:
        model.train(training)
        for weight in trained:
            weight.requires_grad_(True)


def _inputs(
    batch: Sequence[EncodedText], tokenizer: Any, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
    """Return a batch's ids, the same with every token masked, and the model's other inputs."""
    shape = len(batch), max(map(len, batch))
    ids = np.full(shape, tokenizer.pad_token_id or 0, dtype=np.int64)
    attention, types = np.zeros_like(ids), np.zeros_like(ids)
    masked = ids.copy()
    for row, text in enumerate(batch):
        ids[row, : len(text)] = text.ids
        masked[row, : len(text)] = np.where(text.special, text.ids, tokenizer.mask_token_id)
        attention[row, : len(text)] = 1
        if text.token_types is not None:
            types[row, : len(text)] = text.token_types
    others = {"attention_mask": attention}
    if batch[0].token_types is not None:
        others["token_type_ids"] = types
    return (
        torch.from_numpy(ids).to(device),
        torch.from_numpy(masked).to(device),
        {name: torch.from_numpy(array).to(device) for name, array in others.items()},
    )


def _attributions(
    model: PreTrainedModel,
    inputs: torch.Tensor,
    masked: torch.Tensor,
    others: dict[str, torch.Tensor],
    classes: Sequence[int],
    steps: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values ``(texts, tokens, classes)`` and base values ``(texts, classes)``."""
    from captum.attr import LayerIntegratedGradients

    def probabilities(ids: torch.Tensor, *given: torch.Tensor) -> torch.Tensor:
        logits = model(input_ids=ids, **dict(zip(others, given, strict=True))).logits
        return torch.softmax(logits, dim=-1)

    method = LayerIntegratedGradients(probabilities, model.get_input_embeddings())
    given = tuple(others.values())
    values = [
        method.attribute(
            inputs,
            baselines=masked,
            target=each,
            additional_forward_args=given,
            n_steps=steps,
            method="gausslegendre",
        ).sum(dim=-1)
        for each in classes
    ]
    with torch.no_grad():
        base = probabilities(masked, *given)[:, list(classes)]
    return torch.stack(values, dim=-1).double().cpu().numpy(), base.double().cpu().numpy()
