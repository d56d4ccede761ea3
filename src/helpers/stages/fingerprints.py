"""What the result of each stage depends on."""

import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpers.data import corpora
from helpers.data.corpora import Sources
from helpers.data.external_texts import external_fingerprint
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.stages.registry import all_stages, check_stages


@dataclass(frozen=True)
class Upstream:
    """The checksums of what lies before a stage: its texts, and earlier stages.

    Parameters
    ----------
    sources : mapping
        Data set family to a local folder.
    data : str, optional
        Stands for the checksum of texts that are not here: a local folder not in ``sources``.
    external : str, optional
        The same of the external texts.
    """

    sources: Sources
    data: str | None = None
    external: str | None = None

    def stage(self, experiment: Experiment, name: str) -> str:
        """Return the checksum of all that a stage's result depends on."""
        check_stages([name])
        inputs = self.inputs(experiment, name)
        return store.fingerprint(stage=name, version=all_stages()[name].version, **inputs)

    def inputs(self, experiment: Experiment, name: str) -> Mapping[str, Any]:
        """Return all that a stage's result depends on, beside the stage's name and version."""
        about = all_stages()[name]
        if about.inputs is None:
            return {needed: self.stage(experiment, needed) for needed in about.needs}
        return about.inputs(experiment, self)

    def texts(self, experiment: Experiment) -> str:
        """Return the checksum of an experiment's data set."""
        return self.data or data_fingerprint(experiment, sources=self.sources)


def stage_fingerprint(
    experiment: Experiment,
    stage: str,
    *,
    sources: Sources,
    data: str | None = None,
    external: str | None = None,
) -> str:
    """Return the checksum of all that a stage's result depends on; as in `Upstream`."""
    return Upstream(sources, data, external).stage(experiment, stage)


def model_and_external_texts(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    """Return the inputs of a stage that reads a model and the external texts."""
    external = experiment.settings.language_identification
    return {
        "finetuning": upstream.stage(experiment, "finetuning"),
        "external": asdict(external),
        "external_data": upstream.external
        or external_fingerprint(external.external, sources=upstream.sources),
    }


def data_fingerprint(experiment: Experiment, *, sources: Sources) -> str:
    """Return the checksum of an experiment's data set; its files are read once."""
    skew = experiment.settings.skew_of(experiment.dataset)
    return _data_fingerprint(
        experiment.dataset,
        tuple(sorted(sources.items())),
        None if skew is None else tuple(skew.items()),
    )


@functools.cache
def _data_fingerprint(
    dataset: str,
    sources: tuple[tuple[str, Path], ...],
    skew: tuple[tuple[str, tuple[float, ...]], ...] | None,
) -> str:
    return corpora.source_fingerprint(
        dataset, sources=dict(sources), skew=None if skew is None else dict(skew)
    )


@functools.cache
def model_fingerprint(model: str) -> str:
    """Return the checksum of a pretrained encoder; its files are read once."""
    from helpers.training import model_identity

    return model_identity.model_fingerprint(model)
