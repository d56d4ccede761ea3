"""Base values with and without masked input entropy: the answer and its frames."""

import dataclasses

import pytest

from helpers.report import base_values, described, question_figures, questions
from helpers.report.claims import HOLDS, UNKNOWN
from helpers.report.question_list import question
from results_by_hand import as_in_the_paper

QUESTION = question("base_values")


@pytest.fixture(scope="module")
def results():
    return as_in_the_paper(dataset="multiemo")


def test_the_answer_has_the_gain_and_both_costs(results):
    told = questions.of_its_data_set(QUESTION, [results])
    assert [one.numbers.verdict for one in told] == [HOLDS] * 3
    assert told[0].numbers.estimate == pytest.approx(-0.09, abs=0.01)
    assert questions.answer(QUESTION, told) == (
        "Masked input entropy makes the base values of two models differ less; it costs less than "
        "a point of accuracy on balanced data; it costs less than a point of accuracy on "
        "imbalanced data."
    )


def test_one_seed_gives_no_verdict():
    one_seed = as_in_the_paper((0,), dataset="multiemo")
    told = questions.of_its_data_set(QUESTION, [one_seed])
    assert [one.numbers.verdict for one in told] == [UNKNOWN] * 3
    assert questions.summary(QUESTION, [one_seed]).html.count("one seed: no verdict") == 3


def test_sizes_stand_beside_their_null_in_the_same_seeds(results):
    lacking = {
        key: frame for key, frame in results.shap_difference.items() if key != ("balanced+mie=1", 0)
    }
    sizes = base_values.sizes(dataclasses.replace(results, shap_difference=lacking))
    seeds = sizes.groupby(["panel", "line"])["seed"].apply(list)
    null, models = list(dict.fromkeys(sizes["panel"]))
    assert seeds[null, "cross-entropy"] == seeds[null, "masked input entropy"] == [1, 2]
    assert seeds[models, "cross-entropy"] == [0, 1, 2]
    means = question_figures.means(sizes).set_index(["panel", "line"])["mean"]
    assert means[models, "cross-entropy"] == pytest.approx(0.1, abs=0.01)
    assert means[models, "masked input entropy"] < 0.02
    assert len(question_figures.forest(sizes, unit="size")) == 2


def test_costs_have_a_row_a_setup(results):
    shown = described.differences(base_values.costs(results))
    assert shown.index.tolist() == ["Balanced", "Imbalanced"]
    assert shown.loc["Balanced", "Accuracy"] == "0.000 [0.000, 0.000]"


def test_where_nothing_is_there_nothing_is_drawn():
    empty = as_in_the_paper(())
    assert question_figures.forest(base_values.sizes(empty), unit="size") is None
    assert described.differences(base_values.costs(empty)).empty
