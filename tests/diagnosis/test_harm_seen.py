"""The place on the severity curve: between runs, at one, beyond all of them."""

import pytest

from helpers.diagnosis.association import Estimate
from helpers.diagnosis.harm import Harm, HarmCurve
from helpers.diagnosis.harm_seen import harm_seen

CURVE = HarmCurve(
    profile="embedded",
    model="e5_small",
    dataset="multiemo",
    commits=("c",),
    points=(
        Harm(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5),
        Harm(0.5, 0.13, 0.03, 0.01, -0.002, 0.022, 3),
        Harm(1.0, 0.26, 0.11, 0.036, 0.018, 0.054, 5),
    ),
)


@pytest.mark.parametrize(
    ("severity", "below", "above", "extrapolates"),
    [
        ((-0.1, -0.2, 0.1), 0.0, 0.5, False),
        ((0.5, 0.4, 0.6), 0.5, 1.0, False),
        ((0.9, 0.7, 1.1), 0.5, 1.0, True),
        ((1.0, 0.9, 1.1), 1.0, None, True),
        ((1.7, 1.5, 1.9), 1.0, None, True),
    ],
)
def test_a_place_has_the_runs_on_either_side(severity, below, above, extrapolates):
    found = harm_seen(Estimate(*severity), CURVE)
    assert found.below.severity == below
    assert (None if found.above is None else found.above.severity) == above
    assert found.extrapolates == extrapolates


def test_the_words_have_the_harm_with_its_interval_and_its_origin():
    words = harm_seen(Estimate(0.9, 0.7, 1.1), CURVE).words
    assert "1.0 points (95 % interval over 3 seeds −0.2 to 2.2)" in words
    assert "3.6 points (95 % interval over 5 seeds 1.8 to 5.4)" in words
    assert "interval reaches beyond" in words and "multilingual-e5-small on MultiEmo" in words
    assert "an extrapolation" in harm_seen(Estimate(1.7, 1.5, 1.9), CURVE).words
    assert "nothing, by definition" in harm_seen(Estimate(0.2, 0.1, 0.3), CURVE).words
