import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.analysis.statistics import (
    Mean,
    borrowed_margin,
    holm,
    over_data_sets,
    over_groups,
    over_seeds,
    upper_spread,
)
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
samples = st.lists(st.floats(-1, 1), min_size=2, max_size=8).filter(lambda x: np.std(x) > 1e-6)


@given(samples, st.floats(-1, 1))
def test_over_seeds_is_the_t_test(differences, bound):
    ours = over_seeds(differences)
    theirs = stats.ttest_1samp(differences, bound, alternative="greater")
    low, high = stats.ttest_1samp(differences, 0).confidence_interval(0.9)
    assert ours.value == pytest.approx(np.mean(differences))
    assert ours.interval(0.9) == pytest.approx((low, high))
    assert ours.p_above(bound) == pytest.approx(theirs.pvalue)
    assert ours.p_below(bound) == pytest.approx(1 - theirs.pvalue)


def test_one_seed_has_no_interval():
    with pytest.raises(CompanionError, match="two seeds, got 1"):
        over_seeds([0.1])


def test_equal_differences_are_certain():
    assert over_seeds([0.0, 0.0]).p_above(0) == over_seeds([0.0, 0.0]).p_below(0) == 1
    assert over_seeds([0.1, 0.1]).p_above(0) == 0


@given(samples, samples)
def test_two_data_sets_together_are_welch_s_test(one, other):
    ours = over_data_sets([one, other])
    theirs = stats.ttest_ind(one, np.negative(other), equal_var=False)
    assert 2 * ours.value == pytest.approx(np.mean(one) + np.mean(other))
    assert ours.freedom == pytest.approx(theirs.df)
    assert min(ours.p_above(0), ours.p_below(0)) == pytest.approx(theirs.pvalue / 2, abs=1e-9)


def test_data_sets_together_cover_their_mean():
    generator = np.random.default_rng(3)
    truth, spreads = np.array([-0.06, -0.04, -0.01]), np.array([0.03, 0.015, 0.006])
    covered = []
    for _ in range(2000):
        drawn = [generator.normal(m, s, 3) for m, s in zip(truth, spreads, strict=True)]
        low, high = over_data_sets(drawn).interval()
        covered.append(low < truth.mean() < high)
    assert 0.93 < np.mean(covered) < 0.985


def test_the_upper_spread_lies_above_the_true_one_as_often_as_it_says():
    drawn = np.random.default_rng(4).normal(0, 1, size=(4000, 4))
    assert np.mean([upper_spread(values) > 1 for values in drawn]) == pytest.approx(0.8, abs=0.02)


def test_the_borrowed_margin_holds_one_more_seed_as_often_as_it_says():
    drawn = np.random.default_rng(5).normal(0, 1, size=(4000, 4))
    inside = [abs(row[3] - row[:3].mean()) < borrowed_margin(row[:3]) for row in drawn]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.01)


def test_over_groups_is_scipy_s_bca_bootstrap_where_every_row_is_its_own_group():
    values = RNG.exponential(size=80)
    ours = over_groups(values, range(80), resamples=20_000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert (ours.ci_low, ours.ci_high) == pytest.approx((theirs.low, theirs.high), abs=0.01)
    assert ours.estimate == pytest.approx(values.mean())


@given(st.permutations(range(24)))
def test_over_groups_does_not_depend_on_what_groups_are_called_or_on_copies(names):
    values = np.random.default_rng(1).normal(size=24)
    one = over_groups(values, range(24), resamples=300)
    other = over_groups(values, [f"text {name}" for name in names], resamples=300)
    assert one == other
    copied = over_groups(np.repeat(values, 3), np.repeat(range(24), 3), resamples=300)
    assert (copied.ci_low, copied.ci_high) == pytest.approx((one.ci_low, one.ci_high))
    assert copied.groups == 24


def test_over_groups_covers_the_truth_on_clustered_rows():
    covered, ignored = [], []
    for trial in range(150):
        generator = np.random.default_rng(trial)
        groups = np.repeat(np.arange(60), 4)
        values = 0.3 + generator.normal(size=60)[groups] + 0.3 * generator.normal(size=240)
        found = over_groups(values, groups, resamples=400, seed=trial)
        covered.append(found.ci_low <= 0.3 <= found.ci_high)
        loose = over_groups(values, range(240), resamples=400, seed=trial)
        ignored.append(loose.ci_low <= 0.3 <= loose.ci_high)
    assert 0.89 <= np.mean(covered) <= 0.99
    assert np.mean(ignored) < 0.8  # what resampling rows would do


def test_no_difference_at_all_is_no_difference():
    found = over_groups(np.zeros(50), range(50))
    assert (found.ci_low, found.ci_high) == (0, 0)


def test_groups_with_one_mean_have_no_spread_whatever_their_sizes():
    found = over_groups(np.full(5, 0.25), [0, 0, 0, 1, 1])
    assert (found.ci_low, found.estimate, found.ci_high) == (0.25, 0.25, 0.25)


def test_a_seed_fixes_the_bootstrap():
    values = RNG.normal(size=40)
    assert over_groups(values, range(40), seed=4) == over_groups(values, range(40), seed=4)
    assert over_groups(values, range(40), seed=4) != over_groups(values, range(40), seed=5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_the_step_down_procedure(p_values):
    corrected = holm([*p_values, float("nan")])
    assert np.isnan(corrected[-1])
    order, n, running = np.argsort(p_values), len(p_values), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (n - rank) * p_values[index]))
        assert corrected[index] == pytest.approx(running)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: over_groups([1.0, 2.0], [1]), "groups: need one for each of the 2"),
        (lambda: over_groups([1.0, 2.0], [1, 1]), "two, got 1"),
        (lambda: over_groups([1.0, np.nan], [1, 2]), "finite"),
        (lambda: over_seeds(0.3), "differences: need a list of finite numbers"),
        (lambda: Mean(0.0, 1.0, 2).interval(0), "confidence 0"),
        (lambda: Mean(0.0, 1.0, 2).interval(-1), "confidence -1"),
        (lambda: Mean(0.0, 1.0, 2).interval(95), "confidence 95"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(CompanionError, match=message):
        call()
