"""What was changed after results had been seen, and what each change moved.

All of it is about the published seeds that had been seen when the analysis plan was written.
"""

from collections.abc import Sequence

import pandas as pd

from helpers.analysis import quantities as q
from helpers.analysis import shap_quantities as s
from helpers.analysis.quantities import Measure, RunResults, values_by_seed
from helpers.analysis.statistics import over_seeds
from helpers.foundation.names import dataset_label
from helpers.report import benchmarks
from helpers.report.claim_cells import verdict_mark
from helpers.report.claims import Region
from helpers.report.display import MISSING, interval_text, rows_by_two
from helpers.report.evidence import SEEN
from helpers.report.labels import setup_label
from helpers.report.shap_null import ROWS, by_seed

_ABOVE, _BELOW, _SMALL = Region(low=0), Region(high=0), Region(low=-0.02, high=0.02)


def _cell(values: Sequence[float], region: Region) -> str:
    """Return mean, interval and verdict, as a table's cell."""
    if len(values) < 2:
        return MISSING
    mean = over_seeds(values)
    low, high = mean.interval(region.confidence)
    return f"{interval_text(mean.value, low, high)}<br>{verdict_mark(region.verdict(low, high))}"


def _seen(results: RunResults, measure: Measure) -> list[float]:
    return list(values_by_seed(results, measure).among(SEEN).by_seed.values())


# --- the null's reference -------------------------------------------------------------------


def null_reference(results: Sequence[RunResults]) -> pd.DataFrame:
    """Return changes minus their null, with the earlier null and with today's.

    The earlier one compared the same two balanced models the other way round: it subtracted, and
    sorted by, the model of the other seed. Data sets whose models were trained again since are left
    out.
    """
    earlier = benchmarks.load("earlier_results")
    if earlier is None:
        return pd.DataFrame()
    regions = dict(zip(ROWS, (_BELOW, _ABOVE, _ABOVE), strict=True))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for what, read in ROWS.items():
        for when in ("before", "now"):
            cells = {}
            for one in results:
                if one.dataset not in earlier["null"]:
                    continue
                change = by_seed(one, read, "imbalanced")
                null = by_seed(one, read, "balanced")
                if when == "before":
                    null = {int(k): v for k, v in earlier["null"][one.dataset][what].items()}
                left = [
                    change[seed] - null[seed] for seed in SEEN if {seed} <= set(change) & set(null)
                ]
                cells[dataset_label(one.dataset)] = _cell(left, regions[what])
            if cells:
                rows[what, when] = cells
    return rows_by_two(rows)


# --- the recipe of MultiEmo pairs -----------------------------------------------------------


def recipe(results: Sequence[RunResults]) -> pd.DataFrame:
    """Return accuracies under a data set's first recipe and under today's, by seed."""
    earlier = benchmarks.load("earlier_results")
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in results:
        before = (earlier or {"recipe": {}})["recipe"].get(one.dataset)
        if before is None:
            continue
        now = {
            setup: {
                seed: float((frame["label"] == frame["predicted"]).mean())
                for (name, seed), frame in one.predictions.items()
                if name == setup and seed in SEEN
            }
            for setup in before
        }
        for setup, accuracies in before.items():
            for when, found in (("before", accuracies), ("now", now[setup])):
                name = f"{dataset_label(one.dataset)}: {setup_label(setup)}"
                rows[name, when] = {
                    f"seed {seed}": interval_text(value) for seed, value in found.items()
                }
    return rows_by_two(rows)


# --- the rulers -----------------------------------------------------------------------------

Rule = tuple[str, str, Measure, Region]


def _rules() -> list[Rule]:
    """Return what was measured before and is now: what, ruler, measure, and when it holds."""
    found: list[Rule] = []
    for words, pair, region in (
        ("Separation, imbalanced − balanced", ("imbalanced", "balanced"), _ABOVE),
        ("Separation, class weights − imbalanced", ("imbalanced_cw", "imbalanced"), _BELOW),
    ):
        found += [
            (
                words,
                "before: accuracy at C = 1",
                q.identification(*pair, by=q.ProbeScore("C=1", "accuracy")),
                region,
            ),
            (words, "now, as in the paper: accuracy at C = 1e-4", q.identification(*pair), region),
            (
                words,
                "now: log loss at C = 1, sign turned",
                q.identification(*pair, by=q.BY_LOG_LOSS),
                region,
            ),
        ]
    words = "Neutral tokens with class weights are minimal"
    for ruler, side in (
        ("before: both sides together", "all"),
        ("now: over-represented", "over"),
        ("now: under-represented", "under"),
    ):
        found.append((words, ruler, s.shap_difference("imbalanced_cw", "neutral", side), _SMALL))
    return found


def rulers(results: Sequence[RunResults]) -> pd.DataFrame:
    """Return the verdicts of the seeds that found the rulers, on the old ones and the new."""
    if not results:
        return pd.DataFrame()
    return rows_by_two(
        {
            (what, ruler): {
                dataset_label(one.dataset): _cell(_seen(one, measure), region) for one in results
            }
            for what, ruler, measure, region in _rules()
        }
    )
