"""The analysis plan came before the runs that it governs."""

import subprocess
from pathlib import Path

import pytest

from helpers.foundation import paths, store

PLAN = "book/plan.md"
ROOT = Path(__file__).resolve().parents[1]


def git(*arguments):
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def governed(seed, variant):
    """Say whether a run is one that the plan announces: not those that had been seen before."""
    return seed >= 3 or (seed > 0 and variant != "") or variant not in ("", "mie=1")


def runs():
    for path in sorted((paths.results_dir() / "embedded").glob("*/*/*/*/run.json")):
        setup, seed = path.parts[-3:-1]
        if governed(int(seed.removeprefix("seed")), setup.partition("+")[2]):
            yield path.parent


def test_runs_seen_before_the_plan_are_not_governed_by_it():
    assert not governed(2, "") and not governed(0, "mie=1")
    assert governed(3, "") and governed(1, "mie=1") and governed(0, "severity=0.5")


def test_the_plan_is_older_than_the_code_of_every_run_it_governs():
    try:
        added = git("log", "--diff-filter=A", "--format=%H", "--", PLAN).splitlines()[-1]
    except (OSError, subprocess.CalledProcessError, IndexError):
        pytest.skip("no history of the plan: a shallow clone, or no git")
    for folder in runs():
        run = store.read_run(folder)
        for about in run["environments"].values():
            commit = about["git_commit"]
            assert commit and "+" not in commit, f"{folder}: made by {commit}"
            before = subprocess.run(
                ["git", "-C", str(ROOT), "merge-base", "--is-ancestor", added, commit], check=False
            )
            assert before.returncode == 0, f"{folder}: {commit} is not later than the plan"
