import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from helpers.analysis.power import power_table, rows_needed, seeds_needed
from helpers.foundation.errors import CompanionError


def test_rows_needed_gives_that_power_to_mcnemar_s_test():
    difference, disagreement = 0.03, 0.2
    rows = rows_needed(difference, disagreement=disagreement)
    generator = np.random.default_rng(0)
    better = (disagreement + difference) / 2
    draws = generator.multinomial(
        rows, [better, disagreement - better, 1 - disagreement], size=4000
    )
    z = (draws[:, 0] - draws[:, 1]) / np.sqrt(draws[:, 0] + draws[:, 1])
    assert (np.abs(z) > stats.norm.ppf(0.975)).mean() == pytest.approx(0.8, abs=0.02)


def test_seeds_needed_is_the_least_number_with_that_power():
    for difference, spread in ((0.01, 0.01), (0.03, 0.01), (0.01, 0.02)):
        seeds = seeds_needed(difference, spread=spread)
        power = [TTestPower().power(difference / spread, n, 0.05) for n in (seeds - 1, seeds)]
        assert power[1] >= 0.8 and (seeds == 2 or power[0] < 0.8)


def test_smaller_differences_need_more():
    table = power_table(disagreement=0.2, spread=0.01)
    assert table["rows"].is_monotonic_decreasing and table["seeds"].is_monotonic_decreasing
    wider = power_table(disagreement=0.2, spread=0.01, design_effect=2)
    assert wider["rows"].to_numpy() == pytest.approx(2 * table["rows"].to_numpy(), abs=1)


def test_what_cannot_be_known_is_missing():
    table = power_table(disagreement=0.015, spread=None)
    assert table["seeds"].isna().all()
    assert pd.isna(table.loc[0.02, "rows"]) and table.loc[0.01, "rows"] > 0


def test_a_disagreement_below_the_difference_is_refused():
    with pytest.raises(CompanionError, match=r"disagreement 0\.01"):
        rows_needed(0.02, disagreement=0.01)
