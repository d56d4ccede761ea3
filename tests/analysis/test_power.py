import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from helpers.analysis.power import seeds_needed


@given(st.floats(0.005, 0.1), st.floats(0.005, 0.05), st.booleans())
def test_so_many_seeds_have_the_power_and_one_fewer_has_not(difference, spread, one_sided):
    seeds = seeds_needed(difference, spread=spread, one_sided=one_sided)
    alternative = "larger" if one_sided else "two-sided"
    power = [
        TTestPower().power(difference / spread, n, 0.05, alternative=alternative)
        for n in (seeds - 1, seeds)
        if n > 1
    ]
    assert np.isnan(power[-1]) or power[-1] >= 0.8
    assert len(power) == 1 or power[0] < 0.8


def test_a_simulated_t_test_with_so_many_seeds_finds_the_difference():
    generator = np.random.default_rng(0)
    seeds = seeds_needed(0.02, spread=0.015)
    drawn = generator.normal(0.02, 0.015, size=(4000, seeds))
    t = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(seeds))
    found = (np.abs(t) > stats.t.ppf(0.975, seeds - 1)).mean()
    assert 0.78 < found < 0.95


def test_no_spread_takes_two_seeds():
    assert seeds_needed(0.01, spread=0.0) == 2


@pytest.mark.parametrize("spread", [0.01, 0.02])
def test_more_spread_takes_more_seeds(spread):
    assert seeds_needed(0.02, spread=2 * spread) > seeds_needed(0.02, spread=spread)
