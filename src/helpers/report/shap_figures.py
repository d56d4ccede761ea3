"""The figures of the SHAP analysis: Figures 1 to 3, A.3 and A.4."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from helpers.report.figures import GREY, INK, LIGHT, legend_below, panels
from helpers.report.shap_frames import CATEGORY_LABELS

# Told apart in greyscale too; the second for kinds of tokens, which have no side.
SIDE_COLOURS: Mapping[str, str] = MappingProxyType({"under": "#56b4e9", "over": "#8a4500"})
TOKEN_STYLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"negative": ("v-", "#cc79a7"), "neutral": ("o-", GREY), "positive": ("^-", "#4b2579")}
)


# --- section 4.3 ----------------------------------------------------------------------------


def shap_difference(
    differences: pd.DataFrame,
    labels: Sequence[str],
    *,
    setup: str = "imbalanced",
    limits: tuple[float, float] | None = None,
) -> list[Axes] | None:
    """Draw Figure 1's bars for two labels, each over its null.

    Parameters
    ----------
    differences : DataFrame
        From `helpers.report.shap_frames.shap_difference`.
    labels : sequence of str
        A panel each.
    setup : str
        Whose difference from the balanced model is drawn.
    limits : tuple of float, optional
        Range of the vertical axis, to compare figures.
    """
    shown = differences[
        differences["class"].isin(labels) & differences["represented"].isin(list(SIDE_COLOURS))
    ]
    bars, null = shown[shown["setup"] == setup], shown[shown["setup"] == "balanced"]
    if bars.empty:
        return None
    axes = panels(len(labels), height=3.6, sharey=True)
    for ax, label in zip(axes, labels, strict=True):
        for offset, (side, colour) in zip((-0.2, 0.2), SIDE_COLOURS.items(), strict=True):
            _null_boxes(ax, _cells(null, label, side), offset)
            _bars(ax, _cells(bars, label, side), offset, colour)
        ax.axhline(0, color=INK, linewidth=0.9)
        ax.set_xticks(range(len(CATEGORY_LABELS)), CATEGORY_LABELS.values())
        ax.set_title(f"Label “{label}”")
        ax.grid(visible=False, axis="x")
        if limits is not None:
            ax.set_ylim(*limits)
    axes[0].set_ylabel("Mean difference a text")
    handles = [
        *(Patch(color=c, label=f"{side}-represented") for side, c in SIDE_COLOURS.items()),
        *([Patch(color=LIGHT, label="null (balanced, another seed)")] if len(null) else []),
    ]
    legend_below(axes, handles)
    return axes


def shap_limits(differences: pd.DataFrame, labels: Sequence[str]) -> tuple[float, float] | None:
    """Return one range that holds every setup's bars, intervals and nulls."""
    shown = differences[
        differences["class"].isin(labels) & differences["represented"].isin(list(SIDE_COLOURS))
    ]
    values = shown[["difference", "low", "high"]].to_numpy(dtype=float)
    if not np.isfinite(values).any():
        return None
    low, high = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _cells(rows: pd.DataFrame, label: str, side: str) -> list[tuple[int, Any]]:
    part = rows[(rows["class"] == label) & (rows["represented"] == side)].set_index("category")
    return [(x, part.loc[name]) for x, name in enumerate(CATEGORY_LABELS) if name in part.index]


def _null_boxes(ax: Axes, cells: list[tuple[int, Any]], offset: float) -> None:
    """Draw the null's interval, or its value from 0 where it has none, wider than the bar."""
    for x, cell in cells:
        low, high = cell["low"], cell["high"]
        if np.isnan(low):
            low, high = sorted((0.0, cell["difference"]))
        ax.bar(x + offset, high - low, bottom=low, width=0.39, color=LIGHT, zorder=1)


def _bars(ax: Axes, cells: list[tuple[int, Any]], offset: float, colour: str) -> None:
    for x, cell in cells:
        ax.bar(x + offset, cell["difference"], width=0.22, color=colour, zorder=2)
        if not np.isnan(cell["low"]):
            ax.vlines(x + offset, cell["low"], cell["high"], color=INK, linewidth=1.3, zorder=3)


# --- A.3 and A.4 ----------------------------------------------------------------------------


def base_values(gaps: pd.DataFrame) -> Axes | None:
    """Draw the size of the base value's difference with and without masked input entropy."""
    if gaps.empty:
        return None
    ax = panels(1, height=3.0)[0]
    labels, losses = (list(dict.fromkeys(gaps[name])) for name in ("class", "loss"))
    means = gaps.groupby(["loss", "class"], sort=False)["difference"].mean()
    for offset, loss, colour in zip((-0.2, 0.2), losses, (GREY, "#4b2579"), strict=False):
        heights = [means.get((loss, label), np.nan) for label in labels]
        ax.bar(np.arange(len(labels)) + offset, heights, width=0.36, color=colour, label=loss)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_ylabel("Size of the difference")
    ax.grid(visible=False, axis="x")
    legend_below([ax], ax.get_legend_handles_labels()[0])
    return ax


def threshold_sweep(
    sweep: pd.DataFrame, shares: pd.DataFrame, labels: Sequence[str]
) -> list[Axes] | None:
    """Draw token shares and the neutral tokens' differences against the threshold."""
    if sweep.empty or shares.empty:
        return None
    axes = panels(2, height=3.5)
    for name, (style, colour) in TOKEN_STYLES.items():
        part = shares[shares["category"] == name]
        axes[0].plot(
            part["threshold"],
            part["share"],
            style,
            color=colour,
            markersize=5,
            label=f"tokens {CATEGORY_LABELS[name]}",
        )
    axes[0].set_title("Share of tokens")
    axes[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    neutral = sweep[
        (sweep["category"] == "neutral")
        & sweep["class"].isin(labels)
        & sweep["represented"].isin(list(SIDE_COLOURS))
    ]
    means = neutral.groupby(["setup", "represented", "threshold"], observed=True)["difference"]
    for (setup, side), line in means.mean().groupby(["setup", "represented"], observed=True):
        if setup in ("imbalanced", "balanced"):
            style = {"imbalanced": "o-", "balanced": ":"}[str(setup)]
            x = line.index.get_level_values("threshold")
            axes[1].plot(x, line, style, color=SIDE_COLOURS[str(side)], markersize=4)
    axes[1].axhline(0, color=INK, linewidth=0.9)
    axes[1].set_title("Difference of neutral tokens")
    ticks = [0.001, 0.01, 0.1]
    for ax in axes:
        ax.set_xscale("log")
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])  # powers of ten are small print
        ax.axvline(0.01, color=GREY, linestyle="--", linewidth=1)
        ax.set_xlabel("Threshold")
    handles = [
        *axes[0].get_legend_handles_labels()[0],
        *(Line2D([], [], color=c, label=f"{s}-represented") for s, c in SIDE_COLOURS.items()),
        Line2D([], [], color=INK, linestyle=":", label="null"),
        Line2D([], [], color=GREY, linestyle="--", label="the paper's threshold"),
    ]
    legend_below(axes, handles)
    return axes
