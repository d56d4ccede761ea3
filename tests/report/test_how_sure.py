"""The page on how sure we are: its tables and its figure, on made-up results."""

import matplotlib
import matplotlib.pyplot as plt
import pytest

import fake_results
from helpers.analysis.coverage import coverage_over_seeds
from helpers.report import changes, how_sure

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("sure")):
        yield fake_results.write_all()


def test_the_figure_draws_both_intervals():
    frame = coverage_over_seeds([3, 8], studies=500, resamples=200)
    ax = how_sure.coverage(frame)
    drawn = [line.get_ydata().tolist() for line in ax.lines[1:]]
    assert drawn == [frame["t"].tolist(), frame["bootstrap"].tolist()]
    plt.close("all")


def test_accuracy_has_an_interval_for_these_rows_and_one_for_others(experiments):
    found = how_sure.rows_table(experiments)
    assert found.index.tolist() == [
        ("MultiEmo pairs", words)
        for words in (
            "imbalanced − balanced",
            "class weights − imbalanced",
            "class weights − balanced",
        )
    ]
    assert found["seeds"].tolist() == ["2"] * 3
    assert found["over seeds, these rows [95 %]"].iloc[0].startswith("−0.100 [")
    assert found["over seeds and rows [95 %]"].iloc[0].startswith("−0.100 [")


def test_every_headline_finding_has_its_number_of_seeds(experiments):
    found = how_sure.power(experiments)
    assert len(found) == len(how_sure.HEADLINES)
    assert found["smallest effect", ""].iloc[0] == "0.01"
    assert set(found.columns.get_level_values(0)) == {"smallest effect", "MultiEmo pairs"}
    seeds = found["MultiEmo pairs", "seeds"]
    assert all(int(text.replace(",", "")) >= 2 for text in seeds if text != "–")
    assert any(text != "–" for text in seeds)


def test_source_rows_that_stand_in_two_languages_are_counted(experiments):
    found = how_sure.source_rows(experiments)
    assert found.loc["MultiEmo pairs"].tolist() == ["600", "600", "0", "590", "10"]


def test_equal_models_are_made_from_the_example_texts_of_all_balanced_models(experiments):
    values = how_sure.example_values(experiments)
    tokens = len(fake_results.LANGUAGES) * 2 * 2  # texts of two words
    assert values.shape == (tokens * 2, 2)  # both ends of the skew, two seeds
    found = how_sure.equal_models_table(experiments)
    assert found.shape == (len(how_sure.QUANTITIES), 6)
    assert set(found.index.get_level_values(0)) == {"MultiEmo pairs, 3 seeds"}
    one = [each for each in experiments if each.seed == 0]
    assert how_sure.equal_models_table(one).empty


def test_without_results_there_is_nothing(experiments):
    assert how_sure.rows_table([]).empty
    assert how_sure.source_rows([]).empty
    assert changes.null_reference([]).empty and changes.recipe([]).empty
    assert changes.rulers([]).empty
