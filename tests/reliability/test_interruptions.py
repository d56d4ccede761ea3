"""Killed, out of space, shut out, three at once, or with a clock set back: nothing is lost."""

import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from rig import KILLS, SOAK, Rig
from tally import case

from helpers import stages
from helpers.foundation import paths, store

NOBODY = 65534


@pytest.fixture(scope="module")
def rig(tmp_path_factory, tiny_bert):
    return Rig(tmp_path_factory.mktemp("rig"), tiny_bert)


@pytest.fixture(scope="module")
def reference(rig, tmp_path_factory):
    """What an undisturbed run leaves, and the seconds it takes."""
    output = tmp_path_factory.mktemp("reference")
    started = time.monotonic()
    assert rig.run(output) == "done"
    return output, time.monotonic() - started


def test_killed_at_random_moments_a_run_ends_with_the_same_bytes(rig, reference, tmp_path):
    expected, seconds = rig.results(reference[0]), reference[1]
    moments = random.Random(2402)
    killed = 0
    while killed < KILLS:
        output = tmp_path / str(killed)
        for _ in range(moments.randint(1, 2)):
            process, answer = rig.start(output)
            if not answer.poll(moments.uniform(0, seconds)):
                process.kill()
                killed += 1
            process.join()
        with case("interrupted: killed at a random moment, once or twice"):
            assert rig.run(output) == "done"
            assert rig.results(output) == expected
        shutil.rmtree(output)


def test_three_processes_on_one_experiment_end_with_the_same_bytes(rig, reference, tmp_path):
    started = [rig.start(tmp_path) for _ in range(3)]
    with case("interrupted: three processes on one experiment"):
        assert [answer.recv() for _, answer in started] == ["done"] * 3
        for process, _ in started:
            process.join()
        assert rig.results(tmp_path) == rig.results(reference[0])


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a size that can be changed."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def resize(kib, *, first=False):
        options = f"size={kib}k" if first else f"remount,size={kib}k"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True).returncode == 0

    if os.name != "posix" or os.geteuid() != 0 or not resize(4, first=True):
        pytest.skip("a disk of its own needs root, and leave to mount")
    yield folder, resize
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


SIZES = [4, 16, 64, 256, 512, 768, 1024, 1536, 2048, 3072] if SOAK else [4, 512]


@pytest.mark.parametrize("kib", SIZES)
def test_a_full_disk_is_one_sentence_and_the_run_goes_on_once_there_is_room(
    rig, reference, small_disk, kib
):
    folder, resize = small_disk
    assert resize(kib)
    with case("interrupted: a full disk, then room on it"):
        word = rig.run(folder)
        assert word == "done" or "cannot write" in word, word
        assert "\n" not in word
        assert resize(100_000)
        assert rig.run(folder) == "done"
        assert rig.results(folder) == rig.results(reference[0])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs to become another user")
def test_an_ordinary_user_in_a_folder_that_may_only_be_read_is_told_so(rig):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mine = Rig(folder, shutil.copytree(rig.encoder, folder / "bert"))
        for path in (folder, *folder.rglob("*")):  # others may read all of it, and write nothing
            path.chmod(0o755 if path.is_dir() else 0o644)
        there = sorted(folder.rglob("*"))
        with case("interrupted: an ordinary user where nothing may be written") as one:
            word = mine.run(folder, user=NOBODY)
            assert word.startswith("cannot write ") and "Permission denied" in word, word
            assert sorted(folder.rglob("*")) == there
            one.refused()


def test_a_clock_that_was_set_back_changes_nothing(rig, reference, tmp_path, monkeypatch):
    output = shutil.copytree(reference[0], tmp_path / "output")
    later = time.time() + 10 * 24 * 3600
    for path in output.rglob("*"):
        os.utime(path, (later, later))
    records = {path: path.read_bytes() for path in output.rglob(store.RUN_FILE)}
    with case("interrupted: a clock set back by ten days"):
        assert rig.run(output) == "done"
        assert {path: path.read_bytes() for path in output.rglob(store.RUN_FILE)} == records
        shutil.rmtree(output / "results")
        assert rig.run(output) == "done"
        assert rig.results(output) == rig.results(reference[0])


@pytest.fixture
def finished(rig, reference, tmp_path, monkeypatch):
    """A finished experiment of a copy that a test may change."""
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(rig.root))
    output = shutil.copytree(reference[0], tmp_path / "output")
    monkeypatch.setenv(paths.OUTPUT_VARIABLE, str(output))
    return rig.experiment()


@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_no_file_of_a_checkpoint_is_used_once_it_is_damaged(rig, finished, damage):
    assert stages.is_done(finished, "finetuning", sources=rig.sources)
    files = [path for path in finished.checkpoint.iterdir() if path.is_file()]
    files = [path for path in files if not path.name.startswith(".")]
    assert {"model.safetensors", "tokenizer.json", "finetuning.json"} <= {f.name for f in files}
    for path in files:
        whole = path.read_bytes()
        if damage == "delete":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(whole[: len(whole) // 2])
        else:
            middle = len(whole) // 2
            path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with case("changed: a file of a fine-tuned model") as one:
            assert not stages.is_done(finished, "finetuning", sources=rig.sources), path.name
            one.refused()
        path.write_bytes(whole)
    assert stages.is_done(finished, "finetuning", sources=rig.sources)


def test_a_file_put_beside_a_model_is_noticed_and_gone_once_it_is_trained_again(
    rig, reference, finished, tmp_path
):
    for name in ("added_tokens.json", "adapter_config.json"):
        (finished.checkpoint / name).write_text("{}")
        with case("changed: a file of a fine-tuned model") as one:
            assert not stages.is_done(finished, "finetuning", sources=rig.sources)
            one.refused()
    (finished.checkpoint / ".notes").write_text("what is hidden is no part of a model")
    assert rig.run(tmp_path / "output") == "done"
    assert not (finished.checkpoint / "adapter_config.json").exists()
    assert stages.is_done(finished, "finetuning", sources=rig.sources)
    assert rig.results(tmp_path / "output") == rig.results(reference[0])


@pytest.mark.parametrize(
    "checksums", [{"model.safetensors": None}, {"x" * 5000: "0"}, {"../balanced": None}, {}, []]
)
def test_a_marker_of_files_that_are_not_there_is_not_believed(rig, finished, checksums):
    marker = finished.checkpoint / "finetuning.json"
    content = json.loads(marker.read_text(encoding="utf-8"))
    (name,) = (key for key, value in content.items() if "model.safetensors" in str(value))
    marker.write_text(json.dumps(content | {name: checksums}), encoding="utf-8")
    (finished.checkpoint / "model.safetensors").unlink()
    with case("changed: a file of a fine-tuned model") as one:
        assert not stages.is_done(finished, "finetuning", sources=rig.sources)
        one.refused()
