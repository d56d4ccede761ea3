"""Rival weightings beside the weights of eq. 2: frames and tables."""

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.analysis import remedies, rivals
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.quantities import Measure, RunResults, values_by_seed
from helpers.foundation.names import SETUPS
from helpers.report.counted import Counted
from helpers.report.display import interval_text
from helpers.report.frames import interval
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_figures import beside_accuracy, by_seed

_EQ_2 = "imbalanced_cw"


def gains(results: RunResults, names: Sequence[str]) -> pd.DataFrame:
    """Return what each setup gains in accuracy on the weights of eq. 2, under three test priors.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    names : sequence of str
        Setups.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``, for `helpers.report.question_figures.forest`.
    """
    return by_seed(
        Counted(results).results,
        (
            (PRIOR_LABELS[prior], SETUPS[name], remedies.accuracy_with(name, _EQ_2, prior))
            for prior in PRIORS
            for name in names
        ),
    )


def other_measures(results: RunResults, names: Sequence[str]) -> pd.DataFrame:
    """Return other differences to the weights of eq. 2, as text: a row a setup, with intervals."""
    counted = Counted(results).results
    rows: dict[str, dict[str, str]] = {}
    for name in names:
        cells = {}
        for words, measure in _measures(name).items():
            values = pd.Series(values_by_seed(counted, measure).by_seed, dtype=float)
            if len(values):
                cells[words] = interval_text(float(values.mean()), *interval(values))
                cells["Seeds"] = str(len(values))
        if cells:
            rows[SETUPS[name]] = cells
    return pd.DataFrame.from_dict(rows, orient="index")


def _measures(name: str) -> Mapping[str, Measure]:
    return {
        "Accuracy of rare cells": rivals.rare_cell_accuracy(name, _EQ_2),
        "Calibration error": rivals.calibration(name, _EQ_2),
        **beside_accuracy(name, _EQ_2),
    }


def training(results: RunResults, names: Sequence[str], *, largest_norm: float) -> pd.DataFrame:
    """Return how the setups trained: clipped steps, and where the model that is kept comes from.

    Parameters
    ----------
    results : RunResults
        With the file ``metrics.json``.
    names : sequence of str
        Setups.
    largest_norm : float
        The norm at which gradients are clipped.

    Returns
    -------
    DataFrame
        A row a setup, means over seeds: share of the recorded steps whose gradient was clipped (one
        step a validation is recorded), and the step that is kept, as a share of all.
    """
    rows = {}
    for name in names:
        found = [
            content["training"]
            for (setup, _), content in results.files.get("metrics.json", {}).items()
            if setup == name
        ]
        norms = [
            point["gradient_norm"] > largest_norm
            for one in found
            for point in one["curve"]
            if point.get("gradient_norm") is not None
        ]
        if found:
            kept = [one["best_step"] / one["steps"] for one in found]
            rows[SETUPS[name]] = {
                "Clipped steps": sum(norms) / len(norms) if norms else float("nan"),
                "Step kept, of all": sum(kept) / len(kept),
                "Seeds": len(found),
            }
    return pd.DataFrame.from_dict(rows, orient="index")
