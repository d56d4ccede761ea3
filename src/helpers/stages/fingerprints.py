"""What the result of each stage depends on."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.data import corpora
from helpers.data.corpora import Sources
from helpers.data.external_texts import external_fingerprint
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_choice
from helpers.stages.selection import compared_models
from helpers.stages.workbench import examples_of

# A stage's version goes up when its numbers move; it is part of the stage's fingerprint.
VERSIONS: Mapping[str, int] = {
    "subsets": 1,
    "finetuning": 1,
    "predictions": 1,
    "last_step": 1,
    "language_identification": 1,
    "shap_values": 1,
    "shap_tokens": 1,
    "shap_difference": 2,
    "shap_examples": 1,
}
STAGES = tuple(VERSIONS)


def check_stages(names: Iterable[str]) -> None:
    """Refuse what is no stage.

    Raises
    ------
    CompanionError
        Naming the first that is unknown, and the stages there are.
    """
    for name in names:
        check_choice("stage", name, STAGES)


def stage_fingerprint(
    experiment: Experiment, stage: str, *, sources: Sources, data: str | None = None
) -> str:
    """Return the checksum of all that a stage's result depends on.

    ``data`` stands for the checksum of texts that are not here: a local folder not in ``sources``.
    """
    check_stages([stage])
    settings, options = experiment.settings, experiment.options
    dataset_settings = settings.settings(experiment.dataset)

    def upstream(name: str, of: Experiment = experiment) -> str:
        return stage_fingerprint(of, name, sources=sources, data=data)

    parts: dict[str, Any]
    match stage:
        case "subsets":
            parts = {
                "data": data or data_fingerprint(experiment.dataset, sources=sources),
                "sizes": [
                    dataset_settings.train,
                    dataset_settings.validation,
                    dataset_settings.test,
                ],
                "rule": dataset_settings.rule,
                "recipe": options.recipe,
                "severity": options.severity,
                "seed": experiment.seed,
            }
        case "finetuning":
            parts = {
                "subsets": upstream("subsets"),
                "model": model_fingerprint(experiment.model),
                "setup": experiment.setup,
                "recipe": experiment.recipe.identity(),
                "layers": options.layers,
                "mie": options.mie,
                "seed": experiment.seed,
            }
        case "predictions" | "last_step":
            parts = {"finetuning": upstream("finetuning")}
        case "language_identification":
            external = settings.language_identification
            parts = {
                "finetuning": upstream("finetuning"),
                "external": dataclasses.asdict(external),
                "external_data": external_fingerprint(external.external, sources=sources),
            }
        case "shap_values":
            parts = {
                "finetuning": upstream("finetuning"),
                "texts": settings.shap_texts(experiment.dataset),
                "max_evals": settings.shap.max_evals,
                "precision": settings.shap.precision,
            }
        case "shap_tokens":
            parts = {"shap_values": upstream("shap_values")}
        case "shap_examples":
            parts = {
                "finetuning": upstream("finetuning"),
                "texts": examples_of(experiment.dataset).to_dict("list"),
                "max_evals": settings.shap.max_evals,
                "precision": settings.shap.precision,
            }
        case "shap_difference":
            model, reference = compared_models(experiment) or (experiment, None)
            parts = {
                "shap_values": upstream("shap_values", model),
                "reference": reference and upstream("shap_values", reference),
                "threshold": settings.shap.threshold,
            }
    return store.fingerprint(stage=stage, version=VERSIONS[stage], **parts)


def data_fingerprint(dataset: str, *, sources: Sources) -> str:
    """Return the checksum of a data set; its files are read once."""
    return _data_fingerprint(dataset, tuple(sorted(sources.items())))


@functools.cache
def _data_fingerprint(dataset: str, sources: tuple[tuple[str, Path], ...]) -> str:
    return corpora.source_fingerprint(dataset, sources=dict(sources))


@functools.cache
def model_fingerprint(model: str) -> str:
    """Return the checksum of a pretrained encoder; its files are read once."""
    from helpers.training import model_identity

    return model_identity.model_fingerprint(model)
