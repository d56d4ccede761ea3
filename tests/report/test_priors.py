"""Accuracy under three priors: frame, table and figure show the same numbers."""

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

import fake_results
from helpers.analysis.label_priors import accuracy_under
from helpers.analysis.quantities import values_by_seed
from helpers.analysis.statistics import over_seeds
from helpers.report import figures, frames, priors
from helpers.report.results import collect

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("priors")):
        yield fake_results.write_all()


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_even_shares_repeat_the_plain_accuracy(experiments):
    plain = frames.accuracy_by_seed(experiments).set_index(["setup", "seed"])["accuracy"]
    found = priors.accuracy_by_seed(experiments)
    even = found[found["prior"] == "even"].set_index(["setup", "seed"])["accuracy"]
    assert even.to_dict() == pytest.approx(plain.to_dict())


def test_differences_are_those_of_the_claims(experiments):
    found = priors.differences(priors.accuracy_by_seed(experiments))
    keys = found.set_index(["setup", "minus", "prior"])
    assert len(keys) == 3 * len(priors.COMPARISONS)
    (results,) = collect(experiments)
    values = values_by_seed(results, accuracy_under("imbalanced", "balanced", "reversed"))
    measured = over_seeds(list(values.by_seed.values()))
    row = keys.loc[("imbalanced", "balanced", "reversed")]
    assert row["difference"] == pytest.approx(measured.value)
    assert (row["low"], row["high"]) == pytest.approx(measured.interval())


def test_the_table_shows_levels_and_the_differences_of_its_setups(experiments):
    found = priors.table(experiments, setups=["balanced", "imbalanced"])
    assert found.columns.tolist() == ["Even", "As in training", "Reversed"]
    assert found.index.tolist() == [
        ("Accuracy", "Balanced"),
        ("Accuracy", "Imbalanced"),
        ("Difference [95 %]", "Imbalanced − balanced"),
    ]
    levels = priors.accuracy_by_seed(experiments).groupby(["setup", "prior"], observed=True)
    expected = levels["accuracy"].mean().loc["imbalanced", "reversed"]
    assert found.loc[("Accuracy", "Imbalanced"), "Reversed"] == f"{expected:.3f}"
    assert len(priors.table(experiments)) == 3 + len(priors.COMPARISONS)


def test_the_figure_has_a_panel_a_prior_a_line_a_seed_and_each_mean(experiments):
    by_seed = priors.accuracy_by_seed(experiments)
    axes = priors.figure(by_seed)
    assert [ax.get_title() for ax in axes] == ["Even", "As in training", "Reversed"]
    for ax, prior in zip(axes, ["even", "training", "reversed"], strict=True):
        mine = by_seed[by_seed["prior"] == prior]
        seeds = [line for line in ax.lines if to_hex(line.get_color()) == figures.GREY]
        assert len(seeds) == mine["seed"].nunique()
        means = mine.groupby("setup", observed=True)["accuracy"].mean().to_dict()
        drawn = [line.get_ydata()[0] for line in ax.lines if line not in seeds]
        assert drawn == pytest.approx([means[setup] for setup in frames.setups(experiments)])


def test_without_results_there_is_nothing():
    assert priors.table([]).empty
    assert priors.figure(priors.accuracy_by_seed([])) is None
