"""Data sets in local folders, in the layout of their hub repositories.

A folder has a subfolder for each language, and in it files named after their split.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.data.grouping import SPLITS
from helpers.data.tables import (
    SUFFIXES,
    Tables,
    clean,
    column_names,
    fitting_columns,
    read_file,
)
from helpers.foundation.datasets import Dataset
from helpers.foundation.errors import CompanionError, one_line
from helpers.foundation.hub import Columns
from helpers.foundation.store import sha256
from helpers.foundation.yaml_text import read_yaml

_LANGUAGE = "language"  # a column that a folder's files may have besides


def split_files(folder: Path, language: str, split: str) -> list[Path]:
    """Return the files of a language's split, sorted by name.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    language, split : str
        Files are ``<language>/<split>`` with one of ``SUFFIXES``, also with a name in front
        (``amazon-train``) and in numbered parts (``train-00000-of-00002``).

    Raises
    ------
    CompanionError
        If there is none, a part is missing, or it cannot be told which one is meant.
    """
    named = re.compile(rf"(?:.+[-_.])?{split}(?:-\d+-of-(\d+))?")
    found = {
        path: match
        for path in sorted((folder / language).glob(f"*{split}*"))
        if path.suffix in SUFFIXES and path.is_file() and (match := named.fullmatch(path.stem))
    }
    expected = " or ".join(f"{language}/{split}{suffix}" for suffix in SUFFIXES)
    if not found:
        raise CompanionError(
            f"{folder}: no file of the {split} split of language '{language}'; expected {expected}"
        )
    parts = {match[1] for match in found.values()}
    wanted = int(match[1]) if (match := next(iter(found.values())))[1] else 1
    whole = {re.sub(r"-\d+-of-\d+$", "", path.stem) + path.suffix for path in found}
    if len(parts) > 1 or len(whole) > 1 or len(found) != wanted:
        listed = ", ".join(path.name for path in found)
        raise CompanionError(
            f"{folder / language}: expected one file of the {split} split, or all of its numbered "
            f"parts; the files are: {listed}"
        )
    return list(found)


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
        parts = [_read_part(path, columns, key[1]) for path in files]
        tables[key] = pd.concat(parts, ignore_index=True), columns
    return tables


def _read_part(path: Path, columns: Columns, language: str) -> pd.DataFrame:
    """Read a file of a language; where its rows name their language, it must be this one."""
    named = [_LANGUAGE] if _LANGUAGE in column_names(path) else []
    table = read_file(path, columns=[*columns.names, *named])
    if named:
        other = set(clean(table[_LANGUAGE], where=f"{path}: the language")) - {language}
        if other:
            raise CompanionError(
                f"{path}: its column 'language' names {min(other)!r} in the folder of {language!r}"
            )
    return table[list(columns.names)]


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
        digest.update(f"{path.relative_to(root).as_posix()} {sha256(path)}\n".encode())
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
        except Exception as error:  # damaged files raise errors of many kinds
            raise CompanionError(f"{path} cannot be read: {one_line(error)}") from error
    return len(read_file(path))


def is_full(folder: Path, about: Dataset) -> bool:
    """Say whether a folder holds as many rows as the full data set: it is no re-cut.

    Parameters
    ----------
    folder : Path
        The data set's folder.
    about : Dataset
        Its record.
    """
    if not about.full_rows:
        return False
    return all(
        (folder / language).is_dir()
        and sum(map(count_rows, split_files(folder, language, split))) == rows
        for split, rows in about.full_rows.items()
        for language in about.languages
    )


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
        ``<family>_<name>`` in lower-case letters, digits and underscores; a name in other letters
        gives a checksum.
    """
    card = data_card(folder)
    for candidate in (str(card.get("pretty_name", "")), folder.resolve().name):
        slug = re.sub(r"[^a-z0-9]+", "_", candidate.lower()).strip("_")
        slug = re.sub(rf"^{family}(_|$)", "", slug)
        if not slug and re.search(r"[^\W_a-z0-9]", candidate.lower()):
            slug = hashlib.sha256(candidate.encode()).hexdigest()[:8]
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
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        head = re.match(r"---\n(.*?)\n---", text, re.S)
        card = read_yaml(head[1], where=str(path)) if head else {}
    except (OSError, CompanionError):
        card = {}
    return card if isinstance(card, dict) else {}
