"""Every claim of the paper that states a result, with its verdict on the paper's numbers and ours.

A claim names one quantity and compares it: above 0, below 0, or within a margin. The margins stand
in `helpers.report.claim_list`, written down before any run. A verdict is one of

* ``holds``: the interval excludes 0 on the claimed side, or lies inside the margin;
* ``does not hold``: it excludes 0 on the other side, or lies outside the margin;
* ``cannot be told``: neither, or there is no interval.

The paper prints no intervals and has one seed a setup. There, a number on the wrong side, or
outside the margin, refutes the sentence; one on the right side bears it out where it is larger
than `ONE_SEED_MARGIN`, since another seed moves a fine-tuned model by some points. Claims that
rest on plots alone are ``figure only``.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from helpers.analysis.quantities import Measure, RunResults, estimate
from helpers.analysis.statistics import holm
from helpers.foundation.names import family_of

Verdict = Literal["holds", "does not hold", "cannot be told", "figure only"]
HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
UNKNOWN: Verdict = "cannot be told"
FIGURE: Verdict = "figure only"
VERDICTS: tuple[Verdict, ...] = (HOLDS, FAILS, UNKNOWN, FIGURE)

ONE_SEED_MARGIN = 0.03  # the gaps of Tables 3 and 6 are 1 to 3 points


@dataclass(frozen=True)
class Comparison:
    """What a claim says of its quantity."""

    kind: Literal["above", "below", "within"]
    margin: float = 0.0

    def __str__(self) -> str:
        """Return the comparison in words."""
        return f"within ±{self.margin:g}" if self.kind == "within" else f"{self.kind} 0"

    def verdict(self, low: float, high: float) -> Verdict:
        """Return the verdict of an interval.

        Examples
        --------
        >>> Comparison("above").verdict(0.01, 0.03), Comparison("within", 0.02).verdict(0.01, 0.03)
        ('holds', 'cannot be told')
        """
        if math.isnan(low) or math.isnan(high):
            return UNKNOWN
        if self.kind == "within":
            if -self.margin <= low and high <= self.margin:
                return HOLDS
            return FAILS if low > self.margin or high < -self.margin else UNKNOWN
        if self.kind == "below":
            low, high = -high, -low
        return HOLDS if low > 0 else FAILS if high < 0 else UNKNOWN

    def printed_verdict(self, values: Sequence[float]) -> Verdict:
        """Return the verdict of numbers that are printed without an interval.

        Examples
        --------
        >>> above = Comparison("above")
        >>> above.printed_verdict([0.2, 0.3]), above.printed_verdict([0.2, -0.001])
        ('holds', 'does not hold')
        >>> above.printed_verdict([0.2, 0.01])  # one seed
        'cannot be told'
        """
        rounding = 1e-9
        if self.kind == "within":
            return HOLDS if max(map(abs, values)) <= self.margin + rounding else FAILS
        signed = [-value if self.kind == "below" else value for value in values]
        if min(signed) < -rounding:
            return FAILS
        return HOLDS if min(signed) > ONE_SEED_MARGIN + rounding else UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One sentence of the paper that states a result.

    Parameters
    ----------
    id, section, place : str
        Its name here, and where it stands in the paper.
    statement : str
        What it says, in our words.
    quantity : str
        What is computed; claims with equal quantities are one test.
    comparison : Comparison
        What the claim says of the quantity.
    measure : callable
        Computes it from our results.
    paper : callable, or "figure" or "nothing"
        Returns the quantity in each of the cells of the paper's tables it rests on, by name; or
        the claim rests on a figure; or no number for it is printed.
    families : tuple of str, optional
        Families of data sets it is about.
    models : tuple of str, optional
        Models it is about, where it is about no other.
    """

    id: str
    section: str
    place: str
    statement: str
    quantity: str
    comparison: Comparison
    measure: Measure
    paper: Callable[[], Mapping[str, float]] | Literal["figure", "nothing"]
    families: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None

    def paper_cells(self) -> Mapping[str, float]:
        """Return the quantity in each cell of the paper's tables that the claim rests on."""
        return {} if isinstance(self.paper, str) else self.paper()

    @property
    def paper_verdict(self) -> Verdict:
        """The verdict on the paper's own tables."""
        if self.paper == "figure":
            return FIGURE
        cells = self.paper_cells()
        return self.comparison.printed_verdict(list(cells.values())) if cells else UNKNOWN

    @property
    def paper_exceptions(self) -> Mapping[str, float]:
        """The cells that refute the claim, or do not bear it out."""
        return {
            name: value
            for name, value in self.paper_cells().items()
            if self.comparison.printed_verdict([value]) != HOLDS
        }

    def concerns(self, results: RunResults) -> bool:
        """Say whether the claim is about this data set and model."""
        return (self.families is None or family_of(results.dataset) in self.families) and (
            self.models is None or results.model in self.models
        )


def paper_frame(claims: Iterable[Claim]) -> pd.DataFrame:
    """Return the claims and their verdicts on the paper's own tables.

    Returns
    -------
    DataFrame
        A row for each claim: ``id, section, place, statement, quantity, comparison,
        paper_verdict``, and dicts of numbers: ``paper_cells``, ``paper_exceptions``.
    """
    return pd.DataFrame(
        [
            {
                "id": claim.id,
                "section": claim.section,
                "place": claim.place,
                "statement": claim.statement,
                "quantity": claim.quantity,
                "comparison": str(claim.comparison),
                "paper_verdict": claim.paper_verdict,
                "paper_cells": dict(claim.paper_cells()),
                "paper_exceptions": dict(claim.paper_exceptions),
            }
            for claim in claims
        ]
    )


def evaluate(claims: Iterable[Claim], results: Iterable[RunResults]) -> pd.DataFrame:
    """Return the verdict of each claim on each of our data sets and models.

    Intervals have 95 % coverage: over seeds where there are two or more, else over source rows.
    Holm's correction runs over the different quantities of one data set and model that are
    compared with 0.

    Parameters
    ----------
    claims : iterable of Claim
        Such as `helpers.report.claim_list.CLAIMS`.
    results : iterable of RunResults
        From `helpers.report.results.collect`, or made by hand.

    Returns
    -------
    DataFrame
        A row for each claim and result: ``id, section, quantity, paper_verdict, dataset, model,
        estimate, ci_low, ci_high, seeds, n, verdict, p_value, p_holm, effect_size, method,
        per_seed`` (a dict). Numbers are missing where there is no result; ``method`` says why.
    """
    listed = list(claims)
    frames = [_evaluate_one(listed, one) for one in results]
    if not frames:
        return pd.DataFrame(columns=list(_row(listed[0]))) if listed else pd.DataFrame()
    return pd.concat(frames, ignore_index=True)


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "section": claim.section,
        "quantity": claim.quantity,
        "paper_verdict": claim.paper_verdict,
        "dataset": "",
        "model": "",
        "estimate": math.nan,
        "ci_low": math.nan,
        "ci_high": math.nan,
        "seeds": 0,
        "n": 0,
        "verdict": UNKNOWN,
        "p_value": math.nan,
        "p_holm": math.nan,
        "effect_size": math.nan,
        "method": "",
        "per_seed": {},
    }


def _evaluate_one(claims: Sequence[Claim], results: RunResults) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    known: dict[str, Any] = {}  # claims with one quantity share its computation
    for claim in claims:
        row = _row(claim) | {"dataset": results.dataset, "model": results.model}
        rows.append(row)
        if not claim.concerns(results):
            row["method"] = "about another data set or model"
            continue
        if claim.quantity not in known:
            known[claim.quantity] = estimate(results, claim.measure)
        found = known[claim.quantity]
        if found is None:
            row["method"] = "no result"
            continue
        whole = found.estimate
        row |= {
            "estimate": whole.estimate,
            "ci_low": whole.ci_low,
            "ci_high": whole.ci_high,
            "seeds": len(found.per_seed),
            "n": found.n,
            "verdict": claim.comparison.verdict(whole.ci_low, whole.ci_high),
            "p_value": math.nan if claim.comparison.kind == "within" else whole.p_value,
            "effect_size": whole.effect_size,
            "method": whole.method,
            "per_seed": dict(found.per_seed),
        }
    frame = pd.DataFrame(rows)
    tests = frame[frame["p_value"].notna()].drop_duplicates("quantity")
    corrected = pd.Series(holm(tests["p_value"]), index=tests["quantity"], dtype=float)
    frame["p_holm"] = frame["quantity"].map(corrected).where(frame["p_value"].notna())
    return frame


def as_records(claims: Iterable[Claim], results: Iterable[RunResults]) -> list[dict[str, Any]]:
    """Return claims and verdicts as plain values, for JSON.

    Returns
    -------
    list of dict
        For each claim what `paper_frame` has, and ``datasets``: for each data set (with the model
        in front where there are several) what `evaluate` has; missing numbers are None.
    """
    listed, given = list(claims), list(results)
    frame = evaluate(listed, given)
    several = len({one.model for one in given}) > 1
    shared = {"id", "section", "quantity", "paper_verdict"}
    records: list[dict[str, Any]] = []
    for record in paper_frame(listed).to_dict("records"):
        mine = frame[frame["id"] == record["id"]] if len(frame) else frame
        datasets = {}
        for row in mine.to_dict("records"):
            name = f"{row['model']}/{row['dataset']}" if several else row["dataset"]
            datasets[name] = {key: _plain(row[key]) for key in row if key not in shared}
        records.append({str(key): value for key, value in record.items()} | {"datasets": datasets})
    return records


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
