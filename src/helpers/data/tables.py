"""Tables of labelled texts: read from files, checked, and brought into one schema."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from helpers.data.csv_rows import read_csv
from helpers.data.grouping import SPLITS
from helpers.foundation.errors import CompanionError, one_line
from helpers.foundation.hub import Columns

SUFFIXES = (".parquet", ".jsonl", ".csv")


# A table and its columns for each ``(split, language)``.
Tables: TypeAlias = dict[tuple[str, str], tuple[pd.DataFrame, Columns]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rows:
    """What is read of a data set.

    Parameters
    ----------
    splits : mapping of str to DataFrame
        With the columns of a `helpers.data.corpora.Corpus`; no group is in two splits.
    source : str
        Where the rows come from, in one line.
    dropped : mapping of str to int
        Rows left out, by reason.
    labels, languages : tuple of str
        As the files say them, where the data set's record does not.
    is_pair : bool or None
        Whether the texts are pairs, where the record does not say it.
    """

    splits: Mapping[str, pd.DataFrame]
    source: str
    dropped: Mapping[str, int]
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_pair: bool | None = None


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
        If the file cannot be read, or lacks a column, or its rows cannot be told apart.
    """
    present = column_names(path) if path.suffix == ".parquet" else None
    if present is not None:
        require_columns(path, columns or (), present)
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path, columns=None if columns is None else list(columns))
        if path.suffix == ".jsonl":
            table = pd.read_json(
                path, lines=True, dtype=False, convert_dates=False, encoding="utf-8-sig"
            )
        else:
            table = read_csv(path, dtype=str)
    except CompanionError:
        raise
    # Readers of damaged files raise errors of many kinds.
    except Exception as error:
        raise CompanionError(f"{path} cannot be read: {one_line(error)}") from error
    require_columns(path, columns or (), list(table.columns))
    return table if columns is None else table[list(columns)]


def column_names(path: Path) -> list[str]:
    """Return the names of a file's columns.

    Raises
    ------
    CompanionError
        If the file cannot be read.
    """
    if path.suffix != ".parquet":
        return [str(name) for name in read_file(path).columns]
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except Exception as error:  # as in `read_file`
        raise CompanionError(f"{path} cannot be read: {one_line(error)}") from error


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
    present = column_names(path)
    fitting = [each for each in candidates if set(each.names) <= set(present)]
    if not fitting:
        require_columns(path, candidates[0].names, present)
    return fitting[0]


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
    values = plain_values(values, where=f"{where}: the label")
    result = values.map(codes)
    unknown = values[result.isna()]
    if len(unknown):
        allowed = f"{first_label} to {first_label + len(labels) - 1}, or {', '.join(labels)}"
        raise CompanionError(f"{where}: unknown label '{unknown.iloc[0]}'; allowed are {allowed}")
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

    Raises
    ------
    CompanionError
        If a label is unknown, a text or label is no single value, or a table has no text at all.
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
                "text": clean(table[columns.text], where=f"{where}: the {columns.text}"),
                "text_pair": clean(table[columns.text_pair], where=f"{where}: the text_pair")
                if columns.text_pair
                else "",
                "row": row,
            }
        )
        filled = frame["text"] != ""
        if columns.text_pair:
            filled &= frame["text_pair"] != ""
        if not filled.any():
            raise CompanionError(f"{where} has no row with text, of {len(table)}")
        empty += int((~filled).sum())
        parts[split].append(frame[filled])
    splits = {split: pd.concat(frames, ignore_index=True) for split, frames in parts.items()}
    return splits, {"empty text": empty} if empty else {}


def clean(texts: "pd.Series[Any]", *, where: str = "a text") -> "pd.Series[str]":
    """Return texts stripped, with an empty one where there is none.

    Parameters
    ----------
    texts : Series
        Strings or missing values.
    where : str
        What they are, for messages.

    Raises
    ------
    CompanionError
        If one is a list, or another value that is no text.
    """
    values = plain_values(texts, where=where)
    return values.astype(str).where(values.notna(), "").str.strip()


def plain_values(values: "pd.Series[Any]", *, where: str) -> "pd.Series[Any]":
    """Return values of any column type as they are, and refuse what is no single value.

    Parameters
    ----------
    values : Series
        Strings, numbers or missing values, or categories of such.
    where : str
        What they are, for messages.

    Raises
    ------
    CompanionError
        Naming the first row that has a list, fields or bytes.

    Examples
    --------
    >>> plain_values(pd.Series(["a", "b"], dtype="category"), where="").tolist()
    ['a', 'b']
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype == object:
        for row, value in enumerate(values):
            if not pd.api.types.is_scalar(value) or isinstance(value, bytes):
                raise CompanionError(
                    f"{where} in row {row + 1} is of type {type(value).__name__}: give a text or a "
                    "number"
                )
    return values
