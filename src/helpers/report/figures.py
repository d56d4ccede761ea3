"""The companion's figures: each function takes a frame of `helpers.report.frames`.

A function returns its panel, or the list of them. Nothing is shown or saved here. Setups have the
same colours everywhere.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from helpers.foundation.names import SETUPS
from helpers.foundation.setups import all_setups
from helpers.report.labels import labelled, setup_label

STYLE = Path(__file__).with_name("companion.mplstyle")
SETUP_COLOURS: Mapping[str, str] = MappingProxyType(
    {name: setup.colour for name, setup in all_setups().items()}
)
SETUP_MARKERS: Mapping[str, str] = MappingProxyType(
    {name: setup.marker for name, setup in all_setups().items()}
)
INK, GREY, LIGHT = "#1f2933", "#7f8790", "#d3d8de"


def panels(
    count: int,
    *,
    width: float = 7.2,
    height: float = 3.4,
    **options: Any,
) -> list[Axes]:
    """Return some panels side by side."""
    with plt.style.context(STYLE):
        _, made = plt.subplots(1, count, figsize=(width, height), squeeze=False, **options)
    return list(made[0])


def setups_of(frame: pd.DataFrame) -> list[str]:
    """Return the setups that a frame has, in the order of tables and figures."""
    found = set(frame["setup"])
    return [setup for setup in SETUPS if setup in found]


def legend_below(axes: Sequence[Axes], handles: Sequence[Any], *, columns: int = 4) -> None:
    """Draw one legend for the whole figure below it, in as many columns as its width allows.

    Parameters
    ----------
    axes : sequence of Axes
        Of one figure.
    handles : sequence of matplotlib handles
        The entries.
    columns : int
        The most columns.
    """
    canvas = axes[0].get_figure()
    assert canvas is not None
    with plt.style.context(STYLE):
        for n in range(columns, 0, -1):
            legend = canvas.legend(
                handles=list(handles), loc="outside lower center", ncols=n, handletextpad=0.5
            )
            if n == 1 or legend.get_window_extent().width <= canvas.bbox.width:
                return
            legend.remove()


def setup_handles(setups: Iterable[str]) -> list[Line2D]:
    """Return a legend's entries for some setups."""
    return [
        Line2D([], [], color=SETUP_COLOURS[setup], marker=SETUP_MARKERS[setup], linestyle="",
               label=setup_label(setup))
        for setup in setups
    ]  # fmt: skip


def heat_map(ax: Axes, wide: pd.DataFrame, *, largest: float, shown: Callable[[Any], str]) -> None:
    """Draw a table as shades of blue, with its numbers.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    wide : DataFrame
        The numbers; its headings stand on the axes.
    largest : float
        The number of the darkest shade.
    shown : callable
        Returns a number as text.
    """
    numbers = wide.to_numpy()
    # The upper half of the colours is too dark for dark text, and no white text reads on its
    # middle.
    ax.imshow(numbers.astype(float), cmap="Blues", vmin=0, vmax=2 * largest, aspect="auto")
    for y, x in np.ndindex(*numbers.shape):
        ax.text(x, y, shown(numbers[y, x]), ha="center", va="center", color=INK)
    ax.set_xticks(range(len(wide.columns)), wide.columns)
    ax.set_yticks(range(len(wide)), wide.index)
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


# --- section 2.1 ----------------------------------------------------------------------------


def joint_counts(counts: pd.DataFrame) -> list[Axes] | None:
    """Draw the rows of each cell of language and label, a panel for each subset (Table 1)."""
    if counts.empty:
        return None
    subsets = list(dict.fromkeys(counts["subset"]))
    axes = panels(len(subsets), height=2.9, sharey=True)
    largest = counts["rows"].max()
    for ax, subset in zip(axes, subsets, strict=True):
        part = counts[counts["subset"] == subset]
        languages, labels = (list(dict.fromkeys(part[name])) for name in ("language", "label"))
        wide = part.pivot(index="language", columns="label", values="rows").loc[languages, labels]
        heat_map(ax, wide, largest=largest, shown="{:,}".format)
        ax.set_title(setup_label(subset))
    return axes


# --- section 3 ------------------------------------------------------------------------------


def training_curves(curves: pd.DataFrame) -> Axes | None:
    """Draw the validation loss of every model; the point of the model that is kept is filled."""
    if curves.empty:
        return None
    ax = panels(1)[0]
    for (setup, _), run in curves.groupby(["setup", "seed"], observed=True, sort=False):
        colour = SETUP_COLOURS[str(setup)]
        ax.plot(run["step"], run["validation_loss"], color=colour, alpha=0.75)
        best = run[run["best"]]
        ax.plot(best["step"], best["validation_loss"], linestyle="", color=colour,
                marker=SETUP_MARKERS[str(setup)], markersize=8)  # fmt: skip
    ax.set_xlabel("Training step")
    ax.set_ylabel("Validation loss")
    legend_below([ax], setup_handles(setups_of(curves)))
    return ax


# --- section 4.1 ----------------------------------------------------------------------------


def accuracy(summary: pd.DataFrame, by_seed: pd.DataFrame) -> Axes | None:
    """Draw test accuracy: every seed, the mean and its interval."""
    if summary.empty:
        return None
    ax = panels(1, height=1.1 + 0.45 * len(summary))[0]
    setups = setups_of(summary)
    for y, setup in enumerate(reversed(setups)):
        row = summary[summary["setup"] == setup].iloc[0]
        _dot(ax, row["accuracy"], row["low"], row["high"], y, setup)
        seeds = by_seed.loc[by_seed["setup"] == setup, "accuracy"]
        if len(seeds) > 1:
            ax.plot(seeds, [y - 0.27] * len(seeds), "|", color=SETUP_COLOURS[setup], markersize=8)
    ax.set_yticks(range(len(setups)), [setup_label(setup) for setup in reversed(setups)])
    ax.set_ylim(-0.6, len(setups) - 0.4)
    ax.set_xlabel("Test accuracy")
    ax.grid(visible=False, axis="y")
    return ax


def _dot(ax: Axes, value: float, low: float, high: float, y: float, setup: str) -> None:
    colour = SETUP_COLOURS[setup]
    if not np.isnan(low):
        ax.plot([low, high], [y, y], color=colour, linewidth=2.2, alpha=0.55)
    ax.plot(value, y, SETUP_MARKERS[setup], color=colour, markersize=8)


def predicted_share(shares: pd.DataFrame) -> list[Axes] | None:
    """Draw predicted shares by label beside the training shares, a panel a language group."""
    if shares.empty:
        return None
    groups, setups = list(dict.fromkeys(shares["languages"])), setups_of(shares)
    axes = panels(len(groups), height=3.5, sharey=True)
    for ax, languages in zip(axes, groups, strict=True):
        part = shares[shares["languages"] == languages]
        labels = list(dict.fromkeys(part["label"]))
        trained = part.drop_duplicates("label")["training_share"].astype(float)
        ax.bar(range(len(labels)), trained, width=0.8, color=LIGHT)
        for offset, setup in zip(np.linspace(-0.22, 0.22, len(setups)), setups, strict=True):
            rows = part[part["setup"] == setup].set_index("label").loc[labels]
            x = np.arange(len(labels)) + offset
            if rows["low"].notna().all():
                ax.vlines(x, rows["low"], rows["high"], color=SETUP_COLOURS[setup], alpha=0.55,
                          linewidth=2.2)  # fmt: skip
            ax.plot(x, rows["share"], SETUP_MARKERS[setup], color=SETUP_COLOURS[setup])
        ax.set_xticks(
            range(len(labels)),
            [textwrap.fill(str(label), 11, break_long_words=False) for label in labels],
        )
        ax.set_title(languages)
        ax.grid(visible=False, axis="x")
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[0].set_ylabel("Share of predictions")
    trained_patch = Patch(color=LIGHT, label="Share in the imbalanced training subset")
    legend_below(axes, [trained_patch, *setup_handles(setups)], columns=2)
    return axes


# --- section 4.2 ----------------------------------------------------------------------------


def identification(scores: pd.DataFrame, *, probe: str = "C=1") -> list[Axes] | None:
    """Draw language identification with chance and the encoder before fine-tuning."""
    scores = scores[scores["probe"] == probe]
    if scores.empty:
        return None
    sources = [source for source in ("test", "external") if source in set(scores["source"])]
    axes = panels(len(sources), height=2.9, sharex=True, sharey=True)
    setups = setups_of(scores)
    for ax, source in zip(axes, sources, strict=True):
        part = scores[scores["source"] == source]
        for y, setup in enumerate(reversed(setups)):
            for row in part[part["setup"] == setup].to_dict("records"):
                _dot(ax, row["accuracy"], row["low"], row["high"], y, setup)
        first = part.iloc[0]
        for value, style in ((first["chance"], ":"), (first["pretrained"], "--")):
            if not np.isnan(value):
                ax.axvline(value, color=GREY, linestyle=style, linewidth=1.5, zorder=1)
        ax.set_title("Test set" if source == "test" else f"External texts ({first['name']})")
        ax.set_xlabel("Accuracy of language identification")
        ax.set_xlim(0, 1.02)
        ax.grid(visible=False, axis="y")
    axes[0].set_yticks(range(len(setups)), [setup_label(setup) for setup in reversed(setups)])
    axes[0].set_ylim(-0.6, len(setups) - 0.4)
    lines = [
        Line2D([], [], color=GREY, linestyle=":", label="Chance"),
        Line2D([], [], color=GREY, linestyle="--", label="Encoder before fine-tuning"),
    ]
    legend_below(axes, lines)
    return axes


# --- text alternatives ----------------------------------------------------------------------


def alt_text(what: str, frame: pd.DataFrame, *, name: Sequence[str], value: str) -> str:
    """Return a text alternative: what is drawn, then every number.

    Parameters
    ----------
    what : str
        What the figure shows, without its numbers.
    frame : DataFrame
        What was drawn.
    name : sequence of str
        Columns that name a number; setups get their labels.
    value : str
        Column of the numbers.

    Examples
    --------
    >>> frame = pd.DataFrame({"setup": ["balanced", "imbalanced"], "accuracy": [0.6364, 0.59]})
    >>> alt_text("Test accuracy", frame, name=["setup"], value="accuracy")
    'Test accuracy. Balanced: 0.636; Imbalanced: 0.590.'
    """
    numbers = [
        f"{', '.join(map(str, labels))}: {number:,}"
        if isinstance(number, (int, np.integer))
        else f"{', '.join(map(str, labels))}: {number:.3f}"
        for *labels, number in labelled(frame)[[*name, value]].itertuples(index=False)
    ]
    return f"{what}. {'; '.join(numbers)}."
