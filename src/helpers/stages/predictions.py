"""Predictions of the test rows, and the accuracies that follow from them."""

from typing import Any

from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis import predictions

    frame = bench.test_predictions(bench.test_outputs.probabilities)
    training = store.read_record(bench.experiment.checkpoint / "training.json")
    if training is None:
        raise CompanionError(
            f"{bench.experiment.checkpoint} has no training.json, or a damaged one: delete the "
            "folder and run again"
        )
    metrics = predictions.metrics(frame, labels=bench.corpus.labels, skew=bench.skew)
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
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=100,  # fine-tunes the model on the way
)
