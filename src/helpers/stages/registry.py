"""The stages there are: every module of this package that holds a ``STAGE``."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_choice
from helpers.foundation.records import records_of
from helpers.stages.record import Stage


@functools.cache
def all_stages() -> Mapping[str, Stage]:
    """Return every stage by its name, in order."""
    return MappingProxyType(records_of(__package__, "STAGE"))


def result_stages() -> tuple[str, ...]:
    """Return the names of the stages whose results are published, in order."""
    return tuple(stage.name for stage in all_stages().values() if stage.published)


def check_stages(names: Iterable[str]) -> None:
    """Refuse what is no stage.

    Raises
    ------
    CompanionError
        Naming the first that is unknown, and the stages there are.
    """
    for name in names:
        check_choice("stage", name, all_stages())


def needs(experiment: Experiment, stage: str) -> list[tuple[Experiment, str]]:
    """Return the stages whose results a stage reads, with the experiments they belong to."""
    about = all_stages()[stage]
    return [(read, name) for read in about.reads(experiment) for name in about.needs]


def stages_of(experiment: Experiment, stages: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return those of some stages that an experiment's profile has for its seed.

    By default those of the published ones.
    """
    limits = experiment.settings.stage_seeds_of(experiment.dataset)

    def has(stage: str) -> bool:
        if stage in limits:
            return experiment.seed in limits[stage]
        return not all_stages()[stage].only_where_named

    return tuple(filter(has, result_stages() if stages is None else stages))


def check_has(experiment: Experiment, stages: Sequence[str]) -> None:
    """Refuse a stage that an experiment's profile does not have for its seed.

    Raises
    ------
    CompanionError
        Naming the first such stage, and the seeds that the profile has it for.
    """
    had = stages_of(experiment, stages)
    for stage in stages:
        if stage not in had:
            seeds = experiment.settings.stage_seeds_of(experiment.dataset).get(stage, ())
            listed = f"seeds {', '.join(map(str, seeds))}" if seeds else "no seed"
            raise CompanionError(
                f"stage {stage!r} with seed {experiment.seed}: profile {experiment.profile!r} runs "
                f"it for {listed} of {experiment.dataset}; stage_seeds in its file says which"
            )


def check_some_have(listed: Sequence[Experiment], stages: Sequence[str]) -> None:
    """Refuse a stage that the profile has for none of some experiments: nothing would be done.

    Raises
    ------
    CompanionError
        Naming the first such stage, and where the profile says which seeds have it.
    """
    for stage in stages:
        if not any(stages_of(each, [stage]) for each in listed):
            raise CompanionError(
                f"stage {stage!r}: profile {listed[0].profile!r} runs it for none of these "
                "experiments; stage_seeds in its file says for which seeds"
            )


def stage_table() -> pd.DataFrame:
    """Return a row for each stage: what it writes, and the places of the paper that it serves.

    Examples
    --------
    >>> stage_table().loc[["finetuning", "predictions"], "writes"].tolist()
    ['the checkpoint', 'metrics.json, predictions.parquet']
    """
    rows = {
        name: (", ".join(stage.files) or "the checkpoint", stage.paper)
        for name, stage in all_stages().items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["writes", "paper"])
