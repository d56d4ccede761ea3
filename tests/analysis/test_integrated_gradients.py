import numpy as np
import pytest
import torch

from helpers.analysis.integrated_gradients import explain_by_gradients
from helpers.analysis.masked_texts import encode_texts
from helpers.analysis.shap_values import explain_corpus
from helpers.foundation.errors import CompanionError
from helpers.training.encoders import load_encoder

pytest.importorskip("captum")


@pytest.fixture(scope="module")
def loaded(tiny_encoder):
    return load_encoder(str(tiny_encoder), num_labels=3)


def by_hand(model, tokenizer, text, pair, classes, steps):
    """Sum slopes at the middles of many short steps, one text at a time."""
    (encoded,) = encode_texts(tokenizer, [text], None if pair is None else [pair])
    ids = torch.from_numpy(encoded.ids)[None]
    special = torch.from_numpy(encoded.special)[None]
    masked = torch.where(special, ids, tokenizer.mask_token_id)
    table = model.get_input_embeddings()
    start, end = table(masked).detach(), table(ids).detach()
    given = {"attention_mask": torch.ones_like(ids)}
    if encoded.token_types is not None:
        given["token_type_ids"] = torch.from_numpy(encoded.token_types)[None]
    if model.encoder.config.model_type == "xlm-roberta":  # it reads positions from the ids
        first = model.encoder.config.pad_token_id + 1
        given["position_ids"] = torch.arange(first, first + ids.shape[1])[None]
    values = np.zeros((len(encoded), len(classes)))
    for step in range(steps):
        point = (start + (step + 0.5) / steps * (end - start)).requires_grad_()
        hidden = model.encoder(inputs_embeds=point, **given).last_hidden_state[:, 0]
        probabilities = model.head(hidden).softmax(dim=-1)[0]
        for column, each in enumerate(classes):
            (slope,) = torch.autograd.grad(probabilities[each], point, retain_graph=True)
            values[:, column] += ((end - start) * slope).sum(dim=-1)[0].numpy() / steps
    return values


@pytest.mark.parametrize("paired", [False, True])
def test_equal_to_a_sum_of_slopes(loaded, reviews, paired):
    model, tokenizer = loaded
    texts = reviews["text"].tolist()[:5]
    pairs = texts[::-1] if paired else None
    found = explain_by_gradients(
        model, tokenizer, texts, pairs, classes=[0, 2], steps=30, progress=False
    )
    for number, text in enumerate(texts):
        expected = by_hand(model, tokenizer, text, pairs and pairs[number], [0, 2], 300)
        np.testing.assert_allclose(found.values[number], expected, atol=2e-4)


def test_values_and_base_value_add_up_to_the_probabilities(loaded, reviews):
    model, tokenizer = loaded
    texts = reviews["text"].tolist()[:8]
    found = explain_by_gradients(model, tokenizer, texts, classes=[1], steps=50, progress=False)
    shared = explain_corpus(
        model, tokenizer, texts, classes=[1], max_evals=2, precision="fp32", progress=False
    )
    np.testing.assert_allclose(found.base_values, shared.base_values, atol=1e-6)
    for ours, theirs in zip(found.values, shared.values, strict=True):
        np.testing.assert_allclose(ours.sum(axis=0), theirs.sum(axis=0), atol=1e-3)
    for data, special, values in zip(found.data, found.special_tokens, found.values, strict=True):
        assert len(data) == len(special) == len(values)
        assert (values[special] == 0).all()


def test_the_model_is_left_as_it_was(loaded, reviews):
    model, tokenizer = loaded
    model.train()
    explain_by_gradients(
        model, tokenizer, reviews["text"].tolist()[:1], classes=[0], steps=1, progress=False
    )
    assert model.training
    assert all(weight.requires_grad for weight in model.parameters())
    model.eval()


def test_what_is_refused(loaded):
    model, tokenizer = loaded
    with pytest.raises(CompanionError, match="allowed are 0 to 2"):
        explain_by_gradients(model, tokenizer, ["a"], classes=[3])
    with pytest.raises(CompanionError, match="steps"):
        explain_by_gradients(model, tokenizer, ["a"], classes=[0], steps=0)
