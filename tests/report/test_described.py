"""Answers without a verdict: counts of models on a side of 0, and the heads of footnote 2."""

import dataclasses

import pytest

from helpers.report import described, questions
from helpers.report.question_list import question
from helpers.report.question_list.language_heads import HEADS, STATEMENTS
from results_by_hand import as_in_the_paper, identification

QUESTION = question("language_heads")
LEARNED, ACCURACY = STATEMENTS[0].panel, "Accuracy"


@pytest.fixture(scope="module")
def results():
    """Of seed 0: one head that learns as well as balanced data, and one that says one label."""
    made = as_in_the_paper((0,), dataset="multiemo")
    balanced = made.predictions["balanced", 0]
    good, bad = HEADS[1], HEADS[2]
    return dataclasses.replace(
        made,
        predictions={
            **made.predictions,
            (good, 0): balanced,
            (bad, 0): balanced.assign(predicted=1),
        },
        identification={
            **made.identification,
            (good, 0): identification(400, 0.7),
            (bad, 0): identification(401, 0.6),
        },
    )


def test_the_answer_counts_models_and_names_the_fewer(results):
    told = QUESTION.describe(results)
    assert told.answer.startswith(
        "The model has learned with 1 of 2 heads (entropy maximisation, 0.001). It is "
        "less accurate than without a head, with 1 of 2 heads (gradient reversal, 0.1). "
        "Languages are harder to tell apart by the paper's ruler, with 2 of 2 "
        "heads."
    )
    assert told.basis == "One seed: signs, no verdict."
    shown = questions.summary(QUESTION, [results]).html
    assert told.basis in shown and "companion-verdict" not in shown


def test_a_model_that_has_not_learned_is_told_only_where_asked_for(results):
    numbers = described.frame(STATEMENTS, results)
    assert numbers.groupby("panel")["line"].nunique().unique().tolist() == [2]
    assert set(numbers[numbers["panel"] == LEARNED]["value"] > 0) == {True, False}
    strict = [dataclasses.replace(each, also_unlearned=False) for each in STATEMENTS]
    told = described.frame(strict, results)
    assert told.groupby("panel")["line"].nunique().unique().tolist() == [1]


def test_the_table_has_a_row_a_model_and_no_interval_for_one_seed(results):
    shown = described.differences(described.frame(STATEMENTS, results))
    assert shown["Seeds"].tolist() == ["1", "1"] and shown.shape == (2, len(STATEMENTS) + 1)
    assert not shown[ACCURACY].str.contains("[", regex=False).any()


def test_nothing_is_said_where_nothing_is_there():
    empty = as_in_the_paper(())
    assert QUESTION.describe(empty) == questions.Description(questions.NOT_YET, "")
    assert questions.summary(QUESTION, []).text == f"<b>{questions.NOT_YET}</b>"
