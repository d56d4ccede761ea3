"""Running the stages: each result is made once, by one process, and kept."""

import dataclasses
import functools
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers.data.corpora import Sources, full_name
from helpers.data.external_texts import external_fingerprint
from helpers.foundation import hardware, paths, provenance, store
from helpers.foundation.errors import CompanionError, disk_reason
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import FAMILIES, check_choice
from helpers.stages.finetuning import check_severity
from helpers.stages.fingerprints import data_fingerprint, stage_fingerprint
from helpers.stages.registry import all_stages, check_stages, needs, stages_of
from helpers.stages.selection import experiments, wanted_stages
from helpers.stages.workbench import Workbench, check_variant
from helpers.training.model_identity import check_encoder

_log = logging.getLogger(__name__)
_MARKER = "finetuning.json"
_CHECKPOINT = "checkpoint"  # in the marker: the sha256 of each file of the model
_SECONDS_BETWEEN_LOOKS = 0.2


def is_done(experiment: Experiment, stage: str, *, sources: Sources | None = None) -> bool:
    """Say whether a stage's result is there, whole, and made from the same inputs."""
    fingerprint = stage_fingerprint(experiment, stage, sources=sources or {})
    keeps_checkpoint = all_stages()[stage].keeps_checkpoint
    if keeps_checkpoint and _saved_model(experiment, fingerprint) is None:
        return False
    return store.is_done(experiment.folder, stage, fingerprint)


def _saved_model(experiment: Experiment, fingerprint: str) -> store.StageRecord | None:
    """Return the record of the fine-tuned model in the checkpoint, where it is this one."""
    marker = experiment.checkpoint / _MARKER
    content = store.read_record(marker)
    if content is None:
        return None
    checksums = content.pop(_CHECKPOINT, {})
    try:
        record = store.StageRecord(**content)
    except TypeError:
        return None
    if record.fingerprint != fingerprint:
        return None
    if (
        isinstance(checksums, dict)
        and checksums
        and set(checksums) == _model_files(experiment.checkpoint)  # one more would be read, too
        and None not in checksums.values()
        and checksums == _checksums(experiment.checkpoint, checksums)
    ):
        return record
    _log.warning(
        "the model in %s is not the one that was trained there: it is trained again",
        experiment.checkpoint,
    )
    return None


def _model_files(folder: Path) -> set[str]:
    """Return the names of a checkpoint's files: all that is not hidden, but for the marker."""
    names = {path.name for path in folder.iterdir() if path.is_file()}
    return {name for name in names if not name.startswith(".")} - {_MARKER}


def _checksums(folder: Path, names: Iterable[str]) -> dict[str, str | None]:
    """Return the sha256 of a checkpoint's files; None for a missing one."""
    found: dict[str, str | None] = {}
    for name in names:
        path = folder / name
        about = path.stat() if path.is_file() else None
        found[name] = about and _sha256_once(path, about.st_size, about.st_mtime_ns)
    return found


@functools.lru_cache(maxsize=256)
def _sha256_once(path: Path, size: int, changed: int) -> str:
    """Return a file's checksum; read once as long as its size and time stay as they are."""
    return store.sha256(path)


def _ensure(bench: Workbench, stage: str) -> None:
    """Make a stage's result where it is not there; one process at a time."""
    if is_done(bench.experiment, stage, sources=bench.sources):
        return
    # Before the lock: two experiments can need each other.
    for needed, name in needs(bench.experiment, stage):
        own = needed == bench.experiment
        _ensure(bench if own else Workbench(needed, bench.sources, bench.progress), name)
    if not hardware.is_first_process():
        _help(bench, stage)
        return
    lock = paths.checkpoints_dir() / bench.experiment.relative_folder
    with store.experiment_lock(lock):
        if not is_done(bench.experiment, stage, sources=bench.sources):
            _make(bench, stage)


def _help(bench: Workbench, stage: str) -> None:
    """Take this process's part of a fine-tuning that the first process has the lock of."""
    about = all_stages()[stage]
    if about.keeps_checkpoint:
        fingerprint = stage_fingerprint(bench.experiment, stage, sources=bench.sources)
        if _saved_model(bench.experiment, fingerprint) is None:
            about.compute(bench)
        while not is_done(bench.experiment, stage, sources=bench.sources):
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _make(bench: Workbench, stage: str) -> None:
    experiment = bench.experiment
    fingerprint = stage_fingerprint(experiment, stage, sources=bench.sources)
    about = all_stages()[stage]
    files: Mapping[str, Any] = {}
    # A model that a kill, or a lost results folder, left without its record is not trained again.
    record = _saved_model(experiment, fingerprint) if about.keeps_checkpoint else None
    if record is None:
        if about.keeps_checkpoint:
            for name in (_MARKER, *_model_files(experiment.checkpoint)):
                (experiment.checkpoint / name).unlink(missing_ok=True)
        store.check_writable(experiment.folder)
        with _full_disk_told(experiment), hardware.measured() as usage:
            files = about.compute(bench)
        record = store.StageRecord(
            fingerprint=fingerprint,
            version=about.version,
            files={},
            **dataclasses.asdict(usage),
        )
        if about.keeps_checkpoint:
            names = sorted(_model_files(experiment.checkpoint))
            checksums = _checksums(experiment.checkpoint, names)
            marker = dataclasses.asdict(record) | {_CHECKPOINT: checksums}
            store.write_json(experiment.checkpoint / _MARKER, marker)
    store.publish(
        experiment.folder,
        stage,
        files,
        record=record,
        parameters=_parameters(bench),
        environment=provenance.environment(),
    )


@contextmanager
def _full_disk_told(experiment: Experiment) -> Iterator[None]:
    """Say in a sentence that a stage ended because its files could not be written."""
    try:
        yield
    except Exception as error:
        reason = None if isinstance(error, CompanionError) else disk_reason(error)
        if reason is None:
            raise
        raise CompanionError(f"{experiment}: {reason}; finished stages are kept") from error


def _parameters(bench: Workbench) -> dict[str, Any]:
    from helpers.training.model_identity import model_source

    experiment = bench.experiment
    settings = experiment.settings
    sizes = settings.settings(experiment.dataset)
    return {
        **dataclasses.asdict(experiment),
        "dataset_folder": settings.dataset_folder(experiment.dataset),
        "recipe": dataclasses.asdict(experiment.recipe),
        "sizes": {
            name: getattr(sizes, name)
            for name in ("train", "validation", "test", "shap_texts", "rule", "with_translations")
        },
        **({"as_is": True} if sizes.as_is else {}),
        "language_identification": dataclasses.asdict(settings.language_identification),
        "shap": dataclasses.asdict(settings.shap),
        "model_source": model_source(experiment.model),
        "data_source": bench.corpus.source,
        "data_fingerprint": data_fingerprint(experiment, sources=bench.sources),
        **_local_external(settings.language_identification.external, bench.sources),
    }


def _local_external(source: str, sources: Sources) -> dict[str, str]:
    """Return the checksum of external texts from a local folder, which may be gone later."""
    if source not in sources:
        return {}
    return {"local_external_fingerprint": external_fingerprint(source, sources=sources)}


def run(
    experiment: Experiment,
    *,
    stages: Sequence[str] | None = None,
    sources: Sources | None = None,
    progress: bool = True,
    on_stage: Callable[[str], None] | None = None,
) -> None:
    """Bring an experiment's folder up to date.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    stages : sequence of str
        Stages to run, by default those that the profile has for the seed; what they need from
        earlier ones is made on the way.
    sources : mapping, optional
        Data set family to a local folder.
    progress : bool
        Show progress bars.
    on_stage : callable, optional
        Called with a stage's name before it starts.

    Raises
    ------
    CompanionError
        If a stage is unknown or its input is not to be had; finished stages stay.
    """
    stages = stages_of(experiment, tuple(all_stages())) if stages is None else stages
    check_stages(stages)
    _check([experiment])
    bench = Workbench(experiment, dict(sources or {}), progress and hardware.is_first_process())
    for stage in stages:
        if on_stage is not None:
            on_stage(stage)
        _ensure(bench, stage)


def _check(listed: Sequence[Experiment]) -> None:
    """Refuse what can be known to be impossible before data are read or a model is fetched."""
    for model, layers in dict.fromkeys((each.model, each.options.layers) for each in listed):
        check_encoder(model, layers)
    for experiment in listed:
        check_variant(experiment)
        check_severity(experiment)


def pending(
    listed: Iterable[Experiment],
    *,
    stages: Sequence[str] | None = None,
    sources: Sources | None = None,
) -> list[tuple[Experiment, str]]:
    """Return the experiments' stages that have no valid result yet, in order.

    A stage that the profile has for other seeds only is not among them.
    """
    return [
        (experiment, stage)
        for experiment in listed
        for stage in stages_of(experiment, tuple(all_stages()) if stages is None else stages)
        if not is_done(experiment, stage, sources=sources)
    ]


def unmade(
    listed: Iterable[Experiment],
    *,
    stages: Sequence[str] | None = None,
    sources: Sources | None = None,
) -> dict[Experiment, list[str]]:
    """Return what running some experiments would compute: `pending`, and what that needs.

    Parameters
    ----------
    listed, stages, sources
        As in `pending`.

    Returns
    -------
    dict
        Experiment to stages, in their order; an experiment that is not listed is there where it is
        needed.

    Raises
    ------
    CompanionError
        If an experiment is not possible: its encoder, where it is here, has fewer layers, or its
        severity leaves no row that a weight needs.
    """
    listed = list(listed)
    _check(listed)
    found = wanted_stages(
        listed,
        tuple(all_stages()) if stages is None else stages,
        is_there=functools.partial(is_done, sources=sources),
    )
    return {experiment: list(names) for experiment, names in found.items()}


def load(
    *,
    profile: str,
    model: str,
    dataset: str,
    sources: Sources | None = None,
    compute: bool = False,
    needs: Sequence[str] = ("predictions",),
) -> list[Experiment]:
    """Return a notebook's experiments; compute what is missing where asked to.

    With ``compute=False`` nothing is computed and nothing fetched: what the store does not hold
    stays missing, and the tables say so.

    Raises
    ------
    CompanionError
        If a parameter's value is not allowed; the message lists what is.
    """
    folders = {}
    for name, folder in (sources or {}).items():
        check_choice("source", name, [*FAMILIES, "wikipedia"])
        folders[name] = paths.existing_folder(str(folder), what=f"source {name!r}")
    sources = folders
    dataset = full_name(dataset, sources)
    listed = experiments(profile=profile, model=model, dataset=dataset)
    if compute:
        for experiment in listed:
            run(experiment, stages=needs, sources=sources)
    return listed
