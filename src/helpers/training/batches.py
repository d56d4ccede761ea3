"""Texts as word pieces, and batches of texts of similar length.

Texts are encoded once and kept without padding; a batch is padded to its own longest text. Batches
of similar lengths waste little: on reviews, padding to the model's 512 positions costs ten times
the tokens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerBase

from helpers.foundation.errors import CompanionError

Integers = npt.NDArray[np.integer[Any]]

_CHUNK = 4096  # texts encoded at a time
_BUCKET = 50  # batches that are sorted by length together


@dataclass(frozen=True)
class EncodedTexts:
    """Texts as word pieces, one after the other, without padding.

    Parameters
    ----------
    pieces : ndarray
        Ids of the word pieces of all texts, ``(sum of lengths,)``.
    segments : ndarray or None
        Token types, of the same shape, where the encoder has them.
    starts : ndarray
        Where each text starts in ``pieces``, and the end of the last: ``(texts + 1,)``.
    padding_id : int
        Id of the padding piece.
    """

    pieces: Integers
    segments: Integers | None
    starts: Integers
    padding_id: int

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Integers:
        """Number of word pieces of each text."""
        return np.diff(self.starts)

    def batch(self, rows: Sequence[int] | Integers) -> dict[str, torch.Tensor]:
        """Return some texts as a model's input, padded on the right to the longest of them.

        Parameters
        ----------
        rows : sequence of int
            The texts' positions.

        Returns
        -------
        dict
            ``input_ids``, ``attention_mask`` and, where the encoder has them, ``token_type_ids``,
            each of shape ``(rows, tokens)``.
        """
        lengths = self.lengths[rows]
        mask = np.arange(lengths.max()) < lengths[:, None]
        padded = {"input_ids": _padded(self.pieces, self.starts, rows, mask, self.padding_id)}
        if self.segments is not None:
            padded["token_type_ids"] = _padded(self.segments, self.starts, rows, mask, 0)
        padded["attention_mask"] = mask.astype(np.int64)
        return {name: torch.from_numpy(array) for name, array in padded.items()}


def _padded(
    values: Integers,
    starts: Integers,
    rows: Sequence[int] | Integers,
    mask: npt.NDArray[np.bool_],
    filler: int,
) -> Integers:
    array = np.full(mask.shape, filler, dtype=np.int64)
    array[mask] = np.concatenate([values[starts[row] : starts[row + 1]] for row in rows])
    return array


def encode_texts(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    max_length: int,
    progress: str | None = None,
) -> EncodedTexts:
    """Split texts, or pairs of texts, into word pieces, with the special pieces around them.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
    texts, text_pairs : sequence of str
        As many pairs as texts.
    max_length : int
        Longer inputs are cut; of a pair, the longer text first.
    progress : str, optional
        Show a progress bar with this name where there are many texts.

    Returns
    -------
    EncodedTexts

    Raises
    ------
    CompanionError
        If there is no text, a pair is missing, or ``max_length`` exceeds the model's limit.
    """
    if len(texts) == 0:
        raise CompanionError("there is no text to encode: give at least one")
    if text_pairs is not None and len(text_pairs) != len(texts):
        raise CompanionError(f"{len(texts)} texts but {len(text_pairs)} pairs: give one pair each")
    if not 3 <= max_length <= tokenizer.model_max_length:
        raise CompanionError(
            f"max_length={max_length}: give a whole number from 3 to {tokenizer.model_max_length}, "
            "the model's limit"
        )
    has_segments = "token_type_ids" in tokenizer.model_input_names
    pieces: list[Integers] = []
    segments: list[Integers] = []
    lengths: list[int] = []
    chunks = range(0, len(texts), _CHUNK)
    hidden = progress is None or len(chunks) == 1
    for start in tqdm(chunks, desc=f"{progress}: word pieces", disable=hidden, leave=False):
        chunk = slice(start, start + _CHUNK)
        encoded = tokenizer(
            list(texts[chunk]),
            None if text_pairs is None else list(text_pairs[chunk]),
            truncation=True,
            max_length=max_length,
            return_attention_mask=False,
            return_token_type_ids=has_segments,
        )
        lengths.extend(map(len, encoded["input_ids"]))
        pieces.append(np.concatenate([np.asarray(ids, np.int32) for ids in encoded["input_ids"]]))
        if has_segments:
            flat = [np.asarray(ids, np.int8) for ids in encoded["token_type_ids"]]
            segments.append(np.concatenate(flat))
    return EncodedTexts(
        pieces=np.concatenate(pieces),
        segments=np.concatenate(segments) if has_segments else None,
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        padding_id=int(tokenizer.pad_token_id),
    )


def batches_by_length(lengths: Integers, *, tokens_per_batch: int) -> list[Integers]:
    """Cut texts, longest first, into batches of at most ``tokens_per_batch`` padded tokens.

    Parameters
    ----------
    lengths : ndarray
        Word pieces of each text.
    tokens_per_batch : int
        Limit of texts times the longest length; a single text may exceed it.

    Returns
    -------
    list of ndarray
        The texts' positions. Together they hold each text once.

    Examples
    --------
    >>> [rows.tolist() for rows in batches_by_length(np.array([2, 9, 3, 4]), tokens_per_batch=10)]
    [[1], [3, 2], [0]]
    """
    order = np.argsort(-lengths, kind="stable")
    batches: list[Integers] = []
    start = 0
    while start < len(order):
        size = max(1, tokens_per_batch // max(1, int(lengths[order[start]])))
        batches.append(order[start : start + size])
        start += size
    return batches


class LengthBuckets(torch.utils.data.Sampler[int]):
    """Random order in which each batch holds texts of similar length.

    The rows are shuffled, sorted by length within buckets of 50 batches, and the batches are
    shuffled again, or the model would see long texts first. A last batch that is not full comes
    last. An epoch's order depends on the seed and the epoch alone, so that a resumed run, and every
    process of a data-parallel one, sees the same.

    Parameters
    ----------
    lengths : ndarray
        Word pieces of each text.
    batch_size : int
        Texts of one optimizer step; a part of such a batch has similar lengths too.
    seed : int
    chances : ndarray, optional
        How often each text is drawn, compared with the others: an epoch then holds as many texts,
        drawn with replacement.
    """

    def __init__(
        self,
        lengths: Integers,
        *,
        batch_size: int,
        seed: int,
        chances: npt.NDArray[np.floating[Any]] | None = None,
    ) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.chances = None if chances is None else chances / chances.sum()
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        """Yield each text's position once, or as often as it is drawn."""
        generator = np.random.default_rng([self.seed, self.epoch])
        count = len(self.lengths)
        if self.chances is None:
            order = generator.permutation(count)
        else:
            order = generator.choice(count, size=count, p=self.chances)
        size = self.batch_size * _BUCKET
        buckets = [order[start : start + size] for start in range(0, len(order), size)]
        ordered = np.concatenate(
            [bucket[np.argsort(self.lengths[bucket], kind="stable")] for bucket in buckets]
        )
        full = len(ordered) // self.batch_size * self.batch_size
        batches = ordered[:full].reshape(-1, self.batch_size)
        yield from generator.permutation(batches).ravel().tolist()
        yield from ordered[full:].tolist()
