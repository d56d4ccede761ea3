"""How much imbalance does how much harm: one data set's models at several severities.

A key ``imbalanced+severity=0.5`` is the imbalanced setup at another severity than the paper's. The
balanced models have severity 0, the imbalanced ones of the profile severity 1.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Literal

import numpy as np
from scipy.stats import spearmanr
from scipy.stats.contingency import association
from sklearn.metrics import mutual_info_score

from helpers.analysis.label_priors import Prior
from helpers.analysis.quantities import (
    Measure,
    Observation,
    RunResults,
    accuracy,
    variant_of,
)
from helpers.analysis.remedies import TREATED, accuracy_with
from helpers.analysis.training_shares import Counts, training_counts
from helpers.data.cells import skew_shares
from helpers.foundation.folders import with_variant
from helpers.foundation.variants import Variant

Axis = Literal["severity", "cramers_v"]
Degree = Literal["linear", "quadratic"]
_LEAST: Mapping[Degree, int] = {"linear": 2, "quadratic": 3}  # severities that a contrast needs


def setups_by_severity(results: RunResults) -> dict[float, str]:
    """Return the key's setup of each severity of which there are predictions, in order.

    Examples
    --------
    >>> made = RunResults(dataset="d", model="m", labels=(), skew={}, predictions=dict.fromkeys(
    ...     [("imbalanced+severity=0.5", 0), ("balanced", 0), ("imbalanced_cw+severity=0.5", 0)]))
    >>> setups_by_severity(made)
    {0.0: 'balanced', 0.5: 'imbalanced+severity=0.5'}
    """
    found = {}
    for setup in {setup for setup, _ in results.predictions}:
        severity = Variant.parse(variant_of(setup)).severity
        if setup == "balanced":
            found[0.0] = setup
        elif setup == _key(TREATED, severity):
            found[severity] = setup
    return dict(sorted(found.items()))


def _key(setup: str, severity: float) -> str:
    return with_variant(setup, str(Variant(severity=severity)))


def at_severity(results: RunResults, severity: float) -> RunResults:
    """Return the results as if a severity were the paper's: its skew, its models, the balanced one.

    So every measure of the setups tells of that severity.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    severity : float
        Above 0.
    """
    made = results.memo.get(("at severity", severity))
    if made is None:
        shares = skew_shares(results.skew, severity=severity)
        names = {_key(setup, severity): setup for setup in (TREATED, "imbalanced_cw")}
        names["balanced"] = "balanced"
        made = dataclasses.replace(
            results,
            skew={str(language): row.tolist() for language, row in shares.iterrows()},
            predictions={
                (names[setup], seed): frame
                for (setup, seed), frame in results.predictions.items()
                if setup in names
            },
            identification={},
            shap_difference={},
            files={},
        )
        results.memo["at severity", severity] = made
    return made


@cache
def accuracy_at(
    severity: float, name: str = TREATED, minus: str = "balanced", prior: Prior = "even"
) -> Measure:
    """Accuracy with one setup or remedy minus that with another, at a severity, under a prior.

    Parameters
    ----------
    severity : float
        Above 0; the prior's shares are those of its training subset.
    name, minus, prior
        As in `helpers.analysis.remedies.accuracy_with`.
    """
    measure = accuracy_with(name, minus, prior)
    return lambda results, seed: measure(at_severity(results, severity), seed)


def cramers_v(counts: Mapping[str, list[int]]) -> float:
    """Return Cramér's V of language and label: 0 says nothing, 1 all.

    Parameters
    ----------
    counts : mapping of str to list of int
        For each language, the rows of each label.

    Examples
    --------
    >>> round(cramers_v({"fr": [30, 10], "en": [10, 30]}), 3)
    0.5
    """
    return float(association(np.array(list(counts.values())), method="cramer"))


def mutual_information(counts: Mapping[str, list[int]]) -> float:
    """Return the mutual information of language and label in nats; counts as in `cramers_v`.

    Examples
    --------
    >>> round(mutual_information({"fr": [5, 0], "en": [0, 5]}), 4)  # ln 2
    0.6931
    """
    return float(mutual_info_score(None, None, contingency=np.array(list(counts.values()))))


def counts_at(results: RunResults, severity: float, seed: int) -> Counts | None:
    """Return the rows of each language and label in a model's training subset; None: not known."""
    return training_counts(results, setups_by_severity(results).get(severity, ""), seed)


@cache
def contrast(degree: Degree, axis: Axis = "severity") -> Measure:
    """Return how accuracy on even shares moves over the severities: the slope, or the bend.

    A seed counts once it has every severity that other seeds have. The linear part is the slope of
    the straight line that fits best, the quadratic part the factor of the square in the parabola
    that does: the contrasts of orthogonal polynomials.

    Parameters
    ----------
    degree : {"linear", "quadratic"}
        Which part; it needs two or three severities.
    axis : {"severity", "cramers_v"}
        Over what; V is that of the training subset.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        found = setups_by_severity(results)
        points: dict[float, Observation] = {}
        for severity, setup in found.items():
            one = accuracy(setup, "balanced")(results, seed)
            counts = counts_at(results, severity, seed)
            if one is None or (axis == "cramers_v" and counts is None):
                return None
            points[cramers_v(counts) if axis == "cramers_v" and counts else severity] = one
        if len(points) < _LEAST[degree]:
            return None
        lost = [one.value for one in points.values()]
        fitted = np.polynomial.Polynomial.fit(list(points), lost, deg=_LEAST[degree] - 1)
        rows = max(one.n for one in points.values())
        return Observation(float(fitted.convert().coef[-1]), rows)

    return measure


@cache
def beyond_curve(setup: str) -> Measure:
    """Accuracy that a model loses on the balanced one, minus what the severities lose at its V.

    Between severities, the loss is taken to lie on a straight line over Cramér's V. Beyond the
    largest severity of the seed there is no number.

    Parameters
    ----------
    setup : str
        As in `RunResults`, of other shares of labels than a severity's.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        own = accuracy(setup, "balanced")(results, seed)
        table = training_counts(results, setup, seed)
        if own is None or table is None:
            return None
        points: dict[float, float] = {}
        for severity, name in setups_by_severity(results).items():
            one = accuracy(name, "balanced")(results, seed)
            counts = counts_at(results, severity, seed)
            if one is not None and counts is not None:
                points[cramers_v(counts)] = one.value
        v = cramers_v(table)
        if len(points) < 2 or not min(points) <= v <= max(points):
            return None
        known = sorted(points)
        on_curve = float(np.interp(v, known, [points[each] for each in known]))
        return Observation(own.value - on_curve, own.n)

    return measure


@cache
def rank_agreement(*setups: str) -> Measure:
    """Rank correlation of Cramér's V in training with the accuracy gained on the balanced model.

    Below 0, the models whose language says more of the label lose more.

    Parameters
    ----------
    *setups : str
        As in `RunResults`; all must be there.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        tables = [training_counts(results, setup, seed) for setup in setups]
        gained = [accuracy(setup, "balanced")(results, seed) for setup in setups]
        known = [one for one in gained if one is not None]
        if None in tables or len(known) < len(setups):
            return None
        v = [cramers_v(table) for table in tables if table is not None]
        found = spearmanr(v, [one.value for one in known]).statistic
        return Observation(float(found), known[0].n)

    return measure
