"""Rival weightings beside the weights of eq. 2: frames and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.analysis import remedies, rivals
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.quantities import Measure, RunResults
from helpers.report import questions
from helpers.report.claim_cells import our_cell
from helpers.report.counted import Counted
from helpers.report.described import differences
from helpers.report.display import interval_text
from helpers.report.figures import (
    SETUP_COLOURS,
    SETUP_MARKERS,
    legend_below,
    panels,
    setup_handles,
)
from helpers.report.frames import interval
from helpers.report.labels import setup_label
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_figures import beside_accuracy, by_seed
from helpers.report.questions import Question

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
            (PRIOR_LABELS[prior], setup_label(name), remedies.accuracy_with(name, _EQ_2, prior))
            for prior in PRIORS
            for name in names
        ),
    )


def verdicts(question: Question, results: RunResults) -> pd.DataFrame:
    """Return the question's verdicts as HTML: a row a rival, a column a prior of the test set.

    Parameters
    ----------
    question : Question
        Its parts are about `question.runs` under each prior, prior by prior.
    results : RunResults
        Of one model and data set.
    """
    told = questions.of_its_data_set(question, [results])
    if all(one.numbers is None for one in told):
        return pd.DataFrame()
    names = [setup_label(name) for name in question.runs[0].setups]
    cells = np.array([our_cell(one) for one in told], dtype=object).reshape(len(PRIORS), -1)
    return pd.DataFrame(
        cells.T, index=names, columns=[PRIOR_LABELS[prior].capitalize() for prior in PRIORS]
    )


def other_measures(results: RunResults, names: Sequence[str]) -> pd.DataFrame:
    """Return other differences to the weights of eq. 2, as text: a row a setup, with intervals."""
    rows = (
        (panel, setup_label(name), measure)
        for name in names
        for panel, measure in _measures(name).items()
    )
    return differences(by_seed(Counted(results).results, rows))


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
        found = list(_trainings(results, name).values())
        norms = [
            point["gradient_norm"] > largest_norm
            for one in found
            for point in one["curve"]
            if point.get("gradient_norm") is not None
        ]
        if found:
            kept = [one["best_step"] / one["steps"] for one in found]
            rows[setup_label(name)] = {
                "Clipped steps": sum(norms) / len(norms) if norms else float("nan"),
                "Step kept, of all": sum(kept) / len(kept),
                "Seeds": len(found),
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def _trainings(results: RunResults, name: str) -> dict[int, Mapping[str, Any]]:
    """Return how a setup's models trained, by seed."""
    return {
        seed: content["training"]
        for (setup, seed), content in results.file("metrics.json").items()
        if setup == name
    }


def over_training(results: RunResults, names: Sequence[str]) -> pd.DataFrame:
    """Return the accuracy of rare cells at each validation, where it was recorded.

    Parameters
    ----------
    results : RunResults
        With the file ``metrics.json``.
    names : sequence of str
        Setups.

    Returns
    -------
    DataFrame
        ``setup, seed, share`` (of the training steps) and ``accuracy``.
    """
    records = [
        (name, seed, point["step"] / training["steps"], point["rare_accuracy"])
        for name in names
        for seed, training in _trainings(results, name).items()
        for point in training["curve"]
        if "rare_accuracy" in point
    ]
    return pd.DataFrame(records, columns=["setup", "seed", "share", "accuracy"])


def left_out(found: pd.DataFrame, names: Sequence[str]) -> str:
    """Name the setups without a recorded accuracy of rare cells.

    Parameters
    ----------
    found : DataFrame
        From `over_training`.
    names : sequence of str
        The setups that it was asked for.
    """
    recorded = set(found["setup"])
    return ", ".join(setup_label(name) for name in names if name not in recorded) or "none"


def by_quarter(found: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy of rare cells in each quarter of training, and its last change.

    Parameters
    ----------
    found : DataFrame
        From `over_training`.

    Returns
    -------
    DataFrame
        Text, a row a setup: means over validations and seeds; the change from the third quarter to
        the last with its interval over seeds.
    """
    quarters = np.ceil(found["share"] * 4).astype(int)
    rows = {}
    for name, mine in found.assign(quarter=quarters).groupby("setup", sort=False):
        wide = mine.pivot_table(index="seed", columns="quarter", values="accuracy")
        wide = wide.reindex(columns=range(1, 5))
        change = (wide[4] - wide[3]).dropna()
        cells = {f"Quarter {at}": interval_text(float(wide[at].mean())) for at in wide}
        cells["Last − third"] = interval_text(float(change.mean()), *interval(change))
        rows[setup_label(str(name))] = {**cells, "Seeds": str(len(wide))}
    return pd.DataFrame.from_dict(rows, orient="index")


def figure(found: pd.DataFrame) -> Axes | None:
    """Draw `over_training`: a line for each setup, means over seeds."""
    if found.empty:
        return None
    ax = panels(1, height=3.6)[0]
    for name, line in found.groupby("setup", sort=False):
        means = line.groupby("share")["accuracy"].mean()
        ax.plot(means.index, means, SETUP_MARKERS[str(name)] + "-", color=SETUP_COLOURS[str(name)],
                markersize=4)  # fmt: skip
    ax.set_xlabel("Share of the training steps")
    ax.set_ylabel("Accuracy of rare cells")
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below([ax], setup_handles(list(dict.fromkeys(found["setup"]))), columns=2)
    return ax
