"""Seeds crossed with source rows."""

import numpy as np
import pytest

from helpers.analysis.quantities import accuracy
from helpers.analysis.two_way import Components, over_seeds_and_rows
from helpers.foundation.errors import CompanionError
from results_by_hand import published


@pytest.mark.parametrize(
    ("dataset", "setup", "minus", "low", "high"),
    [
        ("multiemo", "imbalanced", "balanced", -7.65, 0.07),
        ("multiemo_pairs", "imbalanced_cw", "imbalanced", 0.36, 10.27),
        ("xnli_7500", "imbalanced", "balanced", -2.66, -0.29),
    ],
)
def test_intervals_recomputed_by_another_hand(dataset, setup, minus, low, high):
    results = published(dataset)
    found = [accuracy(setup, minus)(results, seed) for seed in range(3)]
    mean, _ = over_seeds_and_rows([one.rows for one in found], found[0].groups)
    assert [100 * bound for bound in mean.interval()] == pytest.approx([low, high], abs=0.05)


def test_it_finds_the_components_that_were_put_in():
    generator = np.random.default_rng(5)
    seeds, groups, size = 40, 300, 2
    of_group = np.repeat(generator.normal(0, 2, groups), size)  # shared by translations
    rows = (
        generator.normal(0, 1, (seeds, 1))
        + of_group[None, :]
        + generator.normal(0, 3, (seeds, groups * size))
    )
    _, parts = over_seeds_and_rows(rows, np.repeat(np.arange(groups), size))
    assert parts.seeds == pytest.approx(1 / seeds, rel=0.4)
    assert parts.rows == pytest.approx(4 / groups, rel=0.25)
    assert parts.both == pytest.approx(9 / (seeds * groups * size), rel=0.1)


def test_it_covers_the_mean_of_seeds_and_rows_to_come():
    generator = np.random.default_rng(6)
    covered = []
    for _ in range(300):
        rows = (
            generator.normal(0, 0.05, (6, 1))
            + generator.normal(0, 1, (1, 200))
            + generator.normal(0, 1, (6, 200))
        )
        low, high = over_seeds_and_rows(rows, range(200))[0].interval()
        covered.append(low <= 0 <= high)
    assert 0.91 < np.mean(covered) < 0.98


def test_what_never_differs_has_an_interval_without_width():
    found, components = over_seeds_and_rows(np.zeros((3, 10)), groups=np.arange(10))
    assert (found.value, found.error) == (0.0, 0.0) and found.freedom > 0
    assert components == Components(0.0, 0.0, 0.0)


def test_one_seed_and_one_source_row_are_refused():
    with pytest.raises(CompanionError, match="need two seeds or more"):
        over_seeds_and_rows(np.zeros((1, 4)), range(4))
    with pytest.raises(CompanionError, match="need two source rows, got 1"):
        over_seeds_and_rows(np.zeros((2, 4)), [0] * 4)
