"""Which experiments: those of a profile, and the one each is compared with."""

import dataclasses

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import SETUPS
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
        Also the null's balanced model and the repetitions with masked input entropy.

    Returns
    -------
    list of Experiment
        Every setup for every seed, then the extra ones.
    """
    settings = load_profile(profile)
    listed = [
        Experiment(model, dataset, setup, seed, profile)
        for seed in settings.seeds
        for setup in SETUPS
    ]
    if with_variants:
        if settings.null_seed is not None:
            listed.append(Experiment(model, dataset, "balanced", settings.null_seed, profile))
        listed += [
            Experiment(model, dataset, setup, seed, profile, "mie=1")
            for seed in settings.mie_seeds
            for setup in settings.mie_setups
        ]
    return listed


def compared_models(experiment: Experiment) -> tuple[Experiment, Experiment] | None:
    """Return the two models of an experiment's SHAP difference (section 2.3): first minus second.

    The second is the balanced model, whose values also sort the tokens. A skewed setup is compared
    with the balanced model of its seed and variant. A balanced model has a balanced one of another
    seed compared with it: the null of every difference from this balanced model.

    Returns
    -------
    tuple of Experiment, or None
        None for a balanced model that only serves another's null, or has no other seed beside it.
    """
    if experiment.setup != "balanced":
        options = dataclasses.replace(experiment.options, severity=1.0)
        return experiment, experiment.replace(setup="balanced", variant=str(options))
    settings = experiment.settings
    seeds = list(settings.mie_seeds if experiment.options.mie else settings.seeds)
    if experiment.seed not in seeds:
        return None
    if settings.null_seed is not None and not experiment.variant:
        seeds.append(settings.null_seed)
    if len(seeds) < 2:
        return None
    # A cycle, so that no two seeds share a null.
    other = seeds[(seeds.index(experiment.seed) + 1) % len(seeds)]
    return experiment.replace(seed=other), experiment
