"""Tables of labelled texts, brought into one schema; local folders in the layout of the hub's.

A folder has a subfolder for each language, and in it files whose names hold their split.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd
import yaml

from helpers.data.grouping import SPLITS
from helpers.foundation.errors import CompanionError

SUFFIXES = (".parquet", ".jsonl", ".csv")


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what; ``first_label`` is the number of the first label."""

    label: str
    text: str
    text_pair: str | None = None
    first_label: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(name for name in (self.text, self.text_pair, self.label) if name)


# A table and its columns for each ``(split, language)``.
Tables: TypeAlias = dict[tuple[str, str], tuple[pd.DataFrame, Columns]]

XNLI_COLUMNS = Columns(label="label", text="premise", text_pair="hypothesis")
AMAZON_COLUMNS = Columns(label="stars", text="review_body", first_label=1)
AMAZON_COPY_COLUMNS = Columns(label="label", text="text")

# Columns that a local folder may have instead; the first that fits a file is taken.
FOLDER_COLUMNS: Mapping[str, tuple[Columns, ...]] = MappingProxyType(
    {"xnli": (XNLI_COLUMNS,), "amazon_reviews": (AMAZON_COLUMNS, AMAZON_COPY_COLUMNS)}
)
# Rows of a language in each split of the full data set: a folder of this size is no re-cut.
FULL_ROWS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "xnli": {"train": 392_702, "validation": 2_490, "test": 5_010},
        "amazon_reviews": {"train": 200_000, "validation": 5_000, "test": 5_000},
    }
)


# --- local folders --------------------------------------------------------------------------


def split_files(folder: Path, language: str, split: str) -> list[Path]:
    """Return the files of a language's split, sorted by name.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    language, split : str
        Files are ``<language>/*<split>*`` with one of ``SUFFIXES``.

    Raises
    ------
    CompanionError
        If there is none.
    """
    files = [
        path
        for path in sorted((folder / language).glob(f"*{split}*"))
        if path.suffix in SUFFIXES and path.is_file()
    ]
    if not files:
        raise CompanionError(
            f"{folder}: no file of the {split} split of language '{language}'; expected "
            + " or ".join(f"{language}/*{split}*{suffix}" for suffix in SUFFIXES)
        )
    return files


def read_file(path: Path, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a parquet, jsonl or csv file; texts stay as they are written.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str, optional
        Only these columns.

    Raises
    ------
    CompanionError
        If the file cannot be read, or lacks a column.
    """
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            present = list(pq.read_schema(path).names)
            require_columns(path, columns or (), present)
            return pd.read_parquet(path, columns=None if columns is None else list(columns))
        if path.suffix == ".jsonl":
            table = pd.read_json(path, lines=True, dtype=False, convert_dates=False)
        else:
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except CompanionError:
        raise
    except (OSError, ValueError) as error:
        raise CompanionError(f"{path} cannot be read: {error}") from error
    require_columns(path, columns or (), list(table.columns))
    return table if columns is None else table[list(columns)]


def require_columns(where: object, wanted: Iterable[str], present: Sequence[str]) -> None:
    """Refuse a table that lacks a column.

    Parameters
    ----------
    where : object
        The table's name in the message.
    wanted, present : sequence of str
        Columns that it must have, and has.

    Raises
    ------
    CompanionError
        If one is missing; it names that one and those that are there.
    """
    missing = [name for name in wanted if name not in present]
    if missing:
        raise CompanionError(
            f"{where} has no column '{missing[0]}'; its columns are {', '.join(map(str, present))}"
        )


def fitting_columns(path: Path, candidates: Sequence[Columns]) -> Columns:
    """Return the first of some columns that a file has.

    Parameters
    ----------
    path : Path
        The file.
    candidates : sequence of Columns
        In the order of preference.

    Raises
    ------
    CompanionError
        If none fits; it names what the first one misses.
    """
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            present = list(pq.read_schema(path).names)
        except (OSError, ValueError) as error:
            raise CompanionError(f"{path} cannot be read: {error}") from error
    else:
        present = list(read_file(path).columns)
    fitting = [each for each in candidates if set(each.names) <= set(present)]
    if not fitting:
        require_columns(path, candidates[0].names, present)
    return fitting[0]


def read_folder(folder: Path, languages: Sequence[str], candidates: Sequence[Columns]) -> Tables:
    """Read every split of every language of a folder.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    languages : sequence of str
        A subfolder each.
    candidates : sequence of Columns
        Columns that the files may have.

    Returns
    -------
    dict
        ``(split, language)`` to the table and its columns.

    Raises
    ------
    CompanionError
        If a file or a column is missing, or a file cannot be read.
    """
    found = {
        (split, language): split_files(folder, language, split)
        for split in SPLITS
        for language in languages
    }
    tables: Tables = {}
    for key, files in found.items():
        columns = fitting_columns(files[0], candidates)
        parts = [read_file(path, columns=columns.names) for path in files]
        tables[key] = pd.concat(parts, ignore_index=True), columns
    return tables


def folder_fingerprint(files: Iterable[Path], *, root: Path) -> str:
    """Return a checksum of the names and bytes of some files.

    Parameters
    ----------
    files : iterable of Path
        Files below ``root``.
    root : Path
        The folder that names are relative to, so that moving it changes nothing.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:32]


def count_rows(path: Path) -> int:
    """Return the number of rows of a file, without reading its texts where that is possible.

    Parameters
    ----------
    path : Path
        A parquet, jsonl or csv file.
    """
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(path).num_rows)
        except (OSError, ValueError) as error:
            raise CompanionError(f"{path} cannot be read: {error}") from error
    return len(read_file(path))


def own_name(folder: Path, family: str) -> str:
    """Return the name of a local source that is not the hub's full data set.

    Parameters
    ----------
    folder : Path
        Its data card's ``pretty_name`` gives the name, else the folder's name.
    family : str
        The family of data sets, the name's first part.

    Returns
    -------
    str
        ``<family>_<name>`` in lower-case letters, digits and underscores.
    """
    card = data_card(folder)
    for candidate in (str(card.get("pretty_name", "")), folder.resolve().name):
        slug = re.sub(r"[^a-z0-9]+", "_", candidate.lower()).strip("_")
        slug = re.sub(rf"^{family}(_|$)", "", slug)
        if slug:
            return f"{family}_{slug}"
    return f"{family}_local"


def data_card(folder: Path) -> dict[str, Any]:
    """Return the metadata at the head of a folder's ``README.md``, or nothing.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    """
    path = folder / "README.md"
    if not path.is_file():
        return {}
    head = re.match(r"---\n(.*?)\n---", path.read_text(encoding="utf-8", errors="replace"), re.S)
    try:
        card = yaml.safe_load(head[1]) if head else {}
    except yaml.YAMLError:
        card = {}
    return card if isinstance(card, dict) else {}


# --- one schema -----------------------------------------------------------------------------


def label_codes(
    values: "pd.Series[Any]", labels: Sequence[str], *, first_label: int = 0, where: str
) -> "pd.Series[int]":
    """Return labels as codes 0, 1, … in label order.

    Parameters
    ----------
    values : Series
        Numbers from ``first_label`` on, or names.
    labels : sequence of str
        The names in label order.
    first_label : int
        The number of the first label.
    where : str
        Where the values come from, for messages.

    Raises
    ------
    CompanionError
        If a value is no label; it names the value and the labels.

    Examples
    --------
    >>> label_codes(pd.Series([5, 1]), ("1", "2", "3", "4", "5"), first_label=1, where="").tolist()
    [4, 0]
    """
    codes: dict[object, int] = {first_label + code: code for code in range(len(labels))}
    if not any(name.isdigit() for name in labels):  # else "1" is the name "1", not the second label
        codes |= {str(number): code for number, code in list(codes.items())}
    codes |= {name: code for code, name in enumerate(labels)}
    result = values.map(codes)
    unknown = values[result.isna()]
    if len(unknown):
        allowed = f"{first_label} to {first_label + len(labels) - 1}, or {', '.join(labels)}"
        raise CompanionError(f"{where}: unknown label {unknown.iloc[0]!r}; allowed are {allowed}")
    return result.astype(int)


def to_schema(
    tables: Tables, labels: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Bring tables into one schema and drop empty texts.

    Parameters
    ----------
    tables : mapping
        ``(split, language)`` to a table and its columns.
    labels : sequence of str
        The names in label order.

    Returns
    -------
    splits : dict of str to DataFrame
        Columns ``id, language, label, text, text_pair, row``; ``row`` is the position in the
        table.
    dropped : dict of str to int
        Rows without text.
    """
    parts: dict[str, list[pd.DataFrame]] = {split: [] for split in SPLITS}
    empty = 0
    for (split, language), (table, columns) in tables.items():
        where = f"{language}/{split}"
        row = pd.Series(range(len(table)))
        label = label_codes(
            table[columns.label], labels, first_label=columns.first_label, where=where
        )
        frame = pd.DataFrame(
            {
                "id": f"{language}-{split}-" + row.astype(str),
                "language": language,
                "label": label,
                "text": clean(table[columns.text]),
                "text_pair": clean(table[columns.text_pair]) if columns.text_pair else "",
                "row": row,
            }
        )
        filled = frame["text"] != ""
        if columns.text_pair:
            filled &= frame["text_pair"] != ""
        empty += int((~filled).sum())
        parts[split].append(frame[filled])
    splits = {split: pd.concat(frames, ignore_index=True) for split, frames in parts.items()}
    return splits, {"empty text": empty} if empty else {}


def clean(texts: "pd.Series[Any]") -> "pd.Series[str]":
    """Return texts stripped, with an empty one where there is none.

    Parameters
    ----------
    texts : Series
        Strings or missing values.
    """
    return texts.fillna("").astype(str).str.strip()
