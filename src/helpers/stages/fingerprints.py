"""What the result of each stage depends on."""

import functools
from dataclasses import dataclass
from pathlib import Path

from helpers.data import corpora
from helpers.data.corpora import Sources
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
    """

    sources: Sources
    data: str | None = None

    def stage(self, experiment: Experiment, name: str) -> str:
        """Return the checksum of all that a stage's result depends on."""
        check_stages([name])
        about = all_stages()[name]
        inputs = about.inputs(experiment, self)
        return store.fingerprint(stage=name, version=about.version, **inputs)

    def texts(self, experiment: Experiment) -> str:
        """Return the checksum of an experiment's data set."""
        return self.data or data_fingerprint(experiment, sources=self.sources)


def stage_fingerprint(
    experiment: Experiment, stage: str, *, sources: Sources, data: str | None = None
) -> str:
    """Return the checksum of all that a stage's result depends on; as in `Upstream`."""
    return Upstream(sources, data).stage(experiment, stage)


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
