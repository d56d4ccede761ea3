import json

import pytest

from helpers.foundation import paths
from helpers.report import benchmarks, diagnosis_benchmarks

TABLES = [
    (benchmarks.shap_speed, "shap_corpus"),
    (benchmarks.shap_growth, "shap_corpus"),
    (benchmarks.shap_cheaper, "shap_corpus"),
    (benchmarks.exactness, "shap_exact"),
    (benchmarks.string_path, "shap_string_path"),
    (benchmarks.string_path_figure, "shap_string_path"),
    (benchmarks.finetuning_speed, "finetuning"),
    (benchmarks.feature_speed, "features"),
    (diagnosis_benchmarks.speed, "diagnosis"),
    (diagnosis_benchmarks.pages, "diagnosis_pages"),
    (diagnosis_benchmarks.errors, "diagnosis_coverage"),
    (diagnosis_benchmarks.newcomer_steps, "newcomer"),
]


@pytest.mark.parametrize(("table", "script"), TABLES)
def test_the_published_benchmarks_fill_every_cell(table, script):
    assert (paths.repository_root() / "benchmarks" / f"{script}.py").is_file()
    frame = table()
    assert not frame.empty and not frame.isna().any(axis=None)
    assert "machine: " in benchmarks.conditions("features")


@pytest.mark.parametrize(("table", "script"), TABLES)
def test_a_benchmark_that_did_not_run_leaves_no_number(table, script, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    assert table().empty
    assert benchmarks.conditions(script) == ""


def test_rates_are_over_the_companions(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    found = {"texts_per_second": {"companion": 300.0, "companion_fp32": 150.0, "pipeline": 30.0}}
    path = tmp_path / "results" / "benchmarks" / "features.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(found))
    assert benchmarks.feature_speed()["companion's rate over this"].tolist() == [1, 2, 10]
