import shutil

import pandas as pd
import pytest

from helpers.foundation import paths, store
from helpers.foundation.experiment import Experiment
from helpers.report.results import collect
from results_by_hand import LABELS, SKEW, as_in_the_paper


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    shutil.copytree(paths.configs_dir(), tmp_path / "configs")
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))


def publish(experiment, stage, files):
    record = store.StageRecord(fingerprint="f", version=1, files={}, seconds=1, peak_memory_gib=0.1)
    store.publish(experiment.folder, stage, files, record=record, parameters={}, environment={})


@pytest.mark.usefixtures("checkout")
def test_what_the_store_holds_is_collected_by_setup_and_seed():
    given = as_in_the_paper([0])
    experiments = [
        Experiment("e5_small", "xnli_7500", setup, seed, "quick", variant)
        for setup in ("balanced", "imbalanced")
        for seed in (0, 1)
        for variant in ("", "mie=1")
    ]
    for experiment in experiments:
        if experiment.seed == 0 and not experiment.variant:
            key = (experiment.setup, 0)
            skew = {language: list(weights) for language, weights in SKEW.items()}
            publish(experiment, "subsets", {"subsets.json": {"labels": LABELS, "skew": skew}})
            files = {"predictions.parquet": given.predictions[key]}
            publish(experiment, "predictions", files)
            files = {"language_identification.json": given.identification[key]}
            publish(experiment, "language_identification", files)
    variant = next(one for one in experiments if one.variant and one.setup == "imbalanced")
    frame = given.shap_difference["imbalanced+mie=1", 0]
    sweep = pd.concat([frame.assign(threshold=threshold) for threshold in (0.001, 0.05)])
    files = {"shap_difference.parquet": frame, "threshold_sweep.parquet": sweep}
    publish(variant, "shap_difference", files)

    (found,) = collect(experiments)
    assert (found.dataset, found.model, found.labels) == ("xnli_7500", "e5_small", LABELS)
    assert set(found.predictions) == {("balanced", 0), ("imbalanced", 0)}
    assert found.identification["imbalanced", 0] == given.identification["imbalanced", 0]
    pd.testing.assert_frame_equal(found.shap_difference["imbalanced+mie=1", 0], frame)
    pd.testing.assert_frame_equal(
        found.shap_difference["imbalanced+mie=1@threshold=0.05", 0], frame
    )
    assert found.over_represented(["no"]) == {"fr": True, "en": False}


@pytest.mark.usefixtures("checkout")
def test_a_data_set_without_results_is_left_out():
    assert collect([Experiment("e5_small", "multiemo", "balanced", 0, "quick")]) == []
