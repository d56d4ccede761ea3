"""What can be done about a skew once a model is trained, and the accuracy that it gives.

Every remedy starts from the imbalanced model of a seed and gives other predictions of the same test
rows. Beside the remedies stand the setups themselves, which were trained for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import pandas as pd

from helpers.analysis.label_priors import Prior, prior_weights
from helpers.analysis.prior_correction import correct
from helpers.analysis.quantities import (
    BY_ACCURACY,
    Measure,
    Observation,
    ProbeScore,
    RunResults,
    check_same_rows,
    gain,
    mean_over_rows,
)
from helpers.foundation.names import SETUPS, check_choice

TREATED = "imbalanced"
Eraser = Literal["leace", "centring"]


@dataclass(frozen=True)
class Remedy:
    """A remedy: its name for a reader, and the result file that it comes from, if any."""

    label: str
    file: str = ""


REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "prior": Remedy("Prior correction"),
        "estimated_prior": Remedy("Prior correction, shares estimated"),
        "head_refit": Remedy("Last layer fitted on balanced rows", "head_refit.parquet"),
        "leace": Remedy("Language erased (LEACE)", "erasure.parquet"),
        "centring": Remedy("Languages centred", "erasure.parquet"),
    }
)


def predictions_with(
    results: RunResults, name: str, seed: int, *, prior: Prior = "even"
) -> pd.DataFrame | None:
    """Return a seed's predictions of the test rows, in the order of their ids.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    name : str
        A setup, or one of `REMEDIES` on the imbalanced model.
    seed : int
        Of the model.
    prior : {"even", "training", "reversed"}
        Shares of the labels in the texts; only a remedy that estimates them takes notice.

    Returns
    -------
    DataFrame or None
        As in ``predictions.parquet``; None where there is no result.

    Raises
    ------
    CompanionError
        If the name is neither.
    """
    check_choice("setup or remedy", name, [*SETUPS, *REMEDIES])
    if name in SETUPS:
        found = results.predictions.get((name, seed))
    elif REMEDIES[name].file:
        found = results.file(REMEDIES[name].file).get((TREATED, seed))
        if found is not None and "method" in found:
            found = found[found["method"] == name].drop(columns="method")
    else:
        found = results.predictions.get((TREATED, seed))
        if found is not None and name == "prior":
            found = correct(found, labels=results.labels, skew=results.skew)
        elif found is not None:
            weights = prior_weights(found, skew=results.skew, prior=prior)
            found = correct(
                found,
                labels=results.labels,
                skew=results.skew,
                target="estimated",
                weights=weights,
            )
    return None if found is None else found.sort_values("id", ignore_index=True)


def compared(
    results: RunResults, name: str, minus: str, seed: int, *, prior: Prior = "even"
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return two setups' or remedies' predictions of one seed, row by row; None: one is missing.

    Parameters
    ----------
    results, name, minus, seed, prior
        As in `predictions_with`.

    Raises
    ------
    CompanionError
        If they predict different rows.
    """
    one, other = (predictions_with(results, each, seed, prior=prior) for each in (name, minus))
    if one is None or other is None:
        return None
    check_same_rows(one, other, f"{results.dataset}, seed {seed}: {name} and {minus}")
    return one, other


@cache
def accuracy_with(name: str, minus: str, prior: Prior = "even") -> Measure:
    """Test accuracy with one setup or remedy minus that with another, under a prior.

    Parameters
    ----------
    name, minus : str
        As in `predictions_with`.
    prior : {"even", "training", "reversed"}
        As in `helpers.analysis.label_priors.label_shares`.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = compared(results, name, minus, seed, prior=prior)
        if pair is None:
            return None
        weights = prior_weights(pair[0], skew=results.skew, prior=prior)
        if weights is None:
            return None
        return mean_over_rows(weights * gain(*pair), pair[0]["group"])

    return measure


@cache
def separation_without(eraser: Eraser, *, by: ProbeScore = BY_ACCURACY) -> Measure:
    """How much easier languages are to tell apart after an erasure than before, mean of both texts.

    Parameters
    ----------
    eraser : {"leace", "centring"}
        What was done to the features of the imbalanced model.
    by : ProbeScore
        As in `helpers.analysis.quantities.identification`.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        content = results.file("erasure.json").get((TREATED, seed))
        before = results.identification.get((TREATED, seed))
        if content is None or before is None:
            return None
        after = content["probes"][eraser]
        change = [
            after[source][by.probe][by.score]
            - before["sources"][source]["probes"][by.probe][by.score]
            for source in after
        ]
        rows = sum(int(before["sources"][source]["n"]) for source in after)
        return Observation(by.sign * sum(change) / len(change), rows)

    return measure
