"""The page of the claims: each with its verdict on the paper's numbers and on ours."""

import html
from collections.abc import Sequence

import pandas as pd

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, model_label
from helpers.report import claims
from helpers.report.claim_list import CLAIMS
from helpers.report.display import Html, signed, table
from helpers.report.results import collect
from helpers.report.takeaways import our_cell, verdict_mark

Places = Sequence[tuple[str, str]]  # data set and model


def verdicts(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Return every claim's verdict on some experiments, as `helpers.report.claims.evaluate`."""
    return claims.evaluate(CLAIMS, collect(experiments))


def places(experiments: Sequence[Experiment]) -> list[tuple[str, str]]:
    """Return the data sets and models that the experiments are about, with results or without."""
    return list(dict.fromkeys((each.dataset, each.model) for each in experiments))


def place_labels(among: Places) -> list[str]:
    """Return what to call some data sets; the model is named where there are several.

    Examples
    --------
    >>> place_labels([("multiemo", "e5_small"), ("xnli_7500", "e5_small")])
    ['MultiEmo', 'XNLI-7500']
    """
    several = len({model for _, model in among}) > 1
    return [
        dataset_label(dataset) + (f", {model_label(model)}" if several else "")
        for dataset, model in among
    ]


def of_place(found: pd.DataFrame, claim: str, place: tuple[str, str]) -> pd.DataFrame:
    """Return the rows of `verdicts` about one claim, data set and model: one, or none."""
    mine = (found["id"] == claim) & (found["dataset"] == place[0]) & (found["model"] == place[1])
    return found[mine]


def in_sections(sections: Sequence[str]) -> list[claims.Claim]:
    """Return the claims of some sections of the paper."""
    return [claim for claim in CLAIMS if claim.section in sections]


# --- the tables -----------------------------------------------------------------------------


def tally(experiments: Sequence[Experiment], found: pd.DataFrame, *, caption: str) -> Html:
    """Return how many claims hold, on the paper's own tables and on each data set.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    found : DataFrame
        From `verdicts`.
    caption : str
        As in `helpers.report.display.table`.
    """
    among = places(experiments)
    of_paper = pd.Series([claim.paper_verdict for claim in CLAIMS])
    columns = {"Paper's tables": of_paper.value_counts()}
    for place, label in zip(among, place_labels(among), strict=True):
        mine = found[(found["dataset"] == place[0]) & (found["model"] == place[1])]
        words = mine["verdict"].where(
            ~mine["method"].isin(["no result", "about another data set or model"]), mine["method"]
        )
        columns[label] = words.value_counts()
    order = [*claims.VERDICTS, "no result", "about another data set or model"]
    frame = pd.DataFrame(columns).reindex(order)
    for column, (dataset, model) in zip(list(frame.columns)[1:], among, strict=True):
        if not ((found["dataset"] == dataset) & (found["model"] == model)).any():
            frame.loc["no result", column] = len(CLAIMS)
    texts = frame.map(lambda count: "–" if pd.isna(count) else f"{count:.0f}")
    texts.index = pd.Index(
        [verdict_mark(name) if name in claims.VERDICTS else name for name in order]
    )
    return table(texts, caption=caption, markup=True)


def section_table(
    experiments: Sequence[Experiment], found: pd.DataFrame, *sections: str, caption: str
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
    among = places(experiments)
    rows = {}
    for claim in in_sections(sections):
        cells = {"Paper": verdict_mark(claim.paper_verdict)}
        for place, label in zip(among, place_labels(among), strict=True):
            cells[label] = our_cell(of_place(found, claim.id, place))
        about = f"{claim.place}. {claim.quantity}: {claim.comparison}"
        rows[f"{html.escape(claim.statement)}<small>{html.escape(about)}</small>"] = cells
    return table(pd.DataFrame.from_dict(rows, orient="index"), caption=caption, markup=True)


def paper_exceptions(*, caption: str) -> Html:
    """Return the claims that the paper's own tables do not bear out, with the cells."""
    frame = claims.paper_frame(CLAIMS)
    frame = frame[frame["paper_exceptions"].map(len) > 0]
    rows = {
        f"{html.escape(row['statement'])}<small>{html.escape(row['place'])}</small>": {
            "compared": row["comparison"],
            "verdict": verdict_mark(row["paper_verdict"]),
            "cells that do not bear it out": "<br>".join(
                f"{html.escape(name)}: {signed(value)}"
                for name, value in row["paper_exceptions"].items()
            ),
        }
        for row in frame.to_dict("records")
    }
    return table(pd.DataFrame.from_dict(rows, orient="index"), caption=caption, markup=True)
