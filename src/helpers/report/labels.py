"""What setups and remedies are called in tables and figures; everywhere else they are ids."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from helpers.analysis.remedies import REMEDIES
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_choice
from helpers.foundation.setups import all_setups

_LABELS: Mapping[str, str] = MappingProxyType(
    {name: setup.label for name, setup in all_setups().items()}
    | {name: remedy.label for name, remedy in REMEDIES.items()}
)


def setup_label(name: str, *variants: str) -> str:
    """Return what a setup, or a remedy on the imbalanced model, is called, with its variants.

    Raises
    ------
    CompanionError
        If there is none of this name.

    Examples
    --------
    >>> setup_label("balanced", "mie=1"), setup_label("prior", "")
    ('Balanced, mie=1', 'Prior correction')
    """
    check_choice("setup or remedy", name, _LABELS)
    return ", ".join(filter(None, (_LABELS[name], *variants)))


def model_names(models: Iterable[tuple[str, str, int]]) -> str:
    """Return what models are called: each setup with its variants, and its seeds.

    Parameters
    ----------
    models : iterable of (str, str, int)
        Setup, variant and seed.

    Examples
    --------
    >>> model_names([("balanced", "", 1), ("balanced", "", 0), ("imbalanced", "mie=1", 0)])
    'Balanced, seeds 0, 1; Imbalanced, mie=1, seed 0'
    >>> model_names([("imbalanced", "severity=0.5", 0), ("imbalanced", "severity=1.5", 0)])
    'Imbalanced, severity=0.5, severity=1.5, seed 0'
    """
    seeds: dict[tuple[str, str], list[int]] = {}
    for setup, variant, seed in models:
        seeds.setdefault((setup, variant), []).append(seed)
    variants: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for (setup, variant), members in seeds.items():
        variants.setdefault((setup, tuple(sorted(members))), []).append(variant)
    return "; ".join(
        f"{setup_label(setup, *names)}, seed{'s' * (len(members) > 1)} "
        f"{', '.join(map(str, members))}"
        for (setup, members), names in variants.items()
    )


def experiment_names(experiments: Iterable[Experiment]) -> str:
    """Return `model_names` of the models of some experiments."""
    return model_names((each.setup, each.variant, each.seed) for each in experiments)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the labels of its setups, in the columns that hold their names.

    Examples
    --------
    >>> labelled(pd.DataFrame({"setup": ["balanced"], "accuracy": [0.6]}))
          setup  accuracy
    0  Balanced       0.6
    """
    held = {"setup", "subset"} & set(frame.columns)
    return frame.assign(**{name: frame[name].astype(str).map(setup_label) for name in held})
