"""Texts that occur with several languages or labels, on a sample chosen by the texts themselves.

A text is in the sample when a hash of it is small, so that all its occurrences are in or none is.
The limit is halved whenever the sample grows too large: memory stays constant. Texts are compared
as they are written.
"""

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_ROWS = 2**14
KEPT_TEXTS = 1000  # read in full, for a language detector

Hashes = npt.NDArray[np.uint64]
_ALL = 2**64 - 1
_STEP_ROWS = 2**14
_MASKS = np.array([2 ** (8 * size) - 1 for size in range(9)], np.uint64)
_PARTS = ["key", "text", "language", "label"]


@dataclass(frozen=True)
class TextSample:
    """What the sampled texts say.

    Parameters
    ----------
    share : float
        Share of the distinct texts that are in the sample (expected).
    texts : int
        Distinct texts in it.
    in_several_languages, with_several_labels : int
        How many of them occur so.
    examples : DataFrame
        Some texts in full, columns ``text, language``.
    """

    share: float
    texts: int
    in_several_languages: int
    with_several_labels: int
    examples: pd.DataFrame


class TextSampler:
    """Collects the sample, batch by batch.

    What is new is put aside, and merged once there is as much of it as the sample may hold: the
    cost of merging does not grow with the number of batches.
    """

    def __init__(self) -> None:
        self._limit = _ALL
        # Numbers only, a row for each text with a language and a label.
        self._rows = np.empty((0, len(_PARTS)), np.uint64)
        self._new_rows: list[Hashes] = []
        self._codes: dict[Any, int] = {}  # of languages and labels
        self._examples: list[tuple[int, str, Any]] = []  # key, text, language
        self._largest_example = _ALL

    def add(self, texts: list[pa.Array], language: pa.Array, label: pa.Array) -> None:
        """Take in a batch.

        Parameters
        ----------
        texts : list of Array
            The text, and the second of a pair where there is one.
        language, label : Array
            Of the same rows.
        """
        for start in range(0, len(language), _STEP_ROWS):  # each fits the processor's cache
            parts = [part.slice(start, _STEP_ROWS) for part in (*texts, language, label)]
            self._add_step(parts[:-2], *parts[-2:])

    def _add_step(self, texts: list[pa.Array], language: pa.Array, label: pa.Array) -> None:
        key = _joined([_cheap_hash(text) for text in texts])
        chosen = np.flatnonzero(key <= self._limit)
        chosen = chosen[_filled(texts[0].take(pa.array(chosen)))]
        if not len(chosen):
            return
        rows = pa.array(chosen)
        parts = [key[chosen], _joined([_hash(text.take(rows)) for text in texts])]
        parts += [self._coded(part.take(rows)) for part in (language, label)]
        self._new_rows.append(np.stack(parts, axis=1))
        if sum(map(len, self._new_rows)) > SAMPLE_ROWS:
            self._thin()
        self._add_examples(texts[0], language, key, chosen)

    def _coded(self, values: pa.Array) -> Hashes:
        encoded = values.dictionary_encode(null_encoding="encode")
        codes = [
            self._codes.setdefault(value, len(self._codes))
            for value in encoded.dictionary.to_pylist()
        ]
        of_rows = encoded.indices.to_numpy(zero_copy_only=False)
        return np.asarray(np.array(codes, np.uint64)[of_rows])

    def _thin(self) -> None:
        """Merge what is new; lower the limit until the sample is small enough."""
        rows = np.concatenate([self._rows, *self._new_rows])
        rows = rows[rows[:, 0] <= self._limit]
        rows = rows[~pd.Series(_mixed(list(rows.T))).duplicated().to_numpy()]
        while len(rows) > SAMPLE_ROWS:
            self._limit //= 2
            rows = rows[rows[:, 0] <= self._limit]
        self._rows, self._new_rows = rows, []

    def _add_examples(
        self, text: pa.Array, language: pa.Array, key: Hashes, chosen: npt.NDArray[np.int64]
    ) -> None:
        chosen = chosen[key[chosen] < self._largest_example]
        chosen = chosen[np.argsort(key[chosen], kind="stable")[:KEPT_TEXTS]]
        if not len(chosen):
            return
        rows = pa.array(chosen)
        parts = (key[chosen].tolist(), text.take(rows).to_pylist(), language.take(rows).to_pylist())
        self._examples += zip(*parts, strict=True)
        if len(self._examples) > 2 * KEPT_TEXTS:
            self._cut_examples()

    def _cut_examples(self) -> None:
        self._examples = heapq.nsmallest(KEPT_TEXTS, self._examples, key=lambda each: each[0])
        if len(self._examples) == KEPT_TEXTS:
            self._largest_example = self._examples[-1][0]

    def result(self) -> TextSample:
        """Return what the sample says."""
        self._thin()
        self._cut_examples()
        rows = pd.DataFrame(self._rows, columns=_PARTS)
        by_text = rows.groupby("text")[["language", "label"]].nunique()
        return TextSample(
            share=(self._limit + 1) / (_ALL + 1),
            texts=len(by_text),
            in_several_languages=int((by_text["language"] > 1).sum()),
            with_several_labels=int((by_text["label"] > 1).sum()),
            examples=pd.DataFrame(
                [each[1:] for each in self._examples], columns=["text", "language"]
            ),
        )


def _filled(text: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(pc.greater(pc.binary_length(text), 0), False), dtype=bool)


def _hash(texts: pa.Array) -> Hashes:
    """Return a hash of each text, all of its letters."""
    objects = texts.to_numpy(zero_copy_only=False)
    return np.asarray(pd.util.hash_array(objects, categorize=False), dtype=np.uint64)


def _joined(hashes: list[Hashes]) -> Hashes:
    return hashes[0] if len(hashes) == 1 else _mixed(hashes)


def _cheap_hash(text: pa.Array) -> Hashes:
    """Return a hash of each text's length and of three times eight bytes, the last among them.

    It only chooses the sample; texts that agree in these are in it together. It costs the same
    for a long text as for a short one.
    """
    _, places, data = text.buffers()
    kind = np.int64 if pa.types.is_large_string(text.type) else np.int32
    offsets = np.frombuffer(places, kind)[text.offset : text.offset + len(text) + 1]
    letters = np.frombuffer(b"" if data is None else data, np.uint8)
    padded = np.concatenate([letters[offsets[0] : offsets[-1]], np.zeros(8, np.uint8)])
    words = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
    start = offsets[:-1] - offsets[0]
    length = np.diff(offsets)
    spare = np.maximum(length - 8, 0)
    mask = _MASKS[np.minimum(length, 8)]  # of the bytes before the text's end
    return _mixed(
        [
            length.astype(np.uint64),
            *(words[start + offset] & mask for offset in (spare // 2, spare)),
        ]
    )


def _mixed(parts: list[Hashes]) -> Hashes:
    """Return one hash of several, by the finaliser of splitmix64."""
    value = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        value = (value ^ part) + np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
        value ^= value >> np.uint64(31)
    return value
