"""The command lines that compute experiments, for pages, messages and schedulers."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.foundation.datasets import all_datasets
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import family_of


def run_arguments(
    experiment: Experiment,
    *,
    stages: Sequence[str] = (),
    sources: Mapping[str, Path | str] | None = None,
) -> list[str]:
    """Return the arguments of ``companion`` that run one experiment.

    Parameters
    ----------
    experiment : Experiment
    stages : sequence of str
        By default all.
    sources : mapping, optional
        Data set family to a local folder. Its own family's, where it needs one and none is given,
        is ``FOLDER``, for a reader to fill in.

    Examples
    --------
    >>> " ".join(run_arguments(Experiment("e5_small", "xnli_7500", "imbalanced", variant="mie=1")))
    'run --profile quick --model e5_small --dataset xnli --setup imbalanced --seed 0
     --variant mie=1 --source xnli=FOLDER'
    """
    family = family_of(experiment.dataset)
    given = dict(sources or {})
    if experiment.dataset != family or all_datasets()[family].needs_folder:
        given.setdefault(family, "FOLDER")
    dataset = family if family in given else experiment.dataset
    listed = ["run", "--profile", experiment.profile, "--model", experiment.model]
    listed += ["--dataset", dataset, "--setup", experiment.setup, "--seed", str(experiment.seed)]
    listed += ["--variant", experiment.variant] if experiment.variant else []
    listed += ["--stages", ",".join(stages)] if stages else []
    for name, folder in given.items():
        listed += ["--source", f"{name}={folder}"]
    return listed


def run_command(experiment: Experiment) -> str:
    """Return the command that runs one experiment."""
    return shlex.join(["companion", *run_arguments(experiment)])


def reproduce_command(experiments: Sequence[Experiment]) -> str:
    """Return the command that runs some experiments of one model and data set of their profile.

    It names their setup, where they have one, else the whole data set.

    Examples
    --------
    >>> seeds = [Experiment("e5_small", "multiemo", "imbalanced", seed) for seed in (0, 1)]
    >>> reproduce_command(seeds)
    'companion reproduce --profile quick --only e5_small/multiemo/imbalanced'
    """
    first = experiments[0]
    folders = {each.relative_folder.parent for each in experiments}  # one for each setup
    folder = folders.pop() if len(folders) == 1 else first.relative_folder.parents[1]
    only = folder.relative_to(first.profile).as_posix()
    return shlex.join(["companion", "reproduce", "--profile", first.profile, "--only", only])
