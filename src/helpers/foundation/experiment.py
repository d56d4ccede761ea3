"""One experiment: a fine-tuned model, and all that is measured on it.

It knows its folder::

    results/<profile>/<model>/<dataset>/<setup>[+<variant>]/seed<k>/
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.foundation import paths
from helpers.foundation.errors import CompanionError
from helpers.foundation.folders import model_folder, with_variant
from helpers.foundation.names import SETUPS, Place, check_choice, check_model, family_of
from helpers.foundation.profiles import LARGEST_SEED, Profile, Recipe, load_profile
from helpers.foundation.variants import Variant


@dataclass(frozen=True)
class Experiment:
    """One fine-tuned model and all that is measured on it.

    Parameters
    ----------
    model : str
        ``mbert``, ``xlmr``, ``e5_small``, an existing folder, or ``owner/name`` on the hub.
    dataset : str
        A family of data sets, or the name of a local source of one (``xnli_7500``).
    setup : str
        The training subset, and the weighting where there is one: ``balanced``, ``imbalanced``,
        ``imbalanced_cw`` (eq. 2), or ``imbalanced_`` with another weighting's name.
    seed : int
        Changes the training sample, the head, dropout and the order; shared by the setups.
    profile : str
        A file in ``configs/``.
    variant : str
        What differs from the profile, as ``key=value,…``; kept sorted.

    Raises
    ------
    CompanionError
        If a field's value is not allowed; the message lists the allowed values.
    """

    model: str
    dataset: str
    setup: str
    seed: int = 0
    profile: str = "quick"
    variant: str = ""

    def __post_init__(self) -> None:
        check_model(self.model)
        family_of(self.dataset)
        check_choice("setup", self.setup, SETUPS)
        whole = isinstance(self.seed, int) and not isinstance(self.seed, bool)
        if not whole or not 0 <= self.seed <= LARGEST_SEED:
            raise CompanionError(
                f"seed {self.seed!r}: give a whole number from 0 to {LARGEST_SEED}"
            )
        load_profile(self.profile).settings(self.dataset)
        object.__setattr__(self, "variant", str(Variant.parse(self.variant)))

    @property
    def place(self) -> Place:
        """The data set and the model."""
        return Place(self.dataset, self.model)

    @property
    def options(self) -> Variant:
        """The variant as typed values."""
        return Variant.parse(self.variant)

    @property
    def settings(self) -> Profile:
        """The profile, read."""
        return load_profile(self.profile)

    @property
    def recipe(self) -> Recipe:
        """How this experiment's model is fine-tuned."""
        return self.settings.recipe_for(self.dataset, self.options)

    @property
    def relative_folder(self) -> Path:
        """The experiment's place below ``results/`` and ``checkpoints/``."""
        setup = with_variant(self.setup, self.variant)
        model = model_folder(self.model)
        dataset = self.settings.dataset_folder(self.dataset)
        return Path(self.profile, model, dataset, setup, f"seed{self.seed}")

    @property
    def folder(self) -> Path:
        """The folder of the experiment's result files."""
        return paths.results_dir() / self.relative_folder

    @property
    def checkpoint(self) -> Path:
        """The folder of the experiment's fine-tuned model."""
        return paths.checkpoints_dir() / self.relative_folder

    def replace(self, **changes: Any) -> "Experiment":
        """Return the same experiment with some fields changed."""
        return dataclasses.replace(self, **changes)

    def __str__(self) -> str:
        """Return the experiment's name for progress bars and messages."""
        return "/".join(self.relative_folder.parts)
