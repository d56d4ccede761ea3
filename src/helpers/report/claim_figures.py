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

from helpers.analysis.quantities import (
    BY_ACCURACY,
    BY_LOG_LOSS,
    identification_level,
    values_by_seed,
)
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import SETUPS
from helpers.report import claims
from helpers.report.claim_cells import paper_words
from helpers.report.display import Html, bound, figure, signed
from helpers.report.evidence import OTHER, Finding, Verdicts
from helpers.report.figures import (
    GREY,
    INK,
    SETUP_COLOURS,
    SETUP_MARKERS,
    STYLE,
    alt_text,
    legend_below,
    panels,
    setup_handles,
    setups_of,
)
from helpers.report.places import POOLED, place_names, places
from helpers.report.results import collect
from helpers.report.verdicts import columns

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
PAPER_RULER = "Accuracy at C = 1e-4, as in the paper"
LOG_LOSS_RULER = "Log loss at C = 1 (less is easier)"


def claim_panels(
    experiments: Sequence[Experiment], found: Verdicts, listed: Sequence[claims.Claim]
) -> list[Axes] | None:
    """Draw a panel for each of some claims.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile; every data set and model of theirs has a line, and all together have one.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.
    listed : sequence of Claim
        Such as `helpers.report.claim_pages.in_sections` gives.
    """
    headings = columns(experiments, found)
    if not listed:
        return None
    axes = _grid(len(listed), lines=len(headings) + 1)
    names = ["Paper", *headings.values()]
    for number, (ax, claim) in enumerate(zip(axes, listed, strict=True)):
        _paper_line(ax, claim, y=len(headings))
        for y, place in enumerate(reversed(headings)):
            _our_line(ax, found.of(claim.id, *place), y)
        ax.set_yticks(range(len(names)), names[::-1] if number % _COLUMNS == 0 else [])
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.set_title(textwrap.fill(claim.statement, 44), fontsize=9, loc="left")
        ax.set_xlabel(textwrap.fill(_axis(claim), 54), fontsize=8)
        ax.locator_params(axis="x", nbins=5)
        ax.grid(visible=False, axis="y")
        _shade(ax, claim.region)
    legend_below(axes, _handles(), columns=3)
    return axes


def _axis(claim: claims.Claim) -> str:
    return f"{claim.quantity.words} ({claim.quantity.ruler.name})"


def _grid(count: int, *, lines: int) -> list[Axes]:
    rows = math.ceil(count / _COLUMNS)
    with plt.style.context(STYLE):
        canvas, made = plt.subplots(
            rows, _COLUMNS, figsize=(7.2, rows * (1.4 + 0.24 * lines) + 0.5), squeeze=False
        )
    flat = list(made.ravel())
    for ax in flat[count:]:
        canvas.delaxes(ax)
    return flat[:count]


def _paper_line(ax: Axes, claim: claims.Claim, y: float) -> None:
    values = [number.value for number in claim.paper]
    if values:
        ax.plot(values, [y] * len(values), "D", color=INK, markerfacecolor="none", markersize=6)
    else:
        _word(ax, "figure only" if claim.figure_only else "no number printed", y)


def _our_line(ax: Axes, finding: Finding | None, y: float) -> None:
    if finding is None or finding.numbers is None:
        note = "missing" if finding is None else finding.note
        _word(ax, {OTHER: "not about this", "no result": "missing"}.get(note, note), y)
        return
    numbers = finding.numbers
    colour, marker = VERDICT_STYLE[numbers.verdict]
    if not math.isnan(numbers.ci_low):
        ax.plot([numbers.ci_low, numbers.ci_high], [y, y], color=colour, linewidth=2.2, alpha=0.55)
    ax.plot(numbers.estimate, y, marker, color=colour, markersize=7)
    if numbers.seeds > 1 and finding.dataset != POOLED:
        values = list(numbers.values[finding.dataset].values())
        ax.plot(values, [y - 0.3] * len(values), "|", color=colour, markersize=6)


def _word(ax: Axes, text: str, y: float) -> None:
    ax.text(0.03, y, text, transform=ax.get_yaxis_transform(), ha="left", va="center",
            color=GREY, fontsize=9, fontstyle="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1})  # fmt: skip


def _shade(ax: Axes, region: claims.Region) -> None:
    """Shade the values for which a claim holds, with its bounds and 0 in view."""
    values: list[Any] = [x for line in ax.lines for x in line.get_xdata()]  # type: ignore[union-attr]
    bounds = [edge for edge in (region.low, region.high) if math.isfinite(edge)]
    reach = [*values, 0.0, *bounds]
    width = (max(reach) - min(reach)) or 1.0
    low, high = min(reach) - 0.12 * width, max(reach) + 0.12 * width
    ax.axvspan(max(low, region.low), min(high, region.high), color=HOLDS_COLOUR, zorder=0)
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


def in_words(
    experiments: Sequence[Experiment], found: Verdicts, listed: Sequence[claims.Claim]
) -> str:
    """Return the text alternative of `claim_panels`: every number and verdict in it."""
    lines = []
    for claim in listed:
        values = ", ".join(signed(number.value) for number in claim.paper)
        parts = [f"paper {values or paper_words(found.paper[claim.id])}"]
        for place, label in columns(experiments, found).items():
            finding = found.of(claim.id, *place)
            if finding is None or finding.numbers is None:
                parts.append(f"{label} no number")
                continue
            one = finding.numbers
            span = (
                ""
                if math.isnan(one.ci_low)
                else f" from {bound(one.ci_low, sign='+')} to {bound(one.ci_high, sign='+')}"
            )
            parts.append(f"{label} {signed(one.estimate)}{span}, {one.verdict}")
        lines.append(f"{claim.statement} {'; '.join(parts)}.")
    return f"A small plot for each claim. {' '.join(lines)}"


def shown(
    experiments: Sequence[Experiment],
    found: Verdicts,
    listed: Sequence[claims.Claim],
    *,
    caption: str,
) -> Html:
    """Return the panels of some claims with caption and text alternative."""
    return figure(
        claim_panels(experiments, found, listed),
        caption=caption,
        alt=in_words(experiments, found, listed),
    )


# --- the two rulers of language identification ----------------------------------------------


def ruler_levels(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Return each setup's level on both rulers of language identification, and chance.

    Returns
    -------
    DataFrame
        ``place, setup, ruler, level, chance, seeds``: means over seeds and over both sources; log
        loss has its natural sign.
    """
    records = []
    headings = place_names(places(experiments))
    for one in collect(experiments):
        place = headings[one.place]
        languages = len(one.skew)
        for setup in SETUPS:
            for ruler, by, chance in (
                (PAPER_RULER, BY_ACCURACY, 1 / languages),
                (LOG_LOSS_RULER, BY_LOG_LOSS, math.log(languages)),
            ):
                measure = identification_level(setup, by=by)
                values = list(values_by_seed(one, measure).by_seed.values())
                if values:
                    level = by.sign * sum(values) / len(values)
                    records.append((place, setup, ruler, level, chance, len(values)))
    return pd.DataFrame(records, columns=["place", "setup", "ruler", "level", "chance", "seeds"])


def draw_rulers(levels: pd.DataFrame) -> list[Axes] | None:
    """Draw `ruler_levels`: a panel a ruler, a line a data set; further right is easier to tell."""
    if levels.empty:
        return None
    names = list(dict.fromkeys(levels["place"]))
    axes = panels(2, height=1.7 + 0.4 * len(names), sharey=True)
    for ax, ruler in zip(axes, (PAPER_RULER, LOG_LOSS_RULER), strict=True):
        for y, name in enumerate(reversed(names)):
            rows = levels[(levels["ruler"] == ruler) & (levels["place"] == name)]
            for row in rows.to_dict("records"):
                ax.plot(row["level"], y, SETUP_MARKERS[row["setup"]],
                        color=SETUP_COLOURS[row["setup"]], markersize=8)  # fmt: skip
                ax.plot([row["chance"]] * 2, [y - 0.35, y + 0.35], ":", color=GREY, linewidth=2)
        ax.set_xlabel(ruler)
        ax.grid(visible=False, axis="y")
    axes[0].set_xlim(0, 1.02)
    axes[1].invert_xaxis()
    axes[0].set_yticks(range(len(names)), names[::-1])
    axes[0].set_ylim(-0.6, len(names) - 0.4)
    chance = Line2D([], [], color=GREY, linestyle=":", linewidth=2, label="Chance")
    legend_below(axes, [*setup_handles(setups_of(levels)), chance])
    return axes


def rulers(experiments: Sequence[Experiment], *, caption: str) -> Html:
    """Return the levels on both rulers as a figure with caption and text alternative."""
    levels = ruler_levels(experiments)
    return figure(
        draw_rulers(levels),
        caption=caption,
        alt=alt_text(
            "How easily languages are told apart, on two rulers",
            levels,
            name=["ruler", "place", "setup"],
            value="level",
        ),
    )
