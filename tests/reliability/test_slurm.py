"""The Slurm profile on a real Slurm of one node: killed, called again, nothing lost or repeated."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from one_node_slurm import call, slurm, why_not
from tally import case

from helpers import jobs, stages
from helpers.foundation import paths, store
from tiny_sources import write_checkout, write_sources

pytest.importorskip("snakemake_executor_plugin_slurm")
WORKFLOW = paths.repository_root() / "workflow"
MEMORY = 3.1  # GiB that the plan says
PROMPT = 600  # seconds within which a job has to start, or the workflow has to end


@pytest.fixture
def grid(tmp_path, tiny_xlmr, monkeypatch):
    """A checkout with a tiny profile and its plan, and the command that runs it on Slurm."""
    if not os.environ.get("COMPANION_SLURM"):
        pytest.skip("writes this machine's Slurm settings for some minutes: set COMPANION_SLURM=1")
    if why_not():
        pytest.skip(why_not())
    root = write_checkout(tmp_path / "checkout", tiny_xlmr)
    shutil.copytree(WORKFLOW, root / "workflow", ignore=shutil.ignore_patterns(".snakemake"))
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(root))
    sources = write_sources(tmp_path)
    names = [job.name for job in jobs.profile_jobs("quick", sources=sources)]
    stage = {"seconds": 60.0, "memory_gib": MEMORY}
    plan = root / "plan.json"
    plan.write_text(json.dumps({"stages": [{"job": name, **stage} for name in names]}))
    given = ", ".join(f"{name}: {folder}" for name, folder in sources.items())
    command = [
        sys.executable, "-m", "snakemake", "--directory", str(root),
        "--snakefile", str(root / "workflow" / "Snakefile"),
        "--profile", str(root / "workflow" / "profiles" / "slurm"),
        "--config", "profile=quick", f"sources={{{given}}}", f"plan={plan}",
        # This machine has few cores, and a Slurm that keeps no accounts.
        "--set-threads", "experiment=1", "difference=1", "--slurm-no-account",
        "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2",
    ]  # fmt: skip
    with slurm(tmp_path / "slurm"):
        yield root, sources, command


def finished(listed):
    """Each stage that is done, and when it was finished."""
    return {
        (str(experiment), stage): record["finished"]
        for experiment in listed
        for stage, record in (store.read_run(experiment.folder) or {"stages": {}})["stages"].items()
    }


def logs(log):
    """What the workflow and its jobs wrote."""
    found = [log, *(log.parent / ".snakemake" / "slurm_logs").rglob("*.log")]
    return "\n".join(path.read_text() for path in found)


def waited_for(condition, running, log):
    """Return what a condition gives, once it gives something, while the workflow runs."""
    deadline = time.monotonic() + PROMPT
    while not (found := condition()):
        assert running.poll() is None, logs(log)
        assert time.monotonic() < deadline, logs(log)
        time.sleep(0.2)
    return found


def running_jobs():
    return call("squeue", "--noheader", "--states=RUNNING", "--format=%i").split()


def asked_for(job):
    """Return the fields that the controller has of a job."""
    text = call("scontrol", "--oneliner", "show", "job", job)
    return dict(field.partition("=")[::2] for field in text.split())


def test_a_grid_on_slurm_is_killed_and_called_again(grid):
    root, sources, command = grid
    listed = stages.profile_experiments("quick", datasets=["xnli_tiny"])
    log = root / "log"
    with case("interrupted: a grid on Slurm, its scheduler and a job killed"):
        with log.open("w") as file:
            running = subprocess.Popen(
                command, stdout=file, stderr=file, start_new_session=True, cwd=root
            )
        job = waited_for(running_jobs, running, log)[0]
        asked = asked_for(job)
        assert asked["MinMemoryNode"] == f"{round(1.5 * 1024 * MEMORY)}M"
        assert asked["TimeLimit"] == "00:17:00"
        assert "gpu:1" in "".join(asked[key] for key in asked if key.startswith("TresPer"))

        waited_for(lambda: finished(listed), running, log)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        call("scancel", "--full", "--user=root")
        while running_jobs():
            time.sleep(0.2)
        before = finished(listed)
        assert before and stages.pending(listed, sources=sources)

        time.sleep(1.1)  # the stamps are in seconds: what is done again would differ
        with log.open("w") as file:
            running = subprocess.Popen(
                command, stdout=file, stderr=file, start_new_session=True, cwd=root
            )
        job = waited_for(running_jobs, running, log)[0]
        call("scancel", "--full", "--signal=KILL", job)  # as when its memory is not enough
        assert running.wait(timeout=PROMPT) == 0, logs(log)
        assert "Trying to restart" in log.read_text()
        after = finished(listed)
        assert {key: after[key] for key in before} == before, "a stage was done twice"
        assert stages.pending(listed, sources=sources) == []

        again = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=root)
        assert again.returncode == 0 and "Nothing to be done" in again.stdout + again.stderr
        assert finished(listed) == after
