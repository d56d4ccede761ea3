"""What the result of each stage depends on."""

import functools
from pathlib import Path

from helpers.data import corpora
from helpers.data.corpora import Sources
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.stages.registry import all_stages, check_stages


def stage_fingerprint(experiment: Experiment, stage: str, *, sources: Sources) -> str:
    """Return the checksum of all that a stage's result depends on."""
    check_stages([stage])
    about = all_stages()[stage]
    inputs = about.inputs(experiment, sources)
    return store.fingerprint(stage=stage, version=about.version, **inputs)


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
    from helpers.training import encoders

    return encoders.model_fingerprint(model)
