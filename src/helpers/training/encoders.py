"""Load an encoder, from the hub, a folder or the offline assets, as a classifier."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from helpers.data.hub_errors import reason
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import MODELS, check_model
from helpers.foundation.paths import environment_variable
from helpers.training.classifier import FirstToken, FirstTokenClassifier, FirstTokenConfig
from helpers.training.model_identity import check_layers, locate

# Dropout's names in the configurations of the encoders.
_DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")
# Encoders that count positions from the padding piece's id.
_POSITIONS_FROM_PADDING = frozenset({"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert"})
# Encoders whose pretraining trains the pooler (by next-sentence prediction).
_TRAINS_POOLER = frozenset({"bert"})


def load_encoder(
    name: str,
    *,
    num_labels: int,
    layers: int | None = None,
    pretrained: bool = True,
    dropout: float = 0.1,
    first_token: FirstToken = "hidden",
    seed: int = 0,
    revision: str | None = None,
    attention: str | None = None,
) -> tuple[FirstTokenClassifier, PreTrainedTokenizerBase]:
    """Load an encoder with a fresh linear layer, or a fine-tuned classifier, and its tokenizer.

    Nothing but safetensors is read and no remote code is run. ``HF_HUB_OFFLINE`` is honoured.

    Parameters
    ----------
    name : str
        ``mbert``, ``xlmr``, ``e5_small``, an existing folder, or ``owner/name`` on the hub. A
        folder that holds a saved `FirstTokenClassifier` is loaded as it is.
    num_labels : int
        Size of the linear layer.
    layers : int, optional
        Keep only the first layers of the encoder.
    pretrained : bool
        Give a fresh classifier the encoder's weights; without, random ones, as before pretraining.
    dropout : float
        Share of units dropped in training, in the encoder and before the linear layer.
    first_token : {"hidden", "pooler"}
        Read the first token's last hidden state (paper), or the output of the pooler where the
        encoder was pretrained with one (authors' code).
    seed : int
        Seed of the linear layer, and of random weights. The state of torch's generator does not
        change.
    revision : str, optional
        Commit, tag or branch on the hub. The short names are pinned to a commit.
    attention : str, optional
        ``attn_implementation`` of ``transformers``; by default its own choice.

    Returns
    -------
    model : FirstTokenClassifier
    tokenizer : PreTrainedTokenizerBase

    Raises
    ------
    CompanionError
        If the name is unknown, or the model cannot be read, or lacks weights or word pieces, or has
        fewer layers or other labels; or if a part of a fine-tuned classifier is asked for.
    """
    check_model(name)
    source, revision = locate(name, revision)
    with quiet(), _no_conversion(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                source, revision=revision, trust_remote_code=False
            )
            if _is_classifier(source):
                if layers is not None or not pretrained:
                    raise CompanionError(
                        f"the model {name!r} is fine-tuned and is taken whole: leave out the "
                        "variants layers and pretrained"
                    )
                model = FirstTokenClassifier.from_pretrained(
                    source, dtype=torch.float32, attn_implementation=attention
                )
            else:
                model = _with_fresh_head(
                    source,
                    revision=revision,
                    num_labels=num_labels,
                    layers=layers,
                    pretrained=pretrained,
                    dropout=dropout,
                    first_token=first_token,
                    attention=attention,
                )
        except CompanionError:
            raise
        # The hub's clients, and the readers of a folder's files, raise errors of many kinds.
        except Exception as error:
            raise CompanionError(
                f"the model {name!r} cannot be loaded ({reason(error)}): choose one of "
                f"{', '.join(MODELS)}, a folder, or owner/name of a model on the hub that is in "
                "reach, has safetensors weights and needs no code of its own"
            ) from error
    if model.config.num_labels != num_labels:
        raise CompanionError(
            f"the model in {name!r} has {model.config.num_labels} labels, not {num_labels}"
        )
    if not all(tensor.isfinite().all() for tensor in model.parameters()):
        raise CompanionError(f"the model {name!r} has weights that are no numbers")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise CompanionError(
            f"the model {name!r} has no word pieces: its tokenizer's files are missing or empty"
        )
    positions = _positions(model.encoder.config)
    tokenizer.model_max_length = min(tokenizer.model_max_length, positions)
    return model.eval(), tokenizer


def _positions(config: PreTrainedConfig) -> int:
    """Return how many word pieces an encoder takes."""
    positions = int(getattr(config, "max_position_embeddings", sys.maxsize))
    if config.model_type in _POSITIONS_FROM_PADDING:
        return positions - int(config.pad_token_id) - 1
    return positions


def _is_classifier(source: str) -> bool:
    config = Path(source) / "config.json"
    if not config.is_file():
        return False
    kind = json.loads(config.read_text(encoding="utf-8")).get("model_type")
    return bool(kind == FirstTokenConfig.model_type)


def _with_fresh_head(
    source: str,
    *,
    revision: str,
    num_labels: int,
    layers: int | None,
    pretrained: bool,
    dropout: float,
    first_token: FirstToken,
    attention: str | None,
) -> FirstTokenClassifier:
    config = AutoConfig.from_pretrained(source, revision=revision, trust_remote_code=False)
    if layers is not None:
        check_layers(source, layers, config.num_hidden_layers)
        config.num_hidden_layers = layers
    for field in _DROPOUTS:
        if getattr(config, field, None):
            setattr(config, field, dropout)
    if pretrained:
        encoder, has_pooler = _pretrained_encoder(source, config, revision, attention)
    else:  # its pooler would be as untrained as one that is missing
        encoder, has_pooler = AutoModel.from_config(config, attn_implementation=attention), False
    return FirstTokenClassifier(
        FirstTokenConfig(
            encoder=json.loads(encoder.config.to_json_string()),
            num_labels=num_labels,
            dropout=dropout,
            first_token="pooler" if first_token == "pooler" and has_pooler else "hidden",
            initializer_range=getattr(config, "initializer_range", 0.02),
            pad_token_id=config.pad_token_id,
        ),
        encoder,
    )


def _pretrained_encoder(
    source: str, config: PreTrainedConfig, revision: str, attention: str | None
) -> tuple[PreTrainedModel, bool]:
    """Return an encoder with its weights, and whether these hold a trained pooler."""
    encoder, report = AutoModel.from_pretrained(
        source,
        config=config,
        revision=revision,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        attn_implementation=attention,
        output_loading_info=True,
    )
    missing = report["missing_keys"]
    lost = sorted(key for key in missing if "pooler" not in key)
    if lost:
        raise CompanionError(f"the weights in {source} lack {len(lost)} tensors, such as {lost[0]}")
    has_pooler = config.model_type in _TRAINS_POOLER and not any("pooler" in key for key in missing)
    return encoder, has_pooler


def _no_conversion() -> AbstractContextManager[None]:
    """Keep ``transformers`` from asking a server to convert weights, and from taking the answer.

    Where the main branch of a repository has no safetensors, it would open a pull request there
    and load what the request holds.
    """
    return environment_variable("DISABLE_SAFETENSORS_CONVERSION", "1")


@contextmanager
def quiet() -> Iterator[None]:
    """Hide the loading reports and progress bars of ``transformers``."""
    level = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()
