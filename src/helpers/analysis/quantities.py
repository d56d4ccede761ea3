"""What the claims are about: one number for each seed, from the files of the experiments.

A quantity is a difference between setups that share a seed, mostly a mean over test rows. Where it
is, the rows' own values come with it, so that one seed can be resampled by source row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.skew_slope import skew_scores
from helpers.analysis.statistics import Estimate, over_groups, over_seeds, standardised_mean
from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]
Key = tuple[str, int]  # setup, with "+variant" where there is one, and seed


@dataclass(frozen=True, kw_only=True)
class RunResults:
    """What the experiments of one model and data set left; what is missing is absent.

    Parameters
    ----------
    dataset, model : str
        Names.
    labels : tuple of str
        Label names, in label order.
    skew : mapping of str to sequence of float
        For each language, a weight for each label.
    predictions, identification, shap_difference : mapping
        ``(setup, seed)`` to the content of ``predictions.parquet``,
        ``language_identification.json`` and ``shap_difference.parquet``. A setup with a variant is
        ``"imbalanced+mie=1"``. The SHAP difference of ``balanced`` is the null.
    """

    dataset: str
    model: str
    labels: tuple[str, ...]
    skew: Mapping[str, Sequence[float]]
    predictions: Mapping[Key, pd.DataFrame] = field(default_factory=dict)
    identification: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    shap_difference: Mapping[Key, pd.DataFrame] = field(default_factory=dict)

    @property
    def seeds(self) -> list[int]:
        """All seeds of which there is anything."""
        keys = [*self.predictions, *self.identification, *self.shap_difference]
        return sorted({seed for _, seed in keys})

    @property
    def extremes(self) -> tuple[str, str]:
        """The first and the last label: those of the paper's figures."""
        return self.labels[0], self.labels[-1]

    def over_represented(self, labels: Sequence[str]) -> dict[str, bool | None]:
        """Say which languages have more than an even share of some labels; None: just that."""
        positions = [self.labels.index(label) for label in labels]
        found: dict[str, bool | None] = {}
        for language, weights in self.skew.items():
            share = sum(weights[p] for p in positions) / sum(weights)
            excess = share - len(positions) / len(self.labels)
            found[language] = None if abs(excess) < 1e-9 else excess > 0
        return found


@dataclass(frozen=True)
class Observation:
    """A quantity in one seed: its value, and where it is a mean, its rows and their groups."""

    value: float
    n: int
    rows: Floats | None = None
    groups: Sequence[Any] | None = None


Measure = Callable[[RunResults, int], Observation | None]


@dataclass(frozen=True)
class Estimated:
    """A quantity over all seeds; ``per_seed`` has every seed's value, ``n`` the texts of one."""

    estimate: Estimate
    per_seed: Mapping[int, float]
    n: int


def estimate(
    results: RunResults, measure: Measure, *, confidence: float = 0.95
) -> Estimated | None:
    """Return a quantity with its interval.

    Over two seeds or more, a t-interval over seeds; in a single one, a bootstrap over source rows,
    or no interval where the quantity is no mean over rows.

    Parameters
    ----------
    results : RunResults
        The experiments' results.
    measure : callable
        One of this module's quantities.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimated or None
        None where no seed has what the quantity needs.
    """
    found = {seed: measure(results, seed) for seed in results.seeds}
    seen = {seed: one for seed, one in found.items() if one is not None}
    if not seen:
        return None
    values, first = [one.value for one in seen.values()], next(iter(seen.values()))
    if len(seen) > 1:
        whole = over_seeds(values, confidence=confidence)
    elif first.rows is not None and first.groups is not None and len(set(first.groups)) > 1:
        whole = over_groups(first.rows, first.groups, confidence=confidence)
    else:
        nan = float("nan")
        whole = Estimate(
            estimate=first.value,
            ci_low=nan,
            ci_high=nan,
            p_value=nan,
            units=1,
            effect_size=standardised_mean(values),
            method="one seed: no interval",
        )
    return Estimated(whole, {seed: one.value for seed, one in seen.items()}, first.n)


def mean_over_rows(rows: Floats, groups: pd.Series) -> Observation:
    """Return a mean together with its rows and their source rows."""
    return Observation(float(rows.mean()), len(rows), rows, groups.tolist())


def mean_of(*measures: Measure) -> Measure:
    """Return the mean of quantities over the same rows."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        found = [one(results, seed) for one in measures]
        rows = [one.rows for one in found if one is not None and one.rows is not None]
        if found[0] is None or len(rows) < len(measures):
            return None
        mean: Floats = np.mean(np.stack(rows), axis=0)
        return Observation(float(mean.mean()), len(mean), mean, found[0].groups)

    return measure


# --- predictions ----------------------------------------------------------------------------


def _paired(
    results: RunResults, setup: str, minus: str, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return two setups' predictions of one seed, row by row."""
    one, other = (results.predictions.get((name, seed)) for name in (setup, minus))
    if one is None or other is None:
        return None
    first, second = (frame.sort_values("id", ignore_index=True) for frame in (one, other))
    if not first["id"].equals(second["id"]):
        raise CompanionError(
            f"{results.dataset}, seed {seed}: {setup} and {minus} predict different test rows"
        )
    return first, second


def accuracy(setup: str, minus: str) -> Measure:
    """Test accuracy of one setup minus another's (Tables 3 and 6)."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = _paired(results, setup, minus, seed)
        if pair is None:
            return None
        right = [(frame["label"] == frame["predicted"]).to_numpy(dtype=float) for frame in pair]
        return mean_over_rows(right[0] - right[1], pair[0]["group"])

    return measure


def skew_slope(setup: str, minus: str) -> Measure:
    """How far one setup's predictions follow the skew, minus how far another's do."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = _paired(results, setup, minus, seed)
        if pair is None:
            return None
        scores = [skew_scores(frame, skew=results.skew) for frame in pair]
        return mean_over_rows(scores[0] - scores[1], pair[0]["group"])

    return measure


def predicted_more(setup: str, which: Literal["low", "high", "every"]) -> Measure:
    """How much more some labels are predicted where training had more of them (Table 2).

    Share of the labels among the predictions for the languages that have more than an even share
    of them in training, minus that for the others. ``"low"``: the labels below the middle one;
    ``"high"``: those above it; ``"every"``: the one label for which the difference is smallest.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        frame = results.predictions.get((setup, seed))
        if frame is None:
            return None
        half = len(results.labels) // 2
        choices: Mapping[str, list[tuple[str, ...]]] = {
            "low": [results.labels[:half]],
            "high": [results.labels[-half:]],
            "every": [(label,) for label in results.labels],
        }
        found = [
            one
            for labels in choices[which]
            if (one := contrast(results, frame, labels)) is not None
        ]
        return min(found, key=lambda one: one.value, default=None)

    def contrast(
        results: RunResults, frame: pd.DataFrame, labels: Sequence[str]
    ) -> Observation | None:
        side = frame["language"].map(results.over_represented(labels))
        over, under = (side == True).to_numpy(), (side == False).to_numpy()  # noqa: E712
        if not over.any() or not under.any():
            return None
        hit = frame["predicted"].isin([results.labels.index(label) for label in labels]).to_numpy()
        rows = len(frame) * hit * (over / over.sum() - under / under.sum())
        return mean_over_rows(rows.astype(float), frame["group"])

    return measure


# --- language identification ----------------------------------------------------------------


def _score(results: RunResults, setup: str, seed: int, source: str, probe: str) -> float | None:
    content = results.identification.get((setup, seed))
    if content is None:
        return None
    sources = ["test", "external"] if source == "both" else [source]
    if any(name not in content["sources"] for name in sources):
        return None
    scores = [content["sources"][name]["probes"][probe]["accuracy"] for name in sources]
    return float(np.mean(scores))


def _texts(results: RunResults, setup: str, seed: int, source: str) -> int:
    sources = results.identification[setup, seed]["sources"]
    return sum(int(sources[name]["n"]) for name in sources if source in (name, "both"))


def identification(
    setup: str, minus: str, source: Literal["test", "external", "both"], *, probe: str = "C=1"
) -> Measure:
    """Accuracy of language identification in one setup minus another's (Tables 4 and 7)."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        scores = [_score(results, name, seed, source, probe) for name in (setup, minus)]
        if scores[0] is None or scores[1] is None:
            return None
        return Observation(scores[0] - scores[1], _texts(results, setup, seed, source))

    return measure


def identification_gap_left(
    source: Literal["test", "external", "both"], *, probe: str = "C=1"
) -> Measure:
    """Share of the imbalanced model's excess over the balanced one that class weights leave."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        setups = ("balanced", "imbalanced", "imbalanced_cw")
        balanced, imbalanced, weighed = (
            _score(results, name, seed, source, probe) for name in setups
        )
        if balanced is None or imbalanced is None or weighed is None or imbalanced == balanced:
            return None
        left = (weighed - balanced) / (imbalanced - balanced)
        return Observation(left, _texts(results, "imbalanced", seed, source))

    return measure
