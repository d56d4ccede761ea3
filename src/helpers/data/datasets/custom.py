"""A data set of your own: languages and labels come from its files, a skew from the profile."""

from pathlib import Path
from typing import Any

from helpers.foundation.datasets import Dataset


def _read(folder: Path | None) -> Any:
    from helpers.data.custom_corpus import read_custom

    assert folder is not None  # needs_folder
    return read_custom(folder)


def _files(folder: Path) -> list[Path]:
    from helpers.data.custom_corpus import custom_files

    return list(custom_files(folder).values())


DATASET = Dataset(
    name="custom",
    title="Custom data set",
    order=50,
    is_pair=False,
    licence="not stated",
    read=_read,
    files=_files,
)
