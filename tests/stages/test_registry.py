"""A stage is one file: the lists follow from the records."""

import json

import pytest

import package_copy
from helpers import stages
from helpers.foundation.experiment import Experiment

EXPERIMENT = Experiment("e5_small", "multiemo", "imbalanced")

NEW_STAGE = '''
"""How many characters the test rows of a language have."""

from helpers.stages.record import Stage


def _inputs(experiment, upstream):
    return {"subsets": upstream.stage(experiment, "subsets")}


def _compute(bench):
    lengths = bench.test["text"].str.len().groupby(bench.test["language"]).sum()
    return {"characters.json": lengths.to_dict()}


STAGE = Stage(
    name="characters",
    version=1,
    order=15,
    paper="none",
    files=("characters.json",),
    inputs=_inputs,
    compute=_compute,
    needs=("subsets",),
)
'''


def test_a_stage_is_named_after_its_file():
    for name, stage in stages.all_stages().items():
        assert stage.name == name
        assert stage.compute.__module__ == f"helpers.stages.{name}"


def test_a_stage_comes_after_those_that_it_needs():
    order = {name: position for position, name in enumerate(stages.STAGES)}
    for name, stage in stages.all_stages().items():
        assert all(order[needed] < order[name] for needed in stage.needs)


def test_a_stage_s_fingerprint_holds_those_that_it_needs(tiny_checkout):
    for name in stages.STAGES:
        values = str(stages.Upstream({}).inputs(EXPERIMENT, name))
        for read, needed in stages.needs(EXPERIMENT, name):
            assert stages.stage_fingerprint(read, needed, sources={}) in values


@pytest.mark.real
def test_a_stage_is_added_by_one_file(tiny_checkout):
    copied = package_copy.copy_package(tiny_checkout / "copy")
    (copied / "stages" / "characters.py").write_text(NEW_STAGE)
    arguments = ("--dataset", "multiemo", "--setup", "imbalanced", "--stages", "characters")
    package_copy.companion(copied, "run", "--model", "e5_small", *arguments)

    run = json.loads((EXPERIMENT.folder / "run.json").read_text())
    assert list(run["stages"]) == ["subsets", "characters"]
    found = json.loads((EXPERIMENT.folder / "characters.json").read_text())
    assert set(found) == {"fr", "es", "ja", "de", "en", "zh"} and min(found.values()) > 0
