"""The page of the claims: each with its verdict on the paper's numbers and on ours."""

import html
import math
from collections.abc import Sequence

import pandas as pd

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label
from helpers.report.claim_cells import our_cell, paper_cell, ruled, verdict_mark
from helpers.report.claim_list import CLAIMS
from helpers.report.claims import VERDICTS, Claim
from helpers.report.display import Html, folded, rows_by_two, signed, table
from helpers.report.evidence import Verdicts
from helpers.report.verdicts import columns


def in_sections(sections: Sequence[str]) -> list[Claim]:
    """Return the claims of some sections of the paper."""
    return [claim for claim in CLAIMS if claim.section in sections]


def tally(experiments: Sequence[Experiment], found: Verdicts, *, caption: str) -> Html:
    """Return how many claims hold, on the paper's own tables and on ours.

    Sentences that state the same, one quantity in one region, count once.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.
    caption : str
        As in `helpers.report.display.table`.
    """
    distinct = list({claim.test: claim for claim in reversed(CLAIMS)}.values())
    words: dict[str, list[str]] = {}
    words["Paper's tables"] = [found.paper[claim.id].verdict for claim in distinct]
    for (dataset, model), heading in columns(experiments, found).items():
        ours = [found.of(claim.id, dataset, model) for claim in distinct]
        words[heading] = [
            "no result" if one is None else one.numbers.verdict if one.numbers else one.note
            for one in ours
        ]
    counts = pd.DataFrame({name: pd.Series(given).value_counts() for name, given in words.items()})
    order = [*VERDICTS, *(name for name in counts.index if name not in VERDICTS)]
    texts = counts.reindex(order).map(lambda count: "–" if pd.isna(count) else f"{count:.0f}")
    texts.index = pd.Index(
        [verdict_mark(name) if name in VERDICTS else html.escape(name) for name in order]
    )
    return table(texts, caption=caption, markup=True)


def section_table(
    experiments: Sequence[Experiment], found: Verdicts, *sections: str, caption: str
) -> Html:
    """Return the claims of some sections: what is compared, the paper's verdict, and ours.

    Parameters
    ----------
    experiments, found
        As in `tally`.
    *sections : str
        Sections of the paper, such as ``"4.1"``.
    caption : str
        As in `helpers.report.display.table`.
    """
    listed, headings = in_sections(sections), columns(experiments, found)
    rows = {
        f"{html.escape(claim.statement)}<small>{html.escape(f'{claim.place}. {ruled(claim)}')}"
        "</small>": {
            "Paper": paper_cell(found.paper[claim.id]),
            **{name: our_cell(found.of(claim.id, *place)) for place, name in headings.items()},
        }
        for claim in listed
    }
    shown = table(pd.DataFrame.from_dict(rows, orient="index"), caption=caption, markup=True)
    return folded(shown, summary=f"{len(listed)} claims")


def paper_exceptions(found: Verdicts, *, caption: str) -> Html:
    """Return the cells of the paper's tables that do not bear a sentence out, and why."""
    rows, seen = {}, set()
    for claim in CLAIMS:
        for cell in found.paper[claim.id].exceptions:
            printed = cell.printed
            if (printed.place, printed.quantity, claim.region) in seen:
                continue  # another sentence says the same of it
            seen.add((printed.place, printed.quantity, claim.region))
            unknown = math.isnan(cell.margin)
            rows[html.escape(claim.statement), html.escape(printed.place)] = {
                "holds": html.escape(str(claim.region)),
                "printed": signed(printed.value),
                "another seed may move it by": "unknown"
                if unknown
                else f"{cell.margin:.3f} ({dataset_label(cell.lender)})",
                "side": "claimed" if claim.region.holds_for(printed.value) else "other",
                "verdict": verdict_mark(cell.verdict),
            }
    return table(rows_by_two(rows), caption=caption, markup=True)
