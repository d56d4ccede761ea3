"""Every kind of result file and every kind of damage: named, or the result is missing."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from tally import case

import fake_results
from fake_results import REPOSITORY
from helpers import stages, verification
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.report import frames
from helpers.report.results import collect

FILES = tuple(
    name for stage in stages.all_stages().values() if stage.published for name in stage.files
)
NAMED = {
    name for stage in stages.all_stages().values() if stage.only_where_named for name in stage.files
}
OTHERS = ("balanced", "imbalanced_cw")
MADE_UP = tuple(name for name in FILES if name not in NAMED)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A checkout with made-up results of several seeds; the tests put back what they damage."""
    with fake_results.checkout(tmp_path_factory.mktemp("whole") / "checkout"):
        yield fake_results.write_all()


@pytest.fixture
def damaged(whole, tmp_path):
    """An experiment and one of another seed; what is done to the first is undone."""
    first = next(each for each in whole if each.setup == "imbalanced" and each.seed == 0)
    kept = shutil.copytree(first.folder, tmp_path / "kept")
    yield first, first.replace(seed=1)
    shutil.rmtree(first.folder)
    shutil.copytree(kept, first.folder)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A checkout with a copy of published results; the imbalanced model has every kind of file."""
    root = tmp_path_factory.mktemp("published") / "checkout"
    with fake_results.checkout(root):
        shutil.copy(REPOSITORY / "configs" / "embedded.yaml", root / "configs")
        for setup in ("imbalanced", *OTHERS):
            experiment = Experiment("e5_small", "multiemo", setup, 5, "embedded")
            kept = REPOSITORY / "results" / experiment.relative_folder
            shutil.copytree(kept, experiment.folder)
        yield root


@pytest.fixture
def complete(published, tmp_path, monkeypatch):
    """An experiment with every kind of file, and others of its seed."""
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(published))
    first = Experiment("e5_small", "multiemo", "imbalanced", 5, "embedded")
    kept = shutil.copytree(first.folder, tmp_path / "kept")
    yield first, [first.replace(setup=setup) for setup in OTHERS]
    shutil.rmtree(first.folder)
    shutil.copytree(kept, first.folder)


def read(experiment, name):
    reader = store.read_frame if name.endswith(".parquet") else store.read_json
    return reader(experiment.folder, name)


def damage(path, how, other):
    content = path.read_bytes()
    if how == "flip":
        place = int(np.random.default_rng(len(content)).integers(len(content)))
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
    elif how == "cut":
        path.write_bytes(content[:-3])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "grown":
        path.write_bytes(content + b"\n")
    elif how == "swap":
        shutil.copyfile(other.folder / path.name, path)


@pytest.mark.parametrize("how", ["flip", "cut", "empty", "grown", "swap"])
@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named_and_no_number_comes_of_it(complete, name, how):
    experiment, others = complete
    path = experiment.folder / name
    other = next(each for each in others if (each.folder / name).is_file())
    before = path.read_bytes()
    damage(path, how, other)
    if path.read_bytes() == before:
        return  # the setups have equal numbers here
    with case(f"changed: a result file ({how})") as one:
        with pytest.raises(CompanionError) as caught:
            read(experiment, name)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)
        with pytest.raises(CompanionError):
            verification.result_files(experiment)
        one.refused()


@pytest.mark.parametrize("name", FILES)
def test_a_deleted_file_is_missing(complete, name):
    experiment, _ = complete
    (experiment.folder / name).unlink()
    with case("changed: a result file (delete)") as one:
        assert read(experiment, name) is None
        assert experiment in frames.missing([experiment], name)
        one.refused()


@pytest.mark.parametrize("how", ["flip", "cut", "empty", "swap"])
def test_a_changed_record_is_named_and_nothing_is_read_by_it(damaged, how):
    experiment, other = damaged
    path = experiment.folder / store.RUN_FILE
    damage(path, how, other)
    with case(f"changed: a result's record ({how})") as one:
        for name in MADE_UP:
            with pytest.raises(CompanionError) as caught:
                read(experiment, name)
            assert str(experiment.folder) in str(caught.value)
        with pytest.raises(CompanionError):
            collect([experiment, other])
        one.refused()


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b"5", b'"run"', b"\xff\xfe", b"{}", b"[" * 9999, b'{"stages": 1}']
)
def test_a_record_of_another_kind_is_one_sentence(damaged, content):
    (damaged[0].folder / store.RUN_FILE).write_bytes(content)
    with case("changed: a result's record (another kind)") as one:
        with pytest.raises(CompanionError) as caught:
            read(damaged[0], "metrics.json")
        assert store.RUN_FILE in str(caught.value) and "\n" not in str(caught.value)
        one.refused()


def test_a_deleted_record_leaves_nothing_to_read(damaged):
    (damaged[0].folder / store.RUN_FILE).unlink()
    with case("changed: a result's record (delete)") as one:
        assert [read(damaged[0], name) for name in MADE_UP] == [None] * len(MADE_UP)
        one.refused()


def test_a_whole_folder_of_another_seed_is_named(damaged):
    experiment, other = damaged
    shutil.rmtree(experiment.folder)
    shutil.copytree(other.folder, experiment.folder)
    with case("changed: a whole folder of results (swap)") as one:
        with pytest.raises(CompanionError, match=r"seed0 holds the results of .*seed1"):
            collect([experiment, other])
        one.refused()


def reseal(folder, run):
    run = {key: value for key, value in run.items() if key != "checksum"}
    run["checksum"] = store.fingerprint(**run)
    (folder / store.RUN_FILE).write_text(json.dumps(run))


@pytest.mark.parametrize("name", MADE_UP)
def test_only_who_also_seals_the_record_anew_passes(damaged, name):
    """The one thing that no checksum without a secret can tell; the page on security says so."""
    experiment, _ = damaged
    path = experiment.folder / name
    if name.endswith(".parquet"):
        frame = pd.read_parquet(path)
        number = frame.select_dtypes("number").columns[0]
        frame.assign(**{number: frame[number] + 1}).to_parquet(path)
    else:
        path.write_text(path.read_text() + " ")
    run = json.loads((experiment.folder / store.RUN_FILE).read_text())
    for stage in run["stages"].values():
        if name in stage["files"]:
            stage["files"][name] = store.sha256(path)
    reseal(experiment.folder, run)
    assert read(experiment, name) is not None


@pytest.mark.parametrize("name", MADE_UP)
def test_a_sealed_file_that_is_no_table_is_one_sentence(damaged, name):
    experiment, _ = damaged
    path = experiment.folder / name
    path.write_bytes(b"\xff no table")
    run = json.loads((experiment.folder / store.RUN_FILE).read_text())
    for stage in run["stages"].values():
        if name in stage["files"]:
            stage["files"][name] = store.sha256(path)
    reseal(experiment.folder, run)
    with case("changed: a result file that is no table, sealed anew") as one:
        with pytest.raises(CompanionError, match="cannot be read: delete it and run again"):
            read(experiment, name)
        one.refused()
