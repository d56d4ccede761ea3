"""Frames and tables say what the result files hold, the paper's numbers beside them."""

import math
import shutil

import numpy as np
import pytest

import fake_results
from helpers import stages
from helpers.foundation import paths
from helpers.foundation.errors import CompanionError
from helpers.report import display, frames, runs, shap_frames, tables


@pytest.fixture
def nothing(checkout):
    return stages.experiments(profile="tiny", model="e5_small", dataset="multiemo_pairs")


def test_accuracy_is_the_mean_over_seeds_with_a_t_interval(experiments):
    row = frames.accuracy(experiments).set_index("setup").loc["imbalanced"]
    assert row["accuracy"] == pytest.approx(0.705, abs=0.002)
    assert row["seeds"] == 2
    by_seed = frames.accuracy_by_seed(experiments)
    values = by_seed.loc[by_seed["setup"] == "imbalanced", "accuracy"]
    half = 12.706 * values.std() / math.sqrt(2)  # t of one degree of freedom
    assert row["high"] - row["accuracy"] == pytest.approx(half, rel=1e-3)


def test_with_one_seed_the_interval_is_over_source_rows(experiments):
    first = [experiment for experiment in experiments if experiment.seed == 0]
    row = frames.accuracy(first).set_index("setup").loc["balanced"]
    assert row["seeds"] == 1
    assert row["low"] < row["accuracy"] < row["high"]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * math.sqrt(0.8 * 0.2 / 600), rel=0.3)


def test_the_paper_stands_beside_ours(experiments):
    table = tables.accuracy(experiments)
    assert table.index.tolist() == ["Balanced", "Imbalanced", "Imbalanced + class weights"]
    assert table["Paper: XNLI", "mBERT (Table 3)"].tolist() == ["0.810", "0.783", "0.795"]
    assert table["Paper: XNLI", "XLM-R (Table 6)"].tolist() == ["0.829", "0.812", "0.828"]
    ours = table.iloc[1, 0]
    assert ours.startswith("0.705 [")


def test_a_model_of_the_paper_has_its_own_table_only(experiments):
    mbert = [experiment.replace(model="mbert") for experiment in experiments]
    columns = tables.accuracy(mbert).columns.get_level_values(1)
    assert "mBERT (Table 3)" in columns
    assert "XLM-R (Table 6)" not in columns


def test_predictions_are_shared_by_group_beside_training(experiments):
    shares = frames.predicted_share(experiments)
    cell = shares[
        (shares["setup"] == "imbalanced")
        & (shares["languages"] == "fr")
        & (shares["label"] == "more positive")
    ].iloc[0]
    assert cell["training_share"] == pytest.approx(0.5)
    assert cell["share"] > 0.4  # the made-up errors lean towards the frequent label
    sums = shares.groupby(["setup", "languages"], observed=True)["share"].sum()
    assert np.allclose(sums, 1)
    table = tables.predicted_shares(experiments)
    assert table.loc[("Imbalanced training subset", "fr")].tolist() == [
        "50.0 %",
        "33.3 %",
        "16.7 %",
    ]


def test_identification_has_chance_and_the_encoder_before_fine_tuning(experiments):
    table = tables.identification(experiments)
    ours = table.columns[0]
    assert ours[1] == "C = 1"
    assert table.loc[("Test set", "Chance"), ours] == "0.500"
    assert table.loc[("Test set", "Before fine-tuning"), ours] == "0.990"
    assert table.loc[("External texts (eld)", "Imbalanced"), ours].startswith("0.955 [")
    assert table.loc[("Test set", "Imbalanced"), ("Paper: XNLI", "mBERT (Table 4)")] == "0.928"
    paper = table["Paper: XNLI", "XLM-R (Table 7)"]
    assert paper[("External texts (eld)", "Imbalanced + class weights")] == "0.607"
    assert paper[("Test set", "Chance")] == "–"


def test_shap_differences_are_grouped_by_representation(experiments):
    frame = shap_frames.shap_difference(experiments).set_index(
        ["setup", "class", "represented", "category"]
    )["difference"]
    assert frame["imbalanced", "more positive", "over", "neutral"] == pytest.approx(0.1055)
    assert frame["imbalanced", "more positive", "under", "neutral"] == pytest.approx(-0.0935)
    assert frame["balanced", "more positive", "over", "neutral"] == pytest.approx(0.0055)
    assert shap_frames.skew_ends(experiments) == ["more positive", "less positive"]
    table = tables.shap_difference(experiments)
    assert table.loc[("“more positive”", "over", "Null"), "neutral"].startswith("0.006 [")


def test_base_values_and_accuracy_with_masked_input_entropy(experiments):
    gaps = shap_frames.base_values(experiments).groupby("loss")["difference"].mean()
    assert gaps["cross-entropy"] == pytest.approx(0.03)
    assert gaps["with masked input entropy"] == pytest.approx(0.01)
    frame = shap_frames.base_values(experiments)  # like with like: no other setup, no other seed
    assert set(frame["setup"]) == {"imbalanced"}
    of_seed_0 = [each for each in experiments if each.seed == 0]
    assert frame.equals(shap_frames.base_values(of_seed_0))
    losses = tables.accuracy_by_loss(experiments)
    assert losses.index.tolist() == [("Balanced", "seed 0"), ("Imbalanced", "seed 0")]


def test_token_shares_by_threshold(experiments):
    assert tables.token_shares(experiments).loc["0.01"].tolist() == ["20.0 %", "60.0 %", "20.0 %"]


def test_sizes_counts_and_recipe(experiments):
    sizes = tables.split_sizes(experiments)
    assert sizes["Paper: XNLI", "rows"].tolist() == ["524k", "3.3k", "6.6k"]
    assert sizes.iloc[0, :6].tolist() == ["600", "80.0 %", "600", "0", "590", "10"]
    counts = frames.joint_counts(experiments)
    totals = counts[counts["subset"] == "imbalanced"].groupby("label")["rows"].sum()
    assert totals.tolist() == [200, 200, 200]
    assert tables.training_shares(experiments).loc["fr", "more positive"] == "150 (50.0 %)"
    assert runs.recipe(experiments).loc["Batch size × accumulation"].tolist() == [
        "16 × 1",
        "16 × 8",
    ]


def test_the_status_counts_what_is_finished(experiments):
    shutil.rmtree(experiments[0].folder)
    status = runs.progress(experiments)
    row = status.loc[("MultiEmo pairs, multilingual-e5-small", "Balanced")]
    assert row["seeds finished"] == "1 of 2"
    assert row["missing"] == "all"
    assert row["minutes a seed"] == "8.0"
    assert runs.environments(experiments).loc["torch"].tolist() == ["2.13.0"]


def test_the_status_names_the_stages_that_are_missing(experiments):
    stopped = experiments[1]
    shutil.rmtree(stopped.folder)
    fake_results.publish(stopped, "subsets", {"subsets.json": {}})
    row = runs.progress(experiments).loc[("MultiEmo pairs, multilingual-e5-small", "Imbalanced")]
    assert row["seeds finished"] == "1 of 2"
    assert row["missing"].startswith("predictions, last step, language identification, SHAP tokens")


def test_what_is_missing_stays_missing(nothing):
    assert tables.accuracy(nothing).iloc[:, 0].tolist() == ["missing"] * 3
    for make in (
        tables.identification,
        tables.predicted_shares,
        tables.training_shares,
        tables.split_sizes,
        tables.shap_difference,
        tables.token_shares,
        tables.accuracy_by_loss,
        tables.accuracy_by_language,
    ):
        assert make(nothing).empty, make.__name__
    note = display.missing_note(nothing, "metrics.json")
    assert "companion reproduce --profile tiny" in note.html


def test_one_missing_experiment_names_its_own_command(experiments):
    shutil.rmtree(experiments[0].folder)
    note = display.missing_note(experiments, "metrics.json")
    assert "--only e5_small/multiemo_pairs/balanced/seed0</code>" in note.html
    assert "--profile tiny" in note.html
    table = tables.accuracy(experiments)
    assert table.iloc[0, 3] == "1"  # the other seed is still there


def test_a_balanced_model_without_a_null_has_no_shap_difference_to_miss(experiments):
    def missing():
        return frames.missing(experiments, "shap_difference.parquet")

    balanced = [each for each in experiments if each.setup == "balanced" and not each.variant]
    for each in balanced:
        (each.folder / "shap_difference.parquet").unlink()
    assert missing() == []
    profile = paths.configs_dir() / "tiny.yaml"
    profile.write_text(fake_results.PROFILE + "nulls: {0: 1}\n")
    assert missing() == [balanced[0]]
    assert "Not complete" in display.missing_note(experiments, "shap_difference.parquet").html


def test_a_number_changed_by_hand_is_caught(experiments):
    path = experiments[0].folder / "metrics.json"
    path.write_text(path.read_text().replace('"accuracy": 0.8', '"accuracy": 0.9'))
    with pytest.raises(CompanionError, match="changed after the run"):
        frames.accuracy(experiments)


def test_a_table_is_accessible_html(experiments):
    shown = display.table(tables.accuracy(experiments), caption="<b>Table 3.</b> Accuracy").html
    assert shown.count("<figcaption><b>Table 3.</b> Accuracy.</figcaption>") == 1
    assert '<th scope="row"' in shown and '<th scope="col"' in shown
    assert "<small>[" in shown
    assert (
        shown
        == display.table(tables.accuracy(experiments), caption="<b>Table 3.</b> Accuracy").html
    )
