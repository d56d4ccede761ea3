"""Base values with and without masked input entropy: the answer and its frames."""

import dataclasses

import pandas as pd
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


def shap_tokens(seed, lengths=(3, 8, 8), bias=0.0):
    """Values of texts whose base value is even, but for the label that the seed prefers."""
    rows = []
    for text, length in enumerate(lengths):
        for code in range(3):
            base = 1 / 3 + (bias if code == seed % 3 else -bias / 2) * (1 + length / 10)
            rows += [(f"t{text}", code, -1, base)]
            rows += [(f"t{text}", code, at, 0.01) for at in range(length)]
    return pd.DataFrame(rows, columns=["text", "class", "position", "value"])


def test_base_values_stand_by_length_and_seed(results):
    tokens = {("balanced", seed): shap_tokens(seed) for seed in (3, 4)}
    tokens |= {("imbalanced", seed): shap_tokens(seed, bias=0.2) for seed in (3, 4)}
    given = dataclasses.replace(results, files={"shap_tokens.parquet": tokens})
    found = base_values.by_length(given)
    assert found["tokens"].tolist() == [3, 8] * 4, "texts of one length are one row"
    shown = base_values.spread(found)
    assert shown.loc["Balanced"].tolist() == ["0.000 [0.000, 0.000]"] * 2 + ["0.000", "2"]
    # A bias of .2 (1 + length / 10) is .26 at three tokens and .36 at eight.
    assert shown.loc["Imbalanced", "From even shares"].startswith("0.310 [")
    assert shown.loc["Imbalanced", "Between lengths"].startswith("0.050 [")
    # Half of what two seeds that prefer other labels lie apart: 3/4 of the bias.
    assert shown.loc["Imbalanced", "Between seeds"] == f"{0.75 * 0.31:.3f}"
    axes = base_values.length_figure(found)
    assert [ax.get_title() for ax in axes] == ["Balanced", "Imbalanced"]
    assert axes[1].lines[0].get_ydata() == pytest.approx([1 / 3 + 0.26, 1 / 3 + 0.36])
    assert "Imbalanced, 4: " in base_values.length_alt(found)


def test_where_nothing_is_there_nothing_is_drawn():
    empty = as_in_the_paper(())
    assert question_figures.forest(base_values.sizes(empty), unit="size") is None
    assert described.differences(base_values.costs(empty)).empty
    lengths = base_values.by_length(empty)
    assert base_values.length_figure(lengths) is None and base_values.spread(lengths).empty
    assert base_values.length_alt(lengths) == ""
