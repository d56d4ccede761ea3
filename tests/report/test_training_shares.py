"""The joint skew beside the same skew in every language: the answer, frames and tables."""

import pytest

from helpers.report import described, question_figures, questions, training_shares
from helpers.report.claims import FAILS, HOLDS
from helpers.report.question_list import question
from helpers.report.question_list.joint import SKEWS
from results_by_hand import LABELS, as_in_the_paper, with_same_shares

QUESTION = question("joint")


def told(separation):
    return questions.of_its_data_set(QUESTION, [with_same_shares(separation)])


def test_the_answer_is_whether_the_joint_skew_separates_more():
    less = told(0.5)
    assert [one.numbers.verdict for one in less] == [HOLDS, HOLDS]
    assert less[0].numbers.estimate == pytest.approx(0.4, abs=0.02)
    assert [one.numbers.verdict for one in told(0.98)] == [FAILS, FAILS]
    said = questions.answer(QUESTION, less)
    assert said.startswith(
        "By the paper's ruler and by the log loss, languages move further apart under the joint"
    )
    none = questions.of_its_data_set(QUESTION, [as_in_the_paper(dataset="multiemo")])
    assert questions.answer(QUESTION, none) == questions.NOT_YET


def test_both_skews_stand_beside_the_balanced_model():
    made = with_same_shares()
    changes = training_shares.separations(made, SKEWS)
    assert list(dict.fromkeys(changes["panel"])) == list(training_shares.UNITS)
    assert set(changes["line"]) == set(SKEWS.values())
    assert len(question_figures.forest(changes, unit=training_shares.UNITS)) == 3
    shown = described.differences(training_shares.accuracies(made, SKEWS))
    assert shown.loc["Joint skew", "Seeds"] == "3"
    assert shown.loc["The same skew in every language", "Reversed"].startswith("−0.")
    assert described.seeds_in_words(changes).endswith("The same skew in every language: 3.")


def test_shares_are_told_by_language():
    shown = training_shares.shares(with_same_shares(), SKEWS)
    assert shown.loc[("The same skew in every language", "fr, en")].round(2).tolist() == [
        0.5,
        0.33,
        0.17,
    ]
    assert shown.loc[("Joint skew", "en"), LABELS[0]] == pytest.approx(1 / 6)


def test_where_nothing_is_there_nothing_is_drawn():
    empty = as_in_the_paper(())
    frame = training_shares.separations(empty, SKEWS)
    assert question_figures.forest(frame, unit=training_shares.UNITS) is None
    assert described.differences(frame).empty and described.seeds_in_words(frame) == ""
    assert training_shares.shares(empty, SKEWS).empty
