"""Where things lie: one place for every path.

============================  ======================================================
``repository_root()``         the folder that holds ``configs/`` and ``notebooks/``
``results_dir()``             small result files, one folder per experiment
``checkpoints_dir()``         fine-tuned models, never committed
``cache_dir()``               the offline assets, shared by all checkouts of a user
============================  ======================================================

``COMPANION_OUTPUT`` moves results and checkpoints to another folder, such as a larger disk.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import platformdirs

from helpers.foundation.errors import CompanionError

ROOT_VARIABLE = "COMPANION_ROOT"
CACHE_VARIABLE = "COMPANION_CACHE"
OUTPUT_VARIABLE = "COMPANION_OUTPUT"
_HERE = Path(__file__).resolve()
_CARRIED = "language_class_imbalance"  # beside the package, where pyproject.toml puts it


def repository_root() -> Path:
    """Return the checkout that this run belongs to.

    Returns
    -------
    Path
        ``COMPANION_ROOT`` where it is set, else the first folder upwards from the working
        directory, then from this file, that holds ``configs/quick.yaml``.

    Raises
    ------
    CompanionError
        If there is no such folder.
    """
    if os.environ.get(ROOT_VARIABLE):
        root = named(os.environ[ROOT_VARIABLE], what=ROOT_VARIABLE)
        if not root.is_dir():
            raise CompanionError(f"{ROOT_VARIABLE}={root} is not a folder")
        return root
    if (found := _checkout()) is not None:
        return found
    raise CompanionError(
        f"no checkout of the companion at or above {Path.cwd()}: change into it, or set "
        f"{ROOT_VARIABLE}"
    )


def _checkout() -> Path | None:
    here = Path.cwd().resolve()
    for folder in (here, *here.parents, *_HERE.parents):
        if (folder / "configs" / "quick.yaml").is_file():
            return folder
    return None


def shipped_root() -> Path:
    """Return the folder of the profiles and the book's sources.

    Returns
    -------
    Path
        The checkout, or where there is none the copy that an installed package carries.

    Raises
    ------
    CompanionError
        If there is neither.
    """
    carried = _HERE.parents[2] / _CARRIED
    if carried.is_dir() and not os.environ.get(ROOT_VARIABLE) and _checkout() is None:
        return carried
    return repository_root()


def configs_dir() -> Path:
    """Return the folder of the profiles."""
    return shipped_root() / "configs"


def output_root() -> Path:
    """Return the folder above results and checkpoints.

    It is ``COMPANION_OUTPUT``, else the checkout, else the current folder.
    """
    if os.environ.get(OUTPUT_VARIABLE):
        return named(os.environ[OUTPUT_VARIABLE], what=OUTPUT_VARIABLE)
    if not os.environ.get(ROOT_VARIABLE) and _checkout() is None:
        return Path.cwd()
    return repository_root()


def results_dir() -> Path:
    """Return the folder of the result files."""
    return output_root() / "results"


def checkpoints_dir() -> Path:
    """Return the folder of the fine-tuned models."""
    return output_root() / "checkpoints"


def existing_folder(text: str, *, what: str) -> Path:
    """Return the folder that a reader names.

    Raises
    ------
    CompanionError
        If there is none; it names ``what`` asked for it.
    """
    try:
        # No name at all would be the working directory.
        if text.strip() and (folder := named(text, what=what)).is_dir():
            return folder
    except (OSError, ValueError):
        pass
    raise CompanionError(f"{what}: {text!r} is not a folder")


def named(text: str, *, what: str) -> Path:
    """Return the path that a reader names, with ``~`` resolved; it need not be there.

    Raises
    ------
    CompanionError
        If it starts with the home of a user who is not there; it names ``what`` asked for it.
    """
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:
        raise CompanionError(f"{what}: {text!r} names a user who is not there") from error


def benchmark_file(script: str) -> Path:
    """Return the file that a script of ``benchmarks/`` leaves, by the script's name or path."""
    return results_dir() / "benchmarks" / f"{Path(script).stem}.json"


@contextmanager
def environment_variable(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment for the length of a block."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def output_at(folder: Path) -> AbstractContextManager[None]:
    """Keep results and checkpoints below ``folder`` for the length of a block."""
    return environment_variable(OUTPUT_VARIABLE, str(folder))


def cache_dir() -> Path:
    """Return the user's cache for the offline assets; ``COMPANION_CACHE`` moves it."""
    if os.environ.get(CACHE_VARIABLE):
        return named(os.environ[CACHE_VARIABLE], what=CACHE_VARIABLE)
    return Path(platformdirs.user_cache_path("language-class-imbalance"))
