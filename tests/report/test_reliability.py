import json
from pathlib import Path

import pytest
import yaml

from helpers.foundation import paths
from helpers.report import reliability

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = {"command": "pytest tests/reliability", "day": "2026-11-26", "git_commit": "0123456789"}
ATTACKS = {
    "interrupted: a full disk": {"right": 3, "refused": 1, "wrong": 0, **RUN},
    "interrupted: killed": {"right": 5, "refused": 0, "wrong": 1, **RUN},
    "changed: a record": {"right": 0, "refused": 7, "wrong": 0, **RUN},
}
MUTATION = {
    **RUN,
    "command": "python tools/mutation.py",
    "drawn": 20,
    "targets": {
        "a.py": {"killed": 6, "survived": 2, "timed out": 1},
        "b.py": {"killed": 2, "survived": 0, "timed out": 0},
    },
    "survivors": [{"file": "a.py", "was": "x < 1", "became": "x <= 1", "reason": "never 1"}],
}
AGAIN = {
    "command": "python tools/mutation.py --survivors",
    "day": "2026-11-28",
    "git_commit": "9876543210",
    "tried": 4,
    "noticed": 3,
}


@pytest.fixture
def counted(checkout):
    """A checkout where both runs left their counts."""
    folder = paths.results_dir() / "reliability"
    folder.mkdir(parents=True)
    (folder / "attacks.json").write_text(json.dumps(ATTACKS))
    (folder / "mutation.json").write_text(json.dumps(MUTATION))


@pytest.mark.usefixtures("counted")
def test_what_is_lost_is_in_the_sum():
    frame = reliability.attacks("interrupted")
    assert frame.loc["killed"].tolist() == [6, 0, 5, 1]
    assert frame.loc["all", ["tried", "lost"]].tolist() == [10, 1]
    assert reliability.attacks("changed").loc["all", "wrongly accepted"] == 0


@pytest.mark.usefixtures("counted")
def test_time_outs_are_no_part_of_the_share():
    assert reliability.mutation()["share noticed"].tolist() == ["75.0 %", "100.0 %", "80.0 %"]
    assert reliability.progress() == "Tried so far: 11 of 20 changes that were drawn."
    assert reliability.survivors().loc["a.py", "why"] == "never 1"


@pytest.mark.usefixtures("counted")
def test_each_run_is_named_once():
    assert set(reliability.runs().index) == {RUN["command"], MUTATION["command"]}
    assert len(reliability.runs()) == 2


@pytest.mark.usefixtures("counted")
def test_what_was_tried_again_is_told_with_its_own_commit():
    file = paths.results_dir() / "reliability" / "mutation.json"
    file.write_text(json.dumps(MUTATION | {"tried_again": [AGAIN]}))
    assert reliability.progress().endswith(
        "At first 50.0 % were noticed. Of the others, 4 were tried again after tests had been "
        "added, and 3 were noticed then: the table counts them as noticed."
    )
    assert reliability.runs().loc[AGAIN["command"], "commit"] == "98765432"
    assert reliability.runs().loc[MUTATION["command"], "commit"] == "01234567"


def test_without_counts_nothing_is_said(checkout):
    tables = (reliability.attacks("changed"), reliability.mutation(), reliability.survivors())
    assert all(frame.empty for frame in (*tables, reliability.runs()))
    assert reliability.progress() == ""


def test_the_published_counts_have_a_reason_for_each_survivor_and_nothing_wrong():
    assert reliability.load("attacks")
    assert all(ended["wrong"] == 0 for ended in reliability.load("attacks").values())
    listed = yaml.safe_load((REPOSITORY / "tools" / "survivors.yaml").read_text(encoding="utf-8"))
    reasons = {(f, became): why for f, found in listed.items() for became, why in found.items()}
    survivors = reliability.load("mutation")["survivors"]
    assert {(one["file"], one["became"]): one["reason"] for one in survivors} == reasons
    assert not reliability.runs().index.str.contains(r"[ =]/").any(), "a machine's own path"
