"""Where results stand: their data set and model, and what these are called for a reader."""

from collections.abc import Iterable, Sequence

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import Place, dataset_label, model_label

POOLED = "pooled"  # stands for all data sets of a model together


def by_place(experiments: Iterable[Experiment]) -> dict[Place, list[Experiment]]:
    """Return the experiments of each data set and model, in the order in which these occur."""
    found: dict[Place, list[Experiment]] = {}
    for each in experiments:
        found.setdefault(each.place, []).append(each)
    return found


def places(experiments: Iterable[Experiment]) -> list[Place]:
    """Return the data sets and models that the experiments are about, with results or without."""
    return list(by_place(experiments))


def place_names(listed: Sequence[Place]) -> dict[Place, str]:
    """Return what some places are called; the model is named where there are several."""
    several = len({each.model for each in listed}) > 1
    return {each: place_label(each.dataset, each.model if several else "") for each in listed}


def place_label(dataset: str, model: str = "") -> str:
    """Return what a data set, or all together, is called; with its model where one is given.

    Examples
    --------
    >>> place_label("multiemo", "mbert"), place_label(POOLED)
    ('MultiEmo, mBERT', 'Together')
    """
    name = "Together" if dataset == POOLED else dataset_label(dataset)
    return f"{name}, {model_label(model)}" if model else name


def by_name(experiments: Iterable[Experiment]) -> dict[str, list[Experiment]]:
    """Return `by_place` with the places' names."""
    found = by_place(experiments)
    names = place_names(list(found))
    return {names[place]: members for place, members in found.items()}
