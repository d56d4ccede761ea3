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


def data_fingerprint(dataset: str, *, sources: Sources) -> str:
    """Return the checksum of a data set; its files are read once."""
    return _data_fingerprint(dataset, tuple(sorted(sources.items())))


@functools.cache
def _data_fingerprint(dataset: str, sources: tuple[tuple[str, Path], ...]) -> str:
    return corpora.source_fingerprint(dataset, sources=dict(sources))


@functools.cache
def model_fingerprint(model: str) -> str:
    """Return the checksum of a pretrained encoder; its files are read once."""
    from helpers.training import encoders

    return encoders.model_fingerprint(model)
