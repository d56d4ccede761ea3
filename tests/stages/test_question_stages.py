"""The stages of the open questions, on the real encoder and real texts, at tiny size."""

import numpy as np
import pytest

from helpers import stages
from helpers.foundation import store
from helpers.foundation.experiment import Experiment

NAMES = ("representations", "head_refit", "erasure", "integrated_gradients")
FOUR = Experiment("e5_small", "multiemo", "imbalanced", variant="layers=1")


def test_they_run_only_for_the_seeds_that_a_profile_names():
    published = Experiment("e5_small", "multiemo", "balanced", 3, "embedded")
    assert set(NAMES) <= set(stages.stages_of(published))
    for other in (
        published.replace(seed=0),
        published.replace(dataset="multiemo_pairs"),
        published.replace(profile="quick"),
    ):
        assert not set(NAMES) & set(stages.stages_of(other))


@pytest.mark.real
def test_each_fills_its_files(tiny_checkout):
    pytest.importorskip("captum")
    stages.run(FOUR, stages=["predictions", "shap_tokens", *NAMES], progress=False)
    predictions = store.read_frame(FOUR.folder, "predictions.parquet")

    measured = store.read_json(FOUR.folder, "representations.json")
    assert measured["texts"] == 6 * measured["source_rows"] == 1200
    assert len(measured["layers"]) == 2
    at_one = measured["penalties"]["1e+00"]
    assert measured["layers"][-1] == at_one  # the last layer, at C = 1, is in both lists

    refitted = store.read_frame(FOUR.folder, "head_refit.parquet")
    assert list(refitted) == list(predictions)
    assert refitted["id"].tolist() == predictions["id"].tolist()
    assert refitted.filter(regex="^p_").sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)

    erased = store.read_frame(FOUR.folder, "erasure.parquet")
    assert erased.groupby("method").size().to_dict() == {"centring": 120, "leace": 120}
    about = store.read_json(FOUR.folder, "erasure.json")
    assert about["directions"] == 5  # six languages span five
    assert set(about["probes"]["leace"]) == {"test", "external"}

    gradients = store.read_frame(FOUR.folder, "integrated_gradients.parquet")
    shap_tokens = store.read_frame(FOUR.folder, "shap_tokens.parquet")
    shared = gradients.merge(
        shap_tokens, on=["text", "group", "language", "label", "position", "class"]
    )
    assert len(shared) == len(gradients) == len(shap_tokens) / 2  # two of four classes
    totals = shared.groupby(["text", "class"])[["value_x", "value_y"]].sum()
    np.testing.assert_allclose(totals["value_x"], totals["value_y"], atol=0.02)
