"""Accuracy under other priors than the test set's."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.label_priors import (
    PRIORS,
    accuracy_under,
    label_shares,
    prior_weights,
    weighted_accuracy,
)
from helpers.analysis.quantities import accuracy
from helpers.foundation.errors import CompanionError
from results_by_hand import SKEW, as_in_the_paper, published

RESULTS = as_in_the_paper()


def test_the_shares_of_natural_data_are_a_prior_too():
    natural = {"fr": [80, 10, 10], "en": [6, 2, 2]}
    shares = label_shares(natural, "training")
    np.testing.assert_allclose(shares, [[0.8, 0.1, 0.1], [0.6, 0.2, 0.2]])
    assert label_shares(natural, "reversed") is None


@pytest.mark.parametrize(
    ("dataset", "fall", "recovery"),
    [
        ("multiemo", {"training": 1.8, "reversed": -9.3}, {"training": -2.4, "reversed": 6.5}),
        ("multiemo_pairs", {"reversed": -12.4}, {"reversed": 9.9}),
        ("xnli_7500", {"training": 2.3, "reversed": -5.3}, {"reversed": 3.3}),
    ],
)
def test_points_recomputed_by_another_hand(dataset, fall, recovery):
    results = published(dataset)
    for numbers, setup, minus in (
        (fall, "imbalanced", "balanced"),
        (recovery, "imbalanced_cw", "imbalanced"),
    ):
        for prior, points in numbers.items():
            measure = accuracy_under(setup, minus, prior)
            mean = 100 * np.mean([measure(results, seed).value for seed in range(3)])
            assert mean == pytest.approx(points, abs=0.05)


def test_even_shares_on_an_even_test_set_give_the_plain_accuracy():
    plain = accuracy("imbalanced", "balanced")(RESULTS, 1)
    found = accuracy_under("imbalanced", "balanced", "even")(RESULTS, 1)
    assert found.value == pytest.approx(plain.value)
    assert list(found.groups) == list(plain.groups)


@pytest.mark.parametrize("prior", PRIORS)
def test_the_difference_is_that_of_two_weighted_accuracies_whatever_the_order_of_rows(prior):
    frames = [RESULTS.predictions[setup, 0] for setup in ("imbalanced", "balanced")]
    one, other = (weighted_accuracy(frame, skew=SKEW, prior=prior) for frame in frames)
    shuffled = frames[0].sample(frac=1, random_state=0)
    mixed = dataclasses.replace(
        RESULTS, predictions={**RESULTS.predictions, ("imbalanced", 0): shuffled}
    )
    found = accuracy_under("imbalanced", "balanced", prior)(mixed, 0)
    assert found.value == pytest.approx(one - other)


@given(st.integers(0, 2**32 - 1), st.sampled_from(PRIORS))
def test_weights_give_the_accuracy_of_a_resampled_test_set(seed, prior):
    """On a test set of any composition: the mean of the cells' accuracies, by their shares."""
    generator = np.random.default_rng(seed)
    cells = [(language, label) for language in SKEW for label in range(3)]
    language, label = zip(*cells, *(cells[i] for i in generator.integers(6, size=40)), strict=True)
    rows = pd.DataFrame({"language": language, "label": label})
    rows["predicted"] = generator.integers(3, size=len(rows))
    weights = prior_weights(rows, skew=SKEW, prior=prior)
    assert weights.mean() == pytest.approx(1)
    right = (rows["label"] == rows["predicted"]).groupby([rows["language"], rows["label"]]).mean()
    shares = label_shares(SKEW, prior).stack()
    expected = (right * shares.reindex(right.index)).sum() / len(SKEW)
    assert weighted_accuracy(rows, skew=SKEW, prior=prior) == pytest.approx(expected)


def test_reversing_gives_each_of_two_groups_the_other_s_shares():
    skew = {"fr": [1, 2, 3, 4, 5], "en": [5, 4, 3, 2, 1]}
    swapped = {"fr": skew["en"], "en": skew["fr"]}
    expected = label_shares(swapped, "training")
    pd.testing.assert_frame_equal(label_shares(skew, "reversed"), expected)


def test_a_skew_that_cannot_be_reversed_gives_nothing():
    skew = {"a": [4, 1, 1], "b": [1, 4, 1], "c": [1, 1, 4]}  # 2/3 of a label's rows: mirror 0
    assert label_shares(skew, "reversed").loc["a"].tolist() == pytest.approx([0, 0.5, 0.5])
    steeper = {"a": [8, 1, 1], "b": [1, 8, 1], "c": [1, 1, 8]}
    assert label_shares(steeper, "reversed") is None


def test_a_cell_without_test_rows_gives_nothing_and_a_missing_seed_neither():
    rows = RESULTS.predictions["imbalanced", 0]
    assert prior_weights(rows[rows["label"] > 0], skew=SKEW, prior="training") is None
    assert accuracy_under("imbalanced", "balanced", "training")(RESULTS, 7) is None


def test_an_unknown_prior_and_an_unknown_language_are_refused():
    with pytest.raises(CompanionError, match="unknown prior 'uniform': choose one of even"):
        label_shares(SKEW, "uniform")
    rows = RESULTS.predictions["imbalanced", 0]
    with pytest.raises(CompanionError, match="language 'en', which the skew lacks"):
        prior_weights(rows, skew={"fr": [1, 1, 1]}, prior="even")
