"""What the paper's full grid would cost on a device: a plan made beforehand, shown as a plan."""

import pandas as pd

from helpers.foundation.names import dataset_label, model_label
from helpers.report import benchmarks

_COLUMNS = {
    "finetuning": "fine-tuning, h",
    "language_identification": "language identification, h",
    "shap_values": "SHAP values, h",
}


def grid_price() -> pd.DataFrame:
    """Return work, hours and memory of each model and data set, and of all; empty without a plan.

    Returns
    -------
    DataFrame
        ``benchmarks/plan_paper.py`` left the numbers; hours are predicted.
    """
    report = benchmarks.load("plan_paper")
    if report is None:
        return pd.DataFrame()
    stages = pd.DataFrame(report["stages"])
    rows = {
        (model_label(str(model)), dataset_label(str(dataset))): _row(part)
        for (model, dataset), part in stages.groupby(["model", "dataset"], sort=False)
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["model", "data set"])
    whole = frame.sum()
    whole["GPU memory, GiB"] = frame["GPU memory, GiB"].max()
    frame.loc[("all", ""), :] = whole
    return frame


def _row(part: pd.DataFrame) -> dict[str, float]:
    hours = part.set_index("stage")["seconds"] / 3600
    return {
        "models": float(part["jobs"].max()),
        "tokens, millions": part["tokens"].sum() / 1e6,
        "evaluations, millions": part["evaluations"].sum() / 1e6,
        **{column: float(hours.get(stage, 0.0)) for stage, column in _COLUMNS.items()},
        "all, h": float(hours.sum()),
        "GPU memory, GiB": float(part["memory_gib"].max()),
    }


def grid_conditions() -> str:
    """Return what the plan rests on, in sentences; empty without a plan."""
    report = benchmarks.load("plan_paper")
    if report is None:
        return ""
    notes = [report["device"], *report["notes"]]
    return ". ".join(note[0].upper() + note[1:].rstrip(".") for note in notes) + "."
