"""The harm that the package carries is that of the committed results."""

import json

import pytest

from helpers.diagnosis import harm
from helpers.report.severity import published_record


def test_the_package_s_curve_is_what_the_results_give():
    committed = json.loads(harm.FILE.read_text("utf-8"))
    current = published_record()
    points, now = committed.pop("points"), current.pop("points")
    assert committed == current, "write it again: python tools/severity_curve.py"
    assert len(points) == len(now)
    for before, after in zip(points, now, strict=True):
        assert before == pytest.approx(after, abs=1e-5)


def test_it_names_where_it_comes_from_and_begins_with_no_harm():
    found = harm.harm_curve()
    assert found.commits and all(len(commit) == 40 for commit in found.commits)
    assert (found.points[0].severity, found.points[0].harm) == (0, 0)
    skewed = {point.severity: point for point in found.points}[1]
    assert skewed.low < skewed.harm < skewed.high and skewed.seeds >= 3
