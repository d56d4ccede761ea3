"""The model: any encoder, and one linear layer on the vector of its first token.

The stock sequence classifiers have other heads (BERT's goes through a pooler, XLM-R's has a hidden
layer), so one class serves every encoder. The vector that its linear layer reads is the feature
of the language identification (paper, section 2.2).
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils import ModelOutput

FirstToken = Literal["hidden", "pooler"]


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
