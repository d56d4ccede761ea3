"""Many experiments in one process, with one progress bar and one estimate."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from tqdm import tqdm

from helpers import stages as stage_module
from helpers.foundation import hardware, store
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile

# A first guess of a stage's seconds; corrected by what each kind of stage really takes here.
_FIRST_GUESS_SECONDS: Mapping[str, float] = {
    "subsets": 2,
    "finetuning": 90,
    "predictions": 100,  # fine-tunes the model on the way
    "last_step": 15,
    "language_identification": 25,
    "shap_values": 40,
    "shap_tokens": 40,  # explains the texts on the way
    "shap_difference": 2,
    "shap_examples": 5,
}


def profile_experiments(profile: str, *, datasets: Sequence[str] | None = None) -> list[Experiment]:
    """Return every experiment of a profile: models x data sets x setups x seeds, and extras."""
    settings = load_profile(profile)
    return [
        experiment
        for model in settings.models
        for dataset in datasets or settings.matrix
        for experiment in stage_module.experiments(profile=profile, model=model, dataset=dataset)
    ]


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
    guessed = sum(_FIRST_GUESS_SECONDS[name] * len(times) for name, times in taken.items())
    speed = sum(map(sum, taken.values())) / guessed if guessed > 20 else 1.0
    return _FIRST_GUESS_SECONDS[stage] * speed


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
        As `helpers.report.claims.as_records`; a data set of the profile without results is there
        too, and says so. Each data set lists its ``outdated`` experiments: settings, data or code
        have changed since they were run.
    """
    from helpers.analysis.quantities import RunResults
    from helpers.book import experiments
    from helpers.report.claim_list import CLAIMS
    from helpers.report.claims import as_records
    from helpers.report.results import collect

    listed = experiments(profile)
    found = {(one.dataset, one.model): one for one in collect(listed)}
    places = dict.fromkeys((each.dataset, each.model) for each in listed)
    nothing = (
        RunResults(dataset=dataset, model=model, labels=(), skew={})
        for dataset, model in places
        if (dataset, model) not in found
    )
    records = as_records(CLAIMS, [*found.values(), *nothing])
    old = stage_module.outdated(listed)
    for record in records:
        for row in record["datasets"].values():
            row["outdated"] = [
                str(each)
                for each in old
                if (each.dataset, each.model) == (row["dataset"], row["model"])
            ]
    return records


def claims_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the claims as plain lines: verdict on the paper, then on each data set."""
    lines = []
    for record in records:
        lines.append(f"{record['section']}  {record['id']}: {record['quantity']}")
        lines.append(f"    paper: {record['paper_verdict']}")
        for name, found in record["datasets"].items():
            interval = ""
            if found["estimate"] is not None:
                interval = f" ({found['estimate']:.3f}"
                if found["ci_low"] is not None:
                    interval += f", 95 % [{found['ci_low']:.3f}, {found['ci_high']:.3f}]"
                interval += ")"
            verdict = found["verdict"] if interval else found["method"]
            lines.append(f"    {name}: {verdict}{interval}")
    old = {
        each
        for record in records
        for row in record["datasets"].values()
        for each in row["outdated"]
    }
    if old:  # first, since what follows rests on them
        warning = f"Settings, data or code have changed since {len(old)} experiments were run:"
        lines = [warning, *(f"    {each}" for each in sorted(old)), "", *lines]
    return "\n".join(lines)
