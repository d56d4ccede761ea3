"""Rival weightings beside eq. 2, and the decision: what is there is shown, rivals stay apart."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from helpers.report import decision, display, questions, rivals
from helpers.report.claim_cells import our_cell
from helpers.report.claims import FAILS, UNKNOWN
from helpers.report.question_list import question
from helpers.report.question_list.weightings import RIVALS
from results_by_hand import LABELS, as_in_the_paper

SEEDS = (0, 1, 2, 3)
FALLS = (0.1, 0.2, 0.15)


@pytest.fixture(scope="module")
def results():
    """One rival as good as balanced data, one as bad as no weights; for three seeds of four."""
    made = as_in_the_paper(SEEDS, dataset="multiemo")
    predictions = {
        key: frame.assign(**{f"p_{name}": 1 / 3 for name in LABELS})
        for key, frame in made.predictions.items()
    }
    for rival, like in (("imbalanced_sqrt", "balanced"), ("imbalanced_group_dro", "imbalanced")):
        predictions |= {(rival, seed): predictions[like, seed] for seed in SEEDS[:3]}
    training = {
        "best_step": 20,
        "steps": 40,
        "curve": [{"gradient_norm": norm} for norm in (0.5, 0.9, 1.5, 3.0)],
    }
    content = {("imbalanced_sqrt", 0): {"training": training}}
    return dataclasses.replace(made, predictions=predictions, files={"metrics.json": content})


def test_rivals_are_judged_and_leave_no_seed_of_other_questions_out(results):
    told = questions.of_its_data_set(question("weightings"), [results])
    by_name = {one.claim.id.removeprefix("Q/weightings/imbalanced_"): one for one in told}
    assert by_name["group_dro/even"].numbers.verdict == FAILS
    assert by_name["group_dro/even"].numbers.seeds == 3
    assert by_name["resampling/even"].numbers is None
    said = questions.answer(question("weightings"), told)
    assert said.startswith(
        "On even shares, with shares as in training and with shares reversed, group DRO does worse "
        "than the weights of eq. 2"
    )
    others = questions.of_its_data_set(question("prior"), [results])
    assert others[0].numbers is not None and others[0].numbers.seeds == len(SEEDS)


def test_of_many_verdicts_those_that_cannot_be_told_are_folded(results):
    told = questions.of_its_data_set(question("weightings"), [results])
    verdicts = [one.numbers.verdict for one in told if one.numbers is not None]
    shown = questions.summary(question("weightings"), [results]).html
    first, _, closed = shown.partition("<details")
    assert 0 < verdicts.count(UNKNOWN) == closed.count("<li>") < len(verdicts)
    assert len(verdicts) == shown.count("<li>") and len(verdicts) > 4
    assert f">{verdicts.count(UNKNOWN)} cannot be told</summary>" in closed
    assert "? cannot be told" not in first


def test_tables_have_the_rivals_that_are_there(results):
    gains = rivals.gains(results, RIVALS)
    assert set(gains["line"]) == {
        "Imbalanced + square root of class weights",
        "Imbalanced + group DRO",
    }
    asked = question("weightings")
    judged = rivals.verdicts(asked, results)
    assert judged.columns.tolist() == ["Even", "As in training", "Reversed"]
    told = {one.claim.id: one for one in questions.of_its_data_set(asked, [results])}
    name = "Imbalanced + group DRO"
    assert judged.loc[name, "Reversed"] == our_cell(
        told["Q/weightings/imbalanced_group_dro/reversed"]
    )
    assert judged["Even"].str.contains("companion-missing").sum() == 2
    assert rivals.verdicts(asked, as_in_the_paper(())).empty
    shown = rivals.other_measures(results, RIVALS)
    assert shown["Seeds"].tolist() == ["3", "3"] and shown.shape == (2, 4)
    assert shown.columns[-1] == "Seeds"
    trained = rivals.training(results, RIVALS, largest_norm=1.0)
    assert trained.iloc[0].tolist() == [0.5, 0.5, 1]
    assert rivals.gains(as_in_the_paper(()), RIVALS).empty


def test_the_accuracy_of_rare_cells_is_shown_as_training_goes_on(results):
    def training(last):
        levels = np.repeat([0.3, 0.5, 0.7, last], 2)
        points = [{"step": 5 * (i + 1), "rare_accuracy": v} for i, v in enumerate(levels)]
        return {"training": {"best_step": 20, "steps": 40, "curve": points}}

    contents = {("imbalanced_sqrt", seed): training(0.7 - fall) for seed, fall in enumerate(FALLS)}
    contents["imbalanced", 0] = {"training": {"best_step": 1, "steps": 1, "curve": [{"step": 1}]}}
    given = dataclasses.replace(results, files={"metrics.json": contents})
    found = rivals.over_training(given, ["imbalanced", "imbalanced_sqrt"])
    assert set(found["setup"]) == {"imbalanced_sqrt"}, "older models did not record it"
    shown = rivals.by_quarter(found).iloc[0]
    mean = -np.mean(FALLS)
    half = stats.t.ppf(0.975, 2) * np.std(FALLS, ddof=1) / np.sqrt(3)
    assert shown["Quarter 2"] == "0.500" and shown["Seeds"] == "3"
    assert shown["Last − third"] == display.interval_text(mean, mean - half, mean + half)
    ax = rivals.figure(found)
    assert ax.lines[0].get_ydata()[-1] == pytest.approx(0.7 + mean)
    assert rivals.left_out(found, ["imbalanced", "imbalanced_sqrt"]) == "Imbalanced"
    assert rivals.left_out(found, ["imbalanced_sqrt"]) == "none"
    nothing = rivals.over_training(as_in_the_paper(()), RIVALS)
    assert rivals.figure(nothing) is None and rivals.by_quarter(nothing).empty


def test_a_decision_stands_for_each_prior(results):
    found = decision.decisions(results)
    assert list(dict.fromkeys(found["panel"])) == ["Even", "As in training", "Reversed"]
    assert set(found["line"]) == {"Weights, severity 1", "Prior correction, severity 1"}
    weights = found[found["line"] == "Weights, severity 1"].groupby("panel")["value"].mean()
    assert weights["Reversed"] > weights["Even"] > weights["As in training"]
    assert len({decision.colour(line) for line in found["line"]}) == 2
