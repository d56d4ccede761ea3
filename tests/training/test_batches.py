import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from helpers.foundation.errors import CompanionError
from helpers.training.batches import LengthBuckets, batches_by_length, encode_texts

lengths_of = st.lists(st.integers(1, 60), min_size=1, max_size=300).map(np.array)


@pytest.mark.parametrize("paired", [False, True])
def test_a_batch_is_what_the_tokenizer_pads(tiny_encoder, reviews, paired):
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    texts = reviews["text"].tolist()
    pairs = texts[::-1] if paired else None
    encoded = encode_texts(tokenizer, texts, pairs, max_length=20)
    rows = [3, 40, 7]
    expected = tokenizer(
        [texts[row] for row in rows],
        [pairs[row] for row in rows] if pairs else None,
        truncation=True,
        max_length=20,
        padding=True,
        return_tensors="pt",
    )
    found = encoded.batch(rows)
    assert set(found) == set(expected) == set(tokenizer.model_input_names)
    for name, value in found.items():
        assert torch.equal(value, expected[name]), name
    assert len(encoded) == len(texts) and encoded.lengths.max() == 20


def test_inputs_that_cannot_be_encoded_are_refused(tiny_bert):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert)
    with pytest.raises(CompanionError, match="no text"):
        encode_texts(tokenizer, [], max_length=8)
    with pytest.raises(CompanionError, match="2 texts but 1 pairs"):
        encode_texts(tokenizer, ["a", "b"], ["c"], max_length=8)
    with pytest.raises(CompanionError, match="max_length=65: give a whole number from 3 to 64"):
        encode_texts(tokenizer, ["a"], max_length=65)


@given(lengths_of, st.integers(1, 400))
def test_batches_hold_every_text_once_and_keep_to_the_limit(lengths, limit):
    batches = batches_by_length(lengths, tokens_per_batch=limit)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for rows in batches:
        assert len(rows) == 1 or len(rows) * lengths[rows].max() <= limit


@given(lengths_of, st.integers(1, 16), st.integers(0, 3))
def test_an_epoch_holds_every_text_once_in_an_order_of_its_own(lengths, batch_size, epoch):
    buckets = LengthBuckets(lengths, batch_size=batch_size, seed=1)
    buckets.set_epoch(epoch)
    order = list(buckets)
    assert sorted(order) == list(range(len(lengths)))
    assert order == list(buckets)


def test_buckets_waste_little_and_are_not_sorted():
    lengths = np.random.default_rng(0).integers(5, 100, 4000)
    buckets = LengthBuckets(lengths, batch_size=16, seed=0)
    order = np.array(list(buckets))
    batches = lengths[order].reshape(-1, 16)
    padded = batches.max(axis=1).sum() * 16
    assert padded < 1.05 * lengths.sum() < 1.5 * lengths.sum() < len(lengths) * lengths.max()
    assert abs(np.corrcoef(np.arange(len(batches)), batches.mean(axis=1))[0, 1]) < 0.2
    buckets.set_epoch(1)
    assert list(buckets) != order.tolist()
    assert list(LengthBuckets(lengths, batch_size=16, seed=1)) != order.tolist()
