"""Every number of the paper stands beside ours, and what is not there says so."""

import shutil
from pathlib import Path

import pytest

import fake_results
from helpers import stages
from helpers.foundation.experiment import Experiment
from helpers.report import by_number as b
from helpers.report import paper

REPOSITORY = Path(__file__).resolve().parents[2]
STAND_IN = "Stand-in: MultiEmo pairs, multilingual-e5-small"


@pytest.fixture
def root(checkout):
    shutil.copy(REPOSITORY / "configs" / "paper.yaml", checkout / "configs" / "paper.yaml")
    return checkout


@pytest.fixture
def experiments(root):
    return fake_results.write_all()


@pytest.fixture
def originals(root):
    listed = stages.experiments(profile="paper", model="mbert", dataset="xnli")
    for experiment in listed:
        fake_results.write_one(experiment)
    return listed


def test_every_cell_of_the_paper_s_tables_is_there_once():
    cells = {
        number: [
            text
            for part, dataset in b.parts(number)
            for text in b.beside(part, dataset, [], [])["Paper"].to_numpy().ravel()
        ]
        for number in "1234567"
    }
    printed = {
        number: sum(
            table.cells.size
            for table in paper.TABLES.values()
            if table.number.rstrip("ab") == number
        )
        for number in "1234567"
    }
    assert {number: len(texts) for number, texts in cells.items()} == printed
    assert sum(printed.values()) == 74
    assert cells["3"] == ["0.580", "0.556", "0.569", "0.810", "0.783", "0.795"]
    assert cells["7"][:6] == ["0.309", "0.381", "0.412", "0.389", "0.744", "0.503"]
    assert cells["5"] == ["719k", "18k", "30k", "524k", "3.3k", "6.6k"]
    assert cells["2"][5:10] == ["27.3 %", "20.7 %", "16.9 %", "20.4 %", "14.7 %"]


def test_what_cannot_be_had_offline_names_its_profile(experiments):
    for number in "1234567":
        for part, dataset in b.parts(number):
            frame = b.beside(part, dataset, experiments, [])
            own = frame.loc[:, frame.columns.get_level_values(0).str.startswith("Reproduced")]
            assert own.shape[1] >= 1
            assert set(own.to_numpy().ravel()) == {"needs the hub: run profile paper"}
    assert "needs the hub: run profile paper</span></td>" in b.shown("3", experiments, []).html


def test_ours_stands_beside_its_cell(experiments):
    accuracy = b.beside("3", "xnli", experiments, [])[STAND_IN]
    assert accuracy["Imbalanced"].startswith("0.705 [")
    trained = b.beside("1b", "xnli", experiments, [])[STAND_IN]
    assert trained["fr", "entailment"] == "50.0 %<small>more positive</small>"
    assert trained["en", "entailment"] == "16.7 %<small>more positive</small>"
    predicted = b.beside("2b", "xnli", experiments, [])[STAND_IN]
    assert predicted["fr", "entailment"].endswith("]<small>more positive</small>")
    found = b.beside("4", "xnli", experiments, [])
    assert found[STAND_IN, "C = 1"]["External texts", "Imbalanced"].startswith("0.955 [")
    assert found[STAND_IN, "C = 1e-4"]["Test set", "Imbalanced"].startswith("0.477 [")
    assert b.beside("5", "xnli", experiments, [])[STAND_IN].tolist() == ["600", "60", "600"]


def test_a_stand_in_is_never_shown_as_the_reproduction(experiments, originals):
    alone = b.beside("3", "xnli", experiments, [])
    assert "Reproduced: XNLI, mBERT" in alone
    both = b.beside("3", "xnli", experiments, originals)
    assert both["Reproduced: XNLI, mBERT"]["Balanced"].startswith("0.811 [")
    # Another model's table does not show them.
    other = b.beside("6", "xnli", experiments, originals)
    assert set(other["Reproduced: XNLI, XLM-R"]) == {b.NEEDS_THE_HUB}
    # The paper's XLM-R has masked input entropy (A.2), and so has what stands in for it.
    assert f"{STAND_IN}, masked input entropy" in other
    # In a book of profile paper they are no stand-ins of themselves.
    assert not [name for name in b.beside("3", "xnli", originals, originals) if "Stand-in" in name]


def test_what_is_lost_is_missing(experiments):
    for experiment in experiments:
        if experiment.setup == "imbalanced":
            (experiment.folder / "metrics.json").unlink()
    accuracy = b.beside("3", "xnli", experiments, [])[STAND_IN]
    assert accuracy["Imbalanced"] == "missing"
    assert accuracy["Balanced"] != "missing"
    assert set(b.beside("2b", "xnli", experiments, [])[STAND_IN]) == {"missing"}


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (["a", "b", "c"], ["x", "y", "z"], {"a": "x", "b": "y", "c": "z"}),
        (["1", "2", "3", "4", "5"], ["bad", "so", "good"], {"1": "bad", "5": "good"}),
        (["a", "b"], [], {}),
    ],
)
def test_labels_match_by_place_or_at_their_ends_only(theirs, ours, expected):
    assert b._matching(theirs, ours) == expected


def test_the_summary_counts_numbers_not_columns(experiments, originals):
    assert "hold 74 numbers. 0 of them" in b.summary([], []).text
    # Tables 1b, 2b and the halves of 3 to 7 about XNLI: 6 + 6 + 3 + 6 + 3 + 2 + 4; Tables 6 and 7
    # are about masked input entropy, which this profile does not run with class weights.
    assert "0 of them" in b.summary(experiments, []).text
    assert "; 30 have" in b.summary(experiments, []).text
    # mBERT alone: not Tables 6 and 7.
    assert "74 numbers. 24 of them" in b.summary(experiments, originals).text


def test_the_paper_s_own_experiments_are_no_stand_ins(root):
    mbert = [Experiment("mbert", "xnli", "balanced", 0, "paper")]
    columns = b._columns("3", "xnli", mbert, mbert)
    assert [column.heading for column in columns] == ["Reproduced: XNLI, mBERT"]
