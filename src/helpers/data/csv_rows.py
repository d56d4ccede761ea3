"""CSV read strictly: a quote that nobody closes joins rows, and no reader of tables says so."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from helpers.foundation.errors import CompanionError

_LONGEST = 2**26  # characters of a text: a quote that nobody closes would take in the whole file


def strict_rows(
    lines: Iterable[str], *, path: Path, delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the rows of a CSV file, each with the line it begins in; a text may have many lines.

    Parameters
    ----------
    lines : iterable of str
        With their ends as they are (``newline=""``).
    path : Path
        The file, for messages.
    delimiter : str
        What separates columns.

    Raises
    ------
    CompanionError
        Naming the line in which a row begins whose quotes do not pair.

    Examples
    --------
    >>> list(strict_rows(['label,text\n', '1,"two\n', 'lines"\n'], path=Path("t.csv")))
    [(1, ['label', 'text']), (2, ['1', 'two\nlines'])]
    """
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise CompanionError(
                f"{path}: the quotes of the row that begins in line {begins} do not pair: put "
                'quotes around a text that begins with one, and write each " in it as ""'
            ) from error
        if row is None:
            return
        if "".join(row).strip():  # a blank line is no row
            yield begins, row


def header_of(rows: Iterator[tuple[int, list[str]]], *, path: Path) -> list[str]:
    """Return the names of a CSV file's columns.

    Parameters
    ----------
    rows : iterator
        From `strict_rows`; the first is taken.
    path : Path
        The file, for messages.

    Raises
    ------
    CompanionError
        If two columns have the same name.
    """
    _, names = next(rows, (1, []))
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise CompanionError(f"{path} has two columns named {repeated[0]!r}")
    return names


def check_csv(lines: Iterable[str], *, path: Path, delimiter: str = ",") -> None:
    """Refuse a CSV file whose rows cannot be told apart, or do not fit its header.

    Parameters
    ----------
    lines, path, delimiter
        As in `strict_rows`.

    Raises
    ------
    CompanionError
        As `strict_rows` and `header_of`; or if a row has more or fewer columns than the header.
    """
    rows = strict_rows(lines, path=path, delimiter=delimiter)
    names = header_of(rows, path=path)
    for begins, row in rows:
        if len(row) != len(names):
            raise CompanionError(
                f"{path}: the row that begins in line {begins} has {len(row)} columns where the "
                f"header has {len(names)} (a text that holds the delimiter or a line break needs "
                "quotes)"
            )


def read_csv(path: Path, *, dtype: type[str] | Mapping[str, type[str]]) -> pd.DataFrame:
    """Return a CSV file as a table, once `check_csv` lets it pass; an empty text is a text.

    Parameters
    ----------
    path : Path
        The file.
    dtype : type or mapping of str to type
        Of all columns, or of some.

    Raises
    ------
    CompanionError
        As `check_csv`.
    OSError, ValueError
        If the file cannot be read, or is no CSV.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        check_csv(lines, path=path)
    return pd.read_csv(path, dtype=dtype, keep_default_na=False)
