"""SHAP values of the explained test rows; their file holds text and stays local."""

import shutil
from typing import Any

import pandas as pd

from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    settings = experiment.settings
    return {
        "finetuning": upstream.stage(experiment, "finetuning"),
        "texts": settings.shap_texts(experiment.dataset),
        "max_evals": settings.shap.max_evals,
        "precision": settings.shap.precision,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_frames import explanation_frame

    rows = bench.explained
    finished = bench.experiment.checkpoint / "shap_values"
    explanation = bench.explain(rows, cache=finished)
    frame = explanation_frame(explanation, rows, class_names=bench.corpus.labels)
    shutil.rmtree(finished, ignore_errors=True)
    return {"shap.parquet": frame}


def shap_frame(experiment: Experiment) -> pd.DataFrame:
    """Return what this stage kept of an experiment.

    Raises
    ------
    CompanionError
        If it was not run.
    """
    frame = store.read_frame(experiment.folder, "shap.parquet")
    if frame is None:
        raise CompanionError(f"{experiment} has no SHAP values: run its stage shap_values")
    return frame


STAGE = Stage(
    name="shap_values",
    version=1,
    order=60,
    paper="section 2.3",
    files=("shap.parquet",),
    inputs=_inputs,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=40,
    published=False,
)
