"""One pass over the rows: the joint table of language and label, and a sample of the texts."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.diagnosis.columns import Columns
from helpers.diagnosis.formats import as_text
from helpers.diagnosis.sources import Source
from helpers.diagnosis.texts import TextSample, TextSampler
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import LONGEST

BLOCKS = 200  # random blocks of source rows, for the interval
MOST_LABELS, MOST_LANGUAGES = 1000, 500
_MOST_ROWS = 10**9
_WHOLE = re.compile(r"-?\d+\.0+")  # as a column of numbers with a gap is written

Key = tuple[Any, Any, int]


@dataclass(frozen=True, eq=False)
class Counted:
    """What one pass has counted.

    Parameters
    ----------
    table : DataFrame
        Rows by language (index) and label (columns), both sorted.
    blocks : array of int, shape (blocks, languages, labels), or None
        The same rows in random blocks of whole source rows.
    texts : TextSample or None
        None where there is no text column.
    """

    table: pd.DataFrame
    blocks: npt.NDArray[np.int64] | None
    texts: TextSample | None


def count(source: Source, columns: Columns) -> Counted:
    """Count the rows of every language and label.

    Parameters
    ----------
    source : Source
        The rows.
    columns : Columns
        Which columns to read.

    Raises
    ------
    CompanionError
        If a language or label is empty, there are fewer than two of either, or a column does not
        hold what it should: numbers to predict, or free text.
    """
    cells: Counter[Key] = Counter()
    seen: dict[str, set[Any]] = {"language": set(), "label": set()}
    sampler = TextSampler() if columns.text is not None else None
    rows = 0
    for batch in source.read(columns.names):
        language, label = (
            plain_values(batch.column(name), where=source.column(name))
            for name in (columns.language, columns.label)
        )
        block = None
        if columns.group is not None:
            where = source.column(columns.group)
            block = _blocks(batch.column(columns.group), where=where, after=rows)
        rows += batch.num_rows
        found = _cells(language, label, block)
        cells.update(found)
        seen["language"].update(key[0] for key in found)
        seen["label"].update(key[1] for key in found)
        _check_number(source, columns, seen)
        if sampler is not None and columns.text is not None:
            parts = [columns.text, *([columns.pair] if columns.pair is not None else [])]
            texts = [as_text(batch.column(name), where=source.column(name)) for name in parts]
            sampler.add(texts, language, label)
    _check_empty(source, columns, cells)
    names = {
        "language": names_of(seen["language"], source.label_names.get(columns.language)),
        "label": names_of(seen["label"], source.label_names.get(columns.label)),
    }
    _check_values(source, columns, names)
    return _tabulate(cells, names, sampler, grouped=columns.group is not None)


def _cells(language: pa.Array, label: pa.Array, block: pa.Array | None) -> dict[Key, int]:
    arrays = [language, label, *([] if block is None else [block])]
    keys = [str(number) for number in range(len(arrays))]
    found = (
        pa.table(arrays, names=keys)
        .group_by(keys, use_threads=False)
        .aggregate([([], "count_all")])
        .to_pydict()
    )
    columns = [found[key] for key in keys]
    if block is None:
        columns.append([0] * len(columns[0]))
    return dict(zip(zip(*columns, strict=True), found["count_all"], strict=True))


def _tabulate(
    cells: Counter[Key],
    names: dict[str, dict[Any, str]],
    sampler: TextSampler | None,
    *,
    grouped: bool,
) -> Counted:
    languages = sorted(set(names["language"].values()))
    labels = _sorted_labels(set(names["label"].values()))
    row = {value: languages.index(name) for value, name in names["language"].items()}
    column = {value: labels.index(name) for value, name in names["label"].items()}
    counts = np.zeros((BLOCKS if grouped else 1, len(languages), len(labels)), dtype=np.int64)
    for (language, label, block), n in cells.items():
        counts[block, row[language], column[label]] += n
    table = pd.DataFrame(
        counts.sum(axis=0),
        index=pd.Index(languages, name="language"),
        columns=pd.Index(labels, name="label"),
    )
    return Counted(
        table, counts if grouped else None, None if sampler is None else sampler.result()
    )


# --- values ---------------------------------------------------------------------------------


def plain_values(array: pa.Array, *, where: str) -> pa.Array:
    """Return a column's values as they can be counted: no dictionary, whole floats as integers.

    ``where`` names the column, as in `helpers.diagnosis.formats.as_text`.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        try:
            return array.cast(pa.int64())
        except pa.ArrowInvalid:
            return array
    return array if pa.types.is_integer(array.type) else as_text(array, where=where)


def _blocks(group: pa.Array, *, where: str, after: int) -> pa.Array:
    """Return the block of each row; a row without a group is one of its own.

    ``after`` is how many rows came before.
    """
    values = plain_values(group, where=where)
    names = pc.utf8_trim_whitespace(values.cast(pa.string()))
    alone = pc.or_kleene(pc.is_null(values, nan_is_null=True), pc.equal(names, ""))
    hashed = pd.util.hash_array(
        names.to_numpy(zero_copy_only=False).astype(object), categorize=False
    )
    own = pd.util.hash_array(np.arange(after, after + len(values), dtype=np.uint64))
    hashed = np.where(alone.to_numpy(zero_copy_only=False), own, hashed)
    return pa.array((hashed % BLOCKS).astype(np.int64))


def names_of(values: Iterable[Any], of_numbers: tuple[str, ...] | None = None) -> dict[Any, str]:
    """Return what each language or label is called.

    Parameters
    ----------
    values : iterable
        As they stand in the table.
    of_numbers : tuple of str, optional
        Names of the numbers 0, 1, ….

    Examples
    --------
    >>> names_of([" fr", 2.0, True, "2.0"])
    {' fr': 'fr', 2.0: '2', True: 'true', '2.0': '2'}
    """

    def name(value: Any) -> str:
        if isinstance(value, bool | np.bool_):
            return str(bool(value)).lower()
        if isinstance(value, float | np.floating) and float(value).is_integer():
            value = int(value)
        whole = isinstance(value, int | np.integer)
        if of_numbers is not None and whole and 0 <= value < len(of_numbers):
            return of_numbers[int(value)]
        text = str(value).strip()
        return text.partition(".")[0] if _WHOLE.fullmatch(text) else text

    return {value: name(value) for value in values}


def _sorted_labels(labels: set[str]) -> list[str]:
    numbers = all(re.fullmatch(r"-?\d+", name) for name in labels)
    return sorted(labels, key=(lambda name: (int(name), name)) if numbers else str)


# --- checks ---------------------------------------------------------------------------------


def _check_number(source: Source, columns: Columns, seen: dict[str, set[Any]]) -> None:
    if len(seen["label"]) > MOST_LABELS:
        raise CompanionError(
            f"{source.name}: column {columns.label!r} has more than {MOST_LABELS:,} different "
            "values: is it a number to predict, or free text? A label is one of a few classes"
        )
    if len(seen["language"]) > MOST_LANGUAGES:
        raise CompanionError(
            f"{source.name}: column {columns.language!r} has more than {MOST_LANGUAGES:,} "
            "different values: it holds no languages"
        )


def _check_empty(source: Source, columns: Columns, cells: Counter[Key]) -> None:
    rows = cells.total()
    if not rows:
        raise CompanionError(f"{source.name} has no rows")
    if rows >= _MOST_ROWS:
        raise CompanionError(f"{source.name} has {rows:,} rows, and the limit is {_MOST_ROWS:,}")
    for place, column in enumerate((columns.language, columns.label)):
        empty = sum(n for key, n in cells.items() if _is_empty(key[place]))
        if empty:
            raise CompanionError(
                f"{source.name}: column {column!r} is empty in {empty:,} of {rows:,} rows: "
                "fill them or leave them out"
            )


def _is_empty(value: Any) -> bool:
    return value is None or value != value or not str(value).strip()


def _check_values(source: Source, columns: Columns, names: dict[str, dict[Any, str]]) -> None:
    values = {part: set(names[part].values()) for part in ("language", "label")}
    for part, found in values.items():
        longest = max(found, key=len)
        if len(longest) > LONGEST[part]:
            raise CompanionError(
                f"{source.name}: column {getattr(columns, part)!r} holds {longest[:40]!r}…: "
                f"this is free text, not a {part}"
            )
    labels = values["label"]
    fraction = next((name for name in sorted(labels) if _is_fraction(name)), None)
    if fraction is not None and all(_is_number(name) for name in labels):
        raise CompanionError(
            f"{source.name}: column {columns.label!r} holds numbers such as {fraction}: a label "
            "is a name or a whole number; give ranges of numbers a name each"
        )
    for part, found in values.items():
        if len(found) < 2:
            column = getattr(columns, part)
            raise CompanionError(
                f"{source.name}: column {column!r} holds the one {part} "
                f"{next(iter(found))!r}, and two are needed"
            )


def _is_number(name: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", name) is not None


def _is_fraction(name: str) -> bool:
    return _is_number(name) and not float(name).is_integer()
