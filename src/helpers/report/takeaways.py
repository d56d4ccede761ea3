"""What holds: the paper's claims with their verdicts on the runs at hand, in words.

No sentence here states an outcome: verdicts are those of `helpers.report.claims`.
"""

import html
import math
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from helpers.analysis.predictions import has_learned
from helpers.analysis.quantities import RunResults
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import SETUPS, dataset_label, family_of, model_label
from helpers.report import claims
from helpers.report.claim_list import CLAIMS
from helpers.report.display import Html, signed, table
from helpers.report.results import collect

MARKS = {
    claims.HOLDS: "✓",
    claims.FAILS: "✗",
    claims.UNKNOWN: "?",
    claims.FIGURE: "–",
}
# The claims of the root page: in few words, and what the numbers beside them are.
HEADLINES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "abstract/performance": ("Accuracy falls", "accuracy, imbalanced − balanced"),
        "4.1/follows-the-skew": (
            "Predictions follow the training skew",
            "slope of predicted on training shares, imbalanced − balanced",
        ),
        "abstract/separation": (
            "Languages become easier to tell apart",
            "language identification, imbalanced − balanced",
        ),
        "abstract/uninformative": (
            "Uninformative tokens begin to count",
            "their SHAP difference, over- − under-represented, − null",
        ),
        "abstract/weights-performance": (
            "Class weights recover accuracy",
            "accuracy, with − without weights",
        ),
        "abstract/weights-separation": (
            "Class weights bring languages together again",
            "language identification, with − without weights",
        ),
    }
)
_STATEMENTS = {claim.id: claim.statement for claim in CLAIMS}


def verdict_mark(verdict: str) -> str:
    """Return a verdict with a mark and a class for its colour."""
    name = verdict.replace(" ", "-")
    mark = MARKS.get(verdict, "–")  # type: ignore[call-overload]
    return f'<span class="companion-verdict {name}">{mark} {html.escape(verdict)}</span>'


def section(experiments: Sequence[Experiment], *sections: str) -> Html:
    """Return the takeaway of a page: its claims, each with its verdict here and in the paper.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    *sections : str
        The paper's sections, such as ``"4.1"``.
    """
    wanted = [claim for claim in CLAIMS if claim.section in sections]
    found = claims.evaluate(wanted, collect(experiments))
    found = found[~found["method"].isin(["no result", "about another data set or model"])]
    if found.empty:
        return Html(
            '<p class="companion-missing">The results that these claims rest on have not been '
            "computed here.</p>",
            "not computed",
        )
    lines = [
        f"<li>{verdict_mark(row['verdict'])} {html.escape(_STATEMENTS[row['id']])} "
        f'<span class="companion-detail">{_detail(row)} '
        f"On the paper's own numbers: {row['paper_verdict']}.</span></li>"
        for row in found.to_dict("records")
    ]
    summary = _summary(found["verdict"].tolist(), experiments[0])
    content = f'<p>{summary}</p><ul class="companion-claims">{"".join(lines)}</ul>'
    if unlearned := _unlearned(collect(experiments)):
        content += (
            f"<p>Not learned: {unlearned}. Accuracy here is no better than the language alone "
            "allows, so these models' numbers do not tell of the task.</p>"
        )
    return Html(f'<div class="companion-takeaway">{content}</div>', summary)


def _unlearned(results: Sequence[RunResults]) -> str:
    """Name the models that have not learned the task; empty where there is none."""
    seeds: dict[str, list[int]] = {}
    for one in results:
        for (key, seed), frame in one.predictions.items():
            if not has_learned(frame):
                setup, _, variant = key.partition("+")
                name = f"{SETUPS[setup]}{f' ({variant})' if variant else ''}"
                seeds.setdefault(name, []).append(seed)
    return "; ".join(
        f"{name}, seed{'s' * (len(found) > 1)} {', '.join(map(str, sorted(found)))}"
        for name, found in sorted(seeds.items())
    )


def _summary(verdicts: Sequence[str], first: Experiment) -> str:
    where = f"{dataset_label(first.dataset)}, {html.escape(model_label(first.model))}"
    return f"Of the {len(verdicts)} claims tested here ({where}): {_counted(verdicts)}."


def _counted(verdicts: Sequence[str]) -> str:
    """Say how many of some claims hold, do not hold and cannot be told, each where there is one."""
    words = {
        claims.HOLDS: ("holds", "hold"),
        claims.FAILS: ("does not hold", "do not hold"),
        claims.UNKNOWN: ("cannot be told", "cannot be told"),
    }
    counts = {verdict: verdicts.count(verdict) for verdict in words}
    return ", ".join(f"{n} {words[verdict][n > 1]}" for verdict, n in counts.items() if n)


def _detail(row: Mapping[Any, Any]) -> str:
    quantity = row["quantity"][0].upper() + row["quantity"][1:]
    number, method = signed(row["estimate"]), row["method"]
    if not math.isnan(row["ci_low"]):
        number += f" {_interval(row)}"
        method += ", one seed" * (row["seeds"] == 1)
    return f"{html.escape(quantity)}: {number}, {html.escape(method)}."


def _interval(row: Mapping[Any, Any] | pd.Series) -> str:
    return f"[{signed(row['ci_low'])}, {signed(row['ci_high'])}]"


# --- the root page --------------------------------------------------------------------------


def headline_table(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Return the abstract's findings: the paper's numbers beside those of every data set.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.

    Returns
    -------
    DataFrame
        Cells are HTML. A row for each finding; columns the paper, then every data set and model.
    """
    wanted = {claim.id: claim for claim in CLAIMS if claim.id in HEADLINES}
    found = claims.evaluate(wanted.values(), collect(experiments))
    places = list(dict.fromkeys((item.dataset, item.model) for item in experiments))
    several = len({model for _, model in places}) > 1
    rows = {}
    for name, (short, measured) in HEADLINES.items():
        claim = wanted[name]
        cells = {"Paper": _paper_cell(claim)}
        for dataset, model in places:
            heading = dataset_label(dataset) + (f", {model_label(model)}" if several else "")
            mine = found[
                (found["id"] == name) & (found["dataset"] == dataset) & (found["model"] == model)
            ]
            cells[heading] = our_cell(mine)
        rows[f"{short}<small>{measured}</small>"] = cells
    return pd.DataFrame.from_dict(rows, orient="index")


def _paper_cell(claim: claims.Claim) -> str:
    values = list(claim.paper_cells().values())
    if not values:
        return verdict_mark(claim.paper_verdict)
    low, high = min(values), max(values)
    return f"{signed(low)} to {signed(high)}<br>{verdict_mark(claim.paper_verdict)}"


def our_cell(rows: pd.DataFrame) -> str:
    """Return a claim's number, interval and verdict for one data set, as a table's cell."""
    if rows.empty or rows["method"].iloc[0] == "no result":
        return '<span class="companion-missing">missing</span>'
    row = rows.iloc[0]
    if row["method"] == "about another data set or model":
        return "–"
    notes = []
    if not math.isnan(row["ci_low"]):
        notes.append(_interval(row))
    if row["seeds"] == 1:
        notes.append("one seed")
    below = "".join(f" <small>{note}</small>" for note in notes) or "<br>"
    return f"{signed(row['estimate'])}{below}{verdict_mark(row['verdict'])}"


def headline(experiments: Sequence[Experiment]) -> Html:
    """Return `headline_table` as it stands on the root page."""
    return table(
        headline_table(experiments),
        caption="<b>What the paper finds, and what was found here.</b> Differences between setups; "
        "in brackets the 95 % interval. A finding <b>holds</b> where the interval lies on the "
        "claimed side of 0, <b>does not hold</b> where it lies on the other, and <b>cannot be "
        "told</b> where it contains 0 or there is none. The paper's numbers span its models and "
        "data sets, from one seed each and without intervals.",
        markup=True,
    )


def evidence(experiments: Sequence[Experiment]) -> Html:
    """Return, for each data set, what was run on it and how many findings hold; and how sure."""
    first = experiments[0]
    found = {(one.dataset, one.model): one for one in collect(experiments)}
    if not found:
        return Html('<p class="companion-missing">No result has been computed yet.</p>')
    wanted = [claim for claim in CLAIMS if claim.id in HEADLINES]
    verdicts = claims.evaluate(wanted, found.values())
    lines, numbers_of_seeds = [], set()
    for dataset, model in dict.fromkeys((item.dataset, item.model) for item in experiments):
        name = f"<b>{dataset_label(dataset)}</b> ({html.escape(model_label(model))})"
        if (dataset, model) not in found:
            lines.append(f"{name}: no result yet.")
            continue
        one = found[dataset, model]
        seeds = {seed for setup, seed in one.predictions if "+" not in setup}
        mine = verdicts[(verdicts["dataset"] == dataset) & (verdicts["model"] == model)]
        numbers_of_seeds |= set(mine["seeds"])
        lines.append(f"{name}: {_findings(mine)}. {_what_was_run(one, len(seeds))}.")
        if unlearned := _unlearned([one]):
            lines[-1] += (
                f" Not learned, accuracy no better than the language alone allows: {unlearned}."
            )
    how_sure = _how_sure(numbers_of_seeds)
    if any(family_of(dataset).startswith("multiemo") for dataset, _ in found):
        how_sure += (
            " The MultiEmo texts were written and annotated in Polish and translated by machine."
        )
    items = "".join(f"<li>{line}</li>" for line in lines)
    text = f"{' '.join(lines)} {how_sure}"
    return Html(
        f'<div class="companion-note"><p><b>On what data, and how sure.</b> Profile '
        f"<code>{first.profile}</code>. {how_sure}</p><ul>{items}</ul></div>",
        text,
    )


def _how_sure(numbers_of_seeds: Collection[int]) -> str:
    """Say what the intervals stand for, given how many seeds the numbers rest on."""
    over_seeds = "Intervals are over seeds: <i>t</i> intervals on paired differences."
    within_one = "With one seed, intervals resample source rows only, and say nothing about another"
    return " ".join(
        [over_seeds] * any(number > 1 for number in numbers_of_seeds)
        + [f"{within_one} seed."] * any(number == 1 for number in numbers_of_seeds)
    )


def _findings(rows: pd.DataFrame) -> str:
    """Say how many of the findings hold, and for how many there is no result."""
    told = rows[rows["method"] != "no result"]["verdict"].tolist()
    missing = len(rows) - len(told)
    parts = [_counted(told)] * bool(told) + [f"{missing} missing"] * bool(missing)
    return f"of the {len(rows)} findings, {', '.join(parts)}"


def _what_was_run(one: RunResults, seeds: int) -> str:
    rows = next((len(frame) for frame in one.predictions.values()), 0)
    explained = next((frame["text"].nunique() for frame in one.shap_difference.values()), 0)
    return (
        f"{len(one.skew)} languages, {seeds} {'seed' if seeds == 1 else 'seeds'}, "
        f"{rows:,} test texts, {f'{explained:,}' if explained else 'none'} explained by SHAP"
    )
