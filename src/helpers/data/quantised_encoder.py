"""Decoding of the offline encoder: 4-bit weights in, a Hugging Face folder out.

A file of the ``E5S1`` format (little-endian) holds a header, the tokenizer's pieces, a map for
normalisation, and named tensors. Matrices are stored as ``Q4_0``: blocks of 32 weights that share
one half-precision scale, 4 bits a weight. All else is float32.
"""

import math
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from helpers.foundation.errors import CompanionError

BLOCK = 32  # weights that share a scale
BLOCK_BYTES = 2 + BLOCK // 2  # a float16 scale and 16 bytes of two weights each

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class QuantisedEncoder:
    """What an ``E5S1`` file holds: sizes, the tokenizer's pieces and flat float32 tensors."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float
    pieces: tuple[str, ...]
    tensors: dict[str, Array]


def dequantise(blocks: bytes | memoryview, *, count: int) -> Array:
    """Decode ``Q4_0`` blocks: a float16 scale, then 16 bytes.

    Byte ``j`` holds weight ``j`` in its low and weight ``j + 16`` in its high nibble; a weight is
    ``(nibble - 8) * scale``.

    Parameters
    ----------
    blocks : bytes
        18 bytes per block of 32 weights.
    count : int
        Number of weights, a multiple of 32.

    Returns
    -------
    ndarray of shape (count,)
        The weights in float32.

    Examples
    --------
    >>> import numpy as np
    >>> block = np.float16(0.5).tobytes() + bytes([0x80 | j for j in range(16)])
    >>> dequantise(block, count=32)[[0, 9, 15, 16, 31]].tolist()
    [-4.0, 0.5, 3.5, 0.0, 0.0]
    """
    if count % BLOCK or len(blocks) != count // BLOCK * BLOCK_BYTES:
        raise CompanionError(f"{count} weights do not fit into {len(blocks)} bytes of 4-bit blocks")
    table = np.frombuffer(blocks, dtype=[("scale", "<f2"), ("weights", "u1", (BLOCK // 2,))])
    nibbles = np.concatenate([table["weights"] & 0x0F, table["weights"] >> 4], axis=1)
    scale = table["scale"].astype(np.float32)[:, None]
    with np.errstate(invalid="ignore"):  # a scale that is no number is refused by name later
        return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def read_encoder(path: Path) -> QuantisedEncoder:
    """Read and decode an ``E5S1`` file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    QuantisedEncoder
        Sizes, pieces, and every tensor as a flat float32 array.

    Raises
    ------
    CompanionError
        If the file has another format, ends too early, or its tensors are not those of an encoder
        of its sizes.
    """
    data = memoryview(Path(path).read_bytes())
    try:
        encoder = _parse(data)
        _check(encoder)
    except (struct.error, ValueError, OverflowError, RecursionError) as error:
        raise CompanionError(f"{path} is not a 4-bit encoder file: {error}") from error
    return encoder


def _parse(data: memoryview) -> QuantisedEncoder:
    at = 0

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return values

    magic, _version = take("4sI")
    if magic != b"E5S1":
        raise ValueError(f"it starts with {magic!r}, not b'E5S1'")
    *sizes, eps, block = take("7ifi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, not {BLOCK}")

    n_pieces, _bos, _eos, _pad, _unk, blob_bytes = take("5iQ")
    if not 0 < n_pieces <= len(data) // 8 or blob_bytes > len(data):
        raise ValueError(f"{n_pieces} pieces in {blob_bytes} bytes")
    offsets = np.frombuffer(data, dtype="<u4", count=n_pieces + 1, offset=at)
    at += 4 * (n_pieces + 1) + 4 * n_pieces  # the offsets, and a score for each piece
    blob = bytes(data[at : at + blob_bytes])
    if (np.diff(offsets.astype(np.int64)) < 0).any() or offsets[-1] > len(blob):
        raise ValueError("the pieces do not follow each other")
    pieces = tuple(blob[start:end].decode() for start, end in pairwise(offsets))
    at += blob_bytes
    _entries, map_bytes = take("iI")
    at += map_bytes

    tensors: dict[str, Array] = {}
    read = 0
    (n_tensors,) = take("i")
    for _ in range(n_tensors):
        (name_bytes,) = take("H")
        name = bytes(data[at : at + name_bytes]).decode()
        at += name_bytes
        _kind, count, offset, n_bytes = take("BIQQ")
        if name in tensors:
            raise ValueError(f"it has tensor {name} twice")
        content = data[offset : offset + n_bytes]
        read += n_bytes
        if read > len(data):
            raise ValueError("its tensors overlap")
        if len(content) != n_bytes:
            raise ValueError(f"it ends inside tensor {name}")
        # 4-bit tensors are told by their size, so the numbering of kinds does not matter.
        if n_bytes == 4 * count:
            tensors[name] = np.frombuffer(content, dtype="<f4").astype(np.float32)
        else:
            tensors[name] = dequantise(content, count=count)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return QuantisedEncoder(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        layer_norm_eps=eps,
        pieces=pieces,
        tensors=tensors,
    )


def tensor_shapes(encoder: QuantisedEncoder) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return for each tensor of the file its name in ``transformers.BertModel`` and its shape.

    Parameters
    ----------
    encoder : QuantisedEncoder
        Its sizes count.
    """
    hidden, wide = encoder.hidden, encoder.feed_forward
    embeddings = {
        "emb.word": ("word_embeddings.weight", (encoder.vocabulary, hidden)),
        "emb.pos": ("position_embeddings.weight", (encoder.positions, hidden)),
        "emb.type": ("token_type_embeddings.weight", (encoder.token_types, hidden)),
        "emb.ln.w": ("LayerNorm.weight", (hidden,)),
        "emb.ln.b": ("LayerNorm.bias", (hidden,)),
    }
    parts: dict[str, tuple[str, tuple[int, ...]]] = {
        "q": ("attention.self.query", (hidden, hidden)),
        "k": ("attention.self.key", (hidden, hidden)),
        "v": ("attention.self.value", (hidden, hidden)),
        "ao": ("attention.output.dense", (hidden, hidden)),
        "aln": ("attention.output.LayerNorm", (hidden,)),
        "fi": ("intermediate.dense", (wide, hidden)),
        "fo": ("output.dense", (hidden, wide)),
        "oln": ("output.LayerNorm", (hidden,)),
    }
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        key: (f"embeddings.{name}", shape) for key, (name, shape) in embeddings.items()
    }
    for layer in range(encoder.layers):
        for part, (name, shape) in parts.items():
            prefix = f"encoder.layer.{layer}.{name}"
            shapes[f"l{layer}.{part}.w"] = (f"{prefix}.weight", shape)
            shapes[f"l{layer}.{part}.b"] = (f"{prefix}.bias", shape[:1])
    return shapes


def _check(encoder: QuantisedEncoder) -> None:
    """Refuse sizes that no encoder has, and tensors that are missing, of another size, or NaN."""
    sizes = [encoder.hidden, encoder.layers, encoder.heads, encoder.feed_forward]
    sizes += [encoder.vocabulary, encoder.positions, encoder.token_types]
    if min(sizes) < 1 or encoder.layers > len(encoder.tensors) or encoder.hidden % encoder.heads:
        raise ValueError(f"sizes {', '.join(map(str, sizes))} are no encoder's")
    if not 0 < encoder.layer_norm_eps < 1:
        raise ValueError(f"a layer norm of {encoder.layer_norm_eps}")
    if not 0 < len(encoder.pieces) <= encoder.vocabulary:
        raise ValueError(f"{len(encoder.pieces)} pieces for a vocabulary of {encoder.vocabulary}")
    for name, (_, shape) in tensor_shapes(encoder).items():
        if name not in encoder.tensors:
            raise ValueError(f"it lacks tensor {name}")
        tensor = encoder.tensors[name]
        if tensor.size != math.prod(shape):
            raise ValueError(f"tensor {name} has {tensor.size} numbers, not {math.prod(shape)}")
        if not np.isfinite(tensor).all():
            raise ValueError(f"tensor {name} has values that are no numbers")


def bert_state(encoder: QuantisedEncoder) -> dict[str, Array]:
    """Name and shape the tensors as ``transformers.BertModel`` does.

    Parameters
    ----------
    encoder : QuantisedEncoder
        A decoded file.

    Returns
    -------
    dict
        State of a ``BertModel`` without pooler.
    """
    return {
        name: encoder.tensors[key].reshape(shape)
        for key, (name, shape) in tensor_shapes(encoder).items()
    }


def save_encoder(weights: Path, tokenizer: Path, folder: Path) -> None:
    """Save a decoded encoder and its tokenizer as a Hugging Face folder.

    Parameters
    ----------
    weights : Path
        An ``E5S1`` file.
    tokenizer : Path
        The ``tokenizer.json`` with the same pieces in the same order.
    folder : Path
        Where ``config.json``, ``model.safetensors`` and the tokenizer's files go.

    Raises
    ------
    CompanionError
        If the tokenizer's pieces are not those of the encoder.
    """
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    encoder = read_encoder(weights)
    # Pairs are <s> a </s></s> b </s> with one token type, as the encoder was pretrained.
    text_tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer),
        model_max_length=encoder.positions,
        model_input_names=["input_ids", "attention_mask"],
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
    )
    ids = range(len(encoder.pieces))
    if tuple(text_tokenizer.convert_ids_to_tokens(ids)) != encoder.pieces:
        raise CompanionError(f"the pieces of {tokenizer} are not those of {weights}")
    config = BertConfig(
        vocab_size=encoder.vocabulary,
        hidden_size=encoder.hidden,
        num_hidden_layers=encoder.layers,
        num_attention_heads=encoder.heads,
        intermediate_size=encoder.feed_forward,
        max_position_embeddings=encoder.positions,
        type_vocab_size=encoder.token_types,
        layer_norm_eps=encoder.layer_norm_eps,
        bos_token_id=text_tokenizer.bos_token_id,
        eos_token_id=text_tokenizer.eos_token_id,
        pad_token_id=text_tokenizer.pad_token_id,
    )
    with torch.device("meta"):  # every weight comes from the file
        model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(array) for name, array in bert_state(encoder).items()}
    model.load_state_dict(state, strict=True, assign=True)
    model.save_pretrained(folder)
    text_tokenizer.save_pretrained(folder)
