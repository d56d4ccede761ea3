"""Labelled texts from the hub of data sets, at pinned revisions, kept in the cache.

What was loaded once is read from the cache afterwards, with or without a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pandas as pd

from helpers.data.cached_files import is_recorded, write_recorded
from helpers.data.grouping import SPLITS
from helpers.data.tables import (
    AMAZON_COLUMNS,
    AMAZON_COPY_COLUMNS,
    XNLI_COLUMNS,
    Columns,
    Tables,
    require_columns,
)
from helpers.foundation.errors import CompanionError
from helpers.foundation.paths import cache_dir


@dataclass(frozen=True)
class HubTable:
    """A data set of the hub: repository, revision, columns.

    A language is a configuration, or a folder where the repository has no data card.
    """

    repository: str
    revision: str
    columns: Columns
    language_is: Literal["name", "data_dir"] = "name"

    def __str__(self) -> str:
        """Return the repository and its revision."""
        return f"{self.repository}@{self.revision}"


# Tried in this order; the one that was used is named in ``Corpus.source``.
HUB_TABLES: Mapping[str, tuple[HubTable, ...]] = MappingProxyType(
    {
        "xnli": (
            HubTable("facebook/xnli", "b8dd5d7af51114dbda02c0e3f6133f332186418e", XNLI_COLUMNS),
        ),
        # The corpus was withdrawn by its owner; these are copies of its rows.
        "amazon_reviews": (
            HubTable(
                "defunct-datasets/amazon_reviews_multi",
                "refs/convert/parquet",
                AMAZON_COLUMNS,
                language_is="data_dir",
            ),
            # Its text is believed to be title and body in one: a deviation, to be stated.
            HubTable(
                "mteb/amazon_reviews_multi",
                "refs/convert/parquet",
                AMAZON_COPY_COLUMNS,
                language_is="data_dir",
            ),
        ),
    }
)


def load_hub_tables(
    family: str, languages: Sequence[str], candidates: Sequence[HubTable]
) -> tuple[Tables, HubTable]:
    """Load every split of every language from the first repository that has them.

    Parameters
    ----------
    family : str
        The family of data sets, for messages.
    languages : sequence of str
        Configurations or folders of the repository.
    candidates : sequence of HubTable
        Tried in this order; one that lies in the cache is not loaded again.

    Returns
    -------
    tables : dict
        ``(split, language)`` to the table and its columns.
    used : HubTable
        Where they came from.

    Raises
    ------
    CompanionError
        If no repository can be reached, or none has the languages, splits and columns.
    """
    reasons = []
    for table in candidates:
        folder = cache_dir() / "hub" / table.repository.replace("/", "--")
        files = {
            (split, language): folder / f"{language}-{split}.parquet"
            for split in SPLITS
            for language in languages
        }
        if not all(is_recorded(path, made_from=table.revision) for path in files.values()):
            try:
                _fetch(table, files)
            # The hub's clients raise errors of many kinds; each means: not from this repository.
            except Exception as error:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                reasons.append(f"{table.repository}: {reason[:200]}")
                continue
        columns = list(table.columns.names)
        return {
            key: (pd.read_parquet(path)[columns], table.columns) for key, path in files.items()
        }, table
    raise CompanionError(
        f"{family} could not be loaded from the hub ({'; '.join(reasons)}): connect to it once, "
        f"set HF_ENDPOINT to a mirror, or name a local copy with --source {family}=FOLDER"
    )


def _fetch(table: HubTable, files: Mapping[tuple[str, str], Path]) -> None:
    """Load a repository's languages with ``datasets`` and write the columns into the cache."""
    from datasets import load_dataset

    for language in dict.fromkeys(language for _, language in files):
        splits = load_dataset(
            table.repository, **{table.language_is: language}, revision=table.revision
        )
        for split in SPLITS:
            if split not in splits:
                raise CompanionError(f"language '{language}' has no split '{split}'")
            require_columns(f"{language}/{split}", table.columns.names, splits[split].column_names)
            frame = splits[split].select_columns(list(table.columns.names)).to_pandas()
            path = files[split, language]
            path.parent.mkdir(parents=True, exist_ok=True)
            content = frame.to_parquet(None, index=False, compression="zstd")
            write_recorded(path, bytes(content), made_from=table.revision)
