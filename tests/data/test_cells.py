import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.cells import cell_sizes, own_cells, round_cells, severity_limit, skew_shares
from helpers.foundation.errors import CompanionError

AMAZON = {language: [1, 2, 3, 4, 5] for language in ("fr", "es", "ja")} | {
    language: [5, 4, 3, 2, 1] for language in ("de", "en", "zh")
}
XNLI = {"fr": [3, 2, 1], "en": [1, 2, 3]}
MULTIEMO = {language: weights[:4] for language, weights in AMAZON.items() if weights[0] == 1} | {
    language: [4, 3, 2, 1] for language in ("de", "en", "zh")
}
SKEWS = st.sampled_from([AMAZON, XNLI, MULTIEMO, {"a": [1, 1], "b": [1, 1], "c": [1, 1]}])


def test_shares_are_those_of_table_1():
    shares = skew_shares(AMAZON)
    np.testing.assert_allclose(100 * shares.loc["fr"], [6.67, 13.33, 20, 26.67, 33.33], atol=0.01)
    np.testing.assert_allclose(100 * skew_shares(XNLI).loc["en"], [16.67, 33.33, 50], atol=0.01)


def test_natural_shares_are_refused_as_a_skew_and_left_as_they_are_where_that_is_asked_for():
    natural = {"fr": [8, 1, 1], "en": [6, 2, 2]}
    with pytest.raises(CompanionError, match=r"label number 1 a share of 70\.0%"):
        skew_shares(natural)
    shares = skew_shares(natural, uneven=True)
    np.testing.assert_allclose(shares, [[0.8, 0.1, 0.1], [0.6, 0.2, 0.2]])


@given(st.lists(st.integers(0, 400), min_size=6, max_size=6), st.integers(1, 500))
def test_own_cells_keep_the_distribution_or_are_even(counts, size):
    table = np.reshape(counts, (2, 3))
    if size > table.sum():
        with pytest.raises(CompanionError, match="give at most as many"):
            own_cells(table, size)
        return
    even, own = own_cells(table, size)
    assert own.sum() == size and (own <= table).all()
    assert (abs(own - table * size / table.sum()) < 1).all()
    assert not even.any() or (even.sum() == size and np.ptp(even) <= 1 and (even <= table).all())
    assert even.any() == (table >= size / 6).all() or size % 6


def test_rounded_percentages_of_table_1_are_evened_out():
    table = {"fr": [6.6, 13.3, 20.0, 26.7, 33.3], "de": [33.3, 26.7, 20.0, 13.3, 6.6]}
    shares = skew_shares(table)
    np.testing.assert_allclose(shares.mean(axis=0), 0.2, atol=1e-12)
    np.testing.assert_allclose(shares.loc["fr"], np.array([1, 2, 3, 4, 5]) / 15, atol=0.001)


@pytest.mark.parametrize(
    ("skew", "limit"), [(AMAZON, 1.5), (MULTIEMO, 5 / 3), (XNLI, 2), ({"a": [1, 1]}, np.inf)]
)
def test_severity_limit_is_where_the_smallest_weight_is_0(skew, limit):
    assert severity_limit(skew) == pytest.approx(limit)
    if np.isfinite(limit):
        assert skew_shares(skew, severity=severity_limit(skew)).min(axis=None) == pytest.approx(0)


def test_severity_0_is_balanced_and_shares_are_linear_in_it():
    assert np.allclose(skew_shares(AMAZON, severity=0), 0.2)
    middle = skew_shares(AMAZON, severity=0.5)
    assert np.allclose(middle, (skew_shares(AMAZON) + 0.2) / 2)


@pytest.mark.parametrize("severity", [-0.1, 1.6, float("nan")])
def test_severity_out_of_range_names_the_limit(severity):
    with pytest.raises(CompanionError, match=r"severity .* 0 to 1\.5"):
        skew_shares(AMAZON, severity=severity)


@pytest.mark.parametrize(
    ("skew", "message"),
    [
        ({"a": [1, 2], "b": [1, 2]}, "label number 1 a share of 33.3%"),
        ({"a": [1, 2], "b": [1, 2, 3]}, "as many weights"),
        ({"a": [1, -1], "b": [1, 1]}, "'a'"),
        ({}, "at least one language"),
    ],
)
def test_impossible_skews_are_refused(skew, message):
    with pytest.raises(CompanionError, match=message):
        skew_shares(skew)


@given(SKEWS, st.integers(1, 5000), st.floats(0, 1.5))
def test_margins_are_uniform_to_within_a_row(skew, size, severity):
    shares = skew_shares(skew, severity=severity).to_numpy()
    balanced, imbalanced = cell_sizes(skew, size=size, severity=severity)
    for cells, expected in (
        (balanced, np.full(shares.shape, size / shares.size)),
        (imbalanced, shares * size / len(shares)),
    ):
        assert cells.sum() == size
        for axis in (0, 1):
            assert np.ptp(cells.sum(axis=axis)) <= 1
        assert (np.abs(cells - expected) < 1).all()


@given(
    st.integers(1, 5).flatmap(
        lambda rows: st.lists(
            st.lists(st.integers(0, 300), min_size=3, max_size=3), min_size=rows, max_size=rows
        )
    )
)
def test_any_table_is_rounded_with_its_margins(tenths):
    expected = np.array(tenths) / 10
    expected[-1, -1] += np.ceil(expected.sum()) - expected.sum()
    cells = round_cells(expected)
    assert cells.sum() == round(expected.sum())
    assert (np.abs(cells - expected) < 1).all()
    for axis in (0, 1):
        assert (np.abs(cells.sum(axis=axis) - expected.sum(axis=axis)) < 1 + 1e-9).all()


@pytest.mark.parametrize(
    ("skew", "rows", "balanced", "imbalanced"),
    [  # Table 5, from the rows a language has in each split
        (XNLI, 392_702, 523_596, 523_594),
        (XNLI, 2_490, 3_312, 3_312),
        (XNLI, 5_010, 6_672, 6_672),
        (AMAZON, 200_000, 719_970, 719_970),
        (AMAZON, 5_000, 17_970, 17_970),
    ],
)
def test_the_authors_rule_gives_table_5(skew, rows, balanced, imbalanced):
    sizes = cell_sizes(skew, rule="authors_code", rows=[rows] * len(skew))
    assert [int(cells.sum()) for cells in sizes] == [balanced, imbalanced]


def test_the_authors_rule_comes_close_to_a_size():
    for cells in cell_sizes(MULTIEMO, rule="authors_code", size=9600):
        assert 9600 - 2 * cells.size <= cells.sum() <= 9600


@pytest.mark.parametrize("size", [0, -3, 2.5, True])
def test_a_size_that_is_no_number_of_rows_is_refused(size):
    with pytest.raises(CompanionError, match="size"):
        cell_sizes(XNLI, size=size)
