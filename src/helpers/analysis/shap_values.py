"""Partition SHAP for a whole corpus (paper, section 2.3), exact and affordable.

``shap`` explains one text after the other, six masked copies at a time. ``explain_corpus`` gives
the same values, but lets hundreds of texts share each forward pass:

* each text is a small state machine (``partition``) that names the masks it needs next;
* masks of equal length share a batch, as token ids, without padding where there are enough;
* a mask that a text has asked about before is not evaluated again;
* when a text is finished the next one takes its place, so that batches stay full.
"""

import functools
import hashlib
import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shap
import torch
from numpy.typing import NDArray
from tqdm.auto import tqdm

from helpers.analysis.finished_texts import FinishedText, FinishedTexts
from helpers.analysis.masked_model import MaskedModel, parameters
from helpers.analysis.masked_texts import EncodedText, encode_texts, longest_input
from helpers.analysis.partition import (
    MASKS_PER_ROUND,
    Contexts,
    Partition,
    lower_to_tokens,
    partition_tree,
    planned_masks,
)
from helpers.foundation.errors import CompanionError
from helpers.training.inference import Precision, autocast

# Texts are in flight for this many batches: enough of each length to fill one without padding.
_BATCHES_IN_FLIGHT = 12
# A batch below half of its size takes in texts that are shorter by at most an eighth.
_SMALL_BATCH = 0.5
_SHORTEST_SHARE = 0.875


def explain_corpus(
    model: Any,
    tokenizer: Any,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    max_evals: int = 500,
    contexts: Contexts = "both",
    classes: Sequence[int] | None = None,
    max_length: int | None = None,
    precision: Precision = "fp32",
    tokens_per_batch: int | None = None,
    cache: Path | None = None,
    seed: int = 0,
    progress: bool = True,
) -> shap.Explanation:
    """Return the SHAP values of every token of every text.

    The values are those of ``shap.explainers.Partition`` over token ids: same tree, same order of
    evaluation, same budget. Special tokens are never masked; they can still carry a value, where
    the budget ran out on a group that one of them is in.

    Parameters
    ----------
    model : callable
        Anything that returns ``.logits`` of shape ``(batch, classes)`` from ``input_ids``,
        ``attention_mask`` and, where the tokenizer gives them, ``token_type_ids``. It runs on the
        device it is on, in evaluation mode.
    tokenizer : PreTrainedTokenizerBase
        The model's fast tokenizer, with a mask token.
    texts, text_pairs : sequence of str
        Texts, or pairs of texts. They are cut at the model's limit.
    max_evals : int
        Masks per text, at least 2. A text of n tokens is explored in full by some n^2.
    contexts : {"both", "one"}
        ``"both"`` as in shap; ``"one"`` tries each group of tokens only with its sibling absent:
        two masks a token, for a first look.
    classes : sequence of int, optional
        Explain these outputs only. As in shap (``outputs``), the order of evaluation then looks at
        no others.
    max_length : int, optional
        A lower limit than the model's own.
    precision : {"fp32", "bf16", "fp16", "auto"}
        Of the matrix products; probabilities are float32 in any case. ``"auto"`` is bf16 where the
        hardware multiplies it.
    tokens_per_batch : int, optional
        By default what keeps the device busy. It is halved where memory runs out.
    cache : Path, optional
        A folder that keeps finished texts: a run that was killed continues from there.
    seed : int
        Decides between groups of exactly equal effect.
    progress : bool
        Show a progress bar.

    Returns
    -------
    shap.Explanation
        ``values``: per text an array ``(tokens, classes)``; ``base_values``: ``(texts, classes)``;
        ``data``: the text's segments; with ``hierarchical_values`` and ``clustering`` for the text
        plots. Values and base value add up to the model's probabilities (equation 1). The
        attribute ``special_tokens`` holds per text which tokens are special.

    Raises
    ------
    CompanionError
        If an option is out of range, or the tokenizer has no mask token.
    """
    _check(texts, max_evals=max_evals, contexts=contexts, tokens_per_batch=tokens_per_batch)
    limits = [n for n in (max_length, longest_input(model, tokenizer)) if n is not None]
    encoded = encode_texts(tokenizer, texts, text_pairs, max_length=min(limits, default=None))
    asked = MaskedModel(model, tokenizer, classes, tokens_per_batch)
    done = FinishedTexts(
        cache,
        {
            "texts": _digest(a for text in encoded for a in _arrays(text)),
            "model": _digest(_samples(model)) if cache else None,
            "options": [max_evals, contexts, list(classes or []), precision, seed],
        },
    )
    todo = [i for i in range(len(encoded)) if i not in done.texts]
    todo.sort(key=lambda i: -len(encoded[i]))

    @functools.cache
    def tree(index: int) -> NDArray[np.float64]:
        return partition_tree(encoded[index].segments, tokenizer.sep_token)

    def enter(index: int) -> Partition:
        text = encoded[index]
        return Partition(
            tree(index),
            text.special,
            max_evals=max_evals,
            contexts=contexts,
            seed=zlib.crc32(text.ids.tobytes(), seed),
        )

    lengths = np.array([len(text) for text in encoded])
    planned = lengths * planned_masks(lengths, max_evals)
    training = getattr(model, "training", False)
    if training:
        model.eval()
    try:
        with (
            # In one context for all batches, and not in inference mode, autocast keeps the weights
            # that it has cast; casting them for each batch costs a tenth of the time.
            torch.no_grad(),
            autocast(asked.device, precision),
            tqdm(
                total=int(planned[todo].sum()),
                desc="SHAP values",
                unit=" tokens",
                unit_scale=True,
                disable=not progress,
            ) as bar,
        ):
            for index, part in _stream(todo, encoded, enter, asked, bar, planned):
                done.add(index, FinishedText(part.hierarchical_values(), part.base_value))
    finally:
        done.save()
        if training:
            model.train()
    names = asked.names(len(done.texts[0].base))
    return _explanation(encoded, done.texts, [tree(i) for i in range(len(encoded))], names)


def _check(
    texts: Sequence[str], *, max_evals: int, contexts: str, tokens_per_batch: int | None
) -> None:
    if len(texts) == 0:
        raise CompanionError("texts: there is none; give at least one")
    if max_evals < 2:
        raise CompanionError(f"max_evals: {max_evals}; allowed is a whole number of at least 2")
    if contexts not in ("both", "one"):
        raise CompanionError(f"contexts: {contexts!r}; allowed are 'both' and 'one'")
    if tokens_per_batch is not None and tokens_per_batch < 1:
        raise CompanionError(f"tokens_per_batch: {tokens_per_batch}; allowed is 1 or more")


# --- the stream of texts --------------------------------------------------------------------


@dataclass(eq=False)
class _InFlight:
    """A text on its way; ``counted`` are the tokens that the progress bar has seen."""

    index: int
    text: EncodedText
    part: Partition
    counted: int = 0


def _stream(
    todo: Sequence[int],
    encoded: Sequence[EncodedText],
    enter: Any,
    model: MaskedModel,
    bar: Any,
    planned: NDArray[np.integer],
) -> Iterable[tuple[int, Partition]]:
    """Run the texts, longest first, and yield each with its number when it is finished."""
    waiting = deque(todo)
    ready: dict[int, deque[_InFlight]] = {}  # by length: texts that wait for the model
    at_model: deque[tuple[list[_InFlight], torch.Tensor]] = deque()
    tokens_in_flight = 0

    while waiting or ready or at_model:
        while waiting and tokens_in_flight < _BATCHES_IN_FLIGHT * model.tokens_per_batch:
            index = waiting.popleft()
            text = _InFlight(index, encoded[index], enter(index))
            ready.setdefault(len(text.text), deque()).append(text)
            tokens_in_flight += MASKS_PER_ROUND * len(text.text)
        # On a GPU the next batch is computed while the last one's answers are worked in.
        while ready and len(at_model) < model.batches_ahead:
            batch = _choose(ready, model.tokens_per_batch)
            at_model.append((batch, model.ask([(t.text, t.part.pending) for t in batch])))
        batch, promised = at_model.popleft()
        answers = promised.cpu().numpy()
        row = 0
        for text in batch:
            length, part = len(text.text), text.part
            part.advance(answers[row : (row := row + len(part.pending))])
            spent = length * part.evaluations if part.pending else planned[text.index]
            counted = int(min(spent, planned[text.index]))
            bar.update(counted - text.counted)
            text.counted = counted
            if part.pending:
                ready.setdefault(length, deque()).append(text)
            else:
                tokens_in_flight -= MASKS_PER_ROUND * length
                yield text.index, part


def _choose(ready: dict[int, deque[_InFlight]], tokens_per_batch: int) -> list[_InFlight]:
    """Take a batch of texts of one length, the length with most to do.

    Only where these fill less than half of the batch do slightly shorter texts join: padding
    costs its own tokens, and the fast attention kernels, which take no mask.
    """
    longest = max(ready, key=lambda length: length * len(ready[length]))
    batch: list[_InFlight] = []
    tokens = 0
    for length in sorted((n for n in ready if n <= longest), reverse=True):
        if length < longest and (
            tokens > _SMALL_BATCH * tokens_per_batch or length < _SHORTEST_SHARE * longest
        ):
            break
        queue = ready[length]
        while queue and tokens + longest * len(queue[0].part.pending) <= tokens_per_batch:
            text = queue.popleft()
            batch.append(text)
            tokens += longest * len(text.part.pending)
        if not batch:  # one text alone is more than a batch: the model cuts it
            batch.append(queue.popleft())
        if not queue:
            del ready[length]
    return batch


# --- the result -----------------------------------------------------------------------------


def _explanation(
    encoded: Sequence[EncodedText],
    finished: dict[int, FinishedText],
    trees: list[NDArray[np.float64]],
    output_names: list[str],
) -> shap.Explanation:
    nodes = [finished[i].hierarchical for i in range(len(encoded))]
    values = [lower_to_tokens(h, tree) for h, tree in zip(nodes, trees, strict=True)]
    explanation = shap.Explanation(
        values=objects(values),
        base_values=np.stack([finished[i].base for i in range(len(encoded))]),
        data=objects([np.array(text.segments) for text in encoded]),
        feature_names=[[s.strip() for s in text.segments] for text in encoded],
        output_names=output_names,
        hierarchical_values=objects(nodes),
        clustering=objects(trees),
    )
    explanation.special_tokens = objects([text.special for text in encoded])
    return explanation


def objects(arrays: Sequence[Any]) -> NDArray[np.object_]:
    """Return an object array with one array per text, whether or not their shapes agree.

    Examples
    --------
    >>> objects([np.zeros((3, 2)), np.zeros((3, 2))]).shape
    (2,)
    """
    packed = np.empty(len(arrays), dtype=object)
    for i, array in enumerate(arrays):
        packed[i] = array
    return packed


def _arrays(text: EncodedText) -> Iterable[NDArray[Any]]:
    yield text.ids
    if text.token_types is not None:
        yield text.token_types


def _samples(model: Any) -> Iterable[NDArray[Any]]:
    """Yield some thousand numbers of each weight: what tells two fine-tuned models apart."""
    for weight in parameters(model):
        flat = weight.detach().flatten()
        yield flat[:: max(1, flat.numel() // 4096)].float().cpu().numpy()


def _digest(arrays: Iterable[NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
