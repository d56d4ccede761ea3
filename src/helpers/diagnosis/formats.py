"""Files of rows, read in batches: CSV, TSV, JSON lines, Parquet, Arrow; compressed or not.

A batch holds the wanted columns only, and memory does not grow with the file.
"""

import csv
import io
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.json
import pyarrow.parquet

from helpers.foundation.errors import CompanionError, one_line

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
COMPRESSIONS = (".gz", ".bz2", ".zst", ".xz")
BATCH_ROWS = 2**17
_BLOCK_BYTES = 2**22  # small enough for its columns to stay in the cache of the processor
_HEAD_BYTES = 2**18
_HEAD_LINES = 1000
_DELIMITERS = ",;\t|"
_SHOWN = 60  # characters of a file quoted in a message


def format_of(path: Path) -> str | None:
    """Return a file's format, or None where its name ends otherwise.

    Examples
    --------
    >>> format_of(Path("reviews.csv.gz")), format_of(Path("notes.txt"))
    ('csv', None)
    """
    name = path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path
    return FORMATS.get(name.suffix.lower())


def schema_of(path: Path) -> pa.Schema:
    """Return a file's columns; those of CSV are all text.

    Parameters
    ----------
    path : Path
        A file whose format is known.

    Raises
    ------
    CompanionError
        If the file is empty or cannot be read.
    """
    kind = format_of(path)
    with _readable(path):
        if kind == "parquet":
            return pa.parquet.read_schema(path)
        if kind == "arrow":
            with pa.memory_map(str(path)) as source:
                return pa.ipc.open_stream(source).schema
        head = _head(path)
        if kind == "csv":
            lines = io.StringIO(head, newline="")
            names = next(csv.reader(lines, delimiter=_delimiter(path, head)), [])
            repeated = [name for name, times in Counter(names).items() if times > 1]
            if repeated:
                raise CompanionError(f"{path} has two columns named {repeated[0]!r}")
            return pa.schema([(name, pa.string()) for name in names])
        return _json_schema(path, head)


def batches_of(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield a file's rows in batches.

    Parameters
    ----------
    path : Path
        A file whose format is known.
    columns : sequence of str
        Columns that the file has.

    Raises
    ------
    CompanionError
        If the file ends early, is not UTF-8, or has a line with another number of columns.
    """
    kind, columns = format_of(path), list(columns)
    with _readable(path):
        if kind == "parquet":
            file = pa.parquet.ParquetFile(path)
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns)
        elif kind == "arrow":
            with pa.memory_map(str(path)) as source:
                for batch in pa.ipc.open_stream(source):
                    yield batch.select(columns)
        elif kind == "csv":
            delimiter = _delimiter(path, _head(path))
            with _opened(path) as stream:
                yield from pa.csv.open_csv(
                    stream,
                    read_options=pa.csv.ReadOptions(block_size=_BLOCK_BYTES),
                    parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                    convert_options=pa.csv.ConvertOptions(
                        include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
                    ),
                )
        else:
            schema = schema_of(path)
            with _opened(path) as stream:
                yield from pa.json.open_json(
                    stream,
                    read_options=pa.json.ReadOptions(block_size=_BLOCK_BYTES),
                    parse_options=pa.json.ParseOptions(
                        explicit_schema=pa.schema([schema.field(name) for name in columns]),
                        unexpected_field_behavior="ignore",
                    ),
                )


# --- text files -----------------------------------------------------------------------------


def _opened(path: Path) -> pa.NativeFile:
    if path.suffix.lower() == ".xz":
        return pa.PythonFile(lzma.open(path), mode="r")
    return pa.input_stream(str(path), compression="detect", buffer_size=_HEAD_BYTES)


def _head(path: Path) -> str:
    """Return the first whole lines of a text file."""
    with _opened(path) as stream:
        start = stream.read(_HEAD_BYTES)
    if not start.strip():
        raise CompanionError(f"{path} is empty")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start.count(0) > len(start) // 8:
        raise CompanionError(f"{path} is not UTF-8 but UTF-16 or binary: save it as UTF-8")
    if len(start) == _HEAD_BYTES and b"\n" in start:
        start = start[: start.rindex(b"\n")]
    return str(start.decode("utf-8-sig"))


def _delimiter(path: Path, head: str) -> str:
    """Return what separates columns: a tab in TSV, else the most frequent in the first line."""
    if ".tsv" in (suffix.lower() for suffix in path.suffixes):
        return "\t"
    first = re.sub(r'"[^"]*"', "", io.StringIO(head, newline=None).readline())
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), mark == ","))


def _json_schema(path: Path, head: str) -> pa.Schema:
    lines = [line for line in head.splitlines() if line.strip()][:_HEAD_LINES]
    if lines[0].lstrip().startswith("["):
        raise CompanionError(
            f"{path} is one JSON list, and JSON lines are needed, a row a line: "
            "pandas.read_json(…).to_json(…, orient='records', lines=True) writes them"
        )
    found: dict[str, list[Any]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CompanionError(
                f"{path}, line {number}, is not JSON: {one_line(error)}"
            ) from error
        if not isinstance(row, dict):
            raise CompanionError(f"{path}, line {number}, is no object with named values")
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return pa.schema([(name, type_of(values)) for name, values in found.items()])


def type_of(values: Any) -> pa.DataType:
    """Return the type of a column's first values; null where they are of several."""
    try:
        return pa.array(values, from_pandas=True).type
    except (pa.ArrowException, OverflowError, UnicodeError):
        return pa.null()


def as_text(array: pa.Array, *, where: str) -> pa.Array:
    """Return a column's values as text.

    Parameters
    ----------
    array : Array
        Its values.
    where : str
        Which column of what it is, for the message.

    Raises
    ------
    CompanionError
        If they are no text, such as lists, or bytes that are not UTF-8.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array
    try:
        return array.cast(pa.string())
    except pa.ArrowException as error:
        raise CompanionError(
            f"{where} holds {array.type} that cannot be read as text: {one_line(error)}"
        ) from error


# --- messages -------------------------------------------------------------------------------


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what a library says of a file into one sentence that says what to mend."""
    try:
        yield
    except CompanionError:
        raise
    except (UnicodeDecodeError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CompanionError(_sentence(path, str(error))) from error
    except (OSError, EOFError, lzma.LZMAError, csv.Error) as error:
        if re.search(r"truncated|ended before|unexpected end", str(error), re.IGNORECASE):
            raise CompanionError(f"{path} ends early: its compressed data are cut off") from error
        raise CompanionError(_sentence(path, str(error))) from error


def _sentence(path: Path, message: str) -> str:
    message = " ".join(message.split())
    if re.search(r"utf-?8", message, re.IGNORECASE):
        return f"{path} is not UTF-8: save it as UTF-8"
    ragged = re.search(r"Expected (\d+) columns, got (\d+): (.*)", message)
    if ragged:
        quoted = ragged[3][:_SHOWN]
        return (
            f"{path} has a line with {ragged[2]} columns where the header has {ragged[1]}: "
            f"{quoted!r} (a text that holds the delimiter or a line break needs quotes)"
        )
    return f"{path} cannot be read: {message[: 4 * _SHOWN]}"
