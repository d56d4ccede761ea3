"""How often intervals hold the truth."""

import numpy as np
import pytest

from helpers.analysis.coverage import coverage_over_rows, coverage_over_seeds
from helpers.analysis.two_way import Components


def test_the_bootstrap_over_few_seeds_covers_too_little_and_the_t_interval_does_not():
    found = coverage_over_seeds([3, 5, 8, 20], studies=4000, resamples=800)
    assert found["t"].tolist() == pytest.approx([0.95] * 4, abs=0.012)
    # Recomputed by another hand: 74, 84, 89 and 94 %.
    assert found["bootstrap"].tolist() == pytest.approx([0.74, 0.84, 0.89, 0.94], abs=0.02)


def test_coverage_does_not_depend_on_the_order_of_magnitude():
    parts = Components(4.0, 1.0, 2.0)
    tiny = Components(*(1e-9 * part for part in (parts.seeds, parts.rows, parts.both)))
    found = [coverage_over_rows(each, measured=3, seeds=5) for each in (parts, tiny)]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_without_a_variance_of_rows_the_t_interval_covers_other_rows_too():
    found = coverage_over_rows(Components(1.0, 0.0, 0.0), measured=3, seeds=4)
    assert found["t"] == pytest.approx(0.95, abs=0.01)
    assert found["crossed"] == pytest.approx(found["t"])


def test_with_many_seeds_only_the_crossed_interval_covers_other_rows():
    found = coverage_over_rows(Components(1.0, 1.0, 0.0), measured=3, seeds=20)
    assert found["t"] < 0.8
    assert found["crossed"] == pytest.approx(0.95, abs=0.01)
    assert np.isfinite(list(found.values())).all()
