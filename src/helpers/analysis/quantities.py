"""What the claims are about: one number for each seed, from the files of the experiments.

A `Measure` computes a number from the results of one seed; a `Quantity` is a measure with its words
and its ruler. Most are differences between setups that share a seed. Builders are cached: equal
arguments give the same measure, so that what is computed once need not be computed again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.analysis.skew_slope import skew_scores
from helpers.data.cells import excess_shares
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import Place
from helpers.foundation.setups import PAPER_SETUPS

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
    files : mapping of str to mapping
        The same for further result files, by their name; asked for with `file`.
    left_out : collection of tuple
        Families and seeds of which nothing is given (`without`).
    """

    dataset: str
    model: str
    labels: tuple[str, ...]
    skew: Mapping[str, Sequence[float]]
    predictions: Mapping[Key, pd.DataFrame] = field(default_factory=dict)
    identification: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    shap_difference: Mapping[Key, pd.DataFrame] = field(default_factory=dict)
    files: Mapping[str, Mapping[Key, Any]] = field(default_factory=dict)
    left_out: Collection[tuple[str, int]] = frozenset()

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What measures have already worked out from these results, by a key of their own."""
        return {}

    @property
    def place(self) -> Place:
        """The data set and the model."""
        return Place(self.dataset, self.model)

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
        """Say which languages have more of some labels than languages on average; None: as many."""
        positions = [self.labels.index(label) for label in labels]
        excess = excess_shares(self.skew)[:, positions].sum(axis=1).round(9)
        return {
            language: bool(above > 0) if above else None
            for language, above in zip(self.skew, excess, strict=True)
        }

    def without(self, left_out: Collection[tuple[str, int]]) -> "RunResults":
        """Return the results without some families' seeds; without a plain seed, none of it."""
        left_out = {*self.left_out, *left_out}
        return replace(
            self,
            predictions=_without(self.predictions, left_out),
            identification=_without(self.identification, left_out),
            shap_difference=_without(self.shap_difference, left_out),
            left_out=left_out,
        )

    def file(self, name: str) -> Mapping[Key, Any]:
        """Return what the experiments left under a further file's name; empty for nothing."""
        try:
            found = self.files[name]
        except KeyError:
            return {}
        return _without(found, self.left_out)


def _without(found: Mapping[Key, Any], left_out: Collection[tuple[str, int]]) -> dict[Key, Any]:
    return {
        (setup, seed): content
        for (setup, seed), content in found.items()
        if {("", seed), (setup_family(setup), seed)}.isdisjoint(left_out)
    }


def variant_of(setup: str) -> str:
    """Return the variant of a key's setup; empty for the profile itself.

    Examples
    --------
    >>> variant_of("imbalanced+mie=1@threshold=0.05"), variant_of("balanced@threshold=0.05")
    ('mie=1', '')
    """
    return setup.partition("@")[0].partition("+")[2]


def setup_family(setup: str) -> str:
    """Return what a key's setup counts together with: the paper's setups of its variant.

    A rival of the class weights, which is run for fewer seeds, is a family of its own.

    Examples
    --------
    >>> [setup_family(each) for each in ("imbalanced_cw", "imbalanced+mie=1", "imbalanced_sqrt")]
    ['', 'mie=1', 'imbalanced_sqrt']
    """
    name = setup.partition("@")[0]
    return variant_of(name) if name.partition("+")[0] in PAPER_SETUPS else name


@dataclass(frozen=True)
class Observation:
    """A quantity in one seed: its value, and where it is a mean, its rows and their groups."""

    value: float
    n: int
    rows: Floats | None = None
    groups: Sequence[Any] | None = None


Measure = Callable[[RunResults, int], Observation | None]


@dataclass(frozen=True)
class Ruler:
    """What something is measured by, and the smallest effect on it that matters (the plan's)."""

    name: str
    smallest_effect: float | None = None


@dataclass(frozen=True)
class Quantity:
    """A measure, what it is in words, and the ruler that it is read on."""

    words: str
    ruler: Ruler
    measure: Measure


@dataclass(frozen=True)
class SeedValues:
    """A quantity in every seed that has it; ``n`` counts the texts of one seed."""

    by_seed: Mapping[int, float]
    n: int

    def among(self, seeds: Collection[int]) -> "SeedValues":
        """Return the values of some seeds."""
        return replace(self, by_seed={k: v for k, v in self.by_seed.items() if k in seeds})


def values_by_seed(results: RunResults, measure: Measure) -> SeedValues:
    """Return a measure's value in every seed that has what it needs."""
    found = {seed: measure(results, seed) for seed in results.seeds}
    seen = {seed: one for seed, one in found.items() if one is not None}
    return SeedValues(
        {seed: one.value for seed, one in seen.items()},
        max((one.n for one in seen.values()), default=0),
    )


# --- combinations ---------------------------------------------------------------------------


@cache
def combination(*terms: tuple[float, Measure]) -> Measure:
    """Return a sum of measures, each with a factor.

    Examples
    --------
    >>> left = combination((1, accuracy("imbalanced_cw", "balanced")))
    >>> left is combination((1, accuracy("imbalanced_cw", "balanced")))
    True
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        found = [one(results, seed) for _, one in terms]
        known = [one for one in found if one is not None]
        if len(known) < len(terms):
            return None
        value = sum(factor * one.value for (factor, _), one in zip(terms, known, strict=True))
        return Observation(value, max(one.n for one in known))

    return measure


def mean_over_rows(rows: Floats, groups: pd.Series) -> Observation:
    """Return a mean together with its rows and their source rows."""
    return Observation(float(rows.mean()), len(rows), rows, groups.tolist())


# --- predictions ----------------------------------------------------------------------------


def _paired(
    results: RunResults, setup: str, minus: str, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return two setups' predictions of one seed, row by row."""
    one, other = (results.predictions.get((name, seed)) for name in (setup, minus))
    if one is None or other is None:
        return None
    first, second = (frame.sort_values("id", ignore_index=True) for frame in (one, other))
    check_same_rows(first, second, f"{results.dataset}, seed {seed}: {setup} and {minus}")
    return first, second


def check_same_rows(one: pd.DataFrame, other: pd.DataFrame, who: str) -> None:
    """Refuse two models' predictions of different rows, or of rows in another order.

    Raises
    ------
    CompanionError
        Naming the two.
    """
    if not one["id"].equals(other["id"]):
        raise CompanionError(f"{who} predict different test rows")


def gain(one: pd.DataFrame, other: pd.DataFrame) -> Floats:
    """Return for each row 1 where the first model alone is right, and -1 where the second is."""
    first, second = (
        (frame["label"] == frame["predicted"]).to_numpy(dtype=float) for frame in (one, other)
    )
    return first - second


@cache
def accuracy(setup: str, minus: str) -> Measure:
    """Test accuracy of one setup minus another's (Tables 3 and 6)."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = _paired(results, setup, minus, seed)
        if pair is None:
            return None
        return mean_over_rows(gain(*pair), pair[0]["group"])

    return measure


@cache
def skew_slope(setup: str, minus: str) -> Measure:
    """How far one setup's predictions follow the skew, minus how far another's do."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = _paired(results, setup, minus, seed)
        if pair is None:
            return None
        scores = [skew_scores(frame, skew=results.skew) for frame in pair]
        return mean_over_rows(scores[0] - scores[1], pair[0]["group"])

    return measure


@cache
def predicted_more(setup: str, *positions: int) -> Measure:
    """How much more some labels are predicted where training had more of them (Table 2).

    Share of the labels among the predictions for the languages that have more than an even share
    of them in training, minus that for the others. Labels are given by position; negative ones
    count from the last.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        frame = results.predictions.get((setup, seed))
        if frame is None:
            return None
        labels = [results.labels[position] for position in positions]
        side = frame["language"].map(results.over_represented(labels))
        over, under = (side == True).to_numpy(), (side == False).to_numpy()  # noqa: E712
        if not over.any() or not under.any():
            return None
        hit = frame["predicted"].isin([results.labels.index(label) for label in labels]).to_numpy()
        rows = len(frame) * hit * (over / over.sum() - under / under.sum())
        return mean_over_rows(rows.astype(float), frame["group"])

    return measure


# --- language identification ----------------------------------------------------------------

Source = Literal["test", "external", "both"]


@dataclass(frozen=True)
class ProbeScore:
    """A probe of ``language_identification.json``, and the score of it that is read."""

    probe: str
    score: Literal["accuracy", "log_loss"]

    @property
    def sign(self) -> int:
        """What a score is multiplied by, so that more is easier to tell apart."""
        return {"accuracy": 1, "log_loss": -1}[self.score]


# The two rulers of separation: Tables 4 and 7, and one that goes on where accuracy ends at 1.
BY_ACCURACY, BY_LOG_LOSS = ProbeScore("C=1e-4", "accuracy"), ProbeScore("C=1", "log_loss")


@cache
def identification_level(
    setup: str, source: Source = "both", *, by: ProbeScore = BY_ACCURACY
) -> Measure:
    """How easily languages are told apart in one setup (section 4.2).

    Parameters
    ----------
    setup : str
        As in `RunResults`.
    source : {"both", "test", "external"}
        The texts: test set, external texts, or the mean of both.
    by : ProbeScore
        The score; the sign of a log loss is turned, so that more is easier.
    """
    names = ["test", "external"] if source == "both" else [source]

    def measure(results: RunResults, seed: int) -> Observation | None:
        content = results.identification.get((setup, seed), {"sources": {}})
        found = [content["sources"][name] for name in names if name in content["sources"]]
        if len(found) < len(names):
            return None
        mean = float(np.mean([each["probes"][by.probe][by.score] for each in found]))
        return Observation(by.sign * mean, sum(int(each["n"]) for each in found))

    return measure


@cache
def identification(
    setup: str, minus: str, source: Source = "both", *, by: ProbeScore = BY_ACCURACY
) -> Measure:
    """How much more easily languages are told apart in one setup than in another.

    Parameters
    ----------
    setup, minus : str
        Setups that share a seed.
    source, by
        As in `identification_level`.
    """
    return combination(
        *(
            (sign, identification_level(name, source, by=by))
            for sign, name in ((1, setup), (-1, minus))
        )
    )
