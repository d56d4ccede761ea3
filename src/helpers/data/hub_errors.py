"""What an error of the hub's clients means; they raise many kinds, one wrapped in another."""

from collections.abc import Iterator

from helpers.foundation.errors import CompanionError

_NOT_TO_BE_HAD = (401, 403, 404)  # private, gated, gone


def is_gone(error: Exception) -> bool:
    """Tell whether an error means that what was asked for is not there, now or later.

    Parameters
    ----------
    error : Exception
        Raised by one of the clients, or by a check of what they brought.

    Examples
    --------
    >>> is_gone(FileNotFoundError("no such data set")), is_gone(TimeoutError("timed out"))
    (True, False)
    """
    from huggingface_hub.errors import LocalEntryNotFoundError

    if (status := _status(error)) is not None:
        return status in _NOT_TO_BE_HAD
    # Of a hub that does not answer the clients say that a file is not in their cache.
    unreached = (LocalEntryNotFoundError, ConnectionError, TimeoutError)
    return isinstance(error, (CompanionError, FileNotFoundError, ValueError)) and not any(
        isinstance(each, unreached) for each in _chain(error)
    )


def reason(error: Exception) -> str:
    r"""Return what an error says, in one short line; the hub's own words where it refused.

    Parameters
    ----------
    error : Exception
        Of any kind.

    Examples
    --------
    >>> reason(OSError("no such file.\nSee the documentation"))
    'no such file'
    """
    told: BaseException = error
    if _status(error) is not None and not is_gone(error):
        told = next(each for each in _chain(error) if _status_of(each) is not None)
    text = (str(told).strip() or type(told).__name__).splitlines()[0]
    return text[:200].rstrip(" .:")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Go from an error to the one that it was raised for, and on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: Exception) -> int | None:
    """Return the status of the hub's answer behind an error, where there was one."""
    found = (_status_of(each) for each in _chain(error))
    return next((status for status in found if status is not None), None)


def _status_of(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
