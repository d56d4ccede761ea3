"""Natural imbalance beside the severity curve: a table of the tables, and the figure."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.analysis import severity, training_shares
from helpers.analysis.quantities import RunResults, accuracy, values_by_seed
from helpers.report.counted import Counted
from helpers.report.figures import GREY, INK, SETUP_COLOURS, legend_below, panels

_MARKERS = {"drawn": "o", "raked": "^"}
_COLUMNS = [
    "table",
    "cramers_v",
    "mutual_information",
    "smallest_cell",
    "smallest_language",
    "largest_language",
    "harm",
]


def tables(results: RunResults, names: Mapping[str, str]) -> pd.DataFrame:
    """Return what each table of shares is like, and the accuracy that it costs.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.results.collect`.
    names : mapping of str to str
        A table's name for a reader, to the setup trained with it.

    Returns
    -------
    DataFrame
        ``table, cramers_v, mutual_information`` (nats), ``smallest_cell, smallest_language,
        largest_language`` (rows) and ``harm`` (accuracy, balanced − imbalanced, on even shares), by
        Cramér's V. Models that have not learned are left out.
    """
    counted = Counted(results).results
    records = []
    for name, setup in names.items():
        for seed, gained in values_by_seed(counted, accuracy(setup, "balanced")).by_seed.items():
            counts = training_shares.training_counts(counted, setup, seed)
            if counts is not None:
                languages = [sum(rows) for rows in counts.values()]
                records.append(
                    {
                        "table": name,
                        "cramers_v": severity.cramers_v(counts),
                        "mutual_information": severity.mutual_information(counts),
                        "smallest_cell": min(min(rows) for rows in counts.values()),
                        "smallest_language": min(languages),
                        "largest_language": max(languages),
                        "harm": -gained,
                    }
                )
    return pd.DataFrame(records, columns=_COLUMNS).sort_values("cramers_v")


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return `tables` as text, a row a table."""
    rows = {
        row["table"]: {
            "Cramér's V": f"{row['cramers_v']:.3f}",
            "Mutual information (nats)": f"{row['mutual_information']:.3f}",
            "Smallest cell": f"{row['smallest_cell']:,}",
            "Smallest language": f"{row['smallest_language']:,}",
            "Largest language": f"{row['largest_language']:,}",
        }
        for row in found.to_dict("records")
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def figure(found: pd.DataFrame, curve: pd.DataFrame, same_seed: pd.DataFrame) -> Axes | None:
    """Draw the accuracy lost over Cramér's V: the severities as a curve, each table as a point.

    Parameters
    ----------
    found : DataFrame
        From `tables`.
    curve, same_seed : DataFrame
        From `helpers.report.severity.curve`: of all seeds, and of the tables' seed alone.
    """
    if found.empty:
        return None
    ax = panels(1)[0]
    colour = SETUP_COLOURS["imbalanced"]
    v = curve["cramers_v"]
    ax.vlines(v, curve["low"], curve["high"], color=GREY, linewidth=2, alpha=0.6)
    ax.plot(v, curve["harm"], "s-", color=GREY, markersize=5)
    ax.plot(same_seed["cramers_v"], same_seed["harm"], ":", color=GREY, linewidth=1.4)
    for row in found.to_dict("records"):
        kind, number = row["table"].split()
        place = row["cramers_v"], row["harm"]
        ax.plot(*place, _MARKERS[kind], color=colour, markersize=7)
        ax.annotate(number, place, xytext=(5, 4), textcoords="offset points")
    ax.axhline(0, color=INK, linewidth=0.9, zorder=0)
    ax.set_xlabel("Cramér's V of language and label in training")
    ax.set_ylabel("Accuracy lost")
    lines = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=f"{kind} table")
        for kind, marker in _MARKERS.items()
    ]
    means = Line2D([], [], color=GREY, marker="s", label="severities, mean over seeds")
    dotted = Line2D([], [], color=GREY, linestyle=":", label="severities, the tables' seed")
    legend_below([ax], [means, dotted, *lines])
    return ax
