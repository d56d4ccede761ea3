"""The plan: every stage of a profile with its counts, its time and its memory."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from tqdm import tqdm

from helpers import jobs, stages
from helpers.foundation import hardware
from helpers.foundation.names import check_choice
from helpers.foundation.profiles import load_profile
from helpers.planning.counts import Texts, count_work
from helpers.planning.throughput import DEVICES, local_pretrained, timed

_SUMS = ["tokens", "evaluations", "seconds"]


def make_plan(
    profile: str,
    *,
    model: str | None = None,
    datasets: Sequence[str] | None = None,
    device: str | None = None,
    sources: stages.Sources | None = None,
    progress: bool = True,
) -> dict[str, Any]:
    """Estimate what a profile costs: counts over throughput. Nothing is fetched.

    Parameters
    ----------
    profile : str
    model : str, optional
        One model only.
    datasets : sequence of str, optional
        By default those of the profile's matrix.
    device : str, optional
        A stated one of `helpers.planning.throughput.DEVICES`; by default this machine, timed.
    sources : mapping, optional
        Data set family to a local folder.
    progress : bool

    Returns
    -------
    dict
        ``profile``, ``device``, ``notes`` on what the numbers rest on, ``stages`` (a record for
        each stage of each experiment, None where there is no estimate) and ``total``.

    Raises
    ------
    CompanionError
        If an option is not allowed, or a model or data set is neither here nor known.
    """
    from transformers import AutoTokenizer

    settings = load_profile(profile)
    if device is not None:
        check_choice("device", device, DEVICES)
    stated = None if device is None else DEVICES[device]
    models = [model] if model else settings.models
    pairs = [(each, name) for each in models for name in datasets or settings.matrix]
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for each, name in tqdm(pairs, desc="plan", disable=not progress, leave=False):
        listed = stages.experiments(profile=profile, model=each, dataset=name)
        tokenizer = local_pretrained(AutoTokenizer.from_pretrained, each)
        texts = Texts(listed[0], sources or {}, tokenizer)
        throughput = stated or timed(texts)
        basis = "word pieces counted" if texts.counted else "lengths of texts assumed"
        notes.append(f"{name}, {each}: {basis}")
        for job in jobs.jobs_of(listed):
            for stage in job.stages:
                # The first probes the model before fine-tuning, once for all.
                work = count_work(texts, job.experiment, stage, first=job.experiment == listed[0])
                records.append(
                    {
                        "model": each,
                        "dataset": name,
                        "stage": stage,
                        "job": job.name,
                        "tokens": round(work.tokens),
                        "evaluations": round(work.evaluations),
                        "seconds": round(throughput.seconds(work), 1) or None,
                        "memory_gib": throughput.memory_gib if work.tokens else None,
                        "gpu_memory_gib": throughput.gpu_memory_gib if work.tokens else None,
                    }
                )
    uncounted = dict.fromkeys(each["stage"] for each in records if not each["tokens"])
    notes.append(f"without an estimate, and in no sum: {', '.join(uncounted)}")
    total = pd.DataFrame(records)[_SUMS].sum()
    return {
        "profile": profile,
        "device": stated.label if stated else f"{hardware.describe()['processor']} (timed)",
        "notes": [*notes, *([stated.about] if stated else [])],
        "stages": records,
        "total": {
            "tokens": int(total["tokens"]),
            "evaluations": int(total["evaluations"]),
            "hours": round(total["seconds"] / 3600, 2),
        },
    }


def summary(plan: Mapping[str, Any]) -> pd.DataFrame:
    """Return sums over the jobs of each model, data set and stage that has an estimate."""
    frame = pd.DataFrame(plan["stages"]).query("tokens > 0")
    groups = frame.groupby(["model", "dataset", "stage"], sort=False)
    return groups.size().to_frame("jobs").join(groups[_SUMS].sum()).reset_index()


def as_text(plan: Mapping[str, Any]) -> str:
    """Return a plan as plain tables: every stage, then sums, then what they rest on."""
    frame = pd.DataFrame(plan["stages"]).drop(columns=["model", "dataset"]).set_index("job")
    table = frame.convert_dtypes().dropna(axis="columns", how="all").to_string(na_rep="–")
    notes = "\n".join(f"- {note}" for note in plan["notes"])
    sums = summary(plan).to_string(index=False)
    hours = f"in all: {plan['total']['hours']} hours"
    return f"{plan['profile']} on {plan['device']}\n\n{table}\n\n{sums}\n\n{hours}\n{notes}"
