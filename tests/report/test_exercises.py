"""The exercises: each solution runs, and asserts what its answer says."""

import pytest

from helpers.report.exercises import EXERCISES, as_markdown
from helpers.report.sections import SECTIONS

ALL = [each for listed in EXERCISES.values() for each in listed]


@pytest.mark.parametrize("exercise", ALL, ids=lambda one: one.question[:40])
def test_the_solution_runs_and_asserts(exercise):
    assert "assert " in exercise.code
    exec(exercise.code, {})


def test_each_section_has_two_with_the_solution_folded():
    assert set(EXERCISES) == set(SECTIONS)
    assert {len(listed) for listed in EXERCISES.values()} == {2}
    for section, listed in EXERCISES.items():
        text = as_markdown(section)
        for each in listed:
            before, _, solution = text.partition(each.question)[2].partition("{dropdown}")
            assert each.code not in before and each.code in solution
    assert as_markdown("no such") == ""
