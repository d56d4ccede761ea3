"""``companion diagnose --model``, end to end with a tiny encoder: two languages, one of our own."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import printed_commands
from helpers.diagnosis import diagnose
from helpers.diagnosis.columns import recognise
from helpers.diagnosis.sources import open_source
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.own_data import fine_tuning, pages
from helpers.own_data.rows import read_rows, split, write
from helpers.planning import throughput
from sentences import SENTENCES
from tiny_sources import PROFILE, write_checkout

SIZES = {"train": 120, "validation": 24, "test": 40}


def own_rows(*, cells=((120, 60), (60, 120)), languages=("fr", "xx")):
    """Rows of two languages and two labels, which a word tells apart."""
    random = np.random.default_rng(0)
    rows = [
        (language, label, f"{SENTENCES['fr'][0]} {word} {random.integers(10**6)}")
        for language, counts in zip(languages, cells, strict=True)
        for label, word, count in zip(("bad", "good"), ("non", "oui"), counts, strict=True)
        for _ in range(count)
    ]
    return pd.DataFrame(rows, columns=["language", "label", "text"])


@pytest.fixture
def shipped(tmp_path, tiny_bert, monkeypatch):
    """The companion's profiles, as small as it gets; no page is written."""
    settings = {"datasets": {"custom": SIZES, "xnli": PROFILE["datasets"]["xnli"]}}
    root = write_checkout(tmp_path / "shipped", tiny_bert, **settings)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(root))
    monkeypatch.setattr(throughput, "_SECONDS_A_TIMING", 0.01)
    monkeypatch.setattr(pages, "can_render", lambda: False)
    return str(tiny_bert)


def fine_tune(data, output, model):
    source = open_source(data)
    job = fine_tuning.plan_job(source, model=model, profile="quick", output=output)
    return fine_tuning.fine_tune(job, source, diagnose(data))[0]


def test_all_three_setups_are_measured_on_a_balanced_held_out_part(
    tmp_path, shipped, capsys, monkeypatch
):
    data, output = tmp_path / "My reviews.csv", tmp_path / "out"
    own_rows().to_csv(data, index=False)
    found = fine_tune(data, output, shipped)
    assert "3 models of" in capsys.readouterr().err  # the estimate

    assert list(found.table().columns) == ["as is", "weighted", "balanced"]
    measures = found.measures.set_index(["measure", "setup"])["value"]
    assert {
        "accuracy, even labels",
        "accuracy, fr",
        "accuracy, xx",
        "slope of predicted on training shares",
        "language identified, test texts",
        "SHAP of neutral tokens, over − under",
    } <= set(measures.index.get_level_values("measure"))
    assert any("test texts alone" in note and "xx" in note for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)

    (folder,) = (output / "results" / "quick").glob("*/custom_my_reviews/imbalanced/seed0")
    run = store.read_run(folder)
    assert run is not None and run["parameters"]["as_is"] is True
    subsets = store.read_json(folder, "subsets.json")
    assert subsets["counts"]["train"] == {
        "balanced": {"fr": [30, 30], "xx": [30, 30]},
        "imbalanced": {"fr": [40, 20], "xx": [20, 40]},
    }
    assert subsets["counts"]["test"]["balanced"] == {"fr": [10, 10], "xx": [10, 10]}
    predictions = store.read_frame(folder, "predictions.parquet")
    even = float((predictions["label"] == predictions["predicted"]).mean())
    assert measures["accuracy, even labels", "as is"] == pytest.approx(even)
    apart = found.measures.set_index(["measure", "setup"]).loc["accuracy, even labels", "weighted"]
    assert apart["difference"] == pytest.approx(apart["value"] - even)
    assert apart["low"] <= apart["difference"] <= apart["high"]

    before = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
    fine_tune(data, output, shipped)  # goes on where it was: nothing is left to do
    after = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
    assert before == after and "3 models of" not in capsys.readouterr().err

    # As "How to run it" prints it: another weighting, in the folder of the results.
    monkeypatch.delenv(paths.ROOT_VARIABLE)
    monkeypatch.chdir(output)
    told = printed_commands.try_out(
        "companion run --dataset custom --source custom=texts/reviews --setup imbalanced_sqrt",
        placeholders={"texts/reviews": "texts/my_reviews", "run": f"run --model {shipped}"},
    )
    assert "custom_my_reviews/imbalanced_sqrt/seed0: subsets, finetuning" in told


def test_without_cells_for_it_there_is_no_balanced_model(tmp_path, shipped):
    data, output = tmp_path / "few.csv", tmp_path / "out"
    own_rows(cells=((600, 60), (31, 600)), languages=("fr", "en")).to_csv(data, index=False)
    settings = {"datasets": {"custom": {**SIZES, "train": 400}}}
    write_checkout(tmp_path / "more", tmp_path, **settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "more"))
        found = fine_tune(data, output, shipped)
    assert list(found.table().columns) == ["as is", "weighted"]
    assert any(note.startswith("No balanced model") for note in found.notes)
    written = yaml.safe_load((output / "configs" / "quick.yaml").read_text("utf-8"))
    assert written["setups"] == ["imbalanced", "imbalanced_cw"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (own_rows().drop(columns="text"), "no column is known to hold them"),
        (own_rows(cells=((120, 60), (3, 120))), "30 rows of every label"),
        (own_rows().assign(text=""), "no row has a text"),
    ],
)
def test_data_that_cannot_be_trained_on_are_refused_in_a_sentence(tmp_path, shipped, data, words):
    with pytest.raises(CompanionError, match=words):
        fine_tune(data, tmp_path / "out", shipped)
    assert not (tmp_path / "out").exists()


def test_a_checkout_is_no_folder_for_results(shipped):
    with pytest.raises(CompanionError, match="give a folder of its own"):
        fine_tuning.plan_job(
            open_source(own_rows()),
            model=shipped,
            profile="quick",
            output=Path(__file__).parents[2],
        )


def test_rows_of_an_earlier_call_stay_and_others_are_refused(tmp_path):
    splits = split(own_rows())
    write(splits, tmp_path / "texts")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "texts").iterdir()}
    write(splits, tmp_path / "texts")
    others = {name: part.assign(label=part["label"].iloc[0]) for name, part in splits.items()}
    (tmp_path / "texts" / "test.parquet").unlink()
    with pytest.raises(CompanionError, match=r"texts holds other rows, .* another folder"):
        write(others, tmp_path / "texts")
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "texts").iterdir()}
    del before["test.parquet"]
    assert after == before


def test_a_row_that_lacks_a_text_of_its_pair_is_left_out():
    rows = own_rows(cells=((3, 3), (3, 3)))
    source = open_source(rows.assign(text_pair=["", *["b"] * (len(rows) - 1)]))
    assert len(read_rows(source, recognise(source))) == len(rows) - 1
