"""Several severities of one data set: which models, whose skew, how accuracy moves."""

import dataclasses

import pytest

from helpers.analysis import severity
from helpers.analysis.quantities import accuracy, skew_slope, values_by_seed
from results_by_hand import at_severities


def values(made, *arguments):
    return list(values_by_seed(made, severity.contrast(*arguments)).by_seed.values())


def test_slope_and_bend_are_those_of_the_curve():
    straight = at_severities(lambda level: 0.1 * level)
    assert values(straight, "linear") == pytest.approx([-0.1] * 3)
    assert values(straight, "quadratic") == pytest.approx([0] * 3, abs=1e-9)
    bent = at_severities(lambda level: 0.1 * level**2)
    assert values(bent, "quadratic") == pytest.approx([-0.1] * 3, abs=2e-3)  # of whole rows


def test_cramers_v_grows_in_proportion_and_information_faster():
    made = at_severities(lambda level: 0.1 * level)
    v, information = (
        [measure(severity.counts_at(made, level, 0)) for level in (0.5, 1.0, 1.5)]
        for measure in (severity.cramers_v, severity.mutual_information)
    )
    assert v == pytest.approx([v[1] / 2, v[1], 1.5 * v[1]])
    assert information[1] > 3 * information[0] and information[2] > 2 * information[1]
    assert values(made, "linear", "cramers_v") == pytest.approx([-0.1 / v[1]] * 3)


def test_a_seed_counts_once_it_has_every_severity():
    made = at_severities(lambda level: 0.1 * level)
    partly = {k: v for k, v in made.predictions.items() if k != ("imbalanced+severity=1.5", 2)}
    given = dataclasses.replace(made, predictions=partly)
    assert values_by_seed(given, severity.contrast("linear")).by_seed.keys() == {0, 1}
    none = at_severities(lambda level: 0.1 * level, severities=())
    assert values(none, "linear") == pytest.approx([-0.1] * 3)
    assert values(none, "quadratic") == []


def test_a_severity_is_seen_with_its_own_skew():
    made = at_severities(lambda level: 0.1 * level)
    half = severity.at_severity(made, 0.5)
    assert half.skew["fr"] == pytest.approx([1.25 / 3, 1 / 3, 0.75 / 3])
    plain = accuracy("imbalanced+severity=0.5", "balanced")(made, 0)
    assert severity.accuracy_at(0.5)(made, 0).value == pytest.approx(plain.value)
    # Half the skew, twice the slope.
    slope = skew_slope("imbalanced+severity=0.5", "balanced")(made, 0)
    own = skew_slope("imbalanced", "balanced")(half, 0)
    assert own.value == pytest.approx(2 * slope.value)
