"""Measures against scipy, statsmodels and scikit-learn, where they compute the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import contingency
from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score
from statsmodels.stats.contingency_tables import Table

from helpers.diagnosis import measures, resampling

tables = hnp.arrays(
    np.int64,
    st.tuples(st.integers(2, 6), st.integers(2, 6)),
    elements=st.integers(0, 60),
).filter(lambda table: table.sum(axis=0).all() and table.sum(axis=1).all())


def rows_of(table):
    languages, labels = np.nonzero(table)
    return np.repeat(languages, table[languages, labels]), np.repeat(
        labels, table[languages, labels]
    )


@given(tables)
def test_v_is_scipys_where_it_is_not_corrected(table):
    ours = measures.cramers_v(table, rows_per_unit=None)
    assert ours == pytest.approx(contingency.association(table, method="cramer"), abs=1e-12)


@given(tables)
def test_mutual_information_is_scikit_learns(table):
    ours = measures.mutual_information(table)
    assert ours == pytest.approx(mutual_info_score(*rows_of(table)), abs=1e-9)


@given(tables)
def test_residuals_are_statsmodels(table):
    ours = measures.adjusted_residuals(table)
    with np.errstate(all="ignore"):
        theirs = Table(table, shift_zeros=False).standardized_resids
    assert ours == pytest.approx(np.nan_to_num(theirs, posinf=0, neginf=0), abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_information_adjusted_for_chance_is_scikit_learns_score(seed):
    rng = np.random.default_rng(seed)
    table = rng.multinomial(150, rng.dirichlet(np.ones(20))).reshape(5, 4) + 1
    drawn = np.concatenate(list(resampling.shuffled_tables(table, 4000, rng)))
    information = float(measures.mutual_information(table))
    by_chance = float(measures.mutual_information(drawn).mean())
    most = min(measures.entropy(table.sum(axis=0)), measures.entropy(table.sum(axis=1)))
    theirs = adjusted_mutual_info_score(*rows_of(table), average_method="min") * most
    ours = measures.adjusted_for_chance(information, by_chance, table)
    assert ours == pytest.approx(max(theirs, 0), abs=0.004)


def test_correction_removes_what_chance_adds():
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(200, np.full(60, 1 / 60), size=300).reshape(300, 10, 6)
    assert measures.cramers_v(drawn, rows_per_unit=None).mean() > 0.2
    assert measures.cramers_v(drawn).mean() < 0.06


@given(tables, st.integers(0, 9))
def test_shuffled_tables_keep_both_margins(table, seed):
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(list(resampling.shuffled_tables(table, 7, rng)))
    assert drawn.shape == (7, *table.shape) and (drawn >= 0).all()
    assert (drawn.sum(axis=1) == table.sum(axis=0)).all()
    assert (drawn.sum(axis=2) == table.sum(axis=1)).all()


@pytest.mark.parametrize("times", [1, 3])  # dealt row by row, and cell by cell
def test_shuffled_tables_have_the_moments_of_dealt_rows(times):
    table = np.array([[30, 10, 5], [10, 30, 5]]) * times
    drawn = np.concatenate(
        list(resampling.shuffled_tables(table, 20_000, np.random.default_rng(0)))
    )
    row, column, n = table.sum(axis=1, keepdims=True), table.sum(axis=0), table.sum()
    expected = row * column / n
    variance = expected * (n - row) * (n - column) / (n * (n - 1))
    assert drawn.mean(axis=0) == pytest.approx(expected, abs=0.15)
    assert drawn.var(axis=0) == pytest.approx(variance, rel=0.05)
