"""Predictions with the weights of the last step, beside those of the kept model."""

from typing import Any

from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.training.finetuning import use_last_step

    model, tokenizer = bench.load_model()
    use_last_step(model, bench.experiment.checkpoint)
    outputs = bench.outputs(model, tokenizer, bench.test, "test rows, last step")
    frame = bench.test[["id"]].reset_index(drop=True)
    for index, label in enumerate(bench.corpus.labels):
        frame[f"p_{label}"] = outputs.probabilities[:, index]
    return {"last_step.parquet": frame}


STAGE = Stage(
    name="last_step",
    version=1,
    order=40,
    paper="section 3",
    files=("last_step.parquet",),
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=15,
)
