"""Natural imbalance: the answer counts tables, and the figure sets them beside the severities."""

import dataclasses

import pytest

from helpers.report import described, natural, severity
from helpers.report.question_list import question
from helpers.report.question_list.natural import PLAIN, STATEMENTS
from results_by_hand import as_in_the_paper, at_severities, counts_at, losing

QUESTION = question("natural")
LEVELS = (0.4, 0.6, 0.8, 1.2)


@pytest.fixture(scope="module")
def results():
    """Drawn tables lose two points more than the severities, and weights help; raked ones less."""
    made = at_severities(lambda level: 0.1 * level, seeds=(0,))
    balanced = made.predictions["balanced", 0]
    predictions, tables = {}, {}
    for name, setup in PLAIN.items():
        kind, number = name.split()
        level = LEVELS[int(number) - 1]
        lost = 0.1 * level + (0.02 if kind == "drawn" else -0.02)
        predictions[setup, 0] = losing(balanced, lost)
        weighted = setup.replace("imbalanced", "imbalanced_cw")
        predictions[weighted, 0] = losing(balanced, 0.01 if kind == "drawn" else 0.2)
        tables[setup, 0] = {"counts": {"train": {"imbalanced": counts_at(level)}}}
    files = {"subsets.json": {**made.files["subsets.json"], **tables}}
    return dataclasses.replace(made, predictions={**made.predictions, **predictions}, files=files)


def test_the_answer_counts_tables(results):
    said = QUESTION.describe(results).answer
    drawn = "drawn 1; drawn 2; drawn 3; drawn 4"
    assert said.startswith("Imbalance costs accuracy under 8 of 8 tables. More is lost than ")
    assert f"at the same Cramér's V, under 4 of 8 tables ({drawn})." in said
    assert f"Class weights win accuracy back under 4 of 8 tables ({drawn})." in said
    assert said.endswith("the more accuracy is lost, among 2 of 2 kinds of table.")


def test_a_table_beyond_the_curve_is_compared_with_nothing(results):
    short = {key: f for key, f in results.predictions.items() if "severity=1.5" not in key[0]}
    numbers = described.frame(STATEMENTS, dataclasses.replace(results, predictions=short))
    beyond = numbers[numbers["panel"] == "Beyond the severity curve"].set_index("line")["value"]
    assert "drawn 4" not in beyond.index and len(beyond) == 6
    assert beyond["drawn 1"] == pytest.approx(-0.02, abs=2e-3)
    assert beyond["raked 1"] == pytest.approx(0.02, abs=2e-3)


def test_tables_stand_on_the_curve_s_axis(results):
    found = natural.tables(results, PLAIN)
    assert found["cramers_v"].is_monotonic_increasing and len(found) == 8
    assert found["harm"].iloc[-2:].sum() == pytest.approx(0.24, abs=2e-3)
    shown = natural.table(found)
    assert shown.loc["raked 4", "Smallest cell"] == "40"
    drawn = natural.figure(found, severity.curve(results), severity.curve(results, seeds=[0]))
    assert {text.get_text() for text in drawn.texts} == {"1", "2", "3", "4"}
    assert set(severity.curve(results, seeds=[0])["seeds"]) == {1}


def test_where_nothing_is_there_nothing_is_drawn():
    empty = as_in_the_paper(())
    found = natural.tables(empty, PLAIN)
    assert found.empty and {"table", "harm"} <= set(found.columns)
    assert natural.figure(found, severity.curve(empty), severity.curve(empty)) is None
    assert natural.table(found).empty
