"""Which experiments: those of a profile, and the one each is compared with."""

import dataclasses
from collections.abc import Sequence

from helpers.foundation.experiment import RESULT_STAGES, Experiment
from helpers.foundation.names import SETUPS, check_choice
from helpers.foundation.profiles import load_profile


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
    for stage in settings.stage_seeds:
        check_choice(f"stage in {profile}.yaml: stage_seeds:", stage, RESULT_STAGES)
    seeds = settings.seeds_of(dataset)
    listed = [
        Experiment(model, dataset, setup, seed, profile) for seed in seeds for setup in SETUPS
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


def stages_of(experiment: Experiment, stages: Sequence[str] = RESULT_STAGES) -> tuple[str, ...]:
    """Return those of some stages that an experiment's profile has for its seed."""
    limits = experiment.settings.stage_seeds
    return tuple(
        stage for stage in stages if stage not in limits or experiment.seed in limits[stage]
    )


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
        options = dataclasses.replace(experiment.options, severity=1.0)
        return experiment, experiment.replace(setup="balanced", variant=str(options))
    nulls = experiment.settings.nulls_of(experiment.dataset, mie=experiment.options.mie)
    if experiment.seed not in nulls:
        return None
    return experiment.replace(seed=nulls[experiment.seed]), experiment
