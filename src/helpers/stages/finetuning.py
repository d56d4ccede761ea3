"""Fine-tuning; its result is the checkpoint, outside ``results/``."""

from typing import Any

from helpers.data.corpora import Sources
from helpers.data.subsets import severity_limit
from helpers.foundation import hardware, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import model_fingerprint, stage_fingerprint
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, sources: Sources) -> dict[str, Any]:
    return {
        "subsets": stage_fingerprint(experiment, "subsets", sources=sources),
        "model": model_fingerprint(experiment.model),
        "setup": experiment.setup,
        "recipe": experiment.recipe.identity(),
        "layers": experiment.options.layers,
        "mie": experiment.options.mie,
        "seed": experiment.seed,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.training.class_weights import row_weights
    from helpers.training.encoders import load_encoder
    from helpers.training.finetuning import finetune

    experiment, train = bench.experiment, bench.train
    weights = None
    if experiment.setup == "imbalanced_cw":
        limit = severity_limit(bench.corpus.skew)
        if experiment.options.severity >= limit:
            raise CompanionError(
                f"setup imbalanced_cw needs a severity below {limit:g}: at {limit:g} a language "
                "has no row of its rarest label, and its class weight (eq. 2) is undefined"
            )
        weights = row_weights(train["language"], train["label"])
    recipe = experiment.recipe
    model, tokenizer = load_encoder(
        experiment.model,
        num_labels=len(bench.corpus.labels),
        layers=experiment.options.layers,
        first_token=recipe.first_token,
        dropout=recipe.dropout,
        seed=experiment.seed,
        attention=recipe.attention,
    )
    result = finetune(
        model,
        tokenizer,
        train,
        bench.validation,
        recipe,
        output_dir=experiment.checkpoint,
        seed=experiment.seed,
        row_weights=weights,
        masked_entropy=experiment.options.mie,
        progress=bench.progress,
    )
    history = result.history.astype(object).where(result.history.notna(), None)
    if hardware.is_first_process():
        store.write_json(
            experiment.checkpoint / "training.json",
            {
                "best_step": result.best_step,
                "best_validation_loss": result.best_validation_loss,
                "steps": result.steps,
                "curve": history.to_dict("records"),
            },
        )
    return {}


STAGE = Stage(
    name="finetuning",
    version=1,
    order=20,
    paper="section 3",
    files=(),
    inputs=_inputs,
    compute=_compute,
    first_guess_seconds=90,
    published=False,
    keeps_checkpoint=True,
)
