import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.utils.class_weight import compute_class_weight

from helpers.analysis.prior_correction import (
    change_shares,
    correct,
    estimated_shares,
    marginal_class_weights,
)
from helpers.foundation.errors import CompanionError

SKEW = {"fr": [3, 2, 1], "en": [1, 2, 3]}
LABELS = ["no", "maybe", "yes"]
positive = st.floats(0.01, 1, allow_nan=False)


def bayes(n, shares, spread, rng):
    """Draw labels and one number each; return the labels and what Bayes' rule knows of them."""
    labels = rng.choice(3, size=n, p=shares)
    numbers = rng.normal(labels, spread)
    likelihood = np.exp(-((numbers[:, None] - np.arange(3)) ** 2) / (2 * spread**2))
    return labels, likelihood


@given(arrays(float, (5, 3), elements=positive), arrays(float, 3, elements=positive))
def test_changing_shares_there_and_back_changes_nothing(drawn, shares):
    probabilities = drawn / drawn.sum(axis=1, keepdims=True)
    shares = shares / shares.sum()
    even = np.full(3, 1 / 3)
    changed = change_shares(probabilities, old=shares, new=even)
    np.testing.assert_allclose(changed.sum(axis=1), 1)
    np.testing.assert_allclose(change_shares(changed, old=even, new=shares), probabilities)


def test_a_bayes_classifier_is_corrected_to_the_bayes_classifier_of_the_new_shares():
    old, new = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.3, 0.6])
    _, likelihood = bayes(50, new, 0.7, np.random.default_rng(0))
    trained, wanted = (likelihood * s / (likelihood * s).sum(1, keepdims=True) for s in (old, new))
    np.testing.assert_allclose(change_shares(trained, old=old, new=new), wanted)


def test_the_shares_of_unlabelled_texts_are_found():
    old, new = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.3, 0.5])
    labels, likelihood = bayes(20_000, new, 0.5, np.random.default_rng(0))
    trained = likelihood * old / (likelihood * old).sum(axis=1, keepdims=True)
    found = estimated_shares(trained, old=old)
    np.testing.assert_allclose(found, np.bincount(labels) / len(labels), atol=0.01)
    # It is where the likelihood is largest: the mean ratio is 1 for every label that is there.
    evidence = (trained / old) @ found
    np.testing.assert_allclose((trained / old / evidence[:, None]).mean(axis=0), 1, atol=1e-6)


def test_a_weight_of_two_is_a_text_that_is_there_twice():
    _, likelihood = bayes(60, [0.5, 0.3, 0.2], 0.8, np.random.default_rng(1))
    probabilities = likelihood / likelihood.sum(axis=1, keepdims=True)
    weights = np.arange(60) % 3 + 1
    np.testing.assert_allclose(
        estimated_shares(probabilities, old=[1 / 3] * 3, weights=weights),
        estimated_shares(np.repeat(probabilities, weights, axis=0), old=[1 / 3] * 3),
        atol=1e-8,
    )


def test_each_language_is_corrected_by_its_own_shares():
    rows = pd.DataFrame({"language": ["fr", "en"], "predicted": [0, 2]})
    rows[["p_no", "p_maybe", "p_yes"]] = [[0.5, 1 / 3, 1 / 6], [1 / 6, 1 / 3, 0.5]]
    found = correct(rows, labels=LABELS, skew=SKEW)
    np.testing.assert_allclose(found[["p_no", "p_maybe", "p_yes"]], 1 / 3)
    assert rows["p_no"].tolist() == [0.5, 1 / 6]  # what was given is left as it was


def test_estimating_says_what_the_texts_of_each_language_are():
    sure = np.eye(3) * 0.97 + 0.01
    rows = pd.DataFrame({"language": ["fr"] * 8 + ["en"] * 8, "predicted": 0})
    rows[["p_no", "p_maybe", "p_yes"]] = sure[[0] * 4 + [1] * 2 + [2] * 2 + [2] * 7 + [0]]
    found = correct(rows, labels=LABELS, skew=SKEW, target="estimated")
    assert found["predicted"].tolist() == [0] * 4 + [1] * 2 + [2] * 2 + [2] * 7 + [0]


def test_a_share_of_nothing_and_an_unknown_target_are_refused():
    with pytest.raises(CompanionError, match="must be above 0"):
        change_shares([[0.5, 0.5]], old=[1, 0], new=[0.5, 0.5])
    with pytest.raises(CompanionError, match="target"):
        correct(pd.DataFrame(), labels=LABELS, skew=SKEW, target="odd")


def test_marginal_weights_equal_scikit_learn_s():
    counts = {"fr": [5, 3, 2], "en": [1, 6, 3]}
    rows = np.repeat(np.tile(np.arange(3), 2), np.ravel(list(counts.values())))
    expected = compute_class_weight("balanced", classes=np.arange(3), y=rows)
    np.testing.assert_allclose(marginal_class_weights(counts), expected)
