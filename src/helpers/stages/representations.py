"""Measures of how far apart languages lie, on texts that are there in all of them."""

from typing import Any

from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.workbench import FIXED_SEED, Workbench

SOURCE_ROWS = 200


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    return {
        "finetuning": upstream.stage(experiment, "finetuning"),
        "source_rows": SOURCE_ROWS,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.layer_features import layer_features
    from helpers.analysis.representations import representations
    from helpers.analysis.separation import parallel_rows

    rows = parallel_rows(bench.corpus.test, count=SOURCE_ROWS, seed=FIXED_SEED)
    if rows.empty:
        return {}
    model, tokenizer = bench.model
    features = layer_features(
        model,
        tokenizer,
        rows["text"].tolist(),
        rows["text_pair"].tolist() if bench.corpus.is_pair else None,
        max_length=bench.experiment.recipe.max_length,
    )
    found = representations(features, rows["language"], rows["group"], seed=FIXED_SEED)
    return {"representations.json": found}


STAGE = Stage(
    name="representations",
    version=1,
    order=100,
    paper="section 4.2; Limitations",
    files=("representations.json",),
    inputs=_inputs,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=60,
    only_where_named=True,
)
