"""What every layer of a fine-tuned encoder says of a text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.training.batches import batches_by_length, encode_texts
from helpers.training.inference import Precision, autocast, default_tokens_per_batch

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LayerFeatures:
    """Vectors of texts, in their order.

    Parameters
    ----------
    first_token : array, shape (layers + 1, texts, hidden)
        The first token's vector: the embeddings', then each layer's. The last is the vector that
        the linear layer reads.
    mean : array, shape (texts, hidden)
        The last layer's mean over a text's tokens, special ones included.
    """

    first_token: Floats
    mean: Floats


def layer_features(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    max_length: int = 512,
    precision: Precision = "auto",
) -> LayerFeatures:
    """Return the vectors of texts, or pairs of texts, in every layer.

    Parameters
    ----------
    model : FirstTokenClassifier
        It runs on the device it is on, in evaluation mode.
    tokenizer, texts, text_pairs, max_length, precision
        As in `helpers.training.inference.run_model`.
    """
    encoded = encode_texts(tokenizer, texts, text_pairs, max_length=max_length)
    limit = default_tokens_per_batch(model.device.type)
    config = model.encoder.config
    shape = (config.num_hidden_layers + 1, len(texts), config.hidden_size)
    first_token = np.empty(shape, dtype=np.float32)
    mean = np.empty(shape[1:], dtype=np.float32)
    model.eval()
    with torch.inference_mode(), autocast(model.device, precision):
        for rows in batches_by_length(encoded.lengths, tokens_per_batch=limit):
            inputs = {name: value.to(model.device) for name, value in encoded.batch(rows).items()}
            layers = model.encoder(**inputs, output_hidden_states=True).hidden_states
            first_token[:, rows] = torch.stack([each[:, 0] for each in layers]).float().cpu()
            counted = inputs["attention_mask"].unsqueeze(-1)
            sums = (layers[-1].float() * counted).sum(dim=1)
            mean[rows] = (sums / counted.sum(dim=1)).cpu()
    return LayerFeatures(first_token=first_token, mean=mean)
