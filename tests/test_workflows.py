"""The workflows of the public repository: they parse, and every step calls what there is."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
# On the runners of GitHub, besides Python.
INSTALLED = {"make", "git", "gh"}


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def jobs(request):
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))["jobs"]


def steps_of(jobs):
    return [step for job in jobs.values() for step in job["steps"]]


def test_every_command_is_there(jobs):
    for command in (step["run"] for step in steps_of(jobs) if "run" in step):
        program, *rest = shlex.split(command)
        if program == "make":
            targets = [word for word in rest if "=" not in word]
            assert targets and set(targets) <= TARGETS, command
        elif program == "python":
            assert rest[:2] in (["-m", "pip"], ["-m", "pytest"]), command
        else:
            assert program in INSTALLED, command


def test_every_step_runs_or_uses_one_thing_at_a_version(jobs):
    for step in steps_of(jobs):
        assert ("run" in step) != ("uses" in step)
        assert "uses" not in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_the_pythons_are_those_that_the_project_supports():
    tests = yaml.safe_load((REPOSITORY / ".github/workflows/tests.yml").read_text())["jobs"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    supported = [f"3.{minor}" for minor in range(int(low), int(high))]
    assert tests["pinned"]["strategy"]["matrix"]["python"] == supported
    newest = [step["with"]["python-version"] for step in tests["newest"]["steps"] if "with" in step]
    assert newest == supported[-1:]


def test_extras_that_a_command_installs_are_the_project_s(jobs):
    for step in steps_of(jobs):
        for extras in re.findall(r"\.\[([\w,]+)\]", step.get("run", "")):
            assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])
