"""MultiEmo: sentences of reviews, annotated for sentiment, in six languages; needs no hub."""

from pathlib import Path
from typing import Any

from helpers.foundation.datasets import Dataset


def _read(folder: Path | None) -> Any:
    from helpers.data.offline_corpora import read_multiemo

    return read_multiemo()


def _made_from() -> object:
    from helpers.data.offline_corpora import made_from

    return made_from()


DATASET = Dataset(
    name="multiemo",
    title="MultiEmo",
    order=30,
    task="graded",
    is_pair=False,
    parallel=True,
    labels=("negative", "neutral", "ambivalent", "positive"),
    languages=("fr", "es", "ja", "de", "en", "zh"),
    weights=(1, 2, 3, 4),
    licence="CC BY 4.0",
    remark="The MultiEmo texts were written and annotated in Polish and translated by machine.",
    counterpart="amazon_reviews",
    read=_read,
    made_from=_made_from,
)
