"""The change beside its null, and the paired difference where token values are kept."""

from contextlib import contextmanager

import pytest

import fake_results
from helpers.foundation import paths
from helpers.report import shap_null
from helpers.report.results import collect


@contextmanager
def made_up(root, *, seeds):
    """Results of a tiny profile with some seeds."""
    with fake_results.checkout(root):
        profile = paths.configs_dir() / "tiny.yaml"
        size = "{train: 600, validation: 60, test: 600}\n"
        text = profile.read_text("utf-8").replace("seeds: [0, 1]", f"seeds: {seeds}")
        text = text.replace("datasets:\n", f"datasets:\n  multiemo: {size}")
        profile.write_text(text, "utf-8")
        yield fake_results.write_all()


@pytest.fixture
def experiments(tmp_path):
    with made_up(tmp_path, seeds=[0, 1]) as experiments:
        yield experiments


def test_the_null_stands_beside_the_change(experiments):
    (results,) = collect(experiments)
    found = shap_null.null_share(results)
    # Made up: informative tokens move by .05 in every setup; neutral ones by .1 a step of the skew.
    assert found.loc["Positive tokens", "share"] == pytest.approx(1)
    assert found.loc["Positive tokens", "left"] == pytest.approx(0)
    apart = found.loc["Neutral tokens, over- minus under-represented"]
    assert apart["change"] == pytest.approx(0.2)
    assert apart["share"] == pytest.approx(0)
    assert apart["seeds"] > 1 and apart["paired_seeds"] == 0
    table = shap_null.table(experiments)
    assert table.loc["Negative tokens", "Null, share of the change"] == "100.0 %"
    assert "Paired difference [95 %]" not in table


def test_without_a_null_the_change_is_told_alone(experiments):
    skewed = [experiment for experiment in experiments if experiment.setup == "imbalanced"]
    table = shap_null.table(skewed)
    assert table.loc["Positive tokens"].tolist() == [
        "−0.050",
        "missing",
        "missing",
        "missing",
        "2",
    ]
    assert shap_null.table([]).empty


def test_kept_token_values_give_the_paired_difference(tmp_path):
    with made_up(tmp_path, seeds=[0, 1, 2]) as experiments:
        (results,) = collect(experiments)
        table = shap_null.table(experiments)
    assert {key for key in results.shap_difference if "@paired" in key[0]} == {
        (f"{setup}@paired", seed) for setup in ("imbalanced", "imbalanced_cw") for seed in range(3)
    }
    apart = shap_null.null_share(results).loc["Neutral tokens, over- minus under-represented"]
    assert apart["paired"] == pytest.approx(0.2, abs=0.003)
    assert apart["paired_low"] < apart["paired"] < apart["paired_high"]
    assert "Paired difference [95 %]" in table


def test_several_data_sets_are_told_apart(experiments):
    others = fake_results.write_all(dataset="multiemo")
    names = shap_null.table([*experiments, *others]).index.get_level_values(0)
    assert names.unique().tolist() == ["MultiEmo pairs", "MultiEmo"]
