"""Fine-tuning; its result is the checkpoint, outside ``results/``."""

from typing import Any

from helpers.data.cells import severity_limit, skew_shares
from helpers.foundation import hardware, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.setups import all_setups
from helpers.stages.fingerprints import Upstream, model_fingerprint
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    weighting = all_setups()[experiment.setup].weighting
    return {
        "subsets": upstream.stage(experiment, "subsets"),
        "model": model_fingerprint(experiment.model),
        "setup": experiment.setup,
        "recipe": experiment.recipe.identity(),
        "layers": experiment.options.layers,
        "mie": experiment.options.mie,
        "seed": experiment.seed,
        **({"weighting": dict(weighting.settings)} if weighting and weighting.settings else {}),
        **({} if experiment.options.pretrained else {"pretrained": False}),
    }


def check_severity(experiment: Experiment) -> None:
    """Refuse a severity that the skew does not allow, or not with the setup's weighting.

    Raises
    ------
    CompanionError
        Naming the setup and the severity that it has to stay below.
    """
    skew = experiment.settings.chosen_skew(experiment.dataset)
    if skew:
        limit, severity = severity_limit(skew), experiment.options.severity
        if all_setups()[experiment.setup].weighting is not None and severity >= limit:
            raise CompanionError(
                f"setup {experiment.setup} needs a severity below {limit:g}: at {limit:g} a "
                "language has no row of its rarest label, for which it is undefined"
            )
        skew_shares(skew, severity=severity)  # refuses what lies above the limit


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.training.encoders import load_encoder, quiet
    from helpers.training.finetuning import finetune
    from helpers.training.hooks import make_hooks

    experiment = bench.experiment
    weighting = all_setups()[experiment.setup].weighting
    names = bench.corpus.labels
    hooks = make_hooks(weighting, bench.train, names=names, what=f"setup {experiment.setup}")
    recipe = experiment.recipe
    model, tokenizer = load_encoder(
        experiment.model,
        num_labels=len(names),
        layers=experiment.options.layers,
        pretrained=experiment.options.pretrained,
        first_token=recipe.first_token,
        dropout=recipe.dropout,
        seed=experiment.seed,
        attention=recipe.attention,
    )
    result = finetune(
        model,
        tokenizer,
        bench.train,
        bench.validation,
        recipe,
        output_dir=experiment.checkpoint,
        seed=experiment.seed,
        masked_entropy=experiment.options.mie,
        progress=bench.progress,
        hooks=hooks,
    )
    if weighting is not None and weighting.correct is not None and hardware.is_first_process():
        outputs = bench.outputs(result.model, tokenizer, bench.train, "training rows")
        weighting.correct(result.model, outputs.features, bench.train)
        with quiet():
            result.model.save_pretrained(experiment.checkpoint)
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
