"""Texts that occur with several languages or labels, on a sample chosen by the texts themselves.

A text is in the sample when a hash of it is small, so that all its occurrences are in or none is.
The limit is halved whenever the sample grows too large: memory stays constant.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_ROWS = 200_000
KEPT_TEXTS = 1000  # read in full, for a language detector

Hashes = npt.NDArray[np.uint64]
_ALL = 2**64 - 1


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
    """Collects the sample, batch by batch."""

    def __init__(self) -> None:
        self._limit = _ALL
        self._rows = pd.DataFrame(
            {"key": np.empty(0, np.uint64), "text": np.empty(0, np.uint64),
             "language": np.empty(0, object), "label": np.empty(0, object)}
        )  # fmt: skip
        self._parts: list[pd.DataFrame] = []
        self._held = 0
        self._examples = pd.DataFrame({"key": np.empty(0, np.uint64), "text": [], "language": []})

    def add(self, texts: list[pa.Array], language: pa.Array, label: pa.Array) -> None:
        """Take in a batch.

        Parameters
        ----------
        texts : list of Array
            The text, and the second of a pair where there is one.
        language, label : Array
            Of the same rows.
        """
        texts = [_trimmed(text) for text in texts]
        key = _mixed([_cheap_hash(text) for text in texts])
        chosen = np.flatnonzero((key <= self._limit) & _filled(texts[0]))
        rows = pa.array(chosen)
        kept = [text.take(rows).to_numpy(zero_copy_only=False).astype(object) for text in texts]
        part = pd.DataFrame(
            {
                "key": key[chosen],
                "text": _mixed([pd.util.hash_array(text, categorize=False) for text in kept]),
                "language": language.take(rows).to_numpy(zero_copy_only=False),
                "label": label.take(rows).to_numpy(zero_copy_only=False),
            }
        )
        self._parts.append(part)
        self._held += len(part)
        some = part[["key", "language"]].assign(text=kept[0]).nsmallest(KEPT_TEXTS, "key")
        self._examples = pd.concat([self._examples, some]).nsmallest(KEPT_TEXTS, "key")
        while self._held > SAMPLE_ROWS and self._limit > 0:
            self._limit //= 2
            self._merge()

    def _merge(self) -> None:
        rows = pd.concat([self._rows, *self._parts], ignore_index=True)
        self._rows = rows[rows["key"] <= self._limit].drop_duplicates()
        self._parts = []
        self._held = len(self._rows)

    def result(self) -> TextSample:
        """Return what the sample says."""
        self._merge()
        by_text = self._rows.groupby("text")[["language", "label"]].nunique()
        return TextSample(
            share=(self._limit + 1) / (_ALL + 1),
            texts=len(by_text),
            in_several_languages=int((by_text["language"] > 1).sum()),
            with_several_labels=int((by_text["label"] > 1).sum()),
            examples=self._examples.drop(columns="key").reset_index(drop=True),
        )


def _trimmed(text: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.fill_null(text.cast(pa.large_string()), ""))


def _filled(text: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.greater(pc.binary_length(text), 0), dtype=bool)


def _cheap_hash(text: pa.Array) -> Hashes:
    """Return a hash of each text's length, first, middle and last eight bytes.

    It only chooses the sample; texts that agree in these are in it together. It costs the same
    for a long text as for a short one.
    """
    offsets = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    data = text.buffers()[2]
    window = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    padded = np.concatenate([window[offsets[0] : offsets[-1]], np.zeros(8, np.uint8)])
    words = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
    start = offsets[:-1] - offsets[0]
    length = np.diff(offsets)
    spare = np.maximum(length - 8, 0)
    short = (8 * (8 - np.minimum(length, 8))).astype(np.uint64)  # bits beyond the text's end
    mask = np.where(short < 64, np.uint64(_ALL) >> np.minimum(short, 63), np.uint64(0))
    parts = [words[start + offset] & mask for offset in (0 * spare, spare // 2, spare)]
    return _mixed([length.astype(np.uint64), *parts])


def _mixed(parts: list[Hashes]) -> Hashes:
    """Return one hash of several, by the finaliser of splitmix64."""
    value = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        value = (value ^ part) + np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
        value ^= value >> np.uint64(31)
    return value
