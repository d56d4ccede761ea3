"""What weights and prior correction did in the published runs, under three sets of label shares.

The numbers are computed from the committed results, so they need a checkout and the packages of
training. They are of one encoder and one data set, and say no more than that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from helpers.diagnosis.association import Estimate
from helpers.foundation.errors import CompanionError

if TYPE_CHECKING:
    from helpers.analysis.label_priors import Prior
    from helpers.analysis.quantities import RunResults

_AS_IS, _WEIGHTS, _CORRECTION = "imbalanced", "imbalanced_cw", "prior"
# What the diagnosis calls the labels that a model will meet, and the results.
PRIORS: "Mapping[str, Prior]" = MappingProxyType(
    {"even": "even", "as-is": "training", "reversed": "reversed"}
)


@dataclass(frozen=True)
class Gains:
    """Gains in accuracy on the model that was trained on the skew as it is.

    Parameters
    ----------
    weights, correction : Estimate
        Of class weights (eq. 2) and of prior correction; 95 % t-intervals over seeds.
    apart : Estimate
        Correction minus weights, by seed.
    """

    weights: Estimate
    correction: Estimate
    apart: Estimate

    @property
    def best(self) -> str:
        """Say which of the three did best, as far as the intervals tell."""
        named = {"class weights": self.weights, "prior correction": self.correction}
        helps = [name for name, gain in named.items() if gain.low > 0]
        harms = [name for name, gain in named.items() if gain.high < 0]
        if len(helps) == 2 and self.apart.low <= 0 <= self.apart.high:
            return (
                "class weights and prior correction did better than the data as they are, and "
                "which of the two does best cannot be told"
            )
        if len(helps) == 2:
            return f"{helps[self.apart.low > 0]} did best"
        if len(harms) == 2:
            return "the data as they are did best"
        unclear = [name for name in named if name not in (*helps, *harms)]
        said = [f"{name} did better than the data as they are" for name in helps]
        said += [f"{name} did worse than the data as they are" for name in harms]
        said += [f"whether {' or '.join(unclear)} did better cannot be told"] if unclear else []
        return ", and ".join(said)

    @property
    def numbers(self) -> str:
        """Return both gains with their intervals."""
        return f"class weights {_points(self.weights)}, prior correction {_points(self.correction)}"


@dataclass(frozen=True)
class Published:
    """The decision table of the published runs.

    Parameters
    ----------
    model, dataset : str
        Names for a reader.
    seeds, rows : int
        Models trained, and test rows of each.
    gains : mapping of str to Gains
        By the labels that the model meets: ``even``, ``as-is``, ``reversed``.
    """

    model: str
    dataset: str
    seeds: int
    rows: int
    gains: Mapping[str, Gains]

    @property
    def about(self) -> str:
        """Say what the numbers are of."""
        return (
            f"{self.model} on {self.dataset}, {self.seeds} seeds, {self.rows:,} test rows; gains "
            "in accuracy on the model trained on the data as they are, with 95 % intervals over "
            "seeds"
        )


def published() -> Published | None:
    """Return the decision table, or None where no results or no packages to read them are there."""
    from helpers.foundation.profiles import PUBLISHED_PROFILE, profile_names

    try:
        if PUBLISHED_PROFILE not in profile_names():
            return None
    except CompanionError:  # no checkout
        return None
    try:
        found = _results(PUBLISHED_PROFILE)
        return max((_tabulate(one) for one in found), key=lambda one: one.seeds, default=None)
    except ModuleNotFoundError:
        return None


def _results(profile: str) -> "list[RunResults]":
    """Return the predictions of each model and data set with two seeds of both setups."""
    from helpers import stages
    from helpers.report.results import collect

    asked = (
        each
        for each in stages.profile_experiments(profile)
        if not each.variant and each.setup in (_AS_IS, _WEIGHTS)
    )
    found = []
    for one in collect(asked, of_claims=False):
        seeds = {
            seed for seed in one.seeds if {(_AS_IS, seed), (_WEIGHTS, seed)} <= set(one.predictions)
        }
        if len(seeds) >= 2:
            kept = {key: rows for key, rows in one.predictions.items() if key[1] in seeds}
            found.append(replace(one, predictions=kept))
    return found


def _tabulate(results: "RunResults") -> Published:
    from helpers.analysis.quantities import values_by_seed
    from helpers.analysis.remedies import accuracy_with
    from helpers.analysis.statistics import over_seeds
    from helpers.foundation.names import dataset_label, model_label

    def gain(name: str, minus: str, prior: "Prior") -> Estimate | None:
        by_seed = values_by_seed(results, accuracy_with(name, minus, prior)).by_seed
        if len(by_seed) < 2:  # a skew may have no reverse
            return None
        mean = over_seeds(list(by_seed.values()))
        return Estimate(mean.value, *mean.interval())

    gains = {}
    for expectation, prior in PRIORS.items():
        found = [
            gain(name, minus, prior)
            for name, minus in (
                (_WEIGHTS, _AS_IS),
                (_CORRECTION, _AS_IS),
                (_CORRECTION, _WEIGHTS),
            )
        ]
        known = [each for each in found if each is not None]
        if len(known) == len(found):
            gains[expectation] = Gains(*known)
    return Published(
        model=model_label(results.model),
        dataset=dataset_label(results.dataset),
        seeds=len(results.seeds),
        rows=len(next(iter(results.predictions.values()))),
        gains=gains,
    )


def _points(gain: Estimate) -> str:
    value, low, high = (
        f"{100 * each:+.1f}".replace("-", "−") for each in (gain.value, gain.low, gain.high)
    )
    return f"{value} points ({low} to {high})"
