"""Accuracy under three priors of the test set: the frame, the table and the figure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.analysis.label_priors import PRIORS, weighted_accuracy
from helpers.foundation.names import SETUPS
from helpers.report import frames
from helpers.report.display import interval_text, rows_by_two
from helpers.report.figures import (
    GREY,
    SETUP_COLOURS,
    SETUP_MARKERS,
    legend_below,
    panels,
    setup_handles,
)
from helpers.report.frames import Experiments, by_setup, each, interval, subsets
from helpers.report.labels import setup_label

PRIOR_LABELS: Mapping[str, str] = MappingProxyType(
    {"even": "Even", "training": "As in training", "reversed": "Reversed"}
)
COMPARISONS = (
    ("imbalanced", "balanced"),
    ("imbalanced_cw", "imbalanced"),
    ("imbalanced_cw", "balanced"),
)


def accuracy_by_seed(experiments: Experiments) -> pd.DataFrame:
    """Return ``setup, seed, prior, accuracy``: a row for each experiment and prior."""
    found = subsets(experiments)
    columns = ["setup", "seed", "prior", "accuracy"]
    if found is None:
        return by_setup([], columns)
    records = [
        (experiment.setup, experiment.seed, prior, value)
        for experiment, rows in each(experiments, "predictions.parquet")
        for prior in PRIORS
        if (value := weighted_accuracy(rows, skew=found["skew"], prior=prior)) is not None
    ]
    return by_setup(records, columns)


def differences(by_seed: pd.DataFrame) -> pd.DataFrame:
    """Return differences of accuracy between setups that share a seed.

    Parameters
    ----------
    by_seed : DataFrame
        From `accuracy_by_seed`.

    Returns
    -------
    DataFrame
        ``setup, minus, prior, difference, low, high, seeds``; intervals are t-intervals over seeds.
    """
    wide = by_seed.pivot(index=["prior", "seed"], columns="setup", values="accuracy")
    records = []
    for setup, minus in COMPARISONS:
        if not {setup, minus} <= set(wide.columns):
            continue
        paired = (wide[setup] - wide[minus]).dropna()
        for prior in PRIORS:
            values = paired[paired.index.get_level_values("prior") == prior]
            if len(values):
                mean = float(values.mean())
                records.append((setup, minus, prior, mean, *interval(values), len(values)))
    columns = ["setup", "minus", "prior", "difference", "low", "high", "seeds"]
    return pd.DataFrame(records, columns=columns)


def table(experiments: Experiments, *, setups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return accuracy and its differences under each prior, as text.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    setups : sequence of str
        Names of the setups to show, by default those of the experiments; a difference is shown
        where both of its setups are.
    """
    setups = frames.setups(experiments) if setups is None else setups
    by_seed = accuracy_by_seed(experiments)
    by_seed = by_seed[by_seed["setup"].isin(setups)]
    if by_seed.empty:
        return pd.DataFrame()
    levels = by_seed.groupby(["setup", "prior"], observed=True)["accuracy"].mean()
    rows = {
        ("Accuracy", setup_label(setup)): {
            label: interval_text(levels.get((setup, prior), float("nan")))
            for prior, label in PRIOR_LABELS.items()
        }
        for setup in setups
    }
    for (setup, minus), cells in differences(by_seed).groupby(["setup", "minus"], sort=False):
        texts = cells.set_index("prior").apply(
            lambda row: interval_text(row["difference"], row["low"], row["high"]), axis=1
        )
        words = f"{setup_label(str(setup))} − {setup_label(str(minus)).lower()}"
        rows["Difference [95 %]", words] = {
            label: texts.get(prior, interval_text(float("nan")))
            for prior, label in PRIOR_LABELS.items()
        }
    return rows_by_two(rows)


def figure(by_seed: pd.DataFrame, *, setups: Sequence[str] = SETUPS) -> list[Axes] | None:
    """Draw accuracy by setup, a panel for each prior: a line for each seed, and the mean.

    Parameters
    ----------
    by_seed : DataFrame
        From `accuracy_by_seed`.
    setups : sequence of str
        Names of the setups to show.
    """
    shown = by_seed[by_seed["setup"].isin(setups)]
    if shown.empty:
        return None
    priors = [prior for prior in PRIORS if prior in set(shown["prior"])]
    axes = panels(len(priors), height=3.3, sharey=True)
    names = [setup for setup in setups if setup in set(shown["setup"])]
    for ax, prior in zip(axes, priors, strict=True):
        wide = shown[shown["prior"] == prior].pivot(
            index="setup", columns="seed", values="accuracy"
        )
        wide = wide.reindex(names)
        for seed in wide.columns:
            ax.plot(range(len(names)), wide[seed], color=GREY, linewidth=1, marker=".", zorder=1)
        for x, setup in enumerate(names):
            mean = wide.loc[setup].mean()
            ax.plot(x, mean, SETUP_MARKERS[setup], color=SETUP_COLOURS[setup], markersize=8)
        ax.set_xticks([])
        ax.set_xlim(-0.4, len(names) - 0.6)
        ax.set_title(PRIOR_LABELS[prior])
    axes[0].set_ylabel("Test accuracy")
    seeds = Line2D([], [], color=GREY, linewidth=1, marker=".", label="one seed")
    legend_below(axes, [*setup_handles(names), seeds])
    return axes
