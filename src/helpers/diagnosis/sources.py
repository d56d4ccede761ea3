"""Where a reader's rows come from: a frame, a file, a folder, a data set of the hub."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.diagnosis import formats
from helpers.foundation.errors import CompanionError, one_line
from helpers.foundation.names import check_choice

Data: TypeAlias = pd.DataFrame | Path | str

_SPLIT_COLUMN = "split"
_SPLITS = ("train", "validation", "valid", "val", "dev", "test")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_BATCH_ROWS = 10_000


class SeveralSplits(CompanionError):
    """Data are in several splits, and none was named."""

    def __init__(self, where: object, splits: Sequence[str]) -> None:
        self.found = f"{where} has the splits {', '.join(splits)}"
        super().__init__(f"{self.found}: name one with --split")


@dataclass(frozen=True)
class Source:
    """Rows that can be read in batches.

    Parameters
    ----------
    name : str
        What messages and reports call it.
    schema : pyarrow.Schema
        Its columns.
    read : callable
        Takes names of columns, yields batches of them.
    label_names : mapping of str to tuple of str
        For columns whose numbers stand for names (``datasets`` keeps them beside the table).
    """

    name: str
    schema: pa.Schema
    read: Callable[[Sequence[str]], Iterator[pa.RecordBatch]] = field(repr=False)
    label_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """Return what messages call a column."""
        return f"{self.name}: column {name!r}"


def open_source(data: Data, *, split: str | None = None) -> Source:
    """Find the rows of some data.

    Parameters
    ----------
    data : DataFrame, Path or str
        A frame; a CSV, TSV, JSON lines or Parquet file, compressed or not, or a folder of them;
        a folder that ``datasets`` saved; else ``owner/name`` on the Hugging Face hub.
    split : str, optional
        A split of a ``datasets`` folder or of the hub, a word in the names of a folder's files,
        or a value of the column ``split``.

    Returns
    -------
    Source
        Nothing is read yet but the columns' names.

    Raises
    ------
    CompanionError
        If there is nothing to read, or it is not clear which split is meant.
    """
    if isinstance(data, pd.DataFrame):
        return _of_rows(_frame_source(data), split)
    try:
        path = Path(data).expanduser()
        is_file, is_folder = path.is_file(), path.is_dir() and bool(str(data).strip())
    except (OSError, RuntimeError, ValueError):  # no name at all would be the working directory
        is_file = is_folder = False
    if is_file:
        if formats.format_of(path) is None:
            raise CompanionError(
                f"{path}: unknown kind of file; known are {', '.join(formats.FORMATS)}, "
                f"also with {', '.join(formats.COMPRESSIONS)}"
            )
        return _of_rows(_file_source([path], str(path)), split)
    if is_folder:
        return _folder_source(path, split)
    # A mistyped file looks like a name on the hub.
    if _HUB_ID.fullmatch(str(data)) and formats.format_of(Path(data)) is None:
        return _hub_source(str(data), split)
    raise CompanionError(f"{str(data)[:200]!r} is no file, no folder, and no owner/name on the hub")


# --- kinds of sources -----------------------------------------------------------------------


def _frame_source(frame: pd.DataFrame) -> Source:
    if not len(frame.columns) or not len(frame):
        raise CompanionError("the frame is empty")
    named = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    if not named.columns.is_unique:
        repeated = named.columns[named.columns.duplicated()][0]
        raise CompanionError(f"the frame has two columns named {repeated!r}")
    schema = pa.schema([(name, formats.type_of(named[name].iloc[:1000])) for name in named.columns])

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for start in range(0, len(named), formats.BATCH_ROWS):
            part = named.iloc[start : start + formats.BATCH_ROWS]
            try:
                table = pa.Table.from_pandas(part[list(columns)], preserve_index=False)
            except (pa.ArrowException, UnicodeError) as error:
                raise CompanionError(
                    f"a column of the frame mixes types, or is no text: {one_line(error)}"
                ) from error
            yield from table.combine_chunks().to_batches()

    return Source("the frame", schema, read)


def _file_source(paths: Sequence[Path], name: str) -> Source:
    first = formats.schema_of(paths[0])

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for path in paths:
            present = first.names if path is paths[0] else formats.schema_of(path).names
            for column in columns:
                check_choice(f"column of {path}", column, present)
            yield from formats.batches_of(path, columns)

    return Source(name, first, read, _label_names(first))


def _folder_source(folder: Path, split: str | None) -> Source:
    if (record := folder / "dataset_dict.json").is_file():
        splits = _names_in(record, lambda content: content["splits"])
        return _folder_source(folder / _chosen_split(folder, split, splits), None)
    if (record := folder / "state.json").is_file():
        listed = _names_in(record, lambda c: [each["filename"] for each in c["_data_files"]])
        files = [folder / name for name in listed]
        if missing := [path for path in files if not path.is_file()]:
            raise CompanionError(f"{missing[0]} is missing, and {record} names it")
        return _of_rows(_file_source(files, str(folder)), split)
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and formats.format_of(path) and not path.name.startswith((".", "_"))
    ]
    if not files:
        raise CompanionError(f"{folder} holds no file of {', '.join(formats.FORMATS)}")
    names = {path: re.split(r"[^a-z0-9]+", str(path.relative_to(folder)).lower()) for path in files}
    present = [word for word in _SPLITS if any(word in words for words in names.values())]
    if split is None and len(present) > 1:
        _chosen_split(folder, None, present)
    if split is not None and any(split.lower() in words for words in names.values()):
        files = [path for path in files if split.lower() in names[path]]
        split = None
    return _of_rows(_file_source(files, str(folder)), split)


def _names_in(record: Path, names: Callable[[Any], Any]) -> list[str]:
    """Return the names of splits or files that ``datasets`` noted, all of them in its folder."""
    try:
        found = names(json.loads(record.read_text("utf-8")))
    except (KeyError, TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found:
        raise CompanionError(f"{record} is damaged: it names no split and no file")
    for name in found:
        if not isinstance(name, str) or name in ("", ".", "..") or Path(name).name != name:
            raise CompanionError(f"{record} names {name!r}, which is no file or folder beside it")
    return found


def _hub_source(name: str, split: str | None) -> Source:
    try:
        import datasets
    except ModuleNotFoundError as error:
        raise CompanionError(
            f"{name!r} is no file or folder here; to read it from the hub, install datasets: "
            "pip install datasets"
        ) from error
    try:
        if datasets.get_dataset_default_config_name(name) is None:
            raise _one_table_needed(name, datasets.get_dataset_config_names(name))
        split = _chosen_split(name, split, datasets.get_dataset_split_names(name))
        rows = datasets.load_dataset(name, split=split, streaming=True)
    except CompanionError:
        raise
    except Exception as error:  # the hub's client raises a different class for each trouble
        message = " ".join(str(error).split())[:240]
        raise CompanionError(f"data set {name!r} cannot be read from the hub: {message}") from error
    schema = rows._resolve_features().features.arrow_schema

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        part = rows.select_columns(list(columns)).with_format("arrow")
        for table in part.iter(batch_size=_HUB_BATCH_ROWS):
            yield from table.to_batches()

    return Source(f"{name}, {split}", schema, read, _label_names(schema))


def _one_table_needed(name: str, configurations: Sequence[str]) -> CompanionError:
    """Return the refusal of a data set in several tables, such as one for each language."""
    listed = ", ".join(configurations[:3]) + (", …" if len(configurations) > 3 else "")
    return CompanionError(
        f"{name} has {len(configurations)} configurations ({listed}), and one table with a column "
        f"for the language is needed: pandas.concat({{c: datasets.load_dataset({name!r}, c, "
        "split='train').to_pandas() for c in [your languages]}, names=['language'])"
        ".reset_index('language').to_parquet('rows.parquet') makes it"
    )


def _of_rows(source: Source, split: str | None) -> Source:
    """Keep the rows of a split, by the column of that name."""
    if split is None:
        return source
    if _SPLIT_COLUMN not in source.schema.names:
        raise CompanionError(
            f"{source.name} has no split {split!r}: neither files named after it nor a column "
            f"{_SPLIT_COLUMN!r}"
        )

    def read(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for batch in source.read(list(dict.fromkeys([*columns, _SPLIT_COLUMN]))):
            named = formats.as_text(batch.column(_SPLIT_COLUMN), where=source.column(_SPLIT_COLUMN))
            yield batch.select(list(columns)).filter(pc.equal(named, split))

    return Source(f"{source.name}, {split}", source.schema, read, source.label_names)


def _chosen_split(where: object, split: str | None, splits: Sequence[str]) -> str:
    if split is None and len(splits) == 1:
        return splits[0]
    if split is None:
        raise SeveralSplits(where, splits)
    check_choice(f"split of {where}", split, splits)
    return split


def _label_names(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """Return the names behind label numbers that ``datasets`` keeps in a schema's metadata."""
    try:
        kept = json.loads((schema.metadata or {})[b"huggingface"])
        features: dict[str, Any] = kept["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return {
        name: tuple(feature["names"])
        for name, feature in features.items()
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
    }
