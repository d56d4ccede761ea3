"""The paper's own subsets: balanced has no finding, imbalanced is an error of severity 1."""

import numpy as np
import pytest

from helpers.data.cells import cell_sizes
from helpers.diagnosis.association import associate
from helpers.diagnosis.measures import phi_squared
from helpers.diagnosis.severity import THRESHOLDS, paper_v, severity, status_of, v_thresholds
from helpers.foundation.datasets import all_datasets

FAMILIES = [name for name, family in all_datasets().items() if family.skew]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [2400, 12_000])
def test_the_papers_subsets(family, size):
    balanced, imbalanced = cell_sizes(all_datasets()[family].skew, size=size)
    assert status_of(associate(balanced)) == "no finding"
    found = associate(imbalanced)
    assert status_of(found) == "error"
    place = severity(found.cramers_v, imbalanced.shape)
    assert place.low <= 1 <= place.high
    assert place.value == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("degree", [0.25, 0.5, 1.25])
def test_severity_is_read_back(degree):
    skew = all_datasets()["amazon_reviews"].skew
    _, counts = cell_sizes(skew, size=60_000, severity=degree)
    place = severity(associate(counts).cramers_v, counts.shape)
    assert place.value == pytest.approx(degree, abs=0.01)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_formula_for_the_papers_v(family):
    _, counts = cell_sizes(all_datasets()[family].skew, size=60_000)
    v = np.sqrt(phi_squared(counts) / (min(counts.shape) - 1))
    assert paper_v(counts.shape) == pytest.approx(v, abs=1e-4)


def test_thresholds_are_the_documented_ones_and_lie_below_the_paper():
    assert dict(THRESHOLDS) == {"note": 0.1, "warning": 0.2, "error": 0.3}
    for family in FAMILIES:
        labels = len(all_datasets()[family].labels)
        shape = (len(all_datasets()[family].skew), labels)
        assert max(v_thresholds(shape).values()) < paper_v(shape)
