"""A profile's work as jobs that a scheduler can run: one command each, and what each waits for.

Two jobs for an experiment, each a ``companion run`` that the store makes safe to stop and to
repeat:

``experiment``  all stages that read this experiment's own results: its model and what is measured
                on it, in one process, so that the model and its outputs are made once;
``difference``  the stages that read another experiment's results too (section 2.3): they wait for
                both.

A *note* is an empty file that tells a scheduler that a job is done. The store is what counts:
`sync_notes` makes the notes say what the store holds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from helpers import stages
from helpers.data.corpora import full_name
from helpers.foundation import paths
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile
from helpers.stages import Sources
from helpers.stages.commands import run_arguments

Kind = Literal["experiment", "difference"]


@dataclass(frozen=True)
class Job:
    """Some stages of one experiment, run by one command.

    Parameters
    ----------
    experiment : Experiment
    kind : {"experiment", "difference"}
    stages : tuple of str
    needs : tuple of str
        Names of the jobs that have to be done before.
    """

    experiment: Experiment
    kind: Kind
    stages: tuple[str, ...]
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The experiment's folder, and the kind of job."""
        return job_name(self.experiment, self.kind)

    def arguments(self, sources: Sources) -> list[str]:
        """Return the arguments of ``companion`` that run this job."""
        return run_arguments(self.experiment, stages=self.stages, sources=sources)


def job_name(experiment: Experiment, kind: Kind) -> str:
    """Return a job's name, unique in a checkout."""
    return f"{experiment}/{kind}"


def jobs_of(listed: Iterable[Experiment]) -> list[Job]:
    """Return the jobs of some experiments; each comes after those that it waits for."""
    wanted = stages.wanted_stages(listed)
    own, shared = [], []
    for experiment, names in wanted.items():
        others = {
            stage: [other for other, _ in stages.needs(experiment, stage) if other != experiment]
            for stage in names
        }
        alone = tuple(stage for stage in names if not others[stage])
        together = tuple(stage for stage in names if others[stage])
        own.append(Job(experiment, "experiment", alone))
        if together:
            waits = [experiment, *(other for stage in together for other in others[stage])]
            needs = tuple(dict.fromkeys(job_name(other, "experiment") for other in waits))
            shared.append(Job(experiment, "difference", together, needs))
    return own + shared


def profile_jobs(profile: str, *, sources: Sources) -> list[Job]:
    """Return the jobs of a profile; a local source changes its data set's name.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    sources : mapping
        Data set family to a local folder.
    """
    names = [full_name(name, sources) for name in load_profile(profile).matrix]
    return jobs_of(stages.profile_experiments(profile, datasets=names))


def resources(plan: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return what to ask a scheduler for, by job: memory (MiB) and time (minutes), with a margin.

    What the plan has no estimate of is not in it, and left to the workflow's default. The memory
    is the process's own, never a GPU's.

    Parameters
    ----------
    plan : mapping
        What ``companion plan --json`` printed.

    Examples
    --------
    >>> stage = {"job": "a", "seconds": 600.0, "memory_gib": 2.0, "gpu_memory_gib": 40.0}
    >>> resources({"stages": [stage, {**stage, "job": "b", "seconds": None, "memory_gib": None}]})
    {'a': {'minutes': 30, 'mem_mb': 3072}, 'b': {}}
    """
    found: dict[str, dict[str, int]] = {}
    for stage in plan["stages"]:
        job = found.setdefault(stage["job"], {})
        if stage["seconds"] is not None:
            job["minutes"] = job.get("minutes", 15) + math.ceil(1.5 * stage["seconds"] / 60)
        if stage["memory_gib"] is not None:
            asked = round(1.5 * 1024 * stage["memory_gib"])
            job["mem_mb"] = max(job.get("mem_mb", 0), asked)
    return found


# --- notes ----------------------------------------------------------------------------------


def notes_dir() -> Path:
    """Return the folder of the notes."""
    return paths.checkpoints_dir() / "jobs"


def sync_notes(listed: Sequence[Job], *, sources: Sources) -> Mapping[str, bool]:
    """Make the notes say which jobs are done, by what the store holds.

    Returns
    -------
    mapping
        A job's name to whether it is done.
    """
    done = {}
    for job in listed:  # those that others wait for come first, so their notes are older
        note = notes_dir() / job.name
        done[job.name] = not stages.pending([job.experiment], stages=job.stages, sources=sources)
        if not done[job.name]:
            note.unlink(missing_ok=True)
        elif not note.exists():
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch()
    return done
