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


@benchmarks.of("plan_paper", otherwise=pd.DataFrame)
def grid_price(report: benchmarks.Report) -> pd.DataFrame:
    """Return work and hours of each model and data set, and of all; empty without a plan."""
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


@benchmarks.of("plan_paper", otherwise=str)
def grid_conditions(report: benchmarks.Report) -> str:
    """Return what the plan rests on, in sentences; empty without a plan."""
    notes = [report["device"], *report["notes"]]
    return ". ".join(map(capitalised, notes)) + "."
