"""The profile of a reader's own data: a profile of the companion, at the sizes that cells allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from helpers.foundation import paths, store
from helpers.foundation.profiles import load_profile
from helpers.foundation.yaml_text import read_yaml

_HUB_PROFILE, _MARKED_PROFILE = "paper", "quick"  # of the hub's addresses; of what is a checkout
# A balanced subset of a smaller share of the rows that could be trained on says little of them.
_LEAST_SHARE = 0.25
_DROPPED = ("mie_seeds", "mie_setups", "mie_nulls", "stage_seeds")


@dataclass(frozen=True)
class Sizes:
    """Rows of each subset, and whether there is a balanced one for training.

    Parameters
    ----------
    train, validation, test : int
        Of every setup.
    balanced : bool
        Whether the cells allow a balanced training subset of the same size.
    """

    train: int
    validation: int
    test: int
    balanced: bool


def sizes(splits: Mapping[str, pd.DataFrame], profile: str) -> Sizes:
    """Return the sizes that a profile asks for, as far as the cells allow them.

    All setups have equally many training rows. For the balanced one that may be fewer than the
    profile's; below a quarter of the others' there is none.

    Parameters
    ----------
    splits : mapping of str to DataFrame
        From `helpers.own_data.rows.split`.
    profile : str
        A file in ``configs/``.
    """
    wanted = load_profile(profile).settings("custom")
    cells = {
        name: pd.crosstab(rows["language"], rows["label"]).to_numpy()
        for name, rows in splits.items()
    }
    even = {name: int(counts.min()) * counts.size for name, counts in cells.items()}
    train, validation = (
        min(getattr(wanted, name) or len(splits[name]), len(splits[name]))
        for name in ("train", "validation")
    )
    balanced = even["train"] >= _LEAST_SHARE * train and even["validation"] > 0
    if balanced:
        train, validation = min(train, even["train"]), min(validation, even["validation"])
    test = min(wanted.test or even["test"], even["test"])
    return Sizes(train, validation, test, balanced)


def write_profile(root: Path, profile: str, *, model: str, dataset: str, of: Sizes) -> None:
    """Write a profile for one model and data set into a folder of its own.

    Parameters
    ----------
    root : Path
        The folder; it gets ``configs/``.
    profile : str
        The companion's, which has all other settings.
    model, dataset : str
        As in `helpers.foundation.experiment.Experiment`.
    of : Sizes
        From `sizes`.
    """
    shipped = {
        name: (paths.configs_dir() / f"{name}.yaml").read_text(encoding="utf-8")
        for name in (_HUB_PROFILE, _MARKED_PROFILE, profile)
    }
    raw: dict[str, Any] = read_yaml(shipped[profile], where=f"{profile}.yaml")
    settings = load_profile(profile)
    own = dict(raw.get("datasets", {}).get("custom", {}))
    explained = settings.shap_texts("custom")
    own |= {"as_is": True, "train": of.train, "validation": of.validation, "test": of.test}
    own["shap_texts"] = min(explained or of.test, of.test)
    seeds = settings.seeds_of("custom")
    content = {name: value for name, value in raw.items() if name not in _DROPPED}
    content |= {"models": [model], "matrix": [dataset], "seeds": list(seeds)}
    content["datasets"] = {"custom": own}
    content["setups"] = [name for name in settings.setups if of.balanced or name != "balanced"]
    content["nulls"] = {
        seed: other
        for seed, other in settings.nulls_of("custom").items()
        if of.balanced and {seed, other} <= set(seeds)
    }
    if not of.balanced:  # a SHAP difference is one from the balanced model
        content["stage_seeds"] = {"shap_difference": []}
    content["about"] = f"{dataset} with the settings of {profile}, written by companion diagnose."
    shipped[profile] = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    for name, text in shipped.items():
        store.write_text(root / "configs" / f"{name}.yaml", text)
