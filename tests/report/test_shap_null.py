"""The change beside its null, and the paired difference where token values are kept."""

import numpy as np
import pandas as pd
import pytest

import fake_results
from helpers.analysis.shap_frames import token_values
from helpers.foundation import paths
from helpers.report import shap_null
from helpers.report.results import collect


@pytest.fixture
def experiments(tmp_path):
    with fake_results.checkout(tmp_path):
        profile = paths.configs_dir() / "tiny.yaml"
        text = profile.read_text("utf-8").replace("seeds: [0, 1]", "seeds: [0, 1, 2]")
        size = "{train: 600, validation: 60, test: 600}\n"
        text = text.replace("datasets:\n", f"datasets:\n  multiemo: {size}")
        profile.write_text(text, "utf-8")
        yield fake_results.write_all()


def tokens(experiment):
    """Texts of a neutral and a positive token; the first moves as `fake_results` says."""
    generator = np.random.default_rng(experiment.seed)
    slope = 0.1 if experiment.setup == "imbalanced" else 0.0
    rows = [
        {"text_id": f"text{n}", "group": f"group{n}", "language": language, "label": 0,
         "position": position}
        | {f"value_{label}": (slope * (fake_results.SKEW[language][index] - 2) if position == 0
                              else 0.3) + generator.normal(0, 0.001)
           for index, label in enumerate(fake_results.LABELS)}
        | {f"base_{label}": 0.3 for label in fake_results.LABELS}
        for n in range(12)
        for language in [fake_results.LANGUAGES[n % 2]]
        for position in range(2)
    ]  # fmt: skip
    return token_values(pd.DataFrame(rows), fake_results.LABELS)


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
    assert table.loc["Positive tokens"].tolist() == ["−0.050", "missing", "missing", "missing"]
    assert shap_null.table([]).empty


def test_kept_token_values_give_the_paired_difference(experiments):
    for experiment in experiments:
        if not experiment.variant:
            frame = tokens(experiment)
            fake_results.publish(experiment, "shap_tokens", {"shap_tokens.parquet": frame})
    (results,) = collect(experiments)
    assert {key for key in results.shap_difference if "@paired" in key[0]} == {
        (f"{setup}@paired", seed) for setup in ("imbalanced", "imbalanced_cw") for seed in range(3)
    }
    apart = shap_null.null_share(results).loc["Neutral tokens, over- minus under-represented"]
    assert apart["paired"] == pytest.approx(0.2, abs=0.003)
    assert apart["paired_low"] < apart["paired"] < apart["paired_high"]
    assert "Paired difference [95 %]" in shap_null.table(experiments)


def test_several_data_sets_are_told_apart(experiments):
    others = fake_results.write_all(dataset="multiemo")
    names = shap_null.table([*experiments, *others]).index.get_level_values(0)
    assert names.unique().tolist() == ["MultiEmo pairs", "MultiEmo"]
