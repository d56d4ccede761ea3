from typing import get_args

import numpy as np
import pandas as pd
import pytest

from helpers.data.share_tables import share_table
from helpers.data.subsets import make_subsets
from helpers.foundation.errors import CompanionError
from helpers.foundation.variants import Shares

SKEW = {"fr": (1, 2, 3, 4), "es": (1, 2, 3, 4), "de": (4, 3, 2, 1), "en": (4, 3, 2, 1)}
NUMBERS = range(1, 5)


def examples(per_label=2000):
    """Every source row in every language; labels in turn."""
    rows = [
        (f"{language}-{group}", group, language, group % 4)
        for group in range(4 * per_label)
        for language in SKEW
    ]
    return pd.DataFrame(rows, columns=["id", "group", "language", "label"])


EXAMPLES = examples()


def odds_ratios(table):
    return table[:-1, :-1] * table[1:, 1:] / (table[1:, :-1] * table[:-1, 1:])


@pytest.mark.parametrize("name", get_args(Shares))
def test_a_table_has_a_share_for_every_cell(name):
    table = share_table(name, SKEW)
    assert table.shape == (4, 4) and (table > 0).all()
    assert table.sum() == pytest.approx(1)


def test_the_same_skew_is_that_of_the_first_language_in_all():
    table = share_table("same", SKEW)
    np.testing.assert_allclose(table * 4, [[0.1, 0.2, 0.3, 0.4]] * 4)


@pytest.mark.parametrize("number", NUMBERS)
def test_raking_evens_the_margins_and_keeps_the_odds_ratios(number):
    drawn, raked = (share_table(f"{kind}{number}", SKEW) for kind in ("drawn", "raked"))
    for axis in (0, 1):
        assert np.ptp(drawn.sum(axis=axis)) > 0.02, "languages and labels are unequal"
        np.testing.assert_allclose(raked.sum(axis=axis), 0.25, atol=1e-9)
    np.testing.assert_allclose(odds_ratios(raked), odds_ratios(drawn), rtol=1e-6)


def test_the_drawn_tables_differ_and_are_as_concentrated_as_said():
    # Of Dirichlet(2, ..., 2) over 100 x 4 cells, a language's label shares are Dirichlet(2, 2, 2,
    # 2): mean 1/4 and variance 3/16 / 9.
    many = {str(language): (1, 1, 1, 1) for language in range(100)}
    tables = [share_table(f"drawn{number}", many) for number in NUMBERS]
    assert len({table[0, 0] for table in tables}) == 4
    labels = np.concatenate([table / table.sum(axis=1, keepdims=True) for table in tables])
    assert labels.var() == pytest.approx(3 / 16 / 9, rel=0.1)


@pytest.mark.parametrize("name", ["same", "drawn1", "raked1"])
def test_subsets_have_the_table_s_cells_and_the_same_size(name):
    table = share_table(name, SKEW)
    subsets = make_subsets(EXAMPLES, SKEW, size=1600, table=table)
    balanced, found = (subsets.counts()[each].to_numpy() for each in ("balanced", "imbalanced"))
    assert np.abs(found - 1600 * table).max() < 1
    assert (balanced == 100).all() and found.sum() == 1600
    assert subsets.overlap == pytest.approx(np.minimum(balanced, found).sum() / 1600)
    assert subsets.source_rows()["imbalanced"] == 1600


def test_a_cell_may_have_no_row():
    table = np.full((4, 4), 1 / 15)
    table[2, 1] = 0
    found = make_subsets(EXAMPLES, SKEW, size=150, table=table).counts()["imbalanced"].to_numpy()
    assert found[2, 1] == 0 and (found.ravel()[np.arange(16) != 9] == 10).all()


def test_the_largest_subsets_of_a_table_use_up_what_there_is():
    table = share_table("same", SKEW)
    subsets = make_subsets(EXAMPLES, SKEW, table=table)
    assert len(subsets.imbalanced) == 5000  # 40 % of them are all 2,000 source rows of a label
    assert subsets.source_rows()["imbalanced"] == 5000


def test_a_table_needs_the_paper_s_rule():
    with pytest.raises(CompanionError, match="rule 'authors_code' knows no table of shares"):
        make_subsets(EXAMPLES, SKEW, size=160, rule="authors_code", table=share_table("same", SKEW))
