"""The size of a model, and its tokenizer, without fetching either."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from helpers.foundation import paths

# The published configurations, for a plan made before the model has been fetched.
_BASE = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
}
PUBLISHED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "mbert": {"model_type": "bert", "vocab_size": 119_547, **_BASE},
        "xlmr": {
            "model_type": "xlm-roberta",
            "vocab_size": 250_002,
            "max_position_embeddings": 514,
            "type_vocab_size": 1,
            "pad_token_id": 1,
            **_BASE,
        },
        "e5_small": {
            "model_type": "bert",
            "vocab_size": 250_037,
            **_BASE,
            "hidden_size": 384,
            "intermediate_size": 1536,
        },
    }
)


def local_folder(model: str) -> Path | None:
    """Return the folder that holds a model's configuration and tokenizer, if it is here."""
    if model == "e5_small":
        folder = paths.cache_dir() / "e5_small"
        return folder if (folder / "config.json").is_file() else None
    from huggingface_hub import try_to_load_from_cache

    from helpers.training.encoders import locate

    repository, revision = locate(model)
    folder = Path(repository)
    if folder.is_dir():
        return folder
    for name in ("tokenizer.json", "config.json"):
        found = try_to_load_from_cache(repository, name, revision=revision)
        if not isinstance(found, str):
            return None
        folder = Path(found).parent
    return folder


def local_tokenizer(model: str) -> Any | None:
    """Return a model's tokenizer, or None where it would have to be fetched."""
    folder = local_folder(model)
    if folder is None:
        return None
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def model_config(model: str) -> Any | None:
    """Return an encoder's configuration; None where it is neither here nor a published one."""
    from transformers import AutoConfig

    folder = local_folder(model)
    if folder is not None:
        return AutoConfig.from_pretrained(folder, local_files_only=True)
    return AutoConfig.for_model(**PUBLISHED[model]) if model in PUBLISHED else None
