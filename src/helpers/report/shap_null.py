"""How much of a SHAP difference is there without any imbalance: the change beside its null."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from helpers.analysis.paired_shap import PAIRED, mean_difference, separation
from helpers.analysis.quantities import Observation, RunResults, values_by_seed
from helpers.analysis.shap_difference import SIDES
from helpers.report.display import MISSING, interval_text, percent, rows_by_two, signed
from helpers.report.frames import Experiments, interval
from helpers.report.places import place_names
from helpers.report.results import collect

Reader = Callable[[RunResults, str, int], Observation | None]


def _tokens(category: str) -> Reader:
    def read(results: RunResults, name: str, seed: int) -> Observation | None:
        return mean_difference(results, name, seed, category=category, sides=SIDES)

    return read


def _apart(results: RunResults, name: str, seed: int) -> Observation | None:
    return separation(results, name, seed, category="neutral")


ROWS: Mapping[str, Reader] = MappingProxyType(
    {
        "Positive tokens": _tokens("positive"),
        "Negative tokens": _tokens("negative"),
        "Neutral tokens, over- minus under-represented": _apart,
    }
)


_SETUPS = {"change": "imbalanced", "null": "balanced", "paired": "imbalanced" + PAIRED}


def null_share(results: RunResults) -> pd.DataFrame:
    """Return the imbalanced model's change of tokens, its null, and what is left of it.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.

    Returns
    -------
    DataFrame
        Index what is compared; columns ``change``, ``null`` and ``share`` (null over change), means
        over the seeds that have both; ``left, low, high``: the change minus the null, seed by seed,
        with its t-interval; ``paired, paired_low, paired_high``: the paired difference; ``seeds``
        and ``paired_seeds``. Without a null, or a paired difference, its numbers are missing.
    """
    records = {}
    for what, read in ROWS.items():
        values = {
            name: pd.Series(by_seed(results, read, key), dtype=float)
            for name, key in _SETUPS.items()
        }
        both = pd.DataFrame({name: values[name] for name in ("change", "null")}).dropna()
        left = both["change"] - both["null"]
        change, null = (both if len(both) else values)["change"].mean(), both["null"].mean()
        paired = values["paired"]
        records[what] = {
            "change": change,
            "null": null,
            "share": null / change if change else np.nan,
            **dict(zip(("left", "low", "high"), (left.mean(), *interval(left)), strict=True)),
            **dict(
                zip(
                    ("paired", "paired_low", "paired_high"),
                    (paired.mean(), *interval(paired)),
                    strict=True,
                )
            ),
            "seeds": len(both) or len(values["change"]),
            "paired_seeds": len(paired),
        }
    return pd.DataFrame.from_dict(records, orient="index")


def by_seed(results: RunResults, read: Reader, name: str) -> Mapping[int, float]:
    """Return what is read of a setup's difference, in every seed that has it."""
    return values_by_seed(results, lambda given, seed: read(given, name, seed)).by_seed


def table(experiments: Experiments) -> pd.DataFrame:
    """Return `null_share` as text; experiments of several data sets are told apart by name."""
    found = collect(experiments)
    names = place_names([one.place for one in found])
    rows = {}
    for results in found:
        place = names[results.place]
        for what, row in null_share(results).iterrows():
            cells = {
                "Change": signed(row["change"]),
                "Null": signed(row["null"]),
                "Null, share of the change": percent(row["share"]).replace("-", "−"),
                "Change − null [95 %]": interval_text(row["left"], row["low"], row["high"]),
            }
            counts = [f"{row['seeds']:.0f}"]
            if row["paired_seeds"]:
                cells["Paired difference [95 %]"] = interval_text(
                    row["paired"], row["paired_low"], row["paired_high"]
                )
                counts.append(f"{row['paired_seeds']:.0f}")
            cells["Seeds"] = "; ".join(counts)
            rows[place, str(what)] = cells
    frame = rows_by_two(rows)
    return (frame.droplevel(0) if len(found) == 1 else frame).fillna(MISSING)
