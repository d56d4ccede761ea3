"""A small plot for each claim: the estimate on each data set, and the paper's own numbers."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers.foundation.experiment import Experiment
from helpers.report import claims
from helpers.report.claim_pages import in_sections, of_place, place_labels, places
from helpers.report.display import Html, figure, signed
from helpers.report.figures import GREY, INK, STYLE, legend_below

HOLDS_COLOUR = "#e3f1ec"
# A colour and a marker each, so that neither is needed to tell verdicts apart.
VERDICT_STYLE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        claims.HOLDS: ("#00694c", "o"),
        claims.FAILS: ("#a63c00", "X"),
        claims.UNKNOWN: (GREY, "s"),
    }
)
_COLUMNS = 2


def claim_panels(
    experiments: Sequence[Experiment],
    found: pd.DataFrame,
    *sections: str,
    axes: Sequence[Axes] | None = None,
) -> list[Axes] | None:
    """Draw a panel for each claim of some sections of the paper.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile; every data set and model of theirs has a line.
    found : DataFrame
        From `helpers.report.claim_pages.verdicts`.
    *sections : str
        Sections of the paper, such as ``"4.1"``.
    axes : sequence of Axes, optional
        A panel for each claim.
    """
    listed, among = in_sections(sections), places(experiments)
    if not listed:
        return None
    axes = list(axes) if axes is not None else _grid(len(listed), lines=len(among) + 1)
    names = ["Paper", *place_labels(among)]
    for number, (ax, claim) in enumerate(zip(axes, listed, strict=True)):
        _paper_line(ax, claim, y=len(among))
        for y, place in enumerate(reversed(among)):
            _our_line(ax, of_place(found, claim.id, place), y)
        ax.set_yticks(range(len(names)), names[::-1] if number % _COLUMNS == 0 else [])
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.set_title(textwrap.fill(claim.statement, 44), fontsize=9, loc="left")
        ax.grid(visible=False, axis="y")
        _shade(ax, claim.comparison)
    legend_below(axes, _handles(), columns=3)
    return axes


def _grid(count: int, *, lines: int) -> list[Axes]:
    rows = math.ceil(count / _COLUMNS)
    with plt.style.context(STYLE):
        canvas, made = plt.subplots(
            rows, _COLUMNS, figsize=(7.2, rows * (1.0 + 0.24 * lines) + 0.5), squeeze=False
        )
    flat = list(made.ravel())
    for ax in flat[count:]:
        canvas.delaxes(ax)
    return flat[:count]


def _paper_line(ax: Axes, claim: claims.Claim, y: float) -> None:
    values = list(claim.paper_cells().values())
    if values:
        ax.plot(values, [y] * len(values), "D", color=INK, markerfacecolor="none", markersize=6)
    else:
        _word(ax, "figure only" if claim.paper == "figure" else "no number printed", y)


def _our_line(ax: Axes, rows: pd.DataFrame, y: float) -> None:
    if rows.empty or math.isnan(rows["estimate"].iloc[0]):
        other = not rows.empty and rows["method"].iloc[0].startswith("about another")
        _word(ax, "not about this" if other else "missing", y)
        return
    row = rows.iloc[0]
    colour, marker = VERDICT_STYLE[row["verdict"]]
    if not math.isnan(row["ci_low"]):
        ax.plot([row["ci_low"], row["ci_high"]], [y, y], color=colour, linewidth=2.2, alpha=0.55)
    ax.plot(row["estimate"], y, marker, color=colour, markersize=7)
    if len(row["per_seed"]) > 1:
        values = list(row["per_seed"].values())
        ax.plot(values, [y - 0.3] * len(values), "|", color=colour, markersize=6)


def _word(ax: Axes, text: str, y: float) -> None:
    ax.text(0.03, y, text, transform=ax.get_yaxis_transform(), ha="left", va="center",
            color=GREY, fontsize=9, fontstyle="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1})  # fmt: skip


def _shade(ax: Axes, comparison: claims.Comparison) -> None:
    """Shade the values for which a claim holds, with 0 in view."""
    values: list[Any] = [x for line in ax.lines for x in line.get_xdata()]  # type: ignore[union-attr]
    margin = comparison.margin
    reach = [*values, 0.0, -margin, margin]
    width = (max(reach) - min(reach)) or 1.0
    low, high = min(reach) - 0.12 * width, max(reach) + 0.12 * width
    start = {"above": 0.0, "below": low, "within": -margin}[comparison.kind]
    end = {"above": high, "below": 0.0, "within": margin}[comparison.kind]
    ax.axvspan(start, end, color=HOLDS_COLOUR, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
    ax.set_xlim(low, high)


def _handles() -> list[Any]:
    marks = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=verdict)
        for verdict, (colour, marker) in VERDICT_STYLE.items()
    ]
    printed = Line2D([], [], color=INK, marker="D", markerfacecolor="none", linestyle="",
                     label="the paper's numbers")  # fmt: skip
    return [*marks, printed, Patch(color=HOLDS_COLOUR, label="where the claim holds")]


def in_words(experiments: Sequence[Experiment], found: pd.DataFrame, *sections: str) -> str:
    """Return the text alternative of `claim_panels`: every number and verdict in it."""
    among = places(experiments)
    lines = []
    for claim in in_sections(sections):
        values = ", ".join(signed(value) for value in claim.paper_cells().values())
        parts = [f"paper {values or claim.paper_verdict}"]
        for place, label in zip(among, place_labels(among), strict=True):
            rows = of_place(found, claim.id, place)
            if rows.empty or math.isnan(rows["estimate"].iloc[0]):
                parts.append(f"{label} no number")
                continue
            row = rows.iloc[0]
            span = (
                ""
                if math.isnan(row["ci_low"])
                else f" from {signed(row['ci_low'])} to {signed(row['ci_high'])}"
            )
            parts.append(f"{label} {signed(row['estimate'])}{span}, {row['verdict']}")
        lines.append(f"{claim.statement} {'; '.join(parts)}.")
    return f"A small plot for each claim. {' '.join(lines)}"


def shown(
    experiments: Sequence[Experiment], found: pd.DataFrame, *sections: str, caption: str
) -> Html:
    """Return the panels of some sections with caption and text alternative."""
    return figure(
        claim_panels(experiments, found, *sections),
        caption=caption,
        alt=in_words(experiments, found, *sections),
    )
