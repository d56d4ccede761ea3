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

    labels, outputs, test = bench.corpus.labels, bench.test_outputs, bench.test
    frame = test[["id", "group", "language", "label"]].reset_index(drop=True)
    frame["predicted"] = outputs.probabilities.argmax(axis=1)
    for index, label in enumerate(labels):
        frame[f"p_{label}"] = outputs.probabilities[:, index]
    training = json.loads((bench.experiment.checkpoint / "training.json").read_text("utf-8"))
    metrics = predictions.metrics(frame, labels=labels, skew=bench.corpus.skew)
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
