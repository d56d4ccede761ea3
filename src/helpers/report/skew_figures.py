"""The skew of a training set, and how far predictions follow it: the book's first figure.

`skew` and `follows` draw one small panel each, that reads on a phone as on a desk.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from helpers.report import frames
from helpers.report.figures import (
    GREY,
    SETUP_COLOURS,
    SETUP_MARKERS,
    alt_text,
    heat_map,
    legend_below,
    panels,
)
from helpers.report.frames import Experiments
from helpers.report.labels import setup_label

SIZE = {"width": 3.6, "height": 3.5}


def skew(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes | None:
    """Draw the label shares of each language in the imbalanced training subset.

    Parameters
    ----------
    counts : DataFrame
        From `helpers.report.frames.imbalanced_counts`.
    ax : Axes, optional
        Where to draw.
    """
    if counts.empty:
        return None
    ax = ax or panels(1, **SIZE)[0]
    languages, labels = (list(dict.fromkeys(counts[name])) for name in ("language", "label"))
    wide = counts.pivot(index="language", columns="label", values="share").loc[languages, labels]
    heat_map(ax, wide, largest=counts["share"].max(), shown=lambda share: f"{100 * share:.0f} %")
    if len(labels) > 3:
        ax.set_xticks(range(len(labels)), labels, rotation=20)
    return ax


def slopes(shares: pd.DataFrame) -> pd.DataFrame:
    """Return how far each setup's predictions follow the skew, as `helpers.analysis.skew_slope`.

    Parameters
    ----------
    shares : DataFrame
        From `helpers.report.frames.predicted_share`.

    Returns
    -------
    DataFrame
        ``setup, slope``, means over seeds: 0 where predictions ignore the skew, 1 where they
        repeat it.
    """
    records = []
    for setup, rows in shares.groupby("setup", observed=True):
        centred = rows["training_share"] - rows["training_share"].mean()
        records.append((setup, float((centred * rows["share"]).sum() / (centred**2).sum())))
    return pd.DataFrame(records, columns=["setup", "slope"])


def follows(
    shares: pd.DataFrame, *, legend_columns: int = 1, ax: Axes | None = None
) -> Axes | None:
    """Draw predicted against training shares, a point a language group and label, with slopes.

    Parameters
    ----------
    shares : DataFrame
        From `helpers.report.frames.predicted_share`.
    legend_columns : int
        Of the legend below.
    ax : Axes, optional
        Where to draw.
    """
    if shares.empty or shares["training_share"].isna().all():
        return None
    ax = ax or panels(1, **SIZE)[0]
    trained = shares["training_share"].astype(float)
    ends = np.array([trained.min() - 0.03, trained.max() + 0.03])
    ax.plot(ends, ends, ":", color=GREY, linewidth=1.5)
    handles = []
    for setup, slope in slopes(shares).itertuples(index=False):
        rows = shares[shares["setup"] == setup]
        colour, marker = SETUP_COLOURS[setup], SETUP_MARKERS[setup]
        ax.plot(rows["training_share"], rows["share"], marker, color=colour)
        middle = rows["training_share"].mean()
        ax.plot(ends, middle + slope * (ends - middle), color=colour, linewidth=1.3)
        words = f"{setup_label(setup)}: slope {slope:.2f}".replace("-", "−")
        handles.append(Line2D([], [], color=colour, marker=marker, label=words))
    ax.set_xlabel("Share in training")
    ax.set_ylabel("Share of predictions")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    whole = Line2D([], [], color=GREY, linestyle=":", label="as in training: slope 1")
    legend_below([ax], [*handles, whole], columns=legend_columns)
    return ax


# --- with their text alternatives -----------------------------------------------------------


def drawn_skew(experiments: Experiments) -> tuple[Axes | None, str]:
    """Return `skew` of one model and data set, and its text alternative."""
    counts = frames.imbalanced_counts(experiments)
    alt = alt_text(
        "Heat map of label shares in training", counts, name=["language", "label"], value="share"
    )
    return skew(counts), alt


def drawn_follows(experiments: Experiments) -> tuple[Axes | None, str]:
    """Return `follows` of one model and data set, and its text alternative."""
    shares = frames.predicted_share(experiments)
    alt = alt_text(
        "Slopes of predicted on training shares", slopes(shares), name=["setup"], value="slope"
    )
    return follows(shares), alt
