"""What the paper's full grid would cost on a device: a plan made beforehand, shown as a plan."""

import pandas as pd

from helpers.foundation.names import dataset_label, model_label
from helpers.report import benchmarks
from helpers.report.display import capitalised

_HOURS = {
    "finetuning": "fine-tuning, h",
    "language_identification": "language identification, h",
    "shap_values": "SHAP values, h",
}


def grid_price() -> pd.DataFrame:
    """Return work and hours of each model and data set, and of all; empty without a plan."""
    report = benchmarks.load("plan_paper")
    if report is None:
        return pd.DataFrame()
    stages = pd.DataFrame(report["stages"])
    hours = stages.pivot_table("seconds", ["model", "dataset"], "stage", "sum", sort=False) / 3600
    sums = stages.groupby(["model", "dataset"], sort=False)
    frame = pd.DataFrame(
        {
            "models": sums["jobs"].max(),
            "tokens, millions": sums["tokens"].sum() / 1e6,
            "evaluations, millions": sums["evaluations"].sum() / 1e6,
            **{column: hours[stage] for stage, column in _HOURS.items()},
            "all, h": hours.sum(axis=1),
        }
    )
    names = [(model_label(model), dataset_label(dataset)) for model, dataset in frame.index]
    frame.index = pd.MultiIndex.from_tuples(names, names=["model", "data set"])
    frame.loc[("all", ""), :] = frame.sum()
    return frame


def grid_conditions() -> str:
    """Return what the plan rests on, in sentences; empty without a plan."""
    report = benchmarks.load("plan_paper")
    if report is None:
        return ""
    notes = [report["device"], *report["notes"]]
    return ". ".join(map(capitalised, notes)) + "."
