"""The one error that is meant for a reader."""

import errno
import os
from pathlib import Path


class CompanionError(ValueError):
    """A problem its reader can mend, told in one sentence.

    The message names the field, the value and what is allowed. The command line prints it
    without a traceback.
    """


def one_line(error: BaseException) -> str:
    r"""Return the message of another library's error as a part of a sentence.

    Examples
    --------
    >>> one_line(ValueError("no magic bytes\n  in the footer")), one_line(EOFError())
    ('no magic bytes in the footer', 'EOFError')
    """
    return " ".join(str(error).split())[:200] or type(error).__name__


_DISK = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR}
)
# What libraries that write through code of their own say of a full disk.
_FULL = ("No space left on device", "os error 28", "PytorchStreamWriter", "inline_container")


def disk_reason(error: BaseException) -> str | None:
    """Return what is wrong with the disk, in words; None where an error is about something else.

    Examples
    --------
    >>> disk_reason(OSError(28, "No space left on device", "results/metrics.json"))
    'cannot write results/metrics.json: No space left on device'
    >>> disk_reason(ValueError("seed")) is None
    True
    """
    if isinstance(error, OSError) and error.errno in _DISK:
        name = error.filename
        verb = "read" if isinstance(name, str) and _is_unreadable(name) else "write"
        return f"cannot {verb} {name or 'a file'}: {error.strerror}"
    if any(words in str(error) for words in _FULL):
        return "cannot write a file: no space left on the disk"
    return None


def _is_unreadable(name: str) -> bool:
    try:
        return Path(name).is_file() and not os.access(name, os.R_OK)
    except OSError:  # in a folder that may not be entered
        return False
