"""Files of rows, read in batches: CSV, TSV, JSON lines, Parquet, Arrow; compressed or not.

A batch holds the wanted columns only, and memory does not grow with the file.
"""

import codecs
import io
import json
import lzma
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.json
import pyarrow.parquet

from helpers.data.csv_rows import check_csv, header_of, strict_rows
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
_ARROW_NAMES = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
COMPRESSIONS = (*_ARROW_NAMES, ".xz")
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
            rows = strict_rows(lines, path=path, delimiter=_delimiter(path, head))
            names = header_of(rows, path=path)
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
        If the file ends early, is not UTF-8, has a line with another number of columns, or a quote
        that nobody closes.
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
            rows = 0
            with _opened(path) as stream:
                for batch in pa.csv.open_csv(
                    stream,
                    read_options=pa.csv.ReadOptions(block_size=_BLOCK_BYTES),
                    parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                    convert_options=pa.csv.ConvertOptions(
                        include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
                    ),
                ):
                    rows += batch.num_rows
                    yield batch
            if _lines(path) != rows + 1:  # slower, so not where every line is a row
                _check_rows(path)
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
    compression = _ARROW_NAMES.get(path.suffix.lower())
    return pa.input_stream(str(path), compression=compression, buffer_size=_HEAD_BYTES)


def _as_text(path: Path) -> io.TextIOWrapper:
    stream = io.BufferedReader(_opened(path), _HEAD_BYTES)
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")


def _check_rows(path: Path) -> None:
    with _as_text(path) as lines:
        check_csv(lines, path=path, delimiter=_delimiter(path, _head(path)))


def _lines(path: Path) -> int:
    """Return how many lines a text file has, or more: never fewer."""
    ends, last = 0, b""
    with _opened(path) as stream:
        while block := stream.read(_BLOCK_BYTES):
            ends += block.count(b"\n")
            if b"\r" in block:
                ends += block.count(b"\r") - block.count(b"\r\n")
            last = block[-1:]
    return ends + (last not in (b"\n", b"\r"))


def _head(path: Path) -> str:
    """Return the first whole lines of a text file."""
    with _opened(path) as stream:
        start = stream.read(_HEAD_BYTES)
        if b"\n" not in start:
            start += stream.read(_BLOCK_BYTES)
    if not start.strip():
        raise CompanionError(f"{path} is empty")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start.count(0) > len(start) // 8:
        raise CompanionError(f"{path} is not UTF-8 but UTF-16 or binary: save it as UTF-8")
    if len(start) >= _HEAD_BYTES and b"\n" in start:
        start = start[: start.rindex(b"\n")]
    return codecs.getincrementaldecoder("utf-8-sig")().decode(start)  # a character may be cut off


def _delimiter(path: Path, head: str) -> str:
    """Return what separates columns: a tab in TSV, else the most frequent in the first line."""
    if ".tsv" in (suffix.lower() for suffix in path.suffixes):
        return "\t"
    first = re.sub(r'"[^"]*"', "", io.StringIO(head, newline=None).readline())
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), mark == ","))


def _json_schema(path: Path, head: str) -> pa.Schema:
    lines = [line for line in head.split("\n") if line.strip()][:_HEAD_LINES]
    if lines[0].lstrip().startswith("["):
        raise CompanionError(
            f"{path} is one JSON list, and JSON lines are needed, a row a line: "
            "pandas.read_json(…).to_json(…, orient='records', lines=True) writes them"
        )
    if len(lines) == 1 and len(head.encode()) > _BLOCK_BYTES:
        raise _too_long(path)
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
        with _readable(path):  # these name the line
            if "straddling" in str(error):
                raise _too_long(path) from error
            if re.search(r"Expected \d+ columns", str(error)):
                _check_rows(path)
        raise CompanionError(_sentence(path, str(error))) from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        if re.search(r"truncated|ended before|unexpected end", str(error), re.IGNORECASE):
            raise CompanionError(f"{path} ends early: its compressed data are cut off") from error
        raise CompanionError(_sentence(path, str(error))) from error


def _too_long(path: Path) -> CompanionError:
    """Return the refusal of a row that is longer than a block."""
    with _as_text(path) as lines:
        rows: Iterable[tuple[int, str]] = enumerate(lines, start=1)
        if format_of(path) == "csv":
            mark = _delimiter(path, _head(path))
            fields = strict_rows(lines, path=path, delimiter=mark)
            rows = ((begins, mark.join(row)) for begins, row in fields)
        size, begins = max((len(text.encode()), begins) for begins, text in rows)
    return CompanionError(
        f"{path}: the row that begins in line {begins} is {size:,} bytes long, and rows of up to "
        f"{_BLOCK_BYTES:,} are read: shorten its text"
    )


def _sentence(path: Path, message: str) -> str:
    message = " ".join(message.split())
    if re.search(r"utf-?8", message, re.IGNORECASE):
        return f"{path} is not UTF-8: save it as UTF-8"
    return f"{path} cannot be read: {message[: 4 * _SHOWN]}"
