"""The models with a short name, and the names of folders below ``results/``."""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

MODELS: Mapping[str, str] = MappingProxyType(
    {"mbert": "mBERT", "xlmr": "XLM-R", "e5_small": "multilingual-e5-small"}
)
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def model_folder(model: str) -> str:
    """Return the name of a model's folder below ``results/<profile>/``: another for each model.

    Short names stay, ``owner/name`` becomes ``owner--name``; all else ends in a checksum, since
    what a folder's name cannot hold is replaced in it.

    Examples
    --------
    >>> model_folder("e5_small"), model_folder("intfloat/multilingual-e5-base")
    ('e5_small', 'intfloat--multilingual-e5-base')
    >>> model_folder("/a b"), model_folder("/a/b")
    ('a--b-73c9c45d', 'a--b-662b7b62')
    """
    readable = re.sub(r"[^\w.-]+", "--", model.strip("/"))
    if model in MODELS or (HUB_ID.fullmatch(model) and "--" not in model):
        return readable
    checksum = hashlib.sha256(model.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{readable.strip('.-')[-80:]}-{checksum}".lstrip("-")


def with_variant(setup: str, variant: str) -> str:
    """Return what the results of a setup and variant are called; so is the folder of their seeds.

    Examples
    --------
    >>> with_variant("imbalanced", "mie=1"), with_variant("balanced", "")
    ('imbalanced+mie=1', 'balanced')
    """
    return f"{setup}+{variant}" if variant else setup
