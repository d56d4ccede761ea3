"""Train on the rows of the embedding table that are in use, and write them back.

A multilingual table holds most of the model (250,000 pieces), and a corpus uses a tenth of it.
Without the other rows a training step computes the same numbers: their gradient is zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class TrimmedEmbeddings:
    """The full embedding table, put aside while a model trains on some of its rows.

    Parameters
    ----------
    table : nn.Embedding
        The model's own table, ``(pieces, hidden)``.
    kept : torch.Tensor
        Ids of the rows in use, ascending.
    new_ids : torch.Tensor
        ``(pieces,)``: the row of each piece in the small table, -1 where it has none.
    """

    table: nn.Embedding
    kept: torch.Tensor
    new_ids: torch.Tensor

    def remap(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return the ids of the same pieces in the small table.

        Raises
        ------
        ValueError
            If a piece has no row in it.
        """
        remapped = self.new_ids[input_ids]
        if (remapped < 0).any():
            piece = int(input_ids[remapped < 0][0])
            raise ValueError(f"piece {piece} is not in the trimmed embedding table")
        return remapped


def trim_embeddings(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, kept_ids: Iterable[int]
) -> TrimmedEmbeddings:
    """Leave a model only some rows of its embedding table.

    The special pieces stay, and so do all up to the padding piece: its id must not change, since
    XLM-R computes positions from it.

    Parameters
    ----------
    model : PreTrainedModel
        Changed in place: it takes the ids that ``remap`` returns.
    tokenizer : PreTrainedTokenizerBase
    kept_ids : iterable of int
        The pieces in use.

    Returns
    -------
    TrimmedEmbeddings
        For `restore_embeddings`.
    """
    table = model.get_input_embeddings()
    padding = tokenizer.pad_token_id or 0
    ids = {*map(int, kept_ids), *tokenizer.all_special_ids, *range(padding + 1)}
    kept = torch.tensor(sorted(ids))
    new_ids = torch.full((table.num_embeddings,), -1)
    new_ids[kept] = torch.arange(len(kept))
    rows = table.weight.detach()[kept].clone()
    small = nn.Embedding(len(rows), rows.shape[1], padding_idx=table.padding_idx, _weight=rows)
    model.set_input_embeddings(small)
    return TrimmedEmbeddings(table=table, kept=kept, new_ids=new_ids)


def restore_embeddings(model: PreTrainedModel, trimmed: TrimmedEmbeddings) -> None:
    """Give a model its full table back, with the rows that it trained."""
    rows = model.get_input_embeddings().weight.detach()
    with torch.no_grad():
        weight = trimmed.table.weight
        weight[trimmed.kept] = rows.to(weight)
        trimmed.table.to(rows.device)
    model.set_input_embeddings(trimmed.table)
