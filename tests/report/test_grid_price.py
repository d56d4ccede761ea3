import json

import pytest

from helpers.foundation import paths
from helpers.report import grid_price


def test_without_a_plan_there_is_no_price(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    assert grid_price.grid_price().empty
    assert grid_price.grid_conditions() == ""


def test_the_published_price_is_the_sum_of_its_parts():
    frame = grid_price.grid_price()
    assert list(frame.index.get_level_values("model").unique()) == ["mBERT", "XLM-R", "all"]
    parts, whole = frame.drop("all", level="model"), frame.loc[("all", "")]
    for column in ("all, h", "tokens, millions", "models"):
        assert whole[column] == pytest.approx(parts[column].sum())
    hours = [column for column in frame if column.endswith(", h") and column != "all, h"]
    assert (frame[hours].sum(axis=1) <= frame["all, h"] + 1e-9).all()
    path = paths.results_dir() / "benchmarks" / "plan_paper.json"
    total = json.loads(path.read_text())["total"]
    assert whole["all, h"] == pytest.approx(total["hours"], abs=0.01)
    assert "stated, not measured" in grid_price.grid_conditions()
