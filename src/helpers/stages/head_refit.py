"""Predictions of a linear layer fitted anew, on the frozen encoder's features of balanced rows."""

from typing import Any

from helpers.stages.record import Stage
from helpers.stages.workbench import FIXED_SEED, Workbench


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.head_refit import refit_head

    # Texts that no model of this seed was trained on, and that are in no test.
    rows = bench.subsets("validation").balanced
    features = bench.outputs(*bench.model, rows, "balanced validation rows").features
    layer = refit_head(features, rows["label"].to_numpy(), rows["group"], seed=FIXED_SEED)
    return {
        "head_refit.parquet": bench.test_predictions(
            layer.probabilities(bench.test_outputs.features)
        ),
        "head_refit.json": {"rows": len(rows), "C": layer.C},
    }


STAGE = Stage(
    name="head_refit",
    version=1,
    order=110,
    paper="section 4.4; Limitations",
    files=("head_refit.parquet", "head_refit.json"),
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=30,
    only_where_named=True,
)
