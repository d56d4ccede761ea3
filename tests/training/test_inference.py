import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from helpers.training.encoders import load_encoder
from helpers.training.inference import run_model


@pytest.fixture(scope="module")
def loaded(tiny_encoder):
    return load_encoder(str(tiny_encoder), num_labels=3)


def one_by_one(model, tokenizer, texts, pairs=None, **options):
    """Run texts alone, so without padding, in the order given."""
    logits, features = [], []
    with torch.inference_mode():
        for number, text in enumerate(texts):
            pair = None if pairs is None else pairs[number]
            inputs = tokenizer(text, pair, return_tensors="pt", **options)
            output = model.eval()(**inputs)
            logits.append(output.logits[0].numpy())
            features.append(output.features[0].numpy())
    return np.array(logits), np.array(features)


@pytest.mark.parametrize("tokens_per_batch", [1, 60, None])
@pytest.mark.parametrize("paired", [False, True])
def test_batches_give_what_single_texts_give(loaded, reviews, tokens_per_batch, paired):
    model, tokenizer = loaded
    texts = reviews["text"].tolist()[:30]
    pairs = texts[::-1] if paired else None
    logits, features = one_by_one(model, tokenizer, texts, pairs, truncation=True, max_length=40)
    found = run_model(
        model,
        tokenizer,
        texts,
        pairs,
        max_length=40,
        tokens_per_batch=tokens_per_batch,
        precision="fp32",
        device="cpu",
    )
    np.testing.assert_allclose(found.features, features, atol=1e-4)
    np.testing.assert_allclose(
        found.probabilities, torch.tensor(logits).softmax(-1).numpy(), atol=1e-4
    )
    for array in (found.features, found.probabilities):
        assert array.dtype == np.float32


def test_bf16_stays_close_and_returns_float32(loaded, reviews):
    model, tokenizer = loaded
    texts = reviews["text"].tolist()[:20]
    exact, fast = (
        run_model(model, tokenizer, texts, max_length=40, precision=precision, device="cpu")
        for precision in ("fp32", "bf16")
    )
    assert fast.features.dtype == np.float32
    assert 0 < np.abs(fast.features - exact.features).max() < 0.1


def test_an_encoder_without_a_head_gives_features_alone(tiny_encoder, loaded, reviews):
    model, tokenizer = loaded
    texts = reviews["text"].tolist()[:5]
    bare = AutoModel.from_pretrained(tiny_encoder)
    options = {"max_length": 40, "precision": "fp32", "device": "cpu"}
    found = run_model(bare, AutoTokenizer.from_pretrained(tiny_encoder), texts, **options)
    expected = run_model(model, tokenizer, texts, **options)
    np.testing.assert_allclose(found.features, expected.features, atol=1e-5)
    assert found.probabilities is None


def test_the_models_mode_is_left_as_it_was(loaded):
    model, tokenizer = loaded
    options = {"max_length": 40, "device": "cpu"}
    model.train()
    first, second = (run_model(model, tokenizer, ["The room"], **options) for _ in range(2))
    assert model.training
    np.testing.assert_array_equal(first.probabilities, second.probabilities)  # without dropout
    model.eval()
    run_model(model, tokenizer, ["The room"], **options)
    assert not model.training
