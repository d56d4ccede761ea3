"""pyproject.toml, constraints.txt and environment.yml say the same."""

import importlib.util
import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from helpers.foundation import paths

ROOT = paths.repository_root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REQUIREMENTS = [
    Requirement(item) for item in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda item: item.name)
def test_the_pin_lies_in_the_range(tool, requirement):
    pin = tool.pinned_versions()[requirement.name.lower().replace("_", "-")]
    assert requirement.specifier.contains(pin, prereleases=True), (requirement, pin)


def test_the_conda_environment_is_up_to_date(tool):
    assert (ROOT / "environment.yml").read_text("utf-8") == tool.environment()


def test_what_runs_here_is_what_is_pinned(tool):
    pins = tool.pinned_versions()
    differing = {}
    for requirement in REQUIREMENTS:
        installed = metadata.version(requirement.name).split("+")[0]
        pin = pins[requirement.name.lower().replace("_", "-")]
        if installed != pin:
            differing[requirement.name] = (installed, pin)
    assert not differing


def test_every_pin_is_exact():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.!-]+", line) for line in lines if line[0] != "#")
