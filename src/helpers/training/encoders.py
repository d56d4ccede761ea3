"""The model: any encoder, and one linear layer on the vector of its first token.

The stock sequence classifiers have other heads (BERT's goes through a pooler, XLM-R's has a hidden
layer), so one class serves every encoder. The vector that its linear layer reads is the feature
of the language identification (paper, section 2.2).
"""

import hashlib
import json
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import ModelOutput
from transformers.utils import logging as transformers_logging

from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import MODELS, check_model

FirstToken = Literal["hidden", "pooler"]


@dataclass(frozen=True)
class Pin:
    """A model on the Hugging Face hub, at one commit."""

    repository: str
    revision: str


PINS: Mapping[str, Pin] = types.MappingProxyType(
    {
        "mbert": Pin(
            "google-bert/bert-base-multilingual-cased", "3f076fdb1ab68d5b2880cb87a0886f315b8146f8"
        ),
        "xlmr": Pin("FacebookAI/xlm-roberta-base", "e73636d4f797dec63c3081bb6ed5c7b0bb3f2089"),
    }
)

# Dropout's names in the configurations of the encoders.
_DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")
# Encoders whose pretraining trains the pooler (by next-sentence prediction).
_TRAINS_POOLER = frozenset({"bert"})


class FirstTokenConfig(PreTrainedConfig):  # type: ignore[misc]
    """Configuration of `FirstTokenClassifier`.

    Parameters
    ----------
    encoder : dict
        The encoder's own configuration.
    dropout : float
        Share of the feature vector dropped in training, before the linear layer.
    first_token : {"hidden", "pooler"}
        Read the first token's last hidden state, or the pooler's output.
    """

    model_type = "first_token_classifier"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        dropout: float = 0.1,
        first_token: FirstToken = "hidden",
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        self.dropout = dropout
        self.first_token = first_token
        super().__init__(**kwargs)


@dataclass
class FirstTokenOutput(ModelOutput):  # type: ignore[misc]
    """What `FirstTokenClassifier` returns.

    Parameters
    ----------
    logits : torch.Tensor
        ``(batch, labels)``, float32.
    features : torch.Tensor
        ``(batch, hidden)``, float32: the vector that the linear layer reads.
    """

    logits: torch.Tensor | None = None
    features: torch.Tensor | None = None


class FirstTokenClassifier(PreTrainedModel):  # type: ignore[misc]
    """An encoder, dropout, and one linear layer on the first token (paper, section 2.1).

    It saves and loads like every model of ``transformers``.
    """

    config_class = FirstTokenConfig
    main_input_name = "input_ids"
    _supports_sdpa = True
    _supports_flash_attn = True

    def __init__(self, config: FirstTokenConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config)
        if encoder is None:
            encoder_config = AutoConfig.for_model(**config.encoder)
            encoder_config._attn_implementation = config._attn_implementation
            encoder = AutoModel.from_config(encoder_config)
        if config.first_token == "hidden" and hasattr(encoder, "pooler"):
            encoder.pooler = None
        self.encoder = encoder
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(encoder.config.hidden_size, config.num_labels)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        **_: Any,
    ) -> FirstTokenOutput:
        """Return the logits and the feature vectors of a batch.

        Parameters
        ----------
        input_ids, attention_mask, token_type_ids : torch.Tensor
            ``(batch, tokens)``; leave out the token types where the encoder has none.

        Returns
        -------
        FirstTokenOutput
        """
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        output = self.encoder(**inputs)
        pooled = self.config.first_token == "pooler"
        features = (output.pooler_output if pooled else output.last_hidden_state[:, 0]).float()
        # In full precision: the logits' small differences matter, and the layer costs nothing.
        with torch.autocast(features.device.type, enabled=False):
            logits = self.head(self.dropout(features))
        return FirstTokenOutput(logits=logits, features=features)

    def get_input_embeddings(self) -> nn.Embedding:
        """Return the encoder's table of word pieces."""
        table: nn.Embedding = self.encoder.get_input_embeddings()
        return table

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the encoder's table of word pieces."""
        self.encoder.set_input_embeddings(value)


def load_encoder(
    name: str,
    *,
    num_labels: int,
    layers: int | None = None,
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
    dropout : float
        Share of units dropped in training, in the encoder and before the linear layer.
    first_token : {"hidden", "pooler"}
        Read the first token's last hidden state (paper), or the output of the pooler where the
        encoder was pretrained with one (authors' code).
    seed : int
        Seed of the linear layer. The state of torch's generator does not change.
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
        If the name is unknown, or the model cannot be read, or has fewer layers or other labels.
    """
    check_model(name)
    source, revision = _locate(name, revision)
    with _quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                source, revision=revision, trust_remote_code=False
            )
            if _is_classifier(source):
                model = FirstTokenClassifier.from_pretrained(
                    source, dtype=torch.float32, attn_implementation=attention
                )
            else:
                model = _with_fresh_head(
                    source,
                    revision=revision,
                    num_labels=num_labels,
                    layers=layers,
                    dropout=dropout,
                    first_token=first_token,
                    attention=attention,
                )
        except CompanionError:
            raise
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CompanionError(
                f"the model {name!r} cannot be loaded ({reason}): choose one of "
                f"{', '.join(MODELS)}, a folder, or owner/name of a model on the hub that is in "
                "reach, has safetensors weights and needs no code of its own"
            ) from error
    if model.config.num_labels != num_labels:
        raise CompanionError(
            f"the model in {name!r} has {model.config.num_labels} labels, not {num_labels}"
        )
    return model.eval(), tokenizer


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
        from helpers.data.offline_assets import ASSETS, ENCODER_VERSION

        members = [ASSETS[asset].members[0].sha256 for asset in ("encoder", "tokenizer")]
        return "-".join(["e5_small", str(ENCODER_VERSION), *members])
    source, revision = _locate(name, None)
    folder = Path(source)
    if not folder.is_dir():
        return f"{source}@{revision}"
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")) + sorted(folder.glob("*.json")):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _locate(name: str, revision: str | None) -> tuple[str, str]:
    """Return the folder or hub id behind a name, and its revision."""
    if name == "e5_small":
        from helpers.data.offline_assets import encoder_folder

        return str(encoder_folder()), "main"
    if name in PINS:
        return PINS[name].repository, revision or PINS[name].revision
    folder = Path(name).expanduser()
    return (str(folder) if folder.is_dir() else name), revision or "main"


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
    dropout: float,
    first_token: FirstToken,
    attention: str | None,
) -> FirstTokenClassifier:
    config = AutoConfig.from_pretrained(source, revision=revision, trust_remote_code=False)
    if layers is not None:
        if not 1 <= layers <= config.num_hidden_layers:
            raise CompanionError(
                f"layers={layers}: {source} has {config.num_hidden_layers}; give a whole number "
                f"from 1 to {config.num_hidden_layers}"
            )
        config.num_hidden_layers = layers
    for field in _DROPOUTS:
        if getattr(config, field, None):
            setattr(config, field, dropout)
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
    has_pooler = config.model_type in _TRAINS_POOLER and not any("pooler" in key for key in missing)
    lost = sorted(key for key in missing if "pooler" not in key)
    if lost:
        raise CompanionError(f"the weights in {source} lack {len(lost)} tensors, such as {lost[0]}")
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


@contextmanager
def _quiet() -> Iterator[None]:
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
