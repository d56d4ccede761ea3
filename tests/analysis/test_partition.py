"""The state machine of one text, against shap's tree and against the recursion it stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shap.maskers._text import partition_tree as shap_tree

from helpers.analysis.partition import Partition, _marked, lower_to_tokens, partition_tree

LATIN = ["", "Good ", "book", "'", "s ", "t", "(", ") ", ", ", ".", "? ", "but ", "or ", "don"]
PIECES = st.sampled_from([*LATIN, "[x]", "[SEP]", "</s>", "本", "今日は", "。", "!", "ß", "9"])


@given(st.lists(PIECES, min_size=2, max_size=30), st.sampled_from(["[SEP]", "</s>", None]))
def test_tree_is_the_one_of_shap(segments, separator):
    expected = shap_tree(_marked(segments), [] if separator is None else [separator])
    tree = partition_tree(segments, separator)
    np.testing.assert_array_equal(tree[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_allclose(tree[:, 2], expected[:, 3] / len(segments))


def game(tokens: int, classes: int, seed: int):
    """A random function of masks: the same answer whenever the same tokens are kept."""
    table = np.random.default_rng(seed).normal(size=(2**tokens, classes))
    return lambda masks: table[np.asarray(masks)]


def run(part: Partition, answer) -> Partition:
    while part.pending:
        part.advance(answer(part.pending))
    return part


def owen_values(tree, special, answer, contexts):
    """The definition: split each group, with its sibling absent and, if asked, present."""
    tokens = len(tree) + 1
    always = sum(1 << int(i) for i in np.flatnonzero(special))
    masks = [1 << i for i in range(tokens)]
    for left, right in tree[:, :2].astype(int):
        masks.append(masks[left] | masks[right])
    f = lambda mask: answer([mask | always])[0]  # noqa: E731
    nodes = np.zeros((2 * tokens - 1, len(f(0))))

    def split(node, mask, weight):
        if node < tokens:
            nodes[node] += weight * (f(mask | masks[node]) - f(mask))
            return
        left, right = tree[node - tokens, :2].astype(int)
        if contexts == "both":
            for child, sibling in ((left, right), (right, left)):
                split(child, mask, weight / 2)
                split(child, mask | masks[sibling], weight / 2)
        else:
            split(left, mask, weight)
            split(right, mask, weight)
            together = f(mask | masks[node]) - f(mask | masks[left]) - f(mask | masks[right])
            nodes[node] += weight * (together + f(mask))

    split(2 * tokens - 2, 0, 1.0)
    return lower_to_tokens(nodes, tree)


@settings(max_examples=30)
@given(
    st.lists(PIECES, min_size=1, max_size=8),
    st.integers(0, 10_000),
    st.sampled_from(["both", "one"]),
    st.data(),
)
def test_unlimited_budget_gives_the_recursions_values(segments, seed, contexts, data):
    special = np.array(
        data.draw(st.lists(st.booleans(), min_size=(n := len(segments)), max_size=n))
    )
    answer, tree = game(len(segments), 3, seed), partition_tree(segments)
    part = run(Partition(tree, special, max_evals=10**6, contexts=contexts), answer)
    expected = owen_values(tree, special, answer, contexts)
    np.testing.assert_allclose(part.values(), expected, atol=1e-12)
    if contexts == "both":
        assert np.abs(part.values()[special]).max(initial=0) < 1e-12


@settings(max_examples=50)
@given(
    st.integers(1, 9), st.integers(2, 60), st.integers(0, 10_000), st.sampled_from(["both", "one"])
)
def test_values_add_up_at_every_budget(tokens, max_evals, seed, contexts):
    special = np.zeros(tokens, bool)
    special[[0, -1]] = True
    answer, tree = game(tokens, 2, seed), partition_tree(["w "] * tokens)
    part = run(Partition(tree, special, max_evals=max_evals, contexts=contexts, seed=seed), answer)
    full = answer([2**tokens - 1])[0]
    np.testing.assert_allclose(part.values().sum(axis=0) + part.base_value, full, atol=1e-12)
    assert part.evaluations <= max_evals + 1


def test_no_mask_is_asked_for_twice_and_special_tokens_stay():
    special = np.array([True, False, False, False, False, True])
    asked = []

    def answer(masks):
        asked.extend(masks)
        return game(6, 2, 0)(masks)

    part = run(Partition(partition_tree(["", "a ", "b ", "c ", "d", ""]), special), answer)
    assert len(asked) == len(set(asked)) == 2**4
    assert all(mask & 1 and mask >> 5 for mask in asked)
    assert part.evaluations > len(asked)


@pytest.mark.parametrize("answers", [1, 3])
def test_there_is_one_answer_for_each_mask(answers):
    part = Partition(partition_tree(["a ", "b"]), np.zeros(2, bool))
    assert len(part.pending) == 2
    with pytest.raises(ValueError, match="zip"):
        part.advance(np.zeros((answers, 1)))


def test_one_context_costs_two_masks_a_token():
    tokens = 40
    weights = np.random.default_rng(0).normal(size=(tokens, 2))
    answer = lambda masks: np.array(  # noqa: E731
        [sum(weights[i] for i in range(tokens) if m >> i & 1) + np.zeros(2) for m in masks]
    )
    tree = partition_tree(["word "] * tokens)
    part = run(Partition(tree, np.zeros(tokens, bool), contexts="one"), answer)
    assert part.evaluations == 2 * tokens
    np.testing.assert_allclose(part.values(), weights, atol=1e-12)


def test_seed_decides_between_equal_effects_only():
    """Every group has the same effect here, so the budget's cut falls on one of them by lot."""
    tokens = 16
    size = lambda masks: np.array([[float(m.bit_count())] for m in masks])  # noqa: E731
    tree = partition_tree(["w "] * tokens)

    def asked_for(seed):
        part = Partition(tree, np.zeros(tokens, bool), max_evals=20, seed=seed)
        return frozenset(run(part, size)._rows)

    assert asked_for(1) == asked_for(1)
    assert len({asked_for(seed) for seed in range(10)}) > 1
