"""Which experiments: those of a profile and of its book, and the one each is compared with."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import Place, check_choice
from helpers.foundation.profiles import (
    PUBLISHED_PROFILE,
    Profile,
    load_profile,
    profile_names,
)
from helpers.stages.registry import all_stages, needs, result_stages, stages_of

_ORIGINAL_PROFILE = "paper"


def experiments(
    *, profile: str, model: str, dataset: str, with_variants: bool = True
) -> list[Experiment]:
    """Return the experiments of one model and data set in a profile.

    Parameters
    ----------
    profile, model, dataset : str
        As in `Experiment`.
    with_variants : bool
        Also balanced models that only serve a null, and the repetitions with masked input entropy.

    Returns
    -------
    list of Experiment
        Every setup for every seed, then the extra ones.
    """
    settings = load_profile(profile)
    for stage in settings.stage_seeds_of(dataset):
        check_choice(f"stage in {profile}.yaml: stage_seeds:", stage, result_stages())
    seeds = settings.seeds_of(dataset)
    listed = [
        Experiment(model, dataset, setup, seed, profile)
        for seed in seeds
        for setup in settings.setups
    ]
    if with_variants:
        listed += [
            Experiment(model, dataset, "balanced", seed, profile)
            for seed in dict.fromkeys(settings.nulls_of(dataset).values())
            if seed not in seeds
        ]
        listed += [
            Experiment(model, dataset, setup, seed, profile, "mie=1")
            for seed in settings.seeds_of(dataset, mie=True)
            for setup in settings.mie_setups
        ]
    return listed


def profile_experiments(profile: str, *, datasets: Sequence[str] | None = None) -> list[Experiment]:
    """Return every experiment of a profile: models x data sets x setups x seeds, and extras."""
    settings = load_profile(profile)
    return [
        experiment
        for model in settings.models
        for dataset in datasets or settings.matrix
        for experiment in experiments(profile=profile, model=model, dataset=dataset)
    ]


def wanted_stages(
    listed: Iterable[Experiment],
    stages: Sequence[str] | None = None,
    *,
    is_there: Callable[[Experiment, str], bool] | None = None,
) -> dict[Experiment, tuple[str, ...]]:
    """Return the stages behind the published results of some experiments, in their order.

    What another experiment's result is made from comes in too, whether or not it is listed.

    Parameters
    ----------
    listed : iterable of Experiment
    stages : sequence of str, optional
        Those whose results are wanted; by default the published ones.
    is_there : callable, optional
        Says of an experiment's stage whether its result is not wanted, nor what it is made from.

    Examples
    --------
    >>> one = Experiment("e5_small", "multiemo", "imbalanced")
    >>> for experiment, names in wanted_stages([one]).items():
    ...     print(experiment.setup, *names[:4])
    imbalanced subsets finetuning predictions last_step
    balanced finetuning shap_values
    """
    wanted: dict[Experiment, set[str]] = {}

    def want(experiment: Experiment, stage: str) -> None:
        if stage in wanted.get(experiment, ()) or (is_there and is_there(experiment, stage)):
            return
        wanted.setdefault(experiment, set()).add(stage)
        for other, needed in needs(experiment, stage):
            want(other, needed)

    for experiment in listed:
        for stage in stages_of(experiment, stages):
            want(experiment, stage)
    return {
        experiment: tuple(stage for stage in all_stages() if stage in names)
        for experiment, names in wanted.items()
    }


def places(profile: str, *, datasets: Iterable[str] = ()) -> list[Place]:
    """Return the parts of a profile's book.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    datasets : iterable of str
        Data sets besides those of the profile and those with results.

    Returns
    -------
    list of Place
        For every model, the profile's data sets, then others with results in the store.
    """
    settings = load_profile(profile)
    found = []
    for model in settings.models:
        of_model = Experiment(model, settings.matrix[0], "balanced", 0, profile).folder.parents[2]
        folders = {path.parents[2].name for path in of_model.glob(f"*/*/*/{store.RUN_FILE}")}
        with_results = sorted(
            name
            for folder in folders
            for name in [folder.partition("+")[0]]
            if _is_folder_of(settings, name, folder)
        )
        names = dict.fromkeys([*settings.matrix, *datasets, *with_results])
        found += [Place(name, model) for name in names]
    return found


def _is_folder_of(settings: Profile, dataset: str, folder: str) -> bool:
    """Say whether a folder of results is a data set's: anything may lie among them."""
    try:
        return settings.dataset_folder(dataset) == folder  # else of other languages or weights
    except CompanionError:
        return False


def book_experiments(profile: str, *, datasets: Iterable[str] = ()) -> list[Experiment]:
    """Return every experiment that the pages of a profile's book show."""
    return [
        experiment
        for place in places(profile, datasets=datasets)
        for experiment in experiments(profile=profile, model=place.model, dataset=place.dataset)
    ]


def published_experiments() -> list[Experiment]:
    """Return the experiments of the published profile; none where it is not there."""
    return book_experiments(PUBLISHED_PROFILE) if PUBLISHED_PROFILE in profile_names() else []


def originals() -> list[Experiment]:
    """Return the experiments on the paper's own models and data: those of profile ``paper``."""
    if _ORIGINAL_PROFILE not in profile_names():
        return []
    return profile_experiments(_ORIGINAL_PROFILE)


def compared_models(experiment: Experiment) -> tuple[Experiment, Experiment] | None:
    """Return the two models of an experiment's SHAP difference (section 2.3): first minus second.

    The second is the balanced model, whose values also sort the tokens. A skewed setup is compared
    with the balanced model of its seed and variant. With a balanced model the profile may have a
    balanced one of another seed compared: the null of every difference from this balanced model.

    Returns
    -------
    tuple of Experiment, or None
        None for a balanced model for which the profile names no null.
    """
    if experiment.setup != "balanced":
        options = dataclasses.replace(experiment.options, severity=1.0, shares=None)
        return experiment, experiment.replace(setup="balanced", variant=str(options))
    nulls = experiment.settings.nulls_of(experiment.dataset, mie=experiment.options.mie)
    if experiment.seed not in nulls:
        return None
    return experiment.replace(seed=nulls[experiment.seed]), experiment
