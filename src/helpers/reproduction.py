"""Many experiments in one process, with one progress bar and one estimate."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from tqdm import tqdm

from helpers import stages as stage_module
from helpers.foundation import hardware, store
from helpers.foundation.experiment import Experiment


def run_experiments(
    listed: Sequence[Experiment],
    *,
    stages: Sequence[str] = stage_module.RESULT_STAGES,
    sources: stage_module.Sources | None = None,
) -> None:
    """Run what is pending of some experiments, with one bar and an estimate.

    Parameters
    ----------
    listed : sequence of Experiment
        What to run, in order.
    stages : sequence of str
        Stages to run; by default those whose results are published, the others being made on
        the way where they are needed.
    sources : mapping, optional
        Data set family to a local folder.

    Raises
    ------
    CompanionError
        If an input is not to be had; finished stages stay.
    """
    todo: dict[Experiment, list[str]] = {}
    for experiment, stage in stage_module.pending(listed, stages=stages, sources=sources):
        todo.setdefault(experiment, []).append(stage)
    if not todo:
        return
    left = [stage for names in todo.values() for stage in names]
    taken: dict[str, list[float]] = {}
    with tqdm(
        total=len(left),
        bar_format="{n_fmt} of {total_fmt} stages |{bar:20}| {elapsed}{postfix}",
        dynamic_ncols=True,
        disable=not hardware.is_first_process(),
    ) as bar:
        for experiment, names in todo.items():
            clock = _stage_clock(bar, experiment, left, taken)
            stage_module.run(experiment, stages=names, sources=sources, on_stage=clock)
            clock(None)
        bar.set_postfix_str("done")


def _stage_clock(
    bar: Any, experiment: Experiment, left: list[str], taken: dict[str, list[float]]
) -> Callable[[str | None], None]:
    """Return a callback that closes the running stage and announces the next (None: the end)."""
    running: list[tuple[str, float]] = []

    def announce(stage: str | None) -> None:
        now = time.perf_counter()
        if running:
            name, started = running.pop()
            taken.setdefault(name, []).append(now - started)
            left.pop(0)
            bar.update()
        if stage is not None:
            running.append((stage, now))
            minutes = sum(_expected_seconds(name, taken) for name in left) / 60
            bar.set_postfix_str(f"about {minutes:.0f} min left, now {experiment} {stage}")

    return announce


def _expected_seconds(stage: str, taken: Mapping[str, list[float]]) -> float:
    if stage in taken:
        return sum(taken[stage]) / len(taken[stage])
    # What other stages took, against their first guess, tells how fast this machine is.
    about = stage_module.all_stages()
    guessed = sum(about[name].first_guess_seconds * len(times) for name, times in taken.items())
    speed = sum(map(sum, taken.values())) / guessed if guessed > 20 else 1.0
    return about[stage].first_guess_seconds * speed


def unmade_text(*parts: Mapping[Experiment, Sequence[str]]) -> str:
    """Return what a run would compute, a line for each experiment, and how much that is.

    Parameters
    ----------
    *parts : mapping
        Of each part of the run, experiment to stages, as `helpers.stages.unmade` returns them.
    """
    found: dict[Experiment, dict[str, None]] = {}
    for part in parts:
        for experiment, stages in part.items():
            found.setdefault(experiment, {}).update(dict.fromkeys(stages))
    lines = [f"{experiment}: {', '.join(names)}" for experiment, names in found.items()]
    count = sum(map(len, found.values()))
    each = "experiment" if len(found) == 1 else "experiments"
    total = f"{count} stages of {len(found)} {each} to compute" if count else "nothing to compute"
    return "\n".join([*lines, f"Dry run: {total}."])


# --- companion subsets ----------------------------------------------------------------------


def subsets_report(
    experiment: Experiment, *, sources: stage_module.Sources | None = None
) -> dict[str, Any]:
    """Return joint counts, marginals and overlap of both subsets, per split.

    Returns
    -------
    dict
        ``subsets.json`` with, per split and subset, ``marginals`` of language and label.
    """
    stage_module.run(experiment, stages=["subsets"], sources=sources)
    report = store.read_json(experiment.folder, "subsets.json")
    assert report is not None
    report["marginals"] = {
        split: {name: _marginals(counts, report["labels"]) for name, counts in subsets.items()}
        for split, subsets in report["counts"].items()
    }
    return dict(report)


def _marginals(counts: Mapping[str, list[int]], labels: Sequence[str]) -> dict[str, Any]:
    table = pd.DataFrame.from_dict(dict(counts), orient="index", columns=list(labels))
    return {"language": table.sum(axis=1).to_dict(), "label": table.sum(axis=0).to_dict()}


def subsets_text(report: Mapping[str, Any]) -> str:
    """Return the report of `subsets_report` as plain tables."""
    parts = [f"{report['dataset']}: {report['source']}"]
    for split, subsets in report["counts"].items():
        for name, counts in subsets.items():
            table = pd.DataFrame.from_dict(counts, orient="index", columns=report["labels"])
            table.loc["all"] = table.sum()
            table["all"] = table.sum(axis=1)
            rows = report["source_rows"][split][name]
            parts.append(f"{split}, {name} ({rows} groups of related rows)\n{table.to_string()}")
        if split in report["overlap"]:
            parts.append(f"{split}: {report['overlap'][split]:.1%} of the rows are in both")
    return "\n\n".join(parts)


# --- companion claims -----------------------------------------------------------------------


def claim_records(profile: str) -> list[dict[str, Any]]:
    """Return every claim with its verdict on the paper's tables and on a profile's results.

    Local sources of a data set count too, where the profile has results of them.

    Returns
    -------
    list of dict
        As `helpers.report.claim_records.as_records`; a data set of the profile without results is
        there too, and says so.
    """
    from helpers.report.claim_list import CLAIMS, HEADLINES
    from helpers.report.claim_records import as_records
    from helpers.report.places import places
    from helpers.report.verdicts import verdicts

    listed = stage_module.book_experiments(profile)
    return as_records(
        CLAIMS,
        verdicts(listed),
        family=list(HEADLINES),
        places=places(listed),
        outdated=stage_module.outdated(listed),
    )


def claims_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the records of `claim_records` as plain lines."""
    from helpers.report.claim_records import as_text

    return as_text(records)
