"""What came out: one folder per experiment, verified when read.

``run.json`` is the folder's index. It records every stage with its fingerprint and the sha256
of each file the stage wrote; a file that is not in it, or differs from it, is never read.

The contract:

* a stage is published as a whole: its files first, each through a temporary file, an fsync and
  a rename, then ``run.json``. A kill leaves the earlier state;
* a record is believed only where it lies: it names its experiment, and so its folder;
* ``experiment_lock`` lets one process at a time work on an experiment;
* a missing result is ``None``, never another's number.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import filelock
import pandas as pd

from helpers.foundation.errors import CompanionError
from helpers.foundation.folders import model_folder, with_variant

RUN_FILE = "run.json"
# The form of a stage's record and files; records without a number have form 1.
RESULT_SCHEMA = 2
_SELF_CHECKSUM = "checksum"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """One stage in ``run.json``; ``files`` maps each file's name to its sha256."""

    fingerprint: str
    version: int
    files: Mapping[str, str]
    seconds: float
    peak_memory_gib: float
    peak_gpu_memory_gib: float | None = None
    finished: str = ""
    environment: str = ""
    schema: int = 1


def fingerprint(**parts: Any) -> str:
    """Return a checksum of everything that a stage's result depends on.

    Parts are written as JSON with sorted keys, so equal values give equal fingerprints on every
    machine. Neither hardware nor package versions belong in it.

    Examples
    --------
    >>> fingerprint(seed=0, sizes={"train": 10}) == fingerprint(sizes={"train": 10}, seed=0)
    True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """Return a value JSON can write: numpy scalars as numbers, mappings as dicts."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sha256_or_none(path: Path) -> str | None:
    """Return the checksum of a file; None where it is missing or cannot be read."""
    try:
        return sha256(path) if path.is_file() else None
    except OSError:
        return None


def _as_text(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain, allow_nan=False) + "\n"


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target``; put it in place when the block succeeds.

    Raises
    ------
    CompanionError
        If the disk is full or the folder cannot be written; ``target`` stays as it was.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        os.close(handle)
    except OSError as error:
        raise CompanionError(f"cannot write {target}: {error.strerror}") from error
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        raise CompanionError(
            f"cannot write {target}: {error.strerror or error}; what was there before is untouched"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(folder: Path) -> None:
    """Refuse a folder that nothing can be written to, before work is done for it.

    Raises
    ------
    CompanionError
        Naming the folder and the reason.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(b"0" * 4096)
    except OSError as error:
        raise CompanionError(f"cannot write {folder}: {error.strerror or error}") from error


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(_as_text(content), encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, unless it holds just that: what depends on it stays in date."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode())


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet atomically; the index is dropped."""
    with atomic_path(path) as temporary:
        frame.reset_index(drop=True).to_parquet(temporary, compression="zstd", index=False)


@contextmanager
def experiment_lock(folder: Path) -> Iterator[None]:
    """Hold an experiment's folder for one process; others wait for it.

    Raises
    ------
    CompanionError
        If the folder cannot be written.
    """
    lock = filelock.FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise CompanionError(f"cannot write {folder}: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


# --- run.json -------------------------------------------------------------------------------


def stage_records(folder: Path) -> Mapping[str, Any]:
    """Return the records of the stages that an experiment has finished, by name."""
    run = read_run(folder)
    return {} if run is None else run["stages"]


def read_run(folder: Path) -> dict[str, Any] | None:
    """Return the folder's ``run.json``, or None where there is none.

    Raises
    ------
    CompanionError
        If its own checksum does not fit, since the file was changed by hand or is damaged; or if
        it is the record of another experiment.
    """
    path = folder / RUN_FILE
    if not path.is_file():
        return None
    run = read_record(path)
    if run is None:
        raise CompanionError(f"{path} cannot be read, or is damaged: delete it and run again")
    if run.get(_SELF_CHECKSUM) != _run_checksum(run):
        raise CompanionError(
            f"{path} was changed after the run that wrote it: delete the folder and run again"
        )
    try:
        records = [StageRecord(**record) for record in run["stages"].values()]
        parameters = dict(run["parameters"])
        whole = all(isinstance(each.files, dict) for each in records)
        whole &= {each.environment for each in records} <= set(run["environments"])
    except (AttributeError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise CompanionError(f"{path} is no record of a run: delete the folder and run again")
    _check_place(folder, parameters)
    return run


def read_record(path: Path) -> dict[str, Any] | None:
    """Return a JSON file's fields; None where it is missing, cut short, or holds no fields."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _check_place(folder: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse the record of another experiment, by the fields it has: older ones have fewer."""
    about = {key: str(value) for key, value in parameters.items()}
    recorded = [
        f"seed{about['seed']}" if "seed" in about else None,
        with_variant(about["setup"], about.get("variant", "")) if "setup" in about else None,
        about.get("dataset_folder", about.get("dataset")),
        model_folder(about["model"]) if "model" in about else None,
        about.get("profile"),
    ]
    found = [folder.name, *(parent.name for parent in folder.parents)]
    if any(mine not in (None, there) for mine, there in zip(recorded, found, strict=False)):
        named = [mine or there for mine, there in zip(recorded, found, strict=False)]
        raise CompanionError(
            f"{folder} holds the results of {'/'.join(reversed(named))}: they count only in their "
            "own place; delete the folder and run again"
        )


def _run_checksum(run: Mapping[str, Any]) -> str:
    return fingerprint(**{key: value for key, value in run.items() if key != _SELF_CHECKSUM})


def read_stage(folder: Path, stage: str) -> StageRecord | None:
    """Return the record of a finished stage, or None."""
    run = read_run(folder)
    if run is None or stage not in run["stages"]:
        return None
    return StageRecord(**run["stages"][stage])


def is_done(folder: Path, stage: str, fingerprint: str) -> bool:
    """Say whether a stage's result is there, whole, and made from the same inputs."""
    record = read_stage(folder, stage)
    return (
        record is not None
        and record.fingerprint == fingerprint
        and all(
            _sha256_or_none(folder / name) == checksum for name, checksum in record.files.items()
        )
    )


def publish(
    folder: Path,
    stage: str,
    files: Mapping[str, Any],
    *,
    record: StageRecord,
    parameters: Mapping[str, Any],
    environment: Mapping[str, Any],
) -> StageRecord:
    """Write a stage's files, then its record.

    Parameters
    ----------
    folder : Path
        The experiment's folder.
    stage : str
        The stage's name.
    files : mapping
        A file's name to its content: a frame for ``.parquet``, anything else is JSON.
    record : StageRecord
        Fingerprint, version and cost of the stage; files and time are filled in here.
    parameters : mapping
        All that the experiment was run with, kept at the top of ``run.json``.
    environment : mapping
        Commit, packages and hardware. Stages may run on different machines, so each stage
        names its environment.

    Returns
    -------
    StageRecord
        The record as it was written.
    """
    checksums = {}
    for name, content in files.items():
        if isinstance(content, pd.DataFrame):
            write_frame(folder / name, content)
        else:
            write_json(folder / name, content)
        checksums[name] = sha256(folder / name)
    try:
        run = read_run(folder) or {}
    except CompanionError:
        run = {}  # a damaged index verifies nothing: start it again
    key = fingerprint(**environment)[:8]
    written = replace(
        record,
        files=checksums,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        environment=key,
        schema=RESULT_SCHEMA,
    )
    run = {
        "parameters": parameters,
        "stages": {**run.get("stages", {}), stage: asdict(written)},
        "environments": {**run.get("environments", {}), key: environment},
    }
    used = {item["environment"] for item in run["stages"].values()}
    run["environments"] = {key: run["environments"][key] for key in sorted(used)}
    run = json.loads(_as_text(run))
    run[_SELF_CHECKSUM] = _run_checksum(run)
    write_json(folder / RUN_FILE, run)
    return written


# --- results --------------------------------------------------------------------------------


def verified_path(folder: Path, name: str) -> Path | None:
    """Return the path of a result file after checking it, or None where it is missing.

    Raises
    ------
    CompanionError
        If the file differs from the checksum in ``run.json``.
    """
    path = folder / name
    run = read_run(folder)
    if run is None or not path.is_file():
        return None
    for stage in run["stages"].values():
        if name in stage["files"]:
            if _sha256_or_none(path) != stage["files"][name]:
                raise CompanionError(
                    f"{path} was changed after the run that wrote it (its checksum in {RUN_FILE} "
                    "differs): delete it and run again"
                )
            return path
    return None


def read_json(folder: Path, name: str) -> Any | None:
    """Return the content of a verified JSON result, or None where it is missing."""
    path = verified_path(folder, name)
    return None if path is None else _read(path, lambda: json.loads(path.read_text("utf-8")))


def read_frame(folder: Path, name: str) -> pd.DataFrame | None:
    """Return a verified Parquet result, or None where it is missing."""
    path = verified_path(folder, name)
    return None if path is None else _read(path, lambda: pd.read_parquet(path))


def _read(path: Path, content: Callable[[], T]) -> T:
    """Return a file's content; the checksum cannot tell that it was no table from the start."""
    try:
        return content()
    except (OSError, ValueError, RecursionError) as error:
        raise CompanionError(f"{path} cannot be read: delete it and run again") from error
