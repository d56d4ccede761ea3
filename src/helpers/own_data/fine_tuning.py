"""Fine-tuning on a reader's own data, from the rows to a summary and a book, in one folder.

The folder is laid out as a checkout, with a profile of its own: every command of the companion
works in it, and the same call goes on where it was stopped.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from helpers.diagnosis.findings import Excluded
from helpers.diagnosis.record import Diagnosis
from helpers.diagnosis.sources import Source
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_model
from helpers.foundation.profiles import load_profile
from helpers.own_data import pages
from helpers.own_data.rows import leave_out, read_rows, split, write
from helpers.own_data.settings import sizes, write_profile
from helpers.own_data.summary import FineTuned, summarise

_TEXTS = "texts"


@dataclass(frozen=True)
class Job:
    """What is fine-tuned, on what, and where it is kept.

    Parameters
    ----------
    model : str
        A short name, a folder, or ``owner/name`` on the hub.
    profile : str
        The companion's profile that has the settings.
    output : Path
        The folder of everything that is written.
    """

    model: str
    profile: str
    output: Path


def plan_job(source: Source, *, model: str, profile: str, output: Path | None) -> Job:
    """Check what is asked for, before anything is read.

    Parameters
    ----------
    source : Source
        The reader's rows.
    model : str
        A short name, a folder, or ``owner/name`` on the hub.
    profile : str
        A file in ``configs/``.
    output : Path or None
        By default ``companion-NAME`` in the current folder, after the data's name.

    Raises
    ------
    CompanionError
        If the model or the profile is unknown, or the output is a file, a checkout, or a folder of
        other things.
    """
    check_model(model)
    load_profile(profile)
    folder = Path(model).expanduser()
    if folder.is_dir() and model.strip():
        model = str(folder.resolve())
    output = paths.named(str(output or f"companion-{_name_of(source)}"), what="--output")
    if not _is_own(output) or (output / "src" / "helpers").is_dir():
        raise CompanionError(f"--output {str(output)!r}: give a folder of its own")
    return Job(model, profile, output)


def _is_own(output: Path) -> bool:
    """Say whether a folder is new, empty, or that of an earlier call, which begins with texts."""
    if not output.is_dir():
        return not output.exists()
    others = [each for each in output.iterdir() if not each.name.startswith(".")]
    return not others or (output / _TEXTS).is_dir()


def _name_of(source: Source) -> str:
    """Return a name for a data set, after its file, its folder or its name on the hub."""
    name = Path(source.name.partition(",")[0]).name.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "data"


def fine_tune(job: Job, source: Source, diagnosis: Diagnosis) -> tuple[FineTuned, Path | None]:
    """Fine-tune as is, weighted and, where cells allow, balanced; measure; write the book.

    Parameters
    ----------
    job : Job
        From `plan_job`.
    source : Source
        The reader's rows.
    diagnosis : Diagnosis
        What was found in them.

    Returns
    -------
    tuple of FineTuned and Path or None
        The summary, and the book's first page; None where the packages of the book are missing.

    Raises
    ------
    CompanionError
        If there are no texts, too few rows, or a model is not to be had; finished stages stay.
    """
    from helpers.data.folders import own_name

    columns, shipped = diagnosis.columns, paths.shipped_root()
    table = read_rows(source, columns)
    counts = pd.crosstab(table["language"], table["label"])
    left, excluded = leave_out(counts, load_profile(job.profile).settings("custom").train)
    splits = split(table[table["language"].isin(left.index) & table["label"].isin(left.columns)])
    texts = job.output / _TEXTS / _name_of(source)
    allowed = sizes(splits, job.profile)
    write(splits, texts)
    dataset = own_name(texts, "custom")
    write_profile(job.output, job.profile, model=job.model, dataset=dataset, of=allowed)
    with ExitStack() as stack:
        stack.enter_context(paths.environment_variable(paths.ROOT_VARIABLE, str(job.output)))
        stack.enter_context(paths.output_at(job.output))
        listed = _run(job, {"custom": texts})
        found = summarise(
            listed,
            rows={"train": allowed.train, "validation": allowed.validation, "test": allowed.test},
            notes=_notes(excluded, listed, balanced=allowed.balanced, pair=columns.pair),
        )
        if not pages.can_render():
            return found, None
        book = pages.render(job.profile, dataset, diagnosis, found, shipped=shipped)
        return found, book


def _run(job: Job, sources: Mapping[str, Path]) -> list[Experiment]:
    """Run what is pending, after an estimate of all of it."""
    from helpers import reproduction, stages
    from helpers.planning.plan import make_plan

    listed = stages.profile_experiments(job.profile)
    if stages.pending(listed, stages=stages.RESULT_STAGES, sources=sources):
        made = make_plan(job.profile, sources=sources)
        tqdm.write(
            f"{len(listed)} models of {job.model}: about {60 * made['total']['hours']:.0f} minutes "
            f"on {made['device']}, less what is finished; all of it goes to {job.output}",
            file=sys.stderr,
        )
    reproduction.run_experiments(listed, sources=sources)
    return listed


def _notes(
    excluded: Sequence[Excluded], listed: Sequence[Experiment], *, balanced: bool, pair: str | None
) -> list[str]:
    """Return what was left out, and why."""
    notes = [
        f"Left out: {each.part} {each.name!r} ({each.rows:,} rows), since a cell of it has too few "
        "rows to train and to test on."
        for each in excluded
    ]
    if not balanced:
        notes.append(
            "No balanced model, and so no SHAP difference from it: the rarest label of a language "
            "has too few rows for a balanced training subset of a comparable size."
        )
    found = store.read_json(listed[0].folder, "language_identification.json") or {}
    if lacking := found.get("lacking"):
        notes.append(
            "Language identification is on test texts alone: the external texts are too few of "
            f"{', '.join(lacking)}."
        )
    return notes
