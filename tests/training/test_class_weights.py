import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from helpers.foundation.errors import CompanionError
from helpers.training.class_weights import per_language_class_weights, row_weights

# Every language has every label at least once.
counts = st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=1, max_size=4)


def rows(table):
    pairs = [
        (f"l{language}", label)
        for language, row in enumerate(table)
        for label, n in enumerate(row)
        for _ in range(n)
    ]
    languages, labels = zip(*pairs, strict=True)
    return np.array(languages), np.array(labels)


@given(counts)
def test_equal_to_scikit_learn_s_balanced_weights_of_each_language(table):
    languages, labels = rows(table)
    weights = per_language_class_weights(languages, labels)
    for language in weights.index:
        expected = compute_class_weight(
            "balanced", classes=np.arange(3), y=labels[languages == language]
        )
        np.testing.assert_allclose(weights.loc[language], expected)


@given(counts, st.randoms(use_true_random=False))
def test_row_weights_have_mean_one_in_each_language_and_follow_the_rows(table, random):
    languages, labels = rows(table)
    order = list(range(len(languages)))
    random.shuffle(order)
    languages, labels = languages[order], labels[order]
    weights = row_weights(languages, labels)
    cells = per_language_class_weights(languages, labels)
    for language in np.unique(languages):
        assert weights[languages == language].mean() == pytest.approx(1, abs=1e-5)
    assert weights.tolist() == pytest.approx(
        [cells.loc[language, label] for language, label in zip(languages, labels, strict=True)]
    )


def test_uniform_labels_weigh_one():
    assert (per_language_class_weights(["en", "en", "fr", "fr"], [0, 1, 0, 1]) == 1).all(axis=None)


def test_the_paper_s_skew():
    # Table 1b: French has 3, 2 and 1 shares; its weights are 2/3, 1 and 2 (eq. 2).
    weights = per_language_class_weights(["fr"] * 6, [0, 0, 0, 1, 1, 2])
    np.testing.assert_allclose(weights.loc["fr"], [2 / 3, 1, 2])


def test_a_language_without_a_label_is_named():
    with pytest.raises(CompanionError, match=r"language 'fr' has no row of label 2"):
        per_language_class_weights(["en", "en", "en", "fr", "fr"], [0, 1, 2, 0, 1])


@pytest.mark.parametrize(("languages", "labels"), [([], []), (["en"], [0, 1])])
def test_lengths_that_do_not_fit_are_refused(languages, labels):
    with pytest.raises(CompanionError, match="one entry per row"):
        per_language_class_weights(languages, labels)
