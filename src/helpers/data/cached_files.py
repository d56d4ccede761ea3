"""Files of the cache: written whole or not at all, and never read unless their checksum holds."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.foundation.errors import CompanionError, disk_reason
from helpers.foundation.paths import CACHE_VARIABLE
from helpers.foundation.store import sha256


@contextmanager
def cache_errors(cache: Path) -> Iterator[None]:
    """Say in a sentence that the cache cannot be written.

    Raises
    ------
    CompanionError
        Instead of the errors of a full disk, or of a folder that may not be written.
    """
    try:
        yield
    except Exception as error:
        reason = None if isinstance(error, CompanionError) else disk_reason(error)
        if reason is None:
            raise
        raise CompanionError(
            f"the cache {cache} cannot be used ({reason}): make room, or name another folder in "
            f"{CACHE_VARIABLE}"
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that its name never shows half of it.

    Parameters
    ----------
    path : Path
        The file; its folder is there.
    content : bytes
        All of it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_recorded(path: Path, content: bytes, *, made_from: str) -> None:
    """Write a file and, beside it, its checksum and what it was made from.

    The bytes of a converted file depend on the library that wrote it, so no checksum can be pinned
    in advance.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        All of it.
    made_from : str
        A checksum or a revision, without spaces.
    """
    record = f"{hashlib.sha256(content).hexdigest()} {made_from}\n"
    write_atomically(_record(path), record.encode("ascii"))
    write_atomically(path, content)


def is_recorded(path: Path, *, made_from: str) -> bool:
    """Tell whether a file is there, unchanged, and made from that.

    Parameters
    ----------
    path : Path
        A file of `write_recorded`.
    made_from : str
        As it was given there.
    """
    if not path.is_file() or not _record(path).is_file():
        return False
    recorded = _record(path).read_text(encoding="ascii", errors="replace").split()
    return recorded[1:] == [made_from] and recorded[0] == sha256(path)


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
