import numpy as np
import pytest

from helpers.analysis.language_identification import probe
from helpers.analysis.layer_features import LayerFeatures
from helpers.analysis.representations import (
    STRENGTHS,
    representations,
    same_order,
    separation_measures,
)

LANGUAGES = np.repeat(["de", "en", "fr"], 40)
ROWS = np.tile(np.arange(40), 3)


def made(distance):
    """Features of three layers, whose languages lie further apart from layer to layer."""
    rng = np.random.default_rng(0)
    shifts = np.eye(6)[np.repeat([0, 1, 2], 40)]
    layers = [rng.normal(size=(120, 6)) + distance * k * shifts for k in range(3)]
    features = LayerFeatures(first_token=np.stack(layers), mean=layers[1])
    return representations(features, LANGUAGES, ROWS), layers


def test_scores_are_those_of_the_probe():
    found, layers = made(1.0)
    for layer, scores in zip(layers, found["layers"], strict=True):
        expected = probe(layer, LANGUAGES, groups=ROWS)
        assert scores["accuracy"] == expected.accuracy
        assert scores["log_loss"] == expected.log_loss
        assert scores["confidence"] == expected.confidence
    assert found["mean"] == found["layers"][1]
    assert found["penalties"]["1e+00"] == found["layers"][-1]
    assert len(found["penalties"]) == len(STRENGTHS)
    assert (found["texts"], found["source_rows"]) == (120, 40)


def test_every_measure_of_the_last_layer_grows_with_the_distance():
    near, far = (separation_measures(made(distance)[0]) for distance in (0.3, 1.5))
    assert near.pop("log loss, layer 0") == pytest.approx(far["log loss, layer 0"])
    del near["translations not retrieved"]  # these texts are nobody's translation
    for name in near:
        assert near[name] < far[name], name


def test_orders():
    reference = {"balanced": 1.0, "imbalanced": 3.0, "imbalanced_cw": 2.0}
    assert same_order({"balanced": 0.0, "imbalanced": 0.2, "imbalanced_cw": 0.1}, reference)
    assert not same_order({"balanced": 0.0, "imbalanced": 0.1, "imbalanced_cw": 0.2}, reference)
