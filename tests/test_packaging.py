"""pyproject.toml, constraints.txt and environment.yml say the same."""

import importlib
import importlib.util
import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from helpers.foundation import paths

ROOT = paths.repository_root()
SPEC = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
TOOL = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(TOOL)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REQUIREMENTS = [Requirement(item) for item in TOOL.direct_requirements()]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda item: item.name)
def test_the_pin_lies_in_the_range(requirement):
    pin = TOOL.pinned_versions()[requirement.name.lower().replace("_", "-")]
    assert requirement.specifier.contains(pin, prereleases=True), (requirement, pin)


def test_the_conda_environment_is_up_to_date():
    assert (ROOT / "environment.yml").read_text("utf-8") == TOOL.environment()


def test_what_runs_here_is_what_is_pinned():
    pins = TOOL.pinned_versions()
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


def test_all_is_every_extra_that_computes_or_shows():
    (everything,) = PROJECT["optional-dependencies"]["all"]
    assert Requirement(everything).name == PROJECT["name"]
    assert {*Requirement(everything).extras, "dev"} == set(TOOL.EXTRAS)


def test_the_core_is_small():
    core = {Requirement(item).name for item in PROJECT["dependencies"]}
    assert core.isdisjoint({"torch", "transformers", "datasets", "jupyter-book", "shap"})


def test_the_api_page_names_what_is_there():
    page = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    names = re.findall(r"\.\. auto\w+:: ([\w.]+)\.(\w+)$", page, re.MULTILINE)
    assert len(names) > 20
    lacking = [name for name in names if not hasattr(importlib.import_module(name[0]), name[1])]
    assert not lacking
