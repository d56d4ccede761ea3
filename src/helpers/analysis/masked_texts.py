"""Texts as token ids that can be masked: what a SHAP value is computed over.

``shap`` masks strings: it joins the kept pieces and the word for the mask with spaces and lets
the tokenizer read the result again, which gives other tokens than the text had. Here each text is
tokenized once, and masking replaces ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.foundation.errors import CompanionError

# Tokenizers without a limit of their own report a number far beyond any model.
_NO_LIMIT = 10**6


@dataclass(frozen=True, eq=False)
class EncodedText:
    """One text, or one pair of texts, as the model reads it.

    Attributes
    ----------
    ids : array of int, shape (tokens,)
    special : array of bool, shape (tokens,)
        Tokens that are never masked: the ones that frame and separate the texts.
    segments : tuple of str
        The stretch of the text behind each token, with the space that follows it. The special
        tokens at both ends are ``""``; those between the texts of a pair keep their name, so that
        the tree joins the two texts last.
    token_types : array of int, shape (tokens,), optional
        Where the tokenizer gives them.
    """

    ids: NDArray[np.int64]
    special: NDArray[np.bool_]
    segments: tuple[str, ...]
    token_types: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.ids)


def encode_texts(
    tokenizer: Any,
    texts: Sequence[str],
    text_pairs: Sequence[str] | None = None,
    *,
    max_length: int | None = None,
) -> list[EncodedText]:
    """Tokenize texts once, truncated to the model's limit.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer with a mask token.
    texts, text_pairs : sequence of str
    max_length : int, optional
        The most tokens a text may have, special ones included.

    Raises
    ------
    CompanionError
        If the tokenizer has no mask token or cannot tell where its tokens lie in a text, if the
        two sequences differ in length, or if a text has no tokens at all.
    """
    if getattr(tokenizer, "mask_token_id", None) is None:
        raise CompanionError(
            f"tokenizer: {_name(tokenizer)} has no mask token, and SHAP values need one: "
            "use a model that was trained with masks, such as BERT or XLM-RoBERTa"
        )
    if not getattr(tokenizer, "is_fast", False):
        raise CompanionError(
            f"tokenizer: {_name(tokenizer)} does not tell where its tokens lie in a text: "
            "load it as a fast tokenizer (AutoTokenizer with use_fast=True)"
        )
    for field, value in (("texts", texts), ("text_pairs", text_pairs)):
        if isinstance(value, str):
            raise CompanionError(f"{field}: a single string was given; allowed is a list of them")
    if text_pairs is not None and len(text_pairs) != len(texts):
        raise CompanionError(
            f"text_pairs: {len(text_pairs)} for {len(texts)} texts; allowed is one for each text"
        )
    limited = {} if max_length is None else {"truncation": True, "max_length": max_length}
    encoded = tokenizer(
        list(texts),
        None if text_pairs is None else list(text_pairs),
        return_offsets_mapping=True,
        **limited,
    )
    types = encoded.get("token_type_ids")
    never_masked = [
        i for i in tokenizer.all_special_ids if i != getattr(tokenizer, "unk_token_id", None)
    ]
    result = []
    for row, tokens in enumerate(encoded["input_ids"]):
        if not tokens:
            raise CompanionError(f"texts: number {row} has no tokens; leave it out")
        ids = np.array(tokens, dtype=np.int64)
        special = np.isin(ids, never_masked)
        parts = (texts[row], "" if text_pairs is None else text_pairs[row])
        result.append(
            EncodedText(
                ids=ids,
                special=special,
                segments=_segments(
                    parts,
                    encoded["offset_mapping"][row],
                    encoded.sequence_ids(row),
                    [
                        token if is_special else ""
                        for token, is_special in zip(
                            tokenizer.convert_ids_to_tokens(tokens), special, strict=True
                        )
                    ],
                ),
                token_types=None if types is None else np.array(types[row], dtype=np.int64),
            )
        )
    return result


def _segments(
    parts: tuple[str, str],
    offsets: Sequence[tuple[int, int]],
    sources: Sequence[int | None],
    names: Sequence[str],
) -> tuple[str, ...]:
    """Return shap's segments: from a token's start to the next token's start."""
    segments = []
    for i, (start, end) in enumerate(offsets):
        source = sources[i]
        if source is None:  # added by the tokenizer: nothing of the text lies behind it
            outer = all(s is None for s in sources[:i]) or all(s is None for s in sources[i:])
            segments.append("" if outer else names[i])
            continue
        follows = i + 1 < len(offsets) and sources[i + 1] == source
        segments.append(parts[source][start : max(end, offsets[i + 1][0] if follows else 0)])
    if segments and sources[0] is None and len(offsets) > 1 and sources[1] is not None:
        segments[0] = parts[sources[1]][: offsets[1][0]]  # white space before the first token
    return tuple(segments)


def longest_input(model: Any, tokenizer: Any) -> int | None:
    """Return the most tokens that a model reads, or None where neither it nor the tokenizer says.

    RoBERTa-like models number positions from ``pad_token_id + 1``, so a table of 514 positions
    reads 512 tokens; they mark it by the ``padding_idx`` of that table.
    """
    limits = []
    named_modules = getattr(model, "named_modules", None)
    for name, module in named_modules() if callable(named_modules) else ():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            first = 0 if module.padding_idx is None else module.padding_idx + 1
            limits.append(int(module.num_embeddings) - first)
    own = getattr(tokenizer, "model_max_length", None)
    if own is not None and own < _NO_LIMIT:
        limits.append(int(own))
    return min(limits, default=None)


def masked_ids(text: EncodedText, masks: Sequence[int], mask_token_id: int) -> NDArray[np.int64]:
    """Return one row of ids for each mask; bit ``i`` of a mask is set where token ``i`` is kept.

    Examples
    --------
    >>> text = EncodedText(np.array([5, 6, 7]), np.zeros(3, bool), ("a ", "b ", "c"))
    >>> masked_ids(text, [0b001, 0b110], mask_token_id=0).tolist()
    [[5, 0, 0], [0, 6, 7]]
    """
    size = (len(text) + 7) // 8
    packed = b"".join(mask.to_bytes(size, "little") for mask in masks)
    bits = np.unpackbits(
        np.frombuffer(packed, np.uint8).reshape(len(masks), size),
        axis=1,
        count=len(text),
        bitorder="little",
    )
    return np.where(bits, text.ids, mask_token_id)


def _name(tokenizer: Any) -> str:
    return str(getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__)
