"""SHAP values of the book's own texts."""

from typing import Any

from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench, examples_of


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    settings = experiment.settings.shap
    return {
        "finetuning": upstream.stage(experiment, "finetuning"),
        "texts": examples_of(experiment).to_dict("list"),
        "max_evals": settings.max_evals,
        "precision": settings.precision,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_frames import explanation_frame

    rows = bench.examples
    if rows.empty:
        return {}
    frame = explanation_frame(bench.explain(rows), rows, class_names=bench.corpus.labels)
    return {"shap_examples.parquet": frame}


STAGE = Stage(
    name="shap_examples",
    version=1,
    order=90,
    paper="section 4.3",
    files=("shap_examples.parquet",),
    inputs=_inputs,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=5,
)
