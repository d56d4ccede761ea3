"""The reproducibility checklist with its answers computed, and the report that goes with it.

``companion checklist`` and a page of the book show the same.
"""

import dataclasses
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from helpers import stages
from helpers.data.asset_table import ASSETS
from helpers.foundation import paths
from helpers.foundation.provenance import repository_url
from helpers.report import by_number, claims, grid_price, open_cells, plain_words, runs
from helpers.report.checklist_items import ITEMS, Facts
from helpers.report.claim_costs import Cost, costs
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.display import MISSING, Html, capitalised, note, table
from helpers.report.verdicts import verdicts


def gather(profile: str) -> Facts:
    """Return what the answers are computed from.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    """
    experiments = stages.book_experiments(profile)
    root = paths.repository_root()
    citation = _text(root / "CITATION.cff")
    return Facts(
        experiments=experiments,
        finished=runs.finished_stages(experiments),
        outdated=stages.outdated(experiments),
        open_experiments=sum(bool(open_cells.absent_stages(each)) for each in experiments),
        found=verdicts(experiments),
        costs=costs(CLAIMS, stages.profile_experiments(profile)),
        numbers=by_number.count(experiments, stages.originals()),
        address=repository_url(),
        citation=yaml.safe_load(citation) if citation else {},
        limits=_text(root / "book" / "limitations.md"),
        choices=_text(root / "book" / "deviations.md"),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


# --- the report -----------------------------------------------------------------------------


def report(facts: Facts) -> Mapping[str, str]:
    """Return the report in the form of the reproducibility challenge: a paragraph each.

    Parameters
    ----------
    facts : Facts
        From `gather`.
    """
    choices, unsaid = facts.unsaid()
    said = plain_words.paragraph(facts.experiments, facts.found, list(_TOLD))
    fetched = sum(asset.archive_bytes for asset in ASSETS.values()) / 1e6
    undecided = facts.headlines().get(claims.UNKNOWN, 0)
    return {
        "Scope": f"The {len(CLAIMS)} sentences of the paper that state a result, "
        f"{len(HEADLINES)} of them as main findings, on {'; '.join(facts.by_place)}.",
        "Method": "Written anew from the paper's text, with the authors' code where the text is "
        f"silent. Of {choices} choices, the paper leaves {unsaid} open; a page lists each.",
        "Results": said.text if said else "No result has been computed yet.",
        "What was easy": "To begin: encoder and texts come without a model hub or an account "
        f"({fetched:,.0f} MB), and {_minutes(facts)}. Every step can be stopped and goes on.",
        "What was difficult": f"{_numbers(facts)} Differences are small beside those between "
        f"seeds: {undecided} of the main findings cannot be told with the seeds there are.",
        "Exchange with the authors": "None is recorded in the repository: the report rests "
        "on the paper and the authors' public code.",
    }


_TOLD = tuple(name for name in HEADLINES if name in plain_words.WORDS)


def _minutes(facts: Facts) -> str:
    if facts.finished.empty:
        return "nothing was run yet"
    took = facts.finished.groupby("experiment", sort=False)["seconds"].sum().median() / 60
    return f"half of the experiments took at most {took:.0f} minutes on {facts.machines[0]}"


def _numbers(facts: Facts) -> str:
    own, total, grid = facts.numbers.own, facts.numbers.total, grid_price.grid_price()
    hours = 0.0 if grid.empty else float(grid["all, h"].iloc[-1])
    planned = f", planned at {hours:,.0f} hours" if hours else ""
    return (
        f"The paper's own models and texts need a hub and a GPU{planned}: "
        f"{own} of its {total} numbers were computed again."
    )


# --- as tables, as text and for machines ----------------------------------------------------


def answers(facts: Facts, *, caption: str) -> Html:
    """Return the items with their answers as a table for the book.

    Parameters
    ----------
    facts : Facts
        From `gather`.
    caption : str
        As in `helpers.report.display.table`.
    """
    rows = {}
    for item in ITEMS:
        found = item.answer(facts)
        page = found.page.removeprefix("_generated/")  # the page itself lies there
        link = page if page != found.page else f"../{page}"
        name = page.rpartition("/")[2].replace("_", " ")
        rows[html.escape(item.list)] = {
            "question": html.escape(item.question),
            "answer": f"<b>{capitalised(found.said)}.</b> "
            f'{html.escape(found.because)} <a href="{link}.html">{name}</a>',
        }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return table(frame, caption=caption, markup=True, prose=True)


def costs_table(facts: Facts, *, caption: str) -> Html:
    """Return a row for each command: the claims it computes, and what it takes.

    Parameters
    ----------
    facts, caption
        As in `answers`.
    """
    rows = {}
    for cost, names in _by_cost(facts.costs).items():
        rows[f"<code>{html.escape(cost.command)}</code>"] = {
            "claims": f"{len(names)}<small>{html.escape(', '.join(names))}</small>",
            "minutes": MISSING if cost.minutes is None else f"{cost.minutes:,.0f}",
            "memory, MB": f"{cost.memory_mb:,}",
            "results, MB": f"{cost.results_mb:.1f}",
            "finished": f"{cost.finished} of {cost.steps} steps",
            "the paper's grid, GPU h": MISSING
            if cost.planned_gpu_hours is None
            else f"{cost.planned_gpu_hours:.0f}",
        }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return table(frame, caption=caption, markup=True, prose=True)


def paragraphs(facts: Facts) -> Html:
    """Return `report` as the book shows it; ``facts`` as in `answers`."""
    told = report(facts)
    body = "".join(f"<p><b>{name}.</b> {html.escape(text)}</p>" for name, text in told.items())
    return note(body)


def _by_cost(found: Mapping[str, Cost]) -> Mapping[Cost, Sequence[str]]:
    grouped: dict[Cost, list[str]] = {}
    for name, cost in found.items():
        grouped.setdefault(cost, []).append(name)
    return grouped


def as_record(facts: Facts) -> dict[str, Any]:
    """Return answers, costs and report as plain values.

    Returns
    -------
    dict
        ``profile``, ``items`` (``list, question, answer, because, page``), ``claims`` (by id the
        fields of `Cost`) and ``report``; ``facts`` as in `answers`.
    """
    items = []
    for item in ITEMS:
        found = item.answer(facts)
        items.append(
            {
                "list": item.list,
                "question": item.question,
                "answer": found.said,
                "because": found.because,
                "page": f"book/{found.page}",
            }
        )
    return {
        "profile": facts.profile,
        "items": items,
        "claims": {name: dataclasses.asdict(cost) for name, cost in facts.costs.items()},
        "report": dict(report(facts)),
    }


def as_text(record: Mapping[str, Any]) -> str:
    """Return what `as_record` gives as plain lines."""
    lines = [
        f"{each['list']}: {each['question']}\n    {each['answer']}. {each['because']}"
        for each in record["items"]
    ]
    lines += ["", "What each claim takes:"]
    by_command: dict[str, list[str]] = {}
    for name, cost in record["claims"].items():
        head = "unknown" if cost["minutes"] is None else f"{cost['minutes']:,.0f} minutes"
        text = f"{cost['command']}\n    {head}, {cost['memory_mb']:,} MB of memory"
        by_command.setdefault(text, []).append(name)
    lines += [f"{text}: {', '.join(names)}" for text, names in by_command.items()]
    lines += ["", *(f"{name}: {text}" for name, text in record["report"].items())]
    return "\n".join(lines)
