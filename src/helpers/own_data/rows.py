"""The rows of a reader's data as the stages read them: three splits that share no group."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

from helpers.data.grouping import SPLIT_SHARES, SPLITS, assign_splits, connected_groups
from helpers.data.tables import clean, read_file
from helpers.diagnosis.columns import Columns
from helpers.diagnosis.counting import names_of, plain_values
from helpers.diagnosis.findings import Excluded
from helpers.diagnosis.formats import as_text
from helpers.diagnosis.sources import Source
from helpers.foundation import store
from helpers.foundation.errors import CompanionError

# The training rows of a cell in the subset that is trained on, and all rows of a cell: with a third
# of them held out, ten test rows.
FEWEST_TRAINED, FEWEST_ROWS = 5, 30
_SPLIT_SEED = 0
_TRAINED_SHARE = SPLIT_SHARES["train"]
_PARTS: Mapping[str, str] = MappingProxyType({"pair": "text_pair", "group": "group"})


def read_rows(source: Source, columns: Columns) -> pd.DataFrame:
    """Read all rows that have a text, and both of a pair.

    Parameters
    ----------
    source : Source
        The rows.
    columns : Columns
        Which columns hold what.

    Returns
    -------
    DataFrame
        ``language, label, text``, with ``text_pair`` and ``group`` where there are such columns.

    Raises
    ------
    CompanionError
        If there is no column of texts, or no row has one.
    """
    if columns.text is None:
        raise CompanionError(
            f"{source.name}: --model reads texts, and no column is known to hold them: name one of "
            f"{', '.join(source.schema.names)} with --text"
        )
    wanted = {"language": columns.language, "label": columns.label, "text": columns.text}
    for part, name in _PARTS.items():
        if (column := getattr(columns, part)) is not None:
            wanted[name] = column
    parts = []
    for batch in source.read(columns.names):
        arrays = {}
        for name, column in wanted.items():
            read = plain_values if name in ("language", "label") else as_text
            arrays[name] = read(batch.column(column), where=source.column(column))
        parts.append(pa.table(arrays).to_pandas())
    rows: pd.DataFrame = pd.concat(parts, ignore_index=True)
    for name in ("language", "label"):
        names = names_of(rows[name].unique(), source.label_names.get(wanted[name]))
        rows[name] = rows[name].map(names)
    for name in wanted:
        if name not in ("language", "label"):
            rows[name] = clean(rows[name], where=f"{source.name}: the {name}")
    filled = rows["text"] != ""
    if "text_pair" in rows:
        filled &= rows["text_pair"] != ""
    rows = rows[filled].reset_index(drop=True)
    if rows.empty:
        raise CompanionError(f"{source.name}: no row has a text in column {columns.text!r}")
    return rows


def leave_out(table: pd.DataFrame, trained: int | None) -> tuple[pd.DataFrame, list[Excluded]]:
    """Leave out languages and labels until every cell has enough rows.

    What is left out first is, of the languages and labels with a cell that lacks rows, the one with
    the fewest rows.

    Parameters
    ----------
    table : DataFrame
        Rows by language and label.
    trained : int or None
        Rows to train on; None: all.

    Returns
    -------
    tuple of DataFrame and list of Excluded
        The table that is left, with at least two languages and labels, and what is not.

    Raises
    ------
    CompanionError
        If fewer than two languages or labels are left.

    Examples
    --------
    >>> table = pd.DataFrame({"bad": [90, 90, 2], "good": [90, 90, 50]}, index=["cs", "fr", "pl"])
    >>> left, excluded = leave_out(table, None)
    >>> list(left.index), excluded
    (['cs', 'fr'], [Excluded(part='language', name='pl', rows=52)])
    """
    left, excluded = table, []
    while True:
        rows = int(left.to_numpy().sum())
        of_training = _TRAINED_SHARE * rows / min(trained or rows, max(_TRAINED_SHARE * rows, 1))
        fewest = max(FEWEST_ROWS, FEWEST_TRAINED / _TRAINED_SHARE * of_training)
        short = left < fewest
        if min(left.shape) < 2 or not short.to_numpy().any():
            break
        sums = {
            "language": left.sum(axis="columns")[short.any(axis="columns")],
            "label": left.sum(axis="index")[short.any(axis="index")],
        }
        found = [
            Excluded(part, str(name), int(n))
            for part, of_part in sums.items()
            for name, n in of_part.items()
        ]
        least = min(found, key=lambda each: each.rows)
        excluded.append(least)
        left = left.drop(least.name, axis="index" if least.part == "language" else "columns")
    if min(left.shape) < 2:
        raise CompanionError(
            "too few rows for --model: it needs two languages and two labels at least, and "
            f"{FEWEST_ROWS} rows of every label in each of the languages, a third of which are "
            "held out"
        )
    return left, excluded


def split(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Split rows, every label of every language at its share; equal texts and groups stay together.

    Parameters
    ----------
    rows : DataFrame
        From `read_rows`.

    Returns
    -------
    dict of str to DataFrame
        ``train``, ``validation`` and ``test``, with a ``group``.
    """
    given = rows["group"].where(rows["group"] != "") if "group" in rows else None
    keys = [rows["text"]] if given is None else [given, rows["text"]]
    group = connected_groups(*keys)
    cell = rows["language"] + "\t" + rows["label"]
    drawn = assign_splits(pd.Series(group), cell, seed=_SPLIT_SEED)
    rows = rows.assign(group=[f"g{number}" for number in group])
    return {name: rows[drawn == name].reset_index(drop=True) for name in SPLITS}


def write(splits: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each split as a table of the data set ``custom``; what is there already stays.

    Raises
    ------
    CompanionError
        If the folder holds other rows, whose models would be lost.
    """
    absent = {}
    for name, rows in splits.items():
        file = folder / f"{name}.parquet"
        if not file.is_file():
            absent[file] = rows
        elif not read_file(file).equals(rows):
            raise CompanionError(
                f"{folder} holds other rows, whose models would be lost: give another folder as "
                "--output, or delete this one"
            )
    for file, rows in absent.items():
        store.write_frame(file, rows)
