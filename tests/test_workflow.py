"""Snakemake over the real `companion`: killed half-way, called again, nothing lost or repeated."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from helpers import stages
from helpers.foundation import paths, store
from tiny_sources import write_checkout, write_sources

pytest.importorskip("snakemake")

pytestmark = pytest.mark.minutes

WORKFLOW = paths.repository_root() / "workflow"


@pytest.fixture
def tiny(tmp_path, tiny_xlmr, monkeypatch):
    """A checkout with one tiny profile, and its sources."""
    root = write_checkout(tmp_path / "checkout", tiny_xlmr)
    shutil.copytree(WORKFLOW, root / "workflow", ignore=shutil.ignore_patterns(".snakemake"))
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(root))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return root, write_sources(tmp_path)


def snakemake(root, sources, *options):
    given = ", ".join(f"{name}: {folder}" for name, folder in sources.items())
    return [
        sys.executable, "-m", "snakemake", "--directory", str(root), *options,
        "--snakefile", str(root / "workflow" / "Snakefile"),
        "--profile", str(root / "workflow" / "profiles" / "local"),
        "--config", "profile=quick", "threads=1", f"sources={{{given}}}",
    ]  # fmt: skip


def finished(listed):
    """Each stage that is done, and when it was finished."""
    return {
        (str(experiment), stage): record["finished"]
        for experiment in listed
        for stage, record in (store.read_run(experiment.folder) or {"stages": {}})["stages"].items()
    }


@pytest.mark.real
def test_killed_half_way_and_called_again(tiny):
    root, sources = tiny
    listed = stages.profile_experiments("quick", datasets=["xnli_tiny"])
    dry = subprocess.run(
        snakemake(root, sources, "--dry-run"), capture_output=True, text=True, timeout=180
    )
    assert dry.returncode == 0, dry.stdout + dry.stderr
    named = set(re.findall(r"jobs/(\S+)/experiment", dry.stdout + dry.stderr))
    assert named == {str(experiment) for experiment in listed}

    with (root / "log").open("w") as log:
        running = subprocess.Popen(
            snakemake(root, sources), stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + 180
        while not any(stage == "finetuning" for _, stage in finished(listed)):
            assert running.poll() is None, (root / "log").read_text()
            assert time.monotonic() < deadline, "no model within three minutes"
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    before = finished(listed)
    assert 0 < len(before) < len(listed) * len(stages.STAGES)

    time.sleep(1.1)  # the stamps are in seconds: what is done again would differ
    done = subprocess.run(snakemake(root, sources), capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    after = finished(listed)
    assert {key: after[key] for key in before} == before, "a stage was done twice"
    wanted = stages.wanted_stages(listed)
    assert {key[1] for key in after} == {stage for names in wanted.values() for stage in names}
    assert stages.pending(listed, sources=sources) == []

    again = subprocess.run(snakemake(root, sources), capture_output=True, text=True, timeout=180)
    assert again.returncode == 0 and "Nothing to be done" in again.stdout + again.stderr
    assert finished(listed) == after
