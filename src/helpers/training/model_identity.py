"""What identifies a pretrained encoder, told without loading it: reading results needs no torch."""

import hashlib
from pathlib import Path
from typing import Any

from helpers.foundation.errors import CompanionError
from helpers.foundation.names import MODELS, check_model
from helpers.foundation.profiles import hub_settings
from helpers.foundation.store import read_record, sha256

# Weights, settings, and the vocabularies of tokenizers of every kind.
_MODEL_FILES = frozenset(
    {".safetensors", ".json", ".txt", ".model", ".vocab", ".bpe", ".codes", ".tiktoken"}
)


def model_fingerprint(name: str) -> str:
    """Return what identifies a model's weights, without fetching them.

    Parameters
    ----------
    name : str
        As in `load_encoder`.

    Returns
    -------
    str
        The hub id and commit; for the offline encoder the checksums of what it is made from; for
        a folder a checksum of its files.

    Examples
    --------
    >>> model_fingerprint("xlmr")
    'FacebookAI/xlm-roberta-base@e73636d4f797dec63c3081bb6ed5c7b0bb3f2089'
    """
    check_model(name)
    if name == "e5_small":
        from helpers.data.offline_assets import ENCODER_VERSION, encoder_pins

        return "-".join(["e5_small", str(ENCODER_VERSION), *encoder_pins()])
    source, revision = locate(name)
    folder = Path(source)
    if not folder.is_dir():
        return f"{source}@{revision}"
    digest = hashlib.sha256()
    files = (path for path in folder.iterdir() if path.suffix in _MODEL_FILES and path.is_file())
    for path in sorted(files):
        digest.update(path.name.encode())
        digest.update(bytes.fromhex(sha256(path)))
    return digest.hexdigest()


def model_source(name: str) -> str:
    """Return where a model's weights came from, once they have been fetched.

    Parameters
    ----------
    name : str
        As in `load_encoder`.

    Returns
    -------
    str
        As `model_fingerprint`, with the commit that a branch of the hub stood for.
    """
    from huggingface_hub import try_to_load_from_cache

    source, revision = locate(name)
    identity = model_fingerprint(name)
    if Path(source).is_dir():
        return identity
    config = try_to_load_from_cache(source, "config.json", revision=revision)
    commit = Path(config).parent.name if isinstance(config, str) else revision
    return identity if commit == revision else f"{identity}, commit {commit}"


def locate(name: str, revision: str | None = None) -> tuple[str, str]:
    """Return the folder or hub id behind a name, and its revision; the offline encoder is made."""
    if name == "e5_small":
        from helpers.data.offline_assets import encoder_folder

        return str(encoder_folder()), "main"
    if name in MODELS:
        pinned = hub_settings().models.get(name)
        if pinned is None:
            raise CompanionError(f"configs/paper.yaml: hub: models has no repository of {name!r}")
        return pinned.repository, revision or pinned.revision
    folder = Path(name).expanduser()
    return (str(folder) if folder.is_dir() else name), revision or "main"


def check_encoder(name: str, layers: int | None) -> None:
    """Refuse what an encoder's configuration does not allow, if that is here: nothing is fetched.

    Parameters
    ----------
    name : str
        As in `load_encoder`.
    layers : int or None
        How many of the first layers are to be kept.

    Raises
    ------
    CompanionError
        If a folder holds no model, or the encoder has fewer layers.
    """
    if name == "e5_small":
        from helpers.data.offline_assets import ENCODER_LAYERS

        there: object = ENCODER_LAYERS
    else:
        there = _configuration(name).get("num_hidden_layers")
    if layers is not None and isinstance(there, int):
        check_layers(name, layers, there)


def check_layers(name: str, layers: int, there: int) -> None:
    """Refuse a number of layers that an encoder does not have.

    Raises
    ------
    CompanionError
        Naming the encoder and how many it has.
    """
    if not 1 <= layers <= there:
        raise CompanionError(
            f"layers={layers}: {name} has {there}; give a whole number from 1 to {there}"
        )


def _configuration(name: str) -> dict[str, Any]:
    """Return the configuration of a model in a folder or in the hub's cache; else no field."""
    from huggingface_hub import try_to_load_from_cache

    source, revision = locate(name)
    if Path(source).is_dir():
        found = read_record(Path(source) / "config.json")
        if found is None:
            raise CompanionError(f"the folder {name!r} holds no model: it has no config.json")
        return found
    path = try_to_load_from_cache(source, "config.json", revision=revision)
    return (read_record(Path(path)) if isinstance(path, str) else None) or {}
