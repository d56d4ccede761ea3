import numpy as np
import pytest
import torch

from helpers.analysis.layer_features import layer_features
from helpers.training.encoders import load_encoder
from helpers.training.inference import run_model


@pytest.mark.parametrize("paired", [False, True])
def test_equal_to_texts_run_alone(tiny_encoder, reviews, paired):
    model, tokenizer = load_encoder(str(tiny_encoder), num_labels=3)
    texts = reviews["text"].tolist()[:12]
    pairs = texts[::-1] if paired else None
    found = layer_features(model, tokenizer, texts, pairs, max_length=40, precision="fp32")
    assert found.first_token.shape == (3, 12, 32)
    for number, text in enumerate(texts):
        inputs = tokenizer(
            text, pairs and pairs[number], truncation=True, max_length=40, return_tensors="pt"
        )
        with torch.inference_mode():
            layers = model.encoder(**inputs, output_hidden_states=True).hidden_states
        for layer, expected in enumerate(layers):
            np.testing.assert_allclose(
                found.first_token[layer, number], expected[0, 0].numpy(), atol=1e-5
            )
        np.testing.assert_allclose(found.mean[number], layers[-1][0].mean(dim=0), atol=1e-5)
    features = run_model(model, tokenizer, texts, pairs, max_length=40, precision="fp32").features
    np.testing.assert_allclose(found.first_token[-1], features, atol=1e-5)
