"""What has no result is listed, with a command that names exactly it."""

import shutil

import pytest

import fake_results
from helpers import stages, verification
from helpers.foundation.experiment import Experiment
from helpers.report import open_cells as o


def test_nothing_is_listed_where_nothing_is_missing(experiments):
    assert o.open_cells(experiments).empty
    shown = o.shown(experiments, caption="x").text
    assert f"{len(experiments)} of the {len(experiments)} experiments" in shown
    assert "nothing is missing" in shown


@pytest.mark.parametrize("number", range(8))
def test_any_folder_that_is_deleted_is_listed(experiments, number):
    lost = experiments[number]
    shutil.rmtree(lost.folder)
    (row,) = o.open_cells(experiments).to_dict("records")
    assert row["missing"] == f"seed {lost.seed}: all"
    assert "7 of the 8 experiments" in o.shown(experiments, caption="x").text


def test_the_command_chooses_what_is_missing(experiments):
    lost = [each for each in experiments if each.setup == "imbalanced" and not each.variant]
    for each in lost:
        shutil.rmtree(each.folder)
    (row,) = o.open_cells(experiments).to_dict("records")
    assert row["missing"] == "seeds 0, 1: all"
    only = row["command"].removesuffix("</code>").partition("--only ")[2]
    listed = stages.profile_experiments("tiny")
    assert verification.chosen(listed, only) == lost


def test_a_place_without_any_result_is_one_row_and_one_command(experiments):
    for each in experiments:
        shutil.rmtree(each.folder)
    found = o.open_cells(experiments)
    assert found.index.tolist() == [("MultiEmo pairs, multilingual-e5-small", o.ALL_SETUPS)]
    (row,) = found.to_dict("records")
    assert row["missing"] == "seeds 0, 1: all"
    only = row["command"].removesuffix("</code>").partition("--only ")[2]
    assert verification.chosen(stages.profile_experiments("tiny"), only) == experiments


def test_seeds_that_lack_the_same_stand_together(experiments):
    first, second = [e for e in experiments if e.setup == "balanced" and not e.variant]
    shutil.rmtree(first.folder)
    fake_results.publish(first, "subsets", {"subsets.json": fake_results._subsets()})
    shutil.rmtree(second.folder)
    (row,) = o.open_cells(experiments).to_dict("records")
    one, other = row["missing"].split("; ")
    assert one.startswith("seed 0: predictions, last step, language identification")
    assert other == "seed 1: all"


def test_data_to_bring_says_what_is_here(experiments):
    local = Experiment("e5_small", "xnli_7500", "balanced", 0, "quick")
    text = o.other_data("quick", [local], caption="x").text
    assert "a local copy: XNLI-7500" in text
    commands = [line for line in text.replace("companion run", "\ncompanion run").splitlines()]
    of_reviews = next(line for line in commands if "--dataset amazon_reviews" in line)
    assert "--source amazon_reviews=FOLDER" in of_reviews
    assert "--source multiemo" not in text, "read from no folder"
    assert "--dataset multiemo " not in text, "the profile runs it by itself"


def test_a_profile_that_is_not_there_is_told():
    assert "no such profile" in o.shown([], caption="x").text


def test_results_whose_inputs_changed_are_open_too(experiments):
    old = {experiments[0]: ["predictions", "shap_difference"]}
    (row,) = o.open_cells(experiments, outdated=old).to_dict("records")
    assert row["missing"] == "seed 0: predictions, SHAP difference (inputs changed since)"
    assert "7 of the 8 experiments" in o.shown(experiments, outdated=old, caption="x").text
