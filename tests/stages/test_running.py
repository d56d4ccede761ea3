"""All stages of an experiment, on the real encoder and real texts, at tiny size."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from unittest.mock import Mock

import pandas as pd
import pytest
import yaml

from helpers import stages
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages.language_identification import _paper_rows, _pretrained_probes
from helpers.stages.registry import all_stages
from helpers.stages.workbench import Workbench
from tiny_profile import PROFILE
from tiny_sources import write_checkout, write_sources

pytestmark = pytest.mark.minutes

LAYERS = "layers=1"
BALANCED = ("e5_small", "multiemo", "balanced")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A checkout in which the balanced model is fine-tuned and measured, once for all tests."""
    root = tmp_path_factory.mktemp("trained")
    (root / "configs").mkdir()
    (root / "configs" / "quick.yaml").write_text(yaml.safe_dump(dict(PROFILE)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.ROOT_VARIABLE, str(root))
        experiment = Experiment(*BALANCED, variant=LAYERS)
        stages.run(experiment, stages=["predictions"], progress=False)
    return root


@pytest.fixture
def trained_checkout(trained, tmp_path, monkeypatch):
    """A copy of it that a test may change."""
    root = shutil.copytree(trained, tmp_path / "checkout")
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(root))
    return root


def files_of(folder):
    return {item.name: item.read_bytes() for item in folder.iterdir() if item.suffix != ".lock"}


@pytest.mark.real
def test_an_experiment_fills_its_folder_as_the_contract_says(trained_checkout):
    experiment = Experiment("e5_small", "multiemo", "imbalanced_cw", variant=LAYERS)
    stages.run(experiment, progress=False)

    run = store.read_run(experiment.folder)
    assert set(run["stages"]) == set(stages.stages_of(experiment, stages.STAGES))
    for record in run["stages"].values():
        assert record["seconds"] > 0 and record["peak_memory_gib"] > 0
        assert run["environments"][record["environment"]]["packages"]["torch"]

    subsets = store.read_json(experiment.folder, "subsets.json")
    assert subsets["size"] == {"train": 240, "validation": 120, "test": 120}

    predictions = store.read_frame(experiment.folder, "predictions.parquet")
    assert len(predictions) == 120
    probabilities = predictions.filter(regex="^p_")
    assert list(probabilities) == [f"p_{label}" for label in subsets["labels"]]
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)
    last_step = store.read_frame(experiment.folder, "last_step.parquet")
    assert last_step["id"].tolist() == predictions["id"].tolist()
    assert list(last_step.filter(regex="^p_")) == list(probabilities)
    metrics = store.read_json(experiment.folder, "metrics.json")
    right = predictions["label"] == predictions["predicted"]
    assert metrics["accuracy"] == pytest.approx(right.mean())
    assert [row["step"] for row in metrics["training"]["curve"]]

    found = store.read_json(experiment.folder, "language_identification.json")["sources"]
    assert set(found) == {"test", "external"}
    assert set(found["test"]["probes"]) == set(found["test"]["pretrained"])
    assert found["external"]["n"] == 6 * 20

    shap_frame = store.read_frame(experiment.folder, "shap.parquet")
    assert shap_frame["text_id"].nunique() == 6
    tokens = store.read_frame(experiment.folder, "shap_tokens.parquet")
    assert set(tokens) == {"text", "group", "language", "label", "position", "class", "value"}
    ordered = shap_frame.sort_values(["text_id", "position"])
    for code, label in enumerate(subsets["labels"]):
        mine = tokens[(tokens["class"] == code) & (tokens["position"] >= 0)]
        assert mine["value"].to_numpy() == pytest.approx(ordered[f"value_{label}"], abs=1e-6)
    difference = store.read_frame(experiment.folder, "shap_difference.parquet")
    balanced = store.read_frame(experiment.replace(setup="balanced").folder, "shap.parquet")
    assert balanced is not None, "the balanced model was not explained on the way"
    # Positive, neutral, negative and base together are the change of the predicted probability.
    sums = difference.groupby(["text", "class"])["difference"].sum()
    both = [probability_per_text(frame, subsets["labels"]) for frame in (balanced, shap_frame)]
    pd.testing.assert_series_equal(
        sums.sort_index(), (both[1] - both[0]).sort_index(), check_names=False, atol=1e-5
    )

    sweep = store.read_frame(experiment.folder, "threshold_sweep.parquet")
    tokens = sweep.groupby(["threshold", "class"])["n_tokens"].sum()
    assert tokens.nunique() == 1, "a threshold moves tokens between categories, and loses none"
    at_default = sweep[sweep["threshold"] == 0.01].drop(columns="threshold")
    same = difference.merge(at_default, on=["text", "group", "language", "class", "category"])
    assert len(same) == len(at_default) == 6 * 2 * 3
    assert same["difference_x"].to_numpy() == pytest.approx(same["difference_y"], abs=1e-6)

    before = files_of(experiment.folder)
    assert stages.pending([experiment]) == []
    stages.run(experiment, progress=False)
    assert files_of(experiment.folder) == before


def probability_per_text(frame, labels):
    """Sum of a text's SHAP values plus its base value (eq. 1)."""
    parts = {
        label: frame.groupby("text_id")[f"value_{label}"].sum()
        + frame.groupby("text_id")[f"base_{label}"].first()
        for label in labels
    }
    series = pd.concat(parts, names=["class", "text"])
    return series.swaplevel()


@pytest.mark.real
def test_killed_in_training_and_called_again_gives_the_same_numbers(trained_checkout):
    experiment = Experiment(*BALANCED, variant=LAYERS)
    whole = store.read_json(experiment.folder, "metrics.json")
    shutil.rmtree(experiment.folder)
    shutil.rmtree(experiment.checkpoint)

    command = [sys.executable, "-m", "helpers.cli", "run", "--model", "e5_small"]
    command += ["--dataset", "multiemo", "--variant", LAYERS, "--stages", "predictions"]
    killed = subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (experiment.checkpoint / "training").exists() and killed.poll() is None:
        assert time.monotonic() < deadline, "no training within two minutes"
        time.sleep(0.01)
    assert killed.poll() is None, "the run ended before it could be killed"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert store.read_json(experiment.folder, "metrics.json") is None

    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert store.read_json(experiment.folder, "metrics.json") == whole


@pytest.mark.real
def test_a_trained_model_whose_record_was_lost_is_not_trained_again(trained_checkout):
    experiment = Experiment(*BALANCED, variant=LAYERS)
    weights = experiment.checkpoint / "model.safetensors"
    trained, record = weights.stat().st_mtime_ns, store.read_stage(experiment.folder, "finetuning")
    assert record is not None and record.seconds > 0.5, "the training's own seconds"

    shutil.rmtree(experiment.folder)  # as a kill just before the record was written leaves it
    assert not stages.is_done(experiment, "finetuning")
    stages.run(experiment, stages=["predictions"], progress=False)
    assert stages.is_done(experiment, "finetuning")
    again = store.read_stage(experiment.folder, "finetuning")
    assert again is not None and again.seconds == record.seconds
    assert weights.stat().st_mtime_ns == trained


@pytest.mark.real
def test_a_dry_run_names_what_a_run_would_compute(trained_checkout):
    experiment = Experiment(*BALANCED, variant=LAYERS)
    assert stages.unmade([experiment], stages=["predictions"]) == {}
    told = stages.unmade([experiment], stages=["language_identification"])
    assert told == {experiment: ["language_identification"]}  # the model is there
    shutil.rmtree(experiment.checkpoint)
    told = stages.unmade([experiment], stages=["language_identification"])
    assert told == {experiment: ["finetuning", "language_identification"]}

    skewed = experiment.replace(setup="imbalanced")
    found = stages.unmade([skewed], stages=["shap_difference"])
    assert set(found) == {experiment, skewed}  # what is needed comes in
    assert found[experiment] == ["finetuning", "shap_values"]
    assert found[skewed] == ["finetuning", "shap_values", "shap_difference"]
    assert not skewed.folder.exists()


@pytest.mark.real
def test_two_processes_fill_the_folder_as_one(tiny_checkout):
    experiment = Experiment("e5_small", "multiemo", "imbalanced", variant=LAYERS)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node=2", "-m", "helpers.cli", "run", "--model", "e5_small"]
    command += ["--dataset", "multiemo", "--setup", "imbalanced", "--variant", LAYERS]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The results: ") == 1
    # The other model of the SHAP difference was fine-tuned on the way.
    assert stages.is_done(experiment.replace(setup="balanced"), "finetuning")
    assert stages.pending([experiment]) == []


@pytest.mark.real
def test_a_stage_runs_again_when_its_inputs_change(tiny_checkout, tiny_profile):
    experiment = Experiment("e5_small", "multiemo", "balanced", variant=LAYERS)
    stages.run(experiment, stages=["subsets"], progress=False)
    assert stages.is_done(experiment, "subsets")
    tiny_profile["datasets"]["multiemo"]["train"] = 480
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    assert not stages.is_done(experiment, "subsets")
    stages.run(experiment, stages=["subsets"], progress=False)
    assert store.read_json(experiment.folder, "subsets.json")["size"]["train"] == 480


def test_an_unknown_stage_is_refused(tiny_checkout):
    with pytest.raises(CompanionError, match="unknown stage 'plots': choose one of subsets"):
        stages.run(Experiment("e5_small", "multiemo", "balanced"), stages=["plots"])


@pytest.mark.parametrize("act", [stages.run, lambda one: stages.unmade([one])])
def test_layers_that_an_encoder_lacks_are_refused_before_the_subsets(tiny_checkout, act):
    experiment = Experiment("e5_small", "multiemo", "balanced", variant="layers=99")
    with pytest.raises(CompanionError, match="layers=99: e5_small has 12"):
        act(experiment)
    assert not experiment.folder.exists() and not experiment.checkpoint.exists()


def test_reading_computes_and_fetches_nothing(tiny_checkout, monkeypatch):
    monkeypatch.setenv(paths.CACHE_VARIABLE, str(tiny_checkout / "cache"))
    listed = stages.load(profile="quick", model="e5_small", dataset="multiemo")
    assert [store.read_json(item.folder, "metrics.json") for item in listed] == [None] * 6
    assert not (tiny_checkout / "cache").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b"{}", b"\xff", b'{"fingerprint": 1}', b'{"speed": 1}']
)
def test_a_marker_that_was_cut_short_counts_as_absent(tiny_checkout, content):
    experiment = Experiment("e5_small", "multiemo", "balanced")
    experiment.checkpoint.mkdir(parents=True)
    (experiment.checkpoint / "finetuning.json").write_bytes(content)
    assert not stages.is_done(experiment, "finetuning")


def replace_work(monkeypatch, work):
    """Have the subsets made by something else."""
    about = dataclasses.replace(all_stages()["subsets"], compute=work)
    monkeypatch.setattr(stages.running, "all_stages", lambda: {**all_stages(), "subsets": about})


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(tiny_checkout, monkeypatch):
    experiment = Experiment("e5_small", "multiemo", "balanced")
    experiment.folder.parent.mkdir(parents=True)
    experiment.folder.write_text("a file where the folder should be")
    work = Mock()
    replace_work(monkeypatch, work)
    with pytest.raises(CompanionError, match=r"cannot write .*seed0"):
        stages.run(experiment, stages=["subsets"], progress=False)
    work.assert_not_called()


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "x"),
        RuntimeError("PytorchStreamWriter failed writing file data/0"),
        Exception("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_disk_that_fills_up_is_one_sentence(tiny_checkout, monkeypatch, error):
    replace_work(monkeypatch, Mock(side_effect=error))
    with pytest.raises(CompanionError, match=r"balanced/seed0: .*; finished stages are kept"):
        stages.run(
            Experiment("e5_small", "multiemo", "balanced"), stages=["subsets"], progress=False
        )


def test_probes_before_fine_tuning_are_kept_for_the_same_rows_only(
    tiny_bert, tmp_path, monkeypatch
):
    write_checkout(tmp_path / "checkout", tiny_bert)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "checkout"))
    experiment = Experiment(str(tiny_bert), "xnli", "balanced")
    bench = Workbench(experiment, write_sources(tmp_path), progress=False)
    rows = bench.test
    first = _pretrained_probes(bench, "test", rows)
    assert _pretrained_probes(bench, "test", rows) == first
    (kept,) = (paths.checkpoints_dir() / "pretrained").glob("*.json")
    kept.write_text(kept.read_text().replace("0.", "1.", 1))  # changed by hand: made again
    assert _pretrained_probes(bench, "test", rows) == first
    others = {
        "text_pair": rows["text_pair"].iloc[::-1].tolist(),
        "group": [f"g{number // 3}" for number in range(len(rows))],
        "language": rows["language"].iloc[::-1].tolist(),
    }
    for column, values in others.items():
        _pretrained_probes(bench, "test", rows.assign(**{column: values}))
    assert len(list((paths.checkpoints_dir() / "pretrained").glob("*.json"))) == 4
    # The scaled penalty goes with how many texts the paper's probe saw, which the source says.
    assert _paper_rows("xnli", "test") != _paper_rows("xnli", "external")
    _pretrained_probes(bench, "external", rows)
    assert len(list((paths.checkpoints_dir() / "pretrained").glob("*.json"))) == 5


@pytest.mark.real
def test_a_checkpoint_with_one_changed_byte_is_not_used(trained_checkout, caplog):
    experiment = Experiment(*BALANCED, variant=LAYERS)
    assert stages.is_done(experiment, "finetuning")
    weights = experiment.checkpoint / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert not stages.is_done(experiment, "finetuning")
    assert "trained again" in caplog.text
