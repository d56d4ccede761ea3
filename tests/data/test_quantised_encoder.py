"""Decoding of a tiny hand-made 4-bit encoder, against a scalar reading of the format."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_encoder import FEED_FORWARD, HIDDEN, VOCABULARY, encoder_file
from helpers.data.quantised_encoder import dequantise, read_encoder, save_encoder
from helpers.foundation.errors import CompanionError


def scalar_block(block):
    """One block of 32 weights, read weight by weight."""
    (scale,) = struct.unpack("<e", block[:2])
    low = [(byte % 16 - 8) * scale for byte in block[2:]]
    high = [(byte // 16 - 8) * scale for byte in block[2:]]
    return low + high


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=4), st.integers(0, 99))
def test_dequantise_equals_the_scalar_formula(nibbles, seed):
    scales = np.random.default_rng(seed).normal(size=len(nibbles)).astype("<f2")
    blocks = [scale.tobytes() + data for scale, data in zip(scales, nibbles, strict=True)]
    decoded = dequantise(b"".join(blocks), count=32 * len(blocks))
    assert decoded.dtype == np.float32
    assert decoded.tolist() == [weight for block in blocks for weight in scalar_block(block)]


def test_a_wrong_size_is_refused():
    with pytest.raises(CompanionError, match="33 weights do not fit into 18 bytes"):
        dequantise(bytes(18), count=33)


def tokenizer_file(path, vocabulary):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    scored = [(piece, -float(number)) for number, piece in enumerate(vocabulary)]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(path))
    return path


def test_a_hand_made_file_becomes_a_hugging_face_folder(tmp_path):
    import torch
    from transformers import AutoModel, AutoTokenizer

    content, blocks = encoder_file()
    (tmp_path / "tiny.bin").write_bytes(content)
    encoder = read_encoder(tmp_path / "tiny.bin")
    assert encoder.pieces == VOCABULARY
    assert (encoder.hidden, encoder.layers, encoder.heads, encoder.positions) == (32, 1, 2, 16)
    assert encoder.layer_norm_eps == pytest.approx(1e-12)

    tokenizer = tokenizer_file(tmp_path / "tokenizer.json", VOCABULARY)
    save_encoder(tmp_path / "tiny.bin", tokenizer, tmp_path / "folder")
    model = AutoModel.from_pretrained(tmp_path / "folder", add_pooling_layer=False)
    expected = np.array([w for block in blocks["l0.fo.w"] for w in scalar_block(block)])
    saved = model.encoder.layer[0].output.dense.weight
    assert saved.shape == (HIDDEN, FEED_FORWARD)
    assert np.array_equal(saved.detach().numpy().ravel(), expected.astype(np.float32))

    loaded = AutoTokenizer.from_pretrained(tmp_path / "folder")
    batch = loaded(["a é"], return_tensors="pt")
    assert loaded.convert_ids_to_tokens(batch["input_ids"][0])[:2] == ["<s>", "▁a"]
    assert torch.isfinite(model(**batch).last_hidden_state).all()


def test_other_pieces_are_refused(tmp_path):
    (tmp_path / "tiny.bin").write_bytes(encoder_file()[0])
    swapped = (*VOCABULARY[:4], "é", "▁a", *VOCABULARY[6:])
    tokenizer = tokenizer_file(tmp_path / "tokenizer.json", swapped)
    with pytest.raises(CompanionError, match=r"the pieces of .*tokenizer\.json are not those of"):
        save_encoder(tmp_path / "tiny.bin", tokenizer, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (encoder_file(magic=b"GGUF")[0], "starts with b'GGUF'"),
        (encoder_file()[0][:-1], r"ends inside tensor l0\.fo\.b"),
        (encoder_file()[0][:100], "not a 4-bit encoder file"),
        (b"", "not a 4-bit encoder file"),
        (encoder_file(lacking="l0.q.w")[0], r"it lacks tensor l0\.q\.w"),
        (encoder_file(longer="l0.q.b")[0], r"tensor l0\.q\.b has 64 numbers, not 32"),
        (encoder_file(value=np.nan)[0], "has values that are no numbers"),
        (encoder_file(value=np.inf)[0], "has values that are no numbers"),
        (encoder_file(layers=2)[0], r"it lacks tensor l1\.q\.w"),
        (encoder_file(layers=10**9)[0], "are no encoder's"),
        (encoder_file(heads=0)[0], "are no encoder's"),
        (encoder_file(heads=5)[0], "are no encoder's"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, content, message):
    (tmp_path / "bad.bin").write_bytes(content)
    with pytest.raises(CompanionError, match=message):
        read_encoder(tmp_path / "bad.bin")
