"""The command lines that compute experiments, for pages, messages and schedulers."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.foundation.datasets import all_datasets
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import family_of
from helpers.foundation.paths import shipped_root
from helpers.foundation.profiles import load_profile

_MAKEFILE = "Makefile"  # it sets up the environment of a checkout


def command_line(*arguments: str) -> str:
    """Return a call of ``companion`` as a shell takes it, from the folder that it is about.

    In a checkout it names the program in the checkout's environment, so that it works where that
    was not activated. A folder without a Makefile, such as that of a reader's own data, has none.
    """
    in_checkout = (shipped_root() / _MAKEFILE).is_file()
    return shlex.join([".venv/bin/companion" if in_checkout else "companion", *arguments])


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
    if _of_folder(experiment) is not None:
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
    return command_line(*run_arguments(experiment))


def reproduce_command(experiments: Sequence[Experiment]) -> str:
    """Return the command that runs some experiments of one model and data set of their profile.

    It names the one of them, or their setup, where they have one, else the whole data set.

    Examples
    --------
    >>> seeds = [Experiment("e5_small", "multiemo", "imbalanced", seed) for seed in (0, 1)]
    >>> reproduce_command(seeds)
    '.venv/bin/companion reproduce --profile quick --only e5_small/multiemo/imbalanced'
    """
    first = experiments[0]
    folders = {each.relative_folder.parent for each in experiments}  # one for each setup
    folder = first.relative_folder
    if len(experiments) > 1:
        folder = folder.parent if len(folders) == 1 else folder.parents[1]
    only = folder.relative_to(first.profile).as_posix()
    source = [] if (family := _of_folder(first)) is None else ["--source", f"{family}=FOLDER"]
    return command_line("reproduce", "--profile", first.profile, "--only", only, *source)


def _of_folder(experiment: Experiment) -> str | None:
    """Return the family of a data set that is read from a local folder; None of another."""
    family = family_of(experiment.dataset)
    local = experiment.dataset != family or all_datasets()[family].needs_folder
    return family if local else None


def commands(experiments: Sequence[Experiment]) -> list[str]:
    """Return the commands that compute some experiments of one model and data set.

    One for all of them where the profile runs the model and data set itself, else one for each.
    """
    first = experiments[0]
    settings = load_profile(first.profile)
    if first.model in settings.models and first.dataset in settings.matrix:
        return [reproduce_command(experiments)]
    return [run_command(each) for each in experiments]
