"""What moved is told file by file; rounding is told from a change; the store is left alone."""

import json
import shutil

import pandas as pd
import pytest

import fake_results
from helpers import stages
from helpers import verification as v
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.report import benchmarks


@pytest.fixture
def before(experiments, tmp_path):
    return shutil.copytree(paths.results_dir(), tmp_path / "before")


def by_name(changes, experiment):
    place = experiment.relative_folder.as_posix()
    return {c.file.removeprefix(f"{place}/"): c for c in changes if c.file.startswith(place)}


def publish_metrics(experiment, **changes):
    content = {**store.read_json(experiment.folder, "metrics.json"), **changes}
    rows = store.read_frame(experiment.folder, "predictions.parquet")
    files = {"predictions.parquet": rows, "metrics.json": content}
    fake_results.publish(experiment, "predictions", files)


def test_what_is_equal_byte_for_byte_is_the_same(experiments, before):
    changes = v.compare(experiments, before=before)
    assert {change.outcome for change in changes} == {"same"}
    files = [path for path in paths.results_dir().rglob("*") if path.is_file()]
    assert len(changes) == len([path for path in files if path.name != store.RUN_FILE]) > 40
    assert v.changes_text(changes, everything=False) == f"Result files: {len(changes)} same."
    first = by_name(changes, experiments[0])["metrics.json"]
    place = experiments[0].relative_folder.as_posix()
    assert str(first) == f"results/{place}/metrics.json: same"


def test_a_number_that_is_none_any_more_has_moved(experiments, tmp_path):
    content = store.read_json(experiments[0].folder, "metrics.json")
    for name, change in (("before", {}), ("after", {"accuracy": float("nan")})):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.json").write_text(json.dumps({**content, **change}))
    before, after = (tmp_path / name / "metrics.json" for name in ("before", "after"))
    assert v.compare_file(before, after, name="metrics.json").outcome == "moved"


@pytest.mark.parametrize(
    ("by", "outcome"), [(0.5, "within tolerance"), (0.99, "within tolerance"), (1.01, "moved")]
)
def test_the_tolerance_decides_between_rounding_and_a_change(experiments, before, by, outcome):
    experiment = experiments[0]
    old = store.read_json(experiment.folder, "metrics.json")["accuracy"]
    new = old + by * v.TOLERANCES["accuracy"].value
    publish_metrics(experiment, accuracy=new)
    changes = by_name(v.compare(experiments, before=before), experiment)
    assert changes["metrics.json"].outcome == outcome
    assert changes["metrics.json"].numbers == {"accuracy": (old, new)}
    assert f"accuracy {old:.4g} -> {new:.4g}" in str(changes["metrics.json"])
    others = {name: change.outcome for name, change in changes.items() if name != "metrics.json"}
    assert set(others.values()) == {"same"}


def test_a_row_drawn_otherwise_is_moved_however_little(experiments, before):
    content = store.read_json(experiments[0].folder, "subsets.json")
    content["counts"]["train"]["balanced"]["fr"][0] += 1
    fake_results.publish(experiments[0], "subsets", {"subsets.json": content})
    change = by_name(v.compare(experiments, before=before), experiments[0])["subsets.json"]
    assert change.outcome == "moved"
    assert change.numbers == {"counts.train.balanced.fr.0": (100, 101)}


@pytest.mark.parametrize(("rows", "outcome"), [(60, "within tolerance"), (120, "moved")])
def test_predictions_are_compared_row_by_row(experiments, before, rows, outcome):
    experiment = experiments[0]
    frame = store.read_frame(experiment.folder, "predictions.parquet")
    frame.loc[: rows - 1, "predicted"] = (frame.loc[: rows - 1, "predicted"] + 1) % 3
    metrics = store.read_json(experiment.folder, "metrics.json")
    files = {"predictions.parquet": frame, "metrics.json": metrics}
    fake_results.publish(experiment, "predictions", files)
    change = by_name(v.compare(experiments, before=before), experiment)["predictions.parquet"]
    assert change.outcome == outcome
    assert change.numbers == {"share of rows with another prediction": (0.0, rows / 600)}


def test_other_test_rows_are_moved(experiments, before):
    frame = store.read_frame(experiments[0].folder, "predictions.parquet")
    files = {"predictions.parquet": frame.assign(id="other" + frame["id"])}
    fake_results.publish(experiments[0], "predictions", files)
    change = by_name(v.compare(experiments, before=before), experiments[0])["predictions.parquet"]
    assert change.outcome == "moved"
    assert change.numbers["rows in common"] == (600, 0)


def test_shap_differences_are_compared_by_class_and_category(experiments, before):
    experiment = experiments[1]
    frame = store.read_frame(experiment.folder, "shap_difference.parquet")
    sweep = store.read_frame(experiment.folder, "threshold_sweep.parquet")
    neutral = (frame["category"] == "neutral") & (frame["class"] == fake_results.LABELS[0])
    frame.loc[neutral, "difference"] += 2 * v.TOLERANCES["shap"].value
    files = {"shap_difference.parquet": frame, "threshold_sweep.parquet": sweep}
    fake_results.publish(experiment, "shap_difference", files)
    changes = by_name(v.compare(experiments, before=before), experiment)
    assert changes["shap_difference.parquet"].outcome == "moved"
    assert list(changes["shap_difference.parquet"].numbers) == ["more positive, neutral"]
    assert changes["threshold_sweep.parquet"].outcome == "same"


def test_a_number_that_is_gone_is_moved(experiments, before):
    content = store.read_json(experiments[0].folder, "language_identification.json")
    del content["sources"]["external"]
    fake_results.publish(
        experiments[0], "language_identification", {"language_identification.json": content}
    )
    changes = by_name(v.compare(experiments, before=before), experiments[0])
    assert changes["language_identification.json"].outcome == "moved"


def test_a_file_without_an_earlier_one_is_new(experiments, tmp_path):
    changes = v.compare(experiments[:1], before=tmp_path / "nothing")
    assert {change.outcome for change in changes} == {"new"}


def test_a_number_changed_by_hand_is_never_compared(experiments, before):
    path = experiments[0].folder / "metrics.json"
    path.write_text(path.read_text().replace('"accuracy": 0.8', '"accuracy": 0.9'))
    with pytest.raises(CompanionError, match=r"metrics\.json was changed after the run"):
        v.compare(experiments, before=before)
    with pytest.raises(CompanionError, match=r"metrics\.json was changed after the run"):
        v.recompute(experiments)


def test_what_a_recomputed_result_is_compared_with_is_made_again_too(experiments, monkeypatch):
    imbalanced = next(each for each in experiments if each.setup == "imbalanced")
    balanced = imbalanced.replace(setup="balanced")
    assert balanced in stages.wanted_stages([imbalanced], ["shap_difference"])
    left = v.again_dir() / "results" / balanced.relative_folder / "run.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    seen = []
    monkeypatch.setattr(
        v.reproduction, "run_experiments", lambda *_, **__: seen.append(left.exists())
    )
    v.recompute([imbalanced], stages=["shap_difference"])
    assert seen == [False]


def test_experiments_are_chosen_by_whole_parts_of_their_names(experiments):
    found = v.chosen(experiments, "multiemo_pairs/balanced/seed0")
    assert [str(each) for each in found] == ["tiny/e5_small/multiemo_pairs/balanced/seed0"]
    folder = f"results/{experiments[0].relative_folder.as_posix()}/"
    assert v.chosen(experiments, folder) == experiments[:1]
    assert v.chosen(experiments, None) == experiments
    with pytest.raises(CompanionError, match="--only 'pairs' names no experiment"):
        v.chosen(experiments, "pairs")


def test_every_tolerance_has_its_words_and_counts_have_none():
    assert all(each.what for each in v.TOLERANCES.values())
    assert v.TOLERANCES["count"].value == 0
    assert all(0 < each.value < 0.2 for key, each in v.TOLERANCES.items() if key != "count")


def test_a_tolerance_holds_what_other_rounding_was_seen_to_move():
    measured = benchmarks.rounding()
    assert measured.keys() >= {"fp32", "one_thread"}
    for distances in measured.values():
        for kind, distance in distances.items():
            assert distance is None or distance <= v.TOLERANCES[kind].value, kind
    table = v.tolerance_table(measured)
    assert table.shape == (len(v.TOLERANCES), 1 + len(measured))
    assert (table.iloc[0] == "none").all()


def test_a_damaged_file_is_named_and_the_others_stay_comparable(experiments, tmp_path, caplog):
    path = experiments[0].folder / "metrics.json"
    path.write_bytes(path.read_bytes()[:-9])
    v._keep(experiments[0], tmp_path)
    kept = {file.name for file in (tmp_path / experiments[0].relative_folder).iterdir()}
    there = {file.name for file in experiments[0].folder.iterdir()}
    assert there - kept == {"metrics.json", "run.json"}
    assert f"{path} was changed" in caplog.text and "made again" in caplog.text


@pytest.mark.real
def test_recomputing_leaves_the_store_alone_and_finds_what_moved(tiny_checkout):
    experiment = Experiment("e5_small", "multiemo", "imbalanced", variant="layers=1")
    first = v.reproduce([experiment], stages=["subsets"])
    assert [change.outcome for change in first] == ["new"]

    path = experiment.folder / "subsets.json"
    content = path.read_bytes()
    assert [change.outcome for change in v.recompute([experiment], stages=["subsets"])] == ["same"]
    assert (v.again_dir() / "results" / experiment.relative_folder / "subsets.json").is_file()
    assert not (v.again_dir() / "checkpoints").exists()
    # Once compared, all of it is to be computed again.
    assert v.to_recompute([experiment], stages=["subsets"]) == {experiment: ["subsets"]}

    other = json.loads(content)
    other["overlap"]["train"] = 0.123
    fake_results.publish(experiment, "subsets", {"subsets.json": other})
    edited = path.read_bytes()
    (change,) = v.recompute([experiment], stages=["subsets"])
    assert change.outcome == "moved"
    assert change.numbers["overlap.train"][0] == 0.123
    assert path.read_bytes() == edited, "the store was written"

    (again,) = v.reproduce([experiment], stages=["subsets"])  # made from other inputs: made again
    assert again.outcome == "moved"
    assert path.read_bytes() == content


def test_results_can_be_kept_elsewhere(experiments, tmp_path):
    with paths.output_at(tmp_path / "elsewhere"):
        assert experiments[0].folder.is_relative_to(tmp_path / "elsewhere" / "results")
        assert store.read_run(experiments[0].folder) is None
    assert isinstance(store.read_frame(experiments[0].folder, "predictions.parquet"), pd.DataFrame)
