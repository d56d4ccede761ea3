"""Predictions of the test rows, and the accuracies that follow from them."""

import json
from typing import Any

from helpers.data.corpora import Sources
from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import stage_fingerprint
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, sources: Sources) -> dict[str, Any]:
    return {"finetuning": stage_fingerprint(experiment, "finetuning", sources=sources)}


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis import predictions

    frame = bench.test_predictions(bench.test_outputs.probabilities)
    training = json.loads((bench.experiment.checkpoint / "training.json").read_text("utf-8"))
    metrics = predictions.metrics(frame, labels=bench.corpus.labels, skew=bench.corpus.skew)
    return {
        "predictions.parquet": frame,
        "metrics.json": {**metrics, "training": training},
    }


STAGE = Stage(
    name="predictions",
    version=1,
    order=30,
    paper="section 4.1, Tables 2, 3 and 6",
    files=("metrics.json", "predictions.parquet"),
    inputs=_inputs,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=100,  # fine-tunes the model on the way
)
