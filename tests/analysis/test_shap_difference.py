"""Section 2.3 to the letter, the identity behind it, and the null that it needs."""

import numpy as np
import pandas as pd
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from helpers.analysis.shap_difference import (
    THRESHOLDS,
    cumulative_difference,
    threshold_sweep,
    with_representation,
)
from helpers.analysis.shap_frames import explanation_frame, explanation_from_frame
from helpers.analysis.shap_values import explain_corpus, objects
from helpers.analysis.statistics import over_groups
from helpers.foundation.errors import CompanionError
from helpers.training.encoders import load_encoder


def explanation(values, bases, names=None, special=None):
    found = shap.Explanation(
        values=objects([np.asarray(v, dtype=float) for v in values]),
        base_values=np.asarray(bases, dtype=float),
        data=objects([np.array(["w"] * len(v)) for v in values]),
        output_names=names,
    )
    if special is not None:
        found.special_tokens = objects([np.asarray(s) for s in special])
    return found


def by_hand(balanced, imbalanced, threshold):
    """The three sets of section 2.3, one token after the other."""
    rows = []
    for text, (s_bal, s_imbal) in enumerate(zip(balanced.values, imbalanced.values, strict=True)):
        for c in range(s_bal.shape[1]):
            sets = {"positive": [], "neutral": [], "negative": []}
            for t in range(len(s_bal)):
                if s_bal[t, c] > threshold:
                    sets["positive"].append(t)
                elif s_bal[t, c] < -threshold:
                    sets["negative"].append(t)
                else:
                    sets["neutral"].append(t)
            for category, tokens in sets.items():
                total = sum(s_imbal[t, c] - s_bal[t, c] for t in tokens)
                rows.append((text, category, total, len(tokens)))
            base = imbalanced.base_values[text, c] - balanced.base_values[text, c]
            rows.append((text, "base", base, 0))
    return rows


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=6),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.01, 0.5]),
    st.integers(0, 10_000),
)
def test_equal_to_section_2_3_and_adds_up_to_the_probabilities(lengths, classes, threshold, seed):
    random = np.random.default_rng(seed)

    def draw():
        values = [random.normal(scale=0.3, size=(n, classes)).round(2) for n in lengths]
        return explanation(values, random.random((len(lengths), classes)))

    balanced, imbalanced = draw(), draw()
    languages = [f"l{i % 2}" for i in range(len(lengths))]
    frame = cumulative_difference(balanced, imbalanced, languages=languages, threshold=threshold)
    assert list(frame.columns) == [
        *("text", "language", "class", "category", "difference", "n_tokens")
    ]
    expected = pd.DataFrame(
        by_hand(balanced, imbalanced, threshold), columns=["text", "category", "difference", "n"]
    )
    np.testing.assert_array_equal(frame["text"], expected["text"])
    np.testing.assert_array_equal(frame["category"], expected["category"])
    np.testing.assert_array_equal(frame["n_tokens"], expected["n"])
    np.testing.assert_allclose(frame["difference"], expected["difference"], atol=1e-12)
    assert (frame["language"] == frame["text"].map(dict(enumerate(languages)))).all()

    def probabilities(one):
        return [v.sum(axis=0) + b for v, b in zip(one.values, one.base_values, strict=True)]

    totals = frame.groupby(["text", "class"], sort=False)["difference"].sum().to_numpy()
    gap = np.array(probabilities(imbalanced)) - np.array(probabilities(balanced))
    np.testing.assert_allclose(totals, gap.ravel(), atol=1e-12)


def test_two_models_differ_by_the_four_parts_of_every_text(tiny_encoder):
    """End to end, with values and probabilities that come from models."""
    models = [load_encoder(str(tiny_encoder), num_labels=3, seed=seed)[0] for seed in (0, 1)]
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    texts = ["La chambre était propre.", "料理は冷たくて", "", "The room was clean and quiet."]
    languages = ["fr", "ja", "en", "en"]
    first, second = (
        explain_corpus(m, tokenizer, texts, max_evals=120, progress=False) for m in models
    )
    frame = cumulative_difference(first, second, languages=languages)
    for i, text in enumerate(texts):
        p = [m(**tokenizer(text, return_tensors="pt")).logits.softmax(-1)[0] for m in models]
        expected = (p[1] - p[0]).detach().numpy()
        total = frame[frame["text"] == i].groupby("class", sort=False)["difference"].sum()
        np.testing.assert_allclose(total, expected, atol=1e-5)
    tokens = frame.groupby(["text", "class"])["n_tokens"].sum().unstack()
    visible = [int((~s).sum()) for s in first.special_tokens]
    assert (tokens.to_numpy() == np.array(visible)[:, None]).all()
    rows = pd.DataFrame({"id": list("abcd"), "language": languages})
    stored = [
        explanation_from_frame(explanation_frame(e, rows, class_names=e.output_names))
        for e in (first, second)
    ]
    pd.testing.assert_frame_equal(cumulative_difference(*stored, languages=languages), frame)


def test_borders_are_neutral():
    one = explanation([[[0.01], [0.0101], [-0.01], [-0.0101]]], [[0.0]])
    frame = cumulative_difference(one, one, languages=["fr"])
    assert dict(zip(frame["category"], frame["n_tokens"], strict=True)) == {
        **{"positive": 1, "neutral": 2, "negative": 1, "base": 0}
    }


def test_equal_models_with_noise_show_regression_to_the_mean():
    """Why each figure needs its null: here the truth does not differ at all."""
    random = np.random.default_rng(0)
    truth = [random.normal(scale=0.02, size=(20, 1)) for _ in range(200)]

    def measured():
        values = [t + random.normal(scale=0.01, size=t.shape) for t in truth]
        return explanation(values, np.zeros((200, 1)))

    balanced = measured()
    frame = cumulative_difference(balanced, measured(), languages=["fr"] * 200)
    null = cumulative_difference(balanced, measured(), languages=["fr"] * 200)
    excess = frame.assign(difference=frame["difference"] - null["difference"])

    def bounds(of, category):
        rows = of[of["category"] == category]
        found = over_groups(rows["difference"], rows["text"])
        return found.ci_low, found.ci_high

    assert bounds(frame, "positive")[1] < 0 < bounds(frame, "negative")[0]
    for category in ("positive", "negative"):
        low, high = bounds(excess, category)
        assert low < 0 < high


def test_the_sweep_has_every_threshold_and_the_difference_at_the_usual_one():
    random = np.random.default_rng(0)
    values = [random.normal(scale=0.02, size=(30, 2)) for _ in range(50)]
    special = [[True, *[False] * 28, True]] * 50
    for v in values:
        v[[0, -1]] = 0.0
    one = explanation(values, np.zeros((50, 2)), names=["low", "high"], special=special)
    sweep = threshold_sweep(one, one, languages=["fr"] * 50)
    assert sorted(sweep["threshold"].unique()) == list(THRESHOLDS)
    neutral = sweep[sweep["category"] == "neutral"].groupby("threshold")["n_tokens"].sum()
    assert neutral.is_monotonic_increasing
    at = sweep[sweep["threshold"] == 0.01].drop(columns="threshold").reset_index(drop=True)
    pd.testing.assert_frame_equal(at, cumulative_difference(one, one, languages=["fr"] * 50))


def test_representation_follows_the_skew():
    frame = pd.DataFrame({"language": ["fr", "fr", "fr", "en"], "class": ["a", "b", "c", "c"]})
    skew = {"fr": [3, 2, 1], "en": [1, 2, 3]}
    found = with_representation(frame, skew, classes=["a", "b", "c"])["represented"]
    assert found.tolist() == ["over", "even", "under", "over"]


def test_bad_input_is_named():
    one = explanation([[[0.1]], [[0.2]]], [[0.0], [0.0]])
    for count in (1, 3):
        with pytest.raises(CompanionError, match=f"languages: {count} for 2"):
            cumulative_difference(one, one, languages=["fr"] * count)
    with pytest.raises(CompanionError, match="threshold: -1"):
        cumulative_difference(one, one, languages=["fr", "fr"], threshold=-1)
    other = explanation([[[0.1], [0.2]], [[0.2]]], [[0.0], [0.0]])
    with pytest.raises(CompanionError, match="imbalanced: 3 tokens in 2 texts"):
        cumulative_difference(one, other, languages=["fr", "fr"])
