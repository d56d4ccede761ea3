"""Harm by severity: the curve as numbers, its figure and its table."""

from collections.abc import Collection, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers import stages
from helpers.analysis import severity as s
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.quantities import (
    Measure,
    RunResults,
    accuracy,
    values_by_seed,
)
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import PUBLISHED_PROFILE, load_profile
from helpers.report import question_runs
from helpers.report.counted import Counted
from helpers.report.display import interval_text
from helpers.report.figures import GREY, INK, SETUP_COLOURS, STYLE
from helpers.report.frames import interval
from helpers.report.priors import PRIOR_LABELS
from helpers.report.question_figures import beside_accuracy, by_seed, means
from helpers.report.question_list import all_questions
from helpers.report.results import collect

_ACCURACY = "Accuracy, {}"


def curve(results: RunResults, *, seeds: Collection[int] | None = None) -> pd.DataFrame:
    """Return the harm at each severity: accuracy lost on even shares, with its interval.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.results.collect`.
    seeds : collection of int, optional
        Only these; by default all.

    Returns
    -------
    DataFrame
        ``severity, cramers_v, mutual_information`` (nats; of the training subset, mean over
        seeds), ``harm, low, high`` (accuracy, balanced − imbalanced; 95 % interval over seeds) and
        ``seeds``. Seeds of models that have not learned are left out.
    """
    counted = Counted(results).results
    records: list[dict[str, Any]] = []
    for severity, setup in s.setups_by_severity(counted).items():
        found = values_by_seed(counted, accuracy("balanced", setup))
        lost = pd.Series((found if seeds is None else found.among(seeds)).by_seed, dtype=float)
        tables = [s.counts_at(counted, severity, seed) for seed in lost.index]
        known = [table for table in tables if table is not None]
        if known:
            low, high = interval(lost) if severity else (0.0, 0.0)
            records.append(
                {
                    "severity": severity,
                    "cramers_v": float(np.mean([s.cramers_v(table) for table in known])),
                    "mutual_information": float(
                        np.mean([s.mutual_information(table) for table in known])
                    ),
                    "harm": float(lost.mean()),
                    "low": low,
                    "high": high,
                    "seeds": len(lost),
                }
            )
    columns = ["severity", "cramers_v", "mutual_information", "harm", "low", "high", "seeds"]
    return pd.DataFrame(records, columns=columns)


def record(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Return the curve with its origin, as the diagnosis carries it (`helpers.diagnosis.harm`).

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile, model and data set, all severities among them.

    Returns
    -------
    dict
        ``profile, model, dataset``, ``commits`` of the code that made the predictions, and
        ``points``: `curve` at the severities that two seeds or more have.
    """
    results = collect(experiments)
    points = pd.concat([curve(one) for one in results]) if results else pd.DataFrame()
    runs = [run for each in experiments if (run := store.read_run(each.folder)) is not None]
    made = {
        run["environments"][run["stages"]["predictions"]["environment"]]["git_commit"]
        for run in runs
        if "predictions" in run["stages"]
    }
    first = experiments[0]
    return {
        "profile": first.profile,
        "model": first.model,
        "dataset": first.dataset,
        "commits": sorted(filter(None, made)),
        "points": [
            {name: round(value, 6) for name, value in point.items()}
            for point in points.to_dict("records")
            if point["seeds"] > 1
        ],
    }


def published_record() -> dict[str, Any]:
    """Return `record` of the published profile's data set of the question on severity."""
    question = all_questions()["severity"]
    model = load_profile(PUBLISHED_PROFILE).models[0]
    own = stages.experiments(
        profile=PUBLISHED_PROFILE, model=model, dataset=question.dataset, with_variants=False
    )
    skews = [each for each in own if each.setup in ("balanced", "imbalanced")]
    return record([*skews, *question_runs.experiments([question], PUBLISHED_PROFILE)])


def curve_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return `curve` as text, a row for each severity."""
    rows = {
        f"{row['severity']:g}": {
            "Cramér's V": f"{row['cramers_v']:.3f}",
            "Mutual information (nats)": f"{row['mutual_information']:.3f}",
            "Accuracy lost [95 %]": interval_text(row["harm"], row["low"], row["high"]),
            "Seeds": str(row["seeds"]),
        }
        for row in found.to_dict("records")
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Severity")


def seeds_in_words(found: pd.DataFrame) -> str:
    """Say on how many seeds each severity of a `curve` rests.

    Examples
    --------
    >>> seeds_in_words(pd.DataFrame({"severity": [0.0, 0.5, 1.0], "seeds": [5, 3, 5]}))
    'Seeds by severity: 0.5: 3; 1: 5.'
    """
    counts = [f"{row['severity']:g}: {row['seeds']:.0f}" for row in found.to_dict("records")]
    return f"Seeds by severity: {'; '.join(counts[1:])}." if len(counts) > 1 else ""


def by_severity(results: RunResults) -> pd.DataFrame:
    """Return ``panel, severity, seed, value``: what each severity changes on the balanced model.

    Panels are accuracy under three priors, of which the shares are the severity's own; the slope of
    predictions on the shares of severity 1; and the two rulers of language identification.
    """
    counted = Counted(results).results
    return by_seed(
        counted,
        (
            (panel, severity, measure)
            for severity, setup in s.setups_by_severity(counted).items()
            for panel, measure in _measures(severity, setup).items()
        ),
        line="severity",
    )


def _measures(severity: float, setup: str) -> dict[str, Measure]:
    return {
        **{
            _ACCURACY.format(PRIOR_LABELS[prior].lower()): (
                s.accuracy_at(severity, prior=prior) if severity else accuracy(setup, "balanced")
            )
            for prior in PRIORS
        },
        **beside_accuracy(setup, "balanced"),
    }


def figure(frame: pd.DataFrame, found: pd.DataFrame) -> list[Axes] | None:
    """Draw what each severity changes: a line for each seed, means with their intervals.

    Parameters
    ----------
    frame : DataFrame
        From `by_severity`.
    found : DataFrame
        From `curve`: Cramér's V stands at the upper edge.
    """
    if frame.empty:
        return None
    names = list(dict.fromkeys(frame["panel"]))
    with plt.style.context(STYLE):
        _, made = plt.subplots(2, 3, figsize=(7.2, 5.2), sharex=True)
    axes = list(made.flat)
    colour = SETUP_COLOURS["imbalanced"]
    numbers = means(frame, line="severity")
    for place, (ax, name) in enumerate(zip(axes, names, strict=True)):
        shown = frame[frame["panel"] == name].pivot(
            index="severity", columns="seed", values="value"
        )
        for seed in shown:
            one = shown[seed].dropna()
            ax.plot(one.index, one, color=GREY, linewidth=0.8, zorder=1)
        for row in numbers[numbers["panel"] == name].itertuples():
            ax.plot([row.severity] * 2, [row.low, row.high], color=colour, linewidth=2, alpha=0.6)
            ax.plot(row.severity, row.mean, "s", color=colour, markersize=5)
        ax.axhline(0, color=INK, linewidth=0.9, zorder=0)
        ax.set_title(name, fontsize=9)
        ax.locator_params(axis="y", nbins=4)
        if place < 3:
            upper = ax.secondary_xaxis("top")
            upper.set_xticks(found["severity"], [f"{v:.2f}" for v in found["cramers_v"]])
            upper.tick_params(labelsize=7.5)
            upper.set_xlabel("Cramér's V", fontsize=7.5)
        else:
            ax.set_xlabel("Severity")
    for ax in (axes[0], axes[3]):
        ax.set_ylabel("Change on balanced")
    return axes
