import functools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from helpers.data.cells import cell_sizes
from helpers.data.subsets import _largest, balanced_sample, make_subsets
from helpers.foundation.errors import CompanionError

AMAZON = {language: [1, 2, 3, 4, 5] for language in ("fr", "es", "ja")} | {
    language: [5, 4, 3, 2, 1] for language in ("de", "en", "zh")
}
XNLI = {"fr": [3, 2, 1], "en": [1, 2, 3]}
THREE = {"a": [3, 1], "b": [2, 2], "c": [1, 3]}


def parallel(groups, languages, labels, *, per_group=1):
    """Every source row in every language; label of row r of a group: its number, cycled."""
    rows = [
        (f"{language}-{group}-{row}", str(group), language, (group * per_group + row) % labels)
        for language in languages
        for group in range(groups)
        for row in range(per_group)
    ]
    return pd.DataFrame(rows, columns=["id", "group", "language", "label"])


def both(subsets):
    return {"balanced": subsets.balanced, "imbalanced": subsets.imbalanced}


def assert_cells(subsets, skew, *, size, severity=1.0):
    expected = cell_sizes(skew, size=size, severity=severity)
    counts = subsets.counts()
    for cells, name in zip(expected, ("balanced", "imbalanced"), strict=True):
        np.testing.assert_array_equal(counts[name].to_numpy(), cells)
    shared = set(subsets.balanced["id"]) & set(subsets.imbalanced["id"])
    assert len(shared) == np.minimum(*expected).sum()
    assert subsets.overlap == pytest.approx(len(shared) / size)


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize(
    ("skew", "labels", "size"), [(AMAZON, 5, 1200), (XNLI, 3, 600), (THREE, 2, 601)]
)
def test_sizes_margins_and_overlap(skew, labels, size, grouped):
    examples = parallel(1500, skew, labels)
    if not grouped:
        examples = examples.drop(columns="group")
    subsets = make_subsets(examples, skew, size=size)
    assert_cells(subsets, skew, size=size)
    for rows in both(subsets).values():
        assert rows["id"].is_unique
        pd.testing.assert_frame_equal(rows, examples.loc[rows.index])


def test_parallel_rows_are_used_in_one_language_and_both_subsets_hold_the_same_content():
    subsets = make_subsets(parallel(1200, AMAZON, 5), AMAZON, size=1200)  # not one source row over
    for rows in both(subsets).values():
        assert rows["group"].is_unique
    assert set(subsets.balanced["group"]) == set(subsets.imbalanced["group"])
    assert subsets.source_rows() == {"balanced": 1200, "imbalanced": 1200}
    assert subsets.in_several_languages() == {"balanced": 0, "imbalanced": 0}


def test_pairs_of_a_premise_first_once_then_in_one_language_then_never_a_translation():
    examples = parallel(200, XNLI, 3, per_group=3)
    once = make_subsets(examples, XNLI, size=200)
    assert all(rows["group"].is_unique for rows in both(once).values())
    one_language = make_subsets(examples, XNLI, size=330)
    assert one_language.source_rows() == {"balanced": 200, "imbalanced": 200}
    assert one_language.in_several_languages()["balanced"] == 0
    largest = make_subsets(examples, XNLI)
    for rows in both(largest).values():
        assert len(rows) == 600  # every pair, in one of the two languages
        assert not rows.duplicated(["group", "label"]).any()
    beyond = make_subsets(examples, XNLI, size=720)
    assert_cells(beyond, XNLI, size=720)
    assert beyond.balanced.duplicated(["group", "label"]).sum() == 120  # no more than it must


def test_with_translations_subsets_grow_to_the_paper_s_size():
    """A tenth of XNLI: 39,270 pairs a language. Table 5 is the authors' rule on all of it."""
    pairs = 13_090
    examples = parallel(pairs, XNLI, 3, per_group=3)
    without = make_subsets(examples, XNLI)
    assert len(without.balanced) == 3 * pairs  # a quarter short
    subsets = make_subsets(examples, XNLI, with_translations=True)
    authors = cell_sizes(XNLI, rule="authors_code", rows=[3 * pairs] * 2)
    for rows, cells in zip(both(subsets).values(), authors, strict=True):
        assert len(rows) == 4 * pairs
        assert 0 <= len(rows) - cells.sum() <= 2 * cells.size
        assert rows["id"].is_unique
        # Every source row is used before a translation is.
        assert rows.duplicated(["group", "label"]).sum() == pairs
    assert_cells(subsets, XNLI, size=4 * pairs)
    assert subsets.source_rows() == {"balanced": pairs, "imbalanced": pairs}
    assert min(subsets.in_several_languages().values()) > 0


def test_without_parallel_rows_translations_are_no_matter():
    examples = parallel(300, XNLI, 3).drop(columns="group")
    found = [make_subsets(examples, XNLI, with_translations=w) for w in (True, False)]
    assert [len(subsets.balanced) for subsets in found] == [400, 400]
    for subsets in found:
        assert subsets.source_rows() == {"balanced": 400, "imbalanced": 400}
        assert subsets.in_several_languages() == {"balanced": 0, "imbalanced": 0}


@pytest.mark.parametrize(
    ("language", "label", "size"),
    [
        ("fr", 2, 60),  # rare in French: ten rows are a sixth of the balanced subset
        ("fr", 0, 40),  # frequent in French: ten rows are a quarter of the imbalanced one
    ],
)
def test_the_scarcest_cell_bounds_the_size_in_either_subset(language, label, size):
    examples = parallel(300, XNLI, 3).drop(columns="group")
    cell = examples[(examples["language"] == language) & (examples["label"] == label)]
    subsets = make_subsets(examples.drop(cell.index[10:]), XNLI)
    assert len(subsets.balanced) == len(subsets.imbalanced) == size


def test_one_source_row_gives_subsets_of_one_row():
    subsets = make_subsets(parallel(1, XNLI, 1), {"fr": [1], "en": [1]})
    assert (len(subsets.balanced), len(subsets.imbalanced)) == (1, 1)


@pytest.mark.parametrize("largest", range(1, 13))
def test_the_search_for_the_largest_size_ends_there_in_few_steps(largest):
    asked = []

    def fits(balanced, imbalanced):
        assert balanced.sum() == imbalanced.sum()
        asked.append(balanced.sum())
        assert len(asked) <= 5  # half of twelve, five times
        return asked[-1] <= largest

    sizes = functools.partial(cell_sizes, {"fr": [1, 1], "en": [1, 1]})
    rows, shares = np.full((2, 2), 3), np.full((2, 2), 1 / 4)
    assert _largest(rows, shares, sizes, fits) == largest


def test_without_a_skew_a_cell_that_is_too_small_empties_the_balanced_subset():
    examples = parallel(20, XNLI, 3).query("language != 'fr' or label != 2")
    subsets = make_subsets(examples, None)
    assert (len(subsets.balanced), len(subsets.imbalanced)) == (0, len(examples))
    assert subsets.overlap == 0


@st.composite
def pools(draw):
    """Small pools with holes, groups of several labels, and repeated rows."""
    n = draw(st.integers(12, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    groups = draw(st.integers(4, n))
    return pd.DataFrame(
        {
            "id": [str(i) for i in range(n)],
            "group": generator.integers(0, groups, n).astype(str),
            "language": [*"aabbcc", *generator.choice(list("abc"), n - 6)],
            "label": [*[0, 1] * 3, *generator.integers(0, 2, n - 6)],
        }
    )


def can_be_matched(examples, skew, size):
    """Whether groups can be matched, each once, to the rows that either subset needs."""
    needed = np.maximum(*cell_sizes(skew, size=size))
    slots = [
        (language, label)
        for row, language in enumerate(skew)
        for label in range(needed.shape[1])
        for _ in range(needed[row, label])
    ]
    groups = sorted(examples["group"].unique())
    held = set(zip(examples["group"], examples["language"], examples["label"], strict=True))
    graph = csr_array([[int((group, *slot) in held) for group in groups] for slot in slots])
    return bool((maximum_bipartite_matching(graph, perm_type="column") >= 0).all())


@settings(max_examples=150)
@given(pools(), st.integers(1, 24), st.integers(0, 3))
def test_no_group_is_used_twice_where_the_pool_suffices(examples, size, seed):
    available = pd.crosstab(examples["language"], examples["label"]).to_numpy()
    if (np.maximum(*cell_sizes(THREE, size=size)) > available).any():
        with pytest.raises(CompanionError, match="rows of it, and there are"):
            make_subsets(examples, THREE, size=size, seed=seed)
        return
    subsets = make_subsets(examples, THREE, size=size, seed=seed)
    assert_cells(subsets, THREE, size=size)
    if can_be_matched(examples, THREE, size):
        assert all(rows["group"].is_unique for rows in both(subsets).values())


def test_a_seed_fixes_the_draw_and_another_one_changes_it():
    examples = parallel(400, XNLI, 3)
    first, again, other = (make_subsets(examples, XNLI, size=90, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first.balanced, again.balanced)
    pd.testing.assert_frame_equal(first.imbalanced, again.imbalanced)
    assert set(first.balanced["id"]) != set(other.balanced["id"])


def test_every_row_is_as_likely():
    examples = parallel(24, XNLI, 3)
    drawn = pd.concat(make_subsets(examples, XNLI, size=12, seed=s).balanced for s in range(300))
    share = drawn["id"].value_counts() / 300
    assert len(share) == len(examples)
    assert share.between(0.25 - 0.12, 0.25 + 0.12).all()  # 12 of 48 rows; 4.8 standard errors


def test_severity_0_makes_both_subsets_the_same():
    subsets = make_subsets(parallel(300, XNLI, 3), XNLI, size=200, severity=0)
    pd.testing.assert_frame_equal(subsets.balanced, subsets.imbalanced)
    assert subsets.overlap == 1


def test_one_size_for_all_severities():
    examples = parallel(900, AMAZON, 5)
    for severity in (0, 0.5, 1, 1.5):
        subsets = make_subsets(examples, AMAZON, size=600, severity=severity)
        assert_cells(subsets, AMAZON, size=600, severity=severity)


def test_labels_give_the_order_of_the_weights():
    examples = parallel(300, XNLI, 3)
    examples["label"] = examples["label"].map({0: "yes", 1: "maybe", 2: "no"})
    subsets = make_subsets(examples, XNLI, size=120, labels=["yes", "maybe", "no"])
    assert subsets.counts()["imbalanced"].loc["fr"].to_dict() == {"yes": 30, "maybe": 20, "no": 10}


def full_length(skew, rows, labels):
    """Label columns of a full-size split, in an order that is not the label's."""
    label = np.arange(rows) % labels
    return pd.DataFrame(
        {
            "id": np.arange(rows * len(skew)),
            "language": np.repeat(list(skew), rows),
            "label": np.tile(label, len(skew)),
        }
    )


@pytest.mark.parametrize(
    ("skew", "rows", "labels", "balanced", "imbalanced"),
    [
        (XNLI, 392_702, 3, 523_596, 523_594),
        (XNLI, 2_490, 3, 3_312, 3_312),
        (XNLI, 5_010, 3, 6_672, 6_672),
        (AMAZON, 200_000, 5, 719_970, 719_970),
        (AMAZON, 5_000, 5, 17_970, 17_970),
    ],
)
def test_table_5_comes_out_under_the_authors_rule(skew, rows, labels, balanced, imbalanced):
    examples = full_length(skew, rows, labels)
    rule = json.loads('"authors_code"')  # as from a file
    subsets = make_subsets(examples, skew, rule=rule)
    assert (len(subsets.balanced), len(subsets.imbalanced)) == (balanced, imbalanced)
    cells = cell_sizes(skew, rule="authors_code", rows=[rows] * len(skew))
    shared = len(subsets.balanced.index.intersection(subsets.imbalanced.index))
    assert shared == np.minimum(*cells).sum()  # the authors' overlap of a cell
    cell = subsets.imbalanced.query("language == 'fr' and label == 1")
    everything = examples.query("language == 'fr' and label == 1")
    pd.testing.assert_frame_equal(cell, everything.head(len(cell)))  # the first rows, in order


def test_the_largest_subsets_of_full_size_amazon_are_quick():
    examples = full_length(AMAZON, 200_000, 5)
    subsets = make_subsets(examples, AMAZON)
    assert len(subsets.balanced) == len(subsets.imbalanced) == 720_000
    assert subsets.overlap == pytest.approx(0.8)


def test_a_balanced_sample_is_uniform_and_spreads_over_source_rows():
    examples = parallel(100, XNLI, 3)
    sample = balanced_sample(examples, 90, labels=range(3), seed=0)
    assert (pd.crosstab(sample["language"], sample["label"]) == 15).all(axis=None)
    assert sample["group"].is_unique
    everything = balanced_sample(examples, None)
    assert len(everything) == 6 * 33
    assert everything["group"].nunique() == 100


def test_names_of_labels_are_for_messages_alone():
    examples = parallel(100, XNLI, 3)
    plain, named = (
        make_subsets(examples, XNLI, size=30, label_names=names)
        for names in (None, ["bad", "neutral", "good"])
    )
    for kind in ("balanced", "imbalanced"):
        pd.testing.assert_frame_equal(plain.counts()[kind], named.counts()[kind])
    assert named.counts()["balanced"].to_numpy().sum() == 30


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="label"), {}, "column 'label'"),
        (lambda f: f.assign(language=f["language"].replace("fr", "es")), {}, "language 'es'"),
        (lambda f: f[f["language"] == "fr"], {}, "language 'en', of which there are no rows"),
        (
            lambda f: f[(f["language"] != "fr") | (f["label"] != 1)],
            {"size": 30},
            "language 'fr', label 1: .* 1 rows of it, and there are 0",
        ),
        (lambda f: f, {"size": 300}, r"language '\w+', label \d: 300 rows need 75 .* there are 33"),
        (
            lambda f: f,
            {"size": 300, "label_names": ["bad", "neutral", "good"]},
            r"label (bad|neutral|good): 300 rows need 75",
        ),
        (lambda f: f, {"severity": 2.1}, "severity 2.1 is out of range: .* 0 to 2,"),
        (lambda f: f, {"rule": "mine"}, "unknown rule 'mine': choose one of paper, authors_code"),
        (lambda f: f, {"labels": [0, 1]}, "label 2"),
        (lambda f: f.assign(label=f["label"] % 2), {}, "3 weights a language, but there are 2"),
        (lambda f: f, {"labels": range(4)}, "3 weights a language, but there are 4"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(change, options, message):
    with pytest.raises(CompanionError, match=message):
        make_subsets(change(parallel(100, XNLI, 3)), XNLI, **{"size": 30, **options})
