"""Models of other label shares are read with the shares that they were trained with."""

import dataclasses

import pytest

from helpers.analysis import label_priors, quantities, training_shares
from results_by_hand import with_same_shares

SAME = "imbalanced+shares=same"


@pytest.fixture(scope="module")
def results():
    return with_same_shares()


def test_counts_are_those_of_the_subset(results):
    assert training_shares.training_counts(results, SAME, 0)["en"] == [300, 200, 100]
    assert training_shares.training_counts(results, "imbalanced", 0)["en"] == [100, 200, 300]
    assert training_shares.training_counts(results, SAME, 9) is None


def test_the_slope_is_that_of_predicted_on_own_shares(results):
    one, other = (results.predictions[name, 0] for name in (SAME, "balanced"))
    first, last = (
        ((one["predicted"] == label).mean() - (other["predicted"] == label).mean())
        for label in (0, 2)
    )
    # Shares of 1/2, 1/3 and 1/6: what lies 1/6 above and below an even share, over its square.
    slope = training_shares.skew_slope(SAME, "balanced")(results, 0)
    assert slope.value == pytest.approx((first - last) / 6 / (2 / 36)) and slope.value > 0.1
    # Languages do not differ, so that on the joint skew nothing is followed.
    joint = quantities.skew_slope(SAME, "balanced")(results, 0)
    assert abs(joint.value) < 0.05
    assert training_shares.skew_slope("imbalanced", "balanced")(results, 0).value == pytest.approx(
        quantities.skew_slope("imbalanced", "balanced")(results, 0).value
    )


def test_priors_are_those_of_own_shares(results):
    gained = {
        prior: training_shares.accuracy(SAME, "balanced", prior)(results, 0).value
        for prior in label_priors.PRIORS
    }
    plain = quantities.accuracy(SAME, "balanced")(results, 0).value
    assert gained["even"] == pytest.approx(plain)
    # It takes the last label for the first: cheap where the first is frequent, else dear.
    assert gained["reversed"] < gained["even"] < gained["training"]


def test_without_the_subset_s_counts_there_is_no_number(results):
    none = dataclasses.replace(results, files={})
    assert training_shares.skew_slope(SAME, "balanced")(none, 0) is None
    assert training_shares.accuracy(SAME, "balanced")(none, 0) is None
