"""A data set of your own: one table for each split, or one table that is split here.

Tables are parquet, csv or jsonl files named after their split (``train.csv``), with the columns
``language``, ``label``, ``text`` and, where there are, ``text_pair`` and ``group``.
"""

from pathlib import Path

import pandas as pd

from helpers.data.grouping import (
    SPLIT_SHARES,
    SPLITS,
    assign_splits,
    check_not_empty,
    connected_groups,
    keep_apart,
)
from helpers.data.tables import SUFFIXES, Rows, clean, read_file, require_columns
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import LONGEST

REQUIRED = ("language", "label", "text")
_SPLIT_SEED = 0  # the splits are part of the corpus: no option changes them


def custom_files(folder: Path) -> dict[str, Path]:
    """Return the table of each split; a single table is that of ``all``.

    Parameters
    ----------
    folder : Path
        The data set's folder.

    Raises
    ------
    CompanionError
        If there is no table, or some splits have one and others have none or several.
    """
    tables = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    if len(tables) == 1:
        return {"all": tables[0]}
    files = {}
    for split in SPLITS:
        named = [path for path in tables if path.stem == split]
        if len(named) != 1:
            listed = ", ".join(path.name for path in tables) or "none"
            raise CompanionError(
                f"{folder}: expected one table, or one each for {', '.join(SPLITS)} "
                f"({', '.join(SUFFIXES)}); {len(named)} named {split}; the tables are: {listed}"
            )
        files[split] = named[0]
    return files


def read_custom(folder: Path) -> Rows:
    """Read a data set of your own.

    Parameters
    ----------
    folder : Path
        See the module's head.

    Returns
    -------
    Rows
        Rows with an equal ``group`` or an equal text share a group. Languages are sorted; so are
        labels, as numbers where they are numbers.

    Raises
    ------
    CompanionError
        If a table cannot be read, lacks a column, has a row without language or label or, where
        others have one, without group or text_pair, or nothing is left of a split.
    """
    files = custom_files(folder)
    parts = []
    for split, path in files.items():
        table = read_file(path)
        require_columns(path, REQUIRED, list(table.columns))
        for column in ("language", "label"):
            table[column] = clean(table[column], where=f"{path}: the {column}")
            if (table[column] == "").any():
                row = int((table[column] == "").to_numpy().argmax())
                raise CompanionError(f"{path}: row {row + 1} has no {column}")
            if (long := table[column].str.len() > LONGEST[column]).any():
                row = int(long.to_numpy().argmax())
                raise CompanionError(
                    f"{path}: the {column} in row {row + 1} has more than {LONGEST[column]} "
                    "characters: is it a text?"
                )
        parts.append(
            pd.DataFrame(
                {
                    "id": [f"{split}-{row}" for row in range(len(table))],
                    "split": split,
                    "language": table["language"],
                    "label": table["label"],
                    "text": clean(table["text"], where=f"{path}: the text"),
                    "text_pair": clean(table["text_pair"], where=f"{path}: the text_pair")
                    if "text_pair" in table
                    else "",
                    "group": clean(table["group"], where=f"{path}: the group")
                    if "group" in table
                    else "",
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    filled = rows["text"] != ""
    dropped = {"empty text": int((~filled).sum())} if not filled.all() else {}
    rows = rows[filled].reset_index(drop=True)
    if rows.empty:
        raise CompanionError(f"{folder}: no row has a text")
    for column in ("text_pair", "group"):
        lacking = rows[column] == ""
        if lacking.any() and not lacking.all():
            first = rows["id"][lacking].iloc[0]
            raise CompanionError(
                f"{folder}: row {first} has no {column}: give every row one, or none"
            )

    numbers = rows["label"].str.fullmatch(r"-?\d+").all()
    labels = tuple(sorted(rows["label"].unique(), key=int if numbers else str))
    rows["label"] = rows["label"].map({name: code for code, name in enumerate(labels)}).astype(int)
    languages = tuple(sorted(rows["language"].unique()))
    first = connected_groups(rows["group"].where(~lacking), rows["text"])
    rows["group"] = rows["id"].to_numpy()[first]
    if "all" in files:
        rows["split"] = assign_splits(
            rows["group"], rows["label"], shares=SPLIT_SHARES, seed=_SPLIT_SEED
        )
    kept, crossing = keep_apart({split: rows[rows["split"] == split] for split in SPLITS})
    check_not_empty(kept, crossing)
    return Rows(
        splits=kept,
        source=f"local folder '{folder.name}'",
        dropped=dropped | crossing,
        labels=labels,
        languages=languages,
        is_pair=bool((kept["train"]["text_pair"] != "").any()),
    )
