"""Harm by severity: numbers, figure and answer, with some severities or all."""

import pytest

from helpers.report import question_figures, questions, severity
from helpers.report.claims import FAILS, HOLDS
from helpers.report.question_list import question
from results_by_hand import as_in_the_paper, at_severities

QUESTION = question("severity")


def test_the_curve_is_told_in_three_units():
    found = severity.curve(at_severities(lambda level: 0.1 * level))
    assert found["severity"].tolist() == [0, 0.5, 1, 1.5]
    assert found["harm"].tolist() == pytest.approx([0, 0.05, 0.1, 0.15])
    assert found["cramers_v"].is_monotonic_increasing
    assert found["seeds"].tolist() == [3] * 4
    shown = severity.curve_table(found)
    assert shown.loc["1.5", "Accuracy lost [95 %]"] == "0.150 [0.150, 0.150]"
    assert severity.seeds_in_words(found) == "Seeds by severity: 0.5: 3; 1: 3; 1.5: 3."


def test_the_answer_says_whether_harm_bends():
    def told(loss):
        return questions.of_its_data_set(QUESTION, [at_severities(loss)])

    growing = told(lambda level: 0.1 * level**2)
    assert [one.numbers.verdict for one in growing] == [HOLDS, HOLDS]
    levelling = told(lambda level: 0.2 * level - 0.06 * level**2)
    assert [one.numbers.verdict for one in levelling] == [HOLDS, FAILS]
    assert questions.answer(QUESTION, levelling) == (
        "The more imbalance, the lower the accuracy; harm grows more slowly than the imbalance."
    )


def test_every_panel_is_drawn_and_none_where_there_is_nothing():
    made = at_severities(lambda level: 0.1 * level)
    changes = severity.by_severity(made)
    assert len(changes["panel"].unique()) == 6
    means = question_figures.means(changes, line="severity")
    even = means.query("panel == 'Accuracy, even'").set_index("severity")["mean"]
    assert even[1.5] == pytest.approx(-0.15)
    axes = severity.figure(changes, severity.curve(made))
    assert [ax.get_title() for ax in axes] == list(dict.fromkeys(changes["panel"]))
    empty = as_in_the_paper(())
    assert severity.figure(severity.by_severity(empty), severity.curve(empty)) is None
