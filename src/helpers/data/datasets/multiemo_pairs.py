"""Pairs of MultiEmo's sentences: which one is more positive? Needs no hub."""

from pathlib import Path
from typing import Any

from helpers.foundation.datasets import Dataset


def _read(folder: Path | None) -> Any:
    from helpers.data.offline_corpora import read_multiemo_pairs

    return read_multiemo_pairs()


def _made_from() -> object:
    from helpers.data.offline_corpora import made_from

    return made_from()


DATASET = Dataset(
    name="multiemo_pairs",
    title="MultiEmo pairs",
    order=40,
    task="relation",
    is_pair=True,
    parallel=True,
    labels=("more", "same", "less"),
    languages=("fr", "en"),
    weights=(3, 2, 1),
    licence="CC BY 4.0",
    remark="The MultiEmo texts were written and annotated in Polish and translated by machine.",
    counterpart="xnli",
    read=_read,
    made_from=_made_from,
)
