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


def reference_of(experiment: Experiment) -> Experiment | None:
    """Return the model whose SHAP values are subtracted (section 2.3).

    For a skewed setup it is the balanced model of the same seed and variant. For a balanced
    model it is the balanced model of another seed: their difference is the null. None where the
    profile has no other seed.
    """
    if experiment.setup != "balanced":
        options = dataclasses.replace(experiment.options, severity=1.0)
        return experiment.replace(setup="balanced", variant=str(options))
    settings = experiment.settings
    seeds = list(settings.mie_seeds if experiment.options.mie else settings.seeds)
    if settings.null_seed is not None and not experiment.variant:
        seeds.append(settings.null_seed)
    if experiment.seed not in seeds or len(seeds) < 2:
        return None
    return experiment.replace(seed=seeds[(seeds.index(experiment.seed) + 1) % len(seeds)])
