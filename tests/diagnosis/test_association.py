"""Intervals that cover, levels that do not cry wolf; the whole grid is in benchmarks/."""

import numpy as np
import pytest
import simulated

from helpers.diagnosis.association import associate
from helpers.diagnosis.severity import status_of

REPEATS = 80


@pytest.mark.parametrize(
    ("languages", "labels", "n", "w"),
    [(2, 3, 300, 0.0), (2, 3, 300, 0.4), (6, 5, 400, 0.2), (6, 5, 4000, 0.45), (12, 8, 3000, 0.3)],
)
def test_the_interval_covers_and_its_lower_end_seldom_lies_above(languages, labels, n, w):
    rng = np.random.default_rng(1)
    found = [associate(simulated.table(rng, languages, labels, w, n)) for _ in range(REPEATS)]
    v = w * found[0].v_of_w_1
    covered = np.mean([each.cramers_v.low <= v <= each.cramers_v.high for each in found])
    above = np.mean([each.cramers_v.low > v for each in found])
    # 95 and 2.5 %, and three standard errors of this many repeats
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / REPEATS)
    assert above < 0.025 + 3 * np.sqrt(0.025 * 0.975 / REPEATS)


def test_balanced_data_get_no_finding_and_few_rows_no_pass():
    rng = np.random.default_rng(2)
    many = [status_of(associate(simulated.table(rng, 6, 5, 0, 3000))) for _ in range(40)]
    few = [status_of(associate(simulated.table(rng, 6, 5, 0, 60))) for _ in range(40)]
    assert many.count("no finding") >= 38
    assert few.count("too little data to tell") >= 38


@pytest.mark.parametrize(("w", "level"), [(0.15, "note"), (0.25, "warning"), (0.45, "error")])
def test_a_known_skew_between_thresholds_comes_out_as_its_level(w, level):
    rng = np.random.default_rng(3)
    found = [status_of(associate(simulated.table(rng, 6, 5, w, 20_000))) for _ in range(20)]
    assert found == [level] * 20


@pytest.mark.parametrize("w", [0.1, 0.2, 0.3])
def test_a_skew_at_a_threshold_reaches_it_as_seldom_as_stated(w):
    rng = np.random.default_rng(4)
    reached = 0
    for _ in range(REPEATS):
        found = associate(simulated.table(rng, 6, 5, w, 5000))
        reached += found.cramers_v.low / found.v_of_w_1 >= w
    assert reached / REPEATS < 0.025 + 3 * np.sqrt(0.025 * 0.975 / REPEATS)


def test_the_largest_association_there_is():
    found = associate(np.diag([40, 40, 40]))
    assert found.cramers_v.value == pytest.approx(1) and found.cramers_v.high == pytest.approx(1)
    assert found.mutual_information == pytest.approx(np.log(3))
    assert found.share_of_label_entropy == 1 and found.error_left == 0
    assert found.gain == pytest.approx(2 / 3)


def blocks_of(rng, table_of, n_groups, blocks=200):
    """Put each group's rows, all in one cell a language, into a random block."""
    counts = np.zeros((blocks, *table_of.shape[1:]), dtype=np.int64)
    np.add.at(counts, rng.integers(0, blocks, n_groups), table_of)
    return counts


def test_copies_of_a_row_are_one_piece_of_evidence():
    """Each source row is there five times: the interval must be that of the source rows."""
    rng = np.random.default_rng(5)
    above, covered, effects = 0, 0, []
    w = 0.3
    for _ in range(60):
        language, label = simulated.rows(rng, 4, 3, w, 600)
        groups = np.zeros((600, 4, 3), dtype=np.int64)
        groups[np.arange(600), language, label] = 5
        found = associate(groups.sum(axis=0), blocks=blocks_of(rng, groups, 600))
        effects.append(found.design_effect)
        v = w * found.v_of_w_1
        above += found.cramers_v.low > v
        covered += found.cramers_v.low <= v <= found.cramers_v.high
    assert np.mean(effects) == pytest.approx(5, rel=0.1)
    assert covered >= 51 and above <= 6


def test_parallel_rows_are_balanced_beyond_doubt():
    """Each source row is there once in every language, with one label: V is 0 for certain."""
    rng = np.random.default_rng(6)
    groups = np.zeros((30, 4, 3), dtype=np.int64)
    groups[np.arange(30), :, rng.integers(0, 3, 30)] = 1
    table = groups.sum(axis=0)
    assert status_of(associate(table)) == "too little data to tell"
    by_group = associate(table, blocks=blocks_of(rng, groups, 30))
    assert status_of(by_group) == "no finding"
    assert by_group.design_effect == pytest.approx(0, abs=1e-9)


def test_the_same_table_gives_the_same_numbers():
    table = np.array([[30, 10], [12, 28]])
    assert associate(table) == associate(table)
