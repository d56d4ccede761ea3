"""What is minimised: weighted cross-entropy, and the masked input entropy of eq. 3."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def weighted_cross_entropy(
    logits: Tensor, labels: Tensor, weights: Tensor | None, *, num_items: int | Tensor
) -> Tensor:
    """Return the weighted sum of the rows' cross-entropies over the number of rows.

    The divisor is the number of rows of the whole optimizer step, never the sum of the weights:
    ``torch.nn.CrossEntropyLoss(weight=...)`` divides by that sum, which gives a batch of rare cells
    the same gradient as one of common cells.

    Parameters
    ----------
    logits : Tensor, shape (rows, classes)
    labels : Tensor, shape (rows,)
        Class indices.
    weights : Tensor, shape (rows,), or None
        Class weight of each row (eq. 2); None weighs all rows 1.
    num_items : int
        Rows of the optimizer step, over all accumulated batches.

    Returns
    -------
    Tensor
        A scalar, in float32.
    """
    losses = functional.cross_entropy(logits.float(), labels, reduction="none")
    if weights is not None:
        losses = losses * weights.to(losses.dtype)
    return losses.sum() / num_items


def masked_input_entropy(logits: Tensor) -> Tensor:
    """Return the masked input entropy loss: the batch mean of eq. 3.

    ``sum_c p_c log p_c`` of the prediction for an all-mask input. This is the NEGATIVE entropy: at
    least ``-log C``, reached by the uniform prediction, so that adding it to the loss pulls the
    base values of SHAP together (paper, A.3).

    Parameters
    ----------
    logits : Tensor, shape (batch, classes)
        Logits of inputs that hold only mask tokens.

    Returns
    -------
    Tensor
        A scalar, in float32.

    Examples
    --------
    >>> round(masked_input_entropy(torch.zeros(2, 4)).item(), 4)  # -log 4
    -1.3863
    """
    log_probabilities = functional.log_softmax(logits.float(), dim=-1)
    return (log_probabilities.exp() * log_probabilities).sum(dim=-1).mean()


def masked_input(
    tokenizer: Any,
    *,
    length: int,
    keep_special_tokens: bool = True,
) -> dict[str, Tensor]:
    """Return one input of ``length`` mask tokens, shape (1, tokens).

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        It needs a mask token.
    length : int
        Number of mask tokens.
    keep_special_tokens : bool
        Put the start and the separator token around the masks, as SHAP's base value has them. The
        authors' code masks them too.

    Returns
    -------
    dict of str to Tensor
        ``input_ids`` and ``attention_mask``, and ``token_type_ids`` where the tokenizer has them.
    """
    ids = [tokenizer.mask_token_id] * length
    if keep_special_tokens:
        start, *end = tokenizer("")["input_ids"]
        ids = [start, *ids, *end]
    encoded = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids)).long()}
    if "token_type_ids" in tokenizer.model_input_names:
        encoded["token_type_ids"] = torch.zeros_like(encoded["input_ids"])
    return encoded
