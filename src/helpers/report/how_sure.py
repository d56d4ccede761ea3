"""The page on how sure we are: what intervals cover, for what, and how many seeds it would take."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.analysis.coverage import coverage_over_rows
from helpers.analysis.paired_shap import FEWEST_OTHERS
from helpers.analysis.quantities import RunResults, accuracy
from helpers.analysis.shap_difference import TOKEN_CATEGORIES
from helpers.analysis.shap_simulation import QUANTITIES, equal_models
from helpers.analysis.statistics import over_seeds, upper_spread
from helpers.analysis.two_way import over_seeds_and_rows
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.claim_quantities import difference_words
from helpers.report.counted import Counted
from helpers.report.display import count_text, interval_text, percent, rows_by_two, signed
from helpers.report.evidence import evaluate
from helpers.report.figures import GREY, INK, panels
from helpers.report.frames import Experiments, chosen, split_sizes
from helpers.report.labels import setup_label
from helpers.report.places import by_name
from helpers.report.priors import COMPARISONS
from helpers.report.results import collect, read
from helpers.stages import stages_of

_LINES = {"t": ("#0072b2", "-", "Student's t"), "bootstrap": ("#d55e00", "--", "bootstrap")}


# --- what intervals cover -------------------------------------------------------------------


def coverage(frame: pd.DataFrame) -> Axes:
    """Draw the coverage of both intervals against the number of seeds.

    Parameters
    ----------
    frame : DataFrame
        From `helpers.analysis.coverage.coverage_over_seeds`.
    """
    ax = panels(1, height=3.0)[0]
    ax.axhline(0.95, color=GREY, linestyle=":", linewidth=1.2)
    for name, (colour, style, label) in _LINES.items():
        ax.plot(frame.index, frame[name], style, color=colour, marker="o", markersize=4)
        ax.annotate(
            label,
            (frame.index[-1], frame[name].iloc[-1]),
            xytext=(0, 8 if name == "t" else -16),
            textcoords="offset points",
            color=colour,
            ha="right",
        )
    ax.set_xticks(list(frame.index))
    ax.set_xlabel("Seeds", color=INK)
    ax.set_ylabel("Intervals that hold the mean")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return ax


def rows_table(experiments: Experiments) -> pd.DataFrame:
    """Return differences of accuracy with their interval over seeds, and over seeds and rows.

    Beside them stands how often each would hold the mean over other seeds and other test rows, if
    variances are as measured. Data sets with fewer than two seeds are left out.
    """
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for place, results in _counted(experiments):
        for setup, minus in COMPARISONS:
            measure = accuracy(setup, minus)
            found = [one for seed in results.seeds if (one := measure(results, seed)) is not None]
            values = [one.rows for one in found if one.rows is not None]
            if len(values) < 2 or found[0].groups is None:
                continue
            over = over_seeds([one.value for one in found])
            both, parts = over_seeds_and_rows(values, found[0].groups)
            held = coverage_over_rows(parts, measured=len(found), seeds=len(found))
            rows[place, difference_words(setup, minus)] = {
                "seeds": str(len(found)),
                "over seeds, these rows [95 %]": interval_text(over.value, *over.interval()),
                "over seeds and rows [95 %]": interval_text(both.value, *both.interval()),
                "SD, seeds": f"{(parts.seeds * len(found)) ** 0.5:.3f}",
                "SD, rows": f"{parts.rows**0.5:.3f}",
                "for other rows, the first covers": percent(held["t"]),
                "the second": percent(held["crossed"]),
            }
    return rows_by_two(rows)


def _counted(experiments: Experiments) -> Iterable[tuple[str, RunResults]]:
    for place, members in by_name(experiments).items():
        for results in collect(members):
            yield place, Counted(results).results


def source_rows(experiments: Experiments) -> pd.DataFrame:
    """Return how many source rows the training subsets hold, and how many in several languages.

    The first seed's; a source row is a text before translation, or the premise of several pairs.
    """
    subsets = ("balanced", "imbalanced")
    columns = pd.MultiIndex.from_product(
        [[setup_label(name) for name in subsets], ["source rows", "in several languages"]]
    )
    rows = {}
    for place, members in by_name(experiments).items():
        sizes = split_sizes(members).set_index("split").to_dict("index")
        if "train" in sizes:
            names = [f"{subset}_{kind}" for subset in subsets for kind in ("sources", "repeated")]
            rows[place] = [count_text(sizes["train"][name]) for name in ("rows", *names)]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=pd.MultiIndex.from_tuples([("rows", ""), *columns])
    )


# --- how many seeds it takes ----------------------------------------------------------------


def power(experiments: Experiments) -> pd.DataFrame:
    """Return how many seeds would show the smallest effect of each headline finding.

    The standard deviation between seeds is taken at its upper 80 % bound. Findings without two
    seeds on a data set have no number there.
    """
    claims = [claim for claim in CLAIMS if claim.id in HEADLINES]
    results = collect(experiments)
    found = evaluate(claims, results)
    rows = {}
    for claim in claims:
        cells: dict[tuple[str, str], Any] = {
            ("smallest effect", ""): f"{claim.quantity.ruler.smallest_effect:g}"
            if claim.quantity.ruler.smallest_effect is not None
            else "–"
        }
        for place, members in by_name(experiments).items():
            first = members[0]
            mine = found.of(claim.id, first.dataset, first.model)
            numbers = mine.numbers if mine else None
            values = list(numbers.values[first.dataset].values()) if numbers else []
            known = numbers is not None and numbers.seeds_needed is not None
            cells[place, "SD at most"] = f"{upper_spread(values):.3f}" if known else "–"
            cells[place, "seeds"] = f"{numbers.seeds_needed:,}" if known and numbers else "–"
        rows[f"{HEADLINES[claim.id]}<small>{claim.quantity.ruler.name}</small>"] = cells
    columns = pd.MultiIndex.from_tuples(next(iter(rows.values())))
    return pd.DataFrame([list(cells.values()) for cells in rows.values()], list(rows), columns)


# --- equal models ---------------------------------------------------------------------------


def example_values(experiments: Experiments) -> npt.NDArray[np.float64] | None:
    """Return SHAP values of the example texts' tokens in all balanced models.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.

    Returns
    -------
    array, shape (tokens of both ends of the skew, models), or None
        None with fewer than two models.
    """
    columns = []
    for experiment, frame in read(chosen(experiments), "shap_examples.parquet"):
        if experiment.setup == "balanced":
            tokens = frame[~frame["is_special"]]
            names = [name for name in tokens if str(name).startswith("value_")]
            columns.append(tokens[[names[0], names[-1]]].to_numpy(dtype=float).ravel())
    return np.stack(columns, axis=1) if len(columns) > 1 else None


def equal_models_table(experiments: Experiments) -> pd.DataFrame:
    """Return what three SHAP quantities say of equal models whose noise is as measured.

    A study has as many seeds as the profile keeps SHAP values token by token for, and three at
    least.
    """
    rows: dict[tuple[str, str], list[str]] = {}
    for place, members in by_name(experiments).items():
        values = example_values(members)
        if values is None:
            continue
        keeping = [
            each
            for each in chosen(members)
            if each.setup == "balanced" and "shap_tokens" in stages_of(each)
        ]
        seeds = max(len(keeping), FEWEST_OTHERS + 1)
        found = equal_models(values, seeds=seeds, studies=200)
        for quantity in QUANTITIES:
            mine = found[found["quantity"] == quantity].set_index("category")
            rows[f"{place}, {seeds} seeds", quantity] = [
                text(float(mine[column][category]))
                for category in TOKEN_CATEGORIES
                for _, column, text in _SHOWN
            ]
    if not rows:
        return pd.DataFrame()
    columns = pd.MultiIndex.from_tuples(
        [(f"{category} tokens", what) for category in TOKEN_CATEGORIES for what, *_ in _SHOWN]
    )
    return pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(list(rows)), columns)


_SHOWN: Sequence[tuple[str, str, Callable[[float], str]]] = (
    ("mean", "mean", signed),
    ("interval holds 0", "coverage", percent),
)
