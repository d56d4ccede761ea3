"""Differences of SHAP values between two models of the same texts."""

from typing import Any

import pandas as pd

from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.selection import compared_models
from helpers.stages.shap_values import shap_frame
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    def values(of: Experiment) -> str:
        return upstream.stage(of, "shap_values")

    model, reference = compared_models(experiment) or (experiment, None)
    return {
        "shap_values": values(model),
        "reference": reference and values(reference),
        "threshold": experiment.settings.shap.threshold,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_difference import (
        cumulative_difference,
        threshold_sweep,
        with_label_names,
    )
    from helpers.analysis.shap_frames import explanation_from_frame

    compared = compared_models(bench.experiment)
    if compared is None:
        return {}
    frames = [shap_frame(model) for model in compared]
    texts = frames[0].drop_duplicates("text_id").reset_index(drop=True)
    other, balanced = (explanation_from_frame(frame) for frame in frames)
    difference = cumulative_difference(
        balanced,
        other,
        languages=texts["language"].tolist(),
        threshold=bench.experiment.settings.shap.threshold,
    )
    sweep = threshold_sweep(balanced, other, languages=texts["language"].tolist())
    # The figures' two classes; the base value knows no threshold.
    labels = bench.corpus.labels
    sweep = sweep[sweep["class"].isin([labels[0], labels[-1]]) & (sweep["category"] != "base")]
    difference, sweep = (_named(frame, texts) for frame in (difference, sweep.copy()))
    difference = with_label_names(difference, labels, "label")
    difference.insert(3, "label", difference.pop("label"))
    return {
        "shap_difference.parquet": difference,
        "threshold_sweep.parquet": sweep.drop(columns="label").astype({"difference": "float32"}),
    }


def _named(frame: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """Replace the texts' numbers by their ids, and add their groups and labels."""
    index = frame["text"].to_numpy()
    frame["text"] = texts["text_id"].to_numpy()[index]
    frame.insert(1, "group", texts["group"].to_numpy()[index])
    frame["label"] = texts["label"].to_numpy()[index]
    return frame


STAGE = Stage(
    name="shap_difference",
    version=2,
    order=80,
    paper="section 4.3, Figures 1 to 3; A.4",
    files=("shap_difference.parquet", "threshold_sweep.parquet"),
    inputs=_inputs,
    compute=_compute,
    needs=("shap_values",),
    reads=lambda experiment: compared_models(experiment) or (),
    first_guess_seconds=2,
)
