import pytest

from helpers.foundation.errors import CompanionError
from helpers.foundation.names import FAMILIES, MODELS
from helpers.foundation.setups import PAPER_SETUPS
from helpers.report import paper


@pytest.mark.parametrize("number", ["1a", "1b", "2a", "2b"])
def test_shares_sum_to_one_within_the_paper_s_rounding(number):
    sums = paper.table(number).cells.sum(axis=1)
    assert ((sums - 1).abs() < 0.0025).all()


@pytest.mark.parametrize("number", ["1a", "1b"])
def test_the_training_skew_has_uniform_marginals(number):
    label_marginal = paper.table(number).cells.mean()
    assert label_marginal.max() - label_marginal.min() < 0.002


def test_the_numbers_the_text_of_the_paper_repeats():
    # Section 4.1 names what Table 2 shows: which group tends to which end.
    table_2a = paper.table("2a").cells
    assert table_2a.loc["de, en, zh", "1"] > table_2a.loc["fr, es, ja", "1"]
    assert table_2a.loc["de, en, zh", "5"] < table_2a.loc["fr, es, ja", "5"]
    table_2b = paper.table("2b").cells
    assert table_2b.loc["fr", "entailment"] > table_2b.loc["en", "entailment"]
    for number in ("3", "6"):
        cells = paper.table(number).cells
        assert (cells.loc["balanced"] > cells.loc["imbalanced"]).all()
    for number in ("4", "7"):
        cells = paper.table(number).cells
        balanced, imbalanced = (
            cells.xs(setup, level="setup") for setup in ("balanced", "imbalanced")
        )
        assert (imbalanced > balanced).all(axis=None)


def test_the_tables_use_the_project_s_names():
    for number in ("3", "6"):
        cells = paper.table(number).cells
        assert list(cells.index) == list(PAPER_SETUPS)
        assert set(cells.columns) <= set(FAMILIES)
    assert set(paper.ACCURACY_TABLE) | set(paper.IDENTIFICATION_TABLE) <= set(MODELS)
    assert set(paper.ACCURACY_TABLE.values()) <= set(paper.TABLES)


def test_a_caller_cannot_change_the_paper():
    cells = paper.table("3").cells
    cells.loc["balanced", "xnli"] = 0
    assert paper.table("3").cells.loc["balanced", "xnli"] == 0.81


def test_an_unknown_table_is_refused():
    with pytest.raises(CompanionError, match=r"'8'.*choose one of 1a"):
        paper.table("8")
