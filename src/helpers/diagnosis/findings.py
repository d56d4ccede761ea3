"""The findings: what a table and its texts show, each in one sentence with its level."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from helpers.diagnosis.association import Association
from helpers.diagnosis.measures import adjusted_residuals
from helpers.diagnosis.severity import LEVELS, Level, Status
from helpers.diagnosis.texts import TextSample

FEWEST_ROWS = 10  # of a language or label, below which it is left out of the statistics
RARE_ROWS = 25  # of a cell: fewer leave its weight uncertain by more than a fifth (1 / sqrt(n))
_EXPECTED_ROWS = 10  # of a missing cell, from which its absence is no chance
_UNEVEN = 3.0  # times, largest over smallest, from which a margin is called uneven
_CONFLICTING = 0.01  # of the texts
_SHOWN_LETTERS = 40  # of a name in the data


def shortened(name: object, letters: int = _SHOWN_LETTERS) -> str:
    r"""Return a name of the data on one line, cut where it is long.

    Examples
    --------
    >>> shortened("a\nb"), shortened("abcdef", 4)
    ('a b', 'abc…')
    """
    plain = "".join(each if each.isprintable() else " " for each in str(name))
    return plain if len(plain) <= letters else f"{plain[: letters - 1]}…"


@dataclass(frozen=True)
class Finding:
    """Something to know about the data.

    Parameters
    ----------
    kind : str
        Such as ``joint skew``.
    level : {"note", "warning", "error"}
        How much it matters.
    sentence : str
        What was found.
    """

    kind: str
    level: Level
    sentence: str


@dataclass(frozen=True)
class Excluded:
    """A language or label with too few rows to be part of the statistics."""

    part: str
    name: str
    rows: int


def exclude(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Excluded]]:
    """Return the table without languages and labels of fewer than 10 rows, and these.

    Leaving out one can make another too small, so it is repeated until none is.
    """
    excluded: list[Excluded] = []
    while True:
        found = [
            Excluded(part, str(name), int(rows))
            for part, sums in (("language", table.sum(axis=1)), ("label", table.sum(axis=0)))
            for name, rows in sums.items()
            if rows < FEWEST_ROWS
        ]
        if not found:
            return table, excluded
        excluded += found
        table = table.drop(
            index=[each.name for each in found if each.part == "language"],
            columns=[each.name for each in found if each.part == "label"],
        )


def cells_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each cell, those that drive the association first.

    Parameters
    ----------
    table : DataFrame
        Rows by language and label.

    Returns
    -------
    DataFrame
        ``language, label, rows, share`` (of its language), ``expected`` (rows, if language and
        label were independent), ``residual`` (adjusted and standardised), and ``drives``: whether
        the residual is beyond chance at 5 % over all cells together (Bonferroni).
    """
    counts = table.to_numpy()
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    residual = adjusted_residuals(counts)
    beyond_chance = NormalDist().inv_cdf(1 - 0.025 / counts.size)
    index = pd.MultiIndex.from_product([table.index, table.columns], names=["language", "label"])
    frame = pd.DataFrame(
        {
            "rows": counts.ravel(),
            "share": (counts / counts.sum(axis=1, keepdims=True)).ravel(),
            "expected": expected.ravel(),
            "residual": residual.ravel(),
            "drives": np.abs(residual.ravel()) > beyond_chance,
        },
        index=index,
    ).reset_index()
    order = np.argsort(-np.abs(frame["residual"].to_numpy()), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def of_table(
    table: pd.DataFrame, cells: pd.DataFrame | None, association: Association | None, status: Status
) -> list[Finding]:
    """Return the findings of a joint table.

    Parameters
    ----------
    table : DataFrame
        All rows by language and label.
    cells : DataFrame or None
        From `cells_of`; None where too little is left after exclusion.
    association : Association or None
        Of the same.
    status : str
        Of the association.
    """
    found: list[Finding] = []
    if association is not None and status in LEVELS:
        v = association.cramers_v
        found.append(
            Finding(
                "joint skew",
                status,
                f"Language and label go together: Cramér's V is {v.value:.3f} (95 % interval "
                f"{v.low:.3f} to {v.high:.3f}, n = {association.rows:,}); guessing the label from "
                f"the language alone is right in {association.language_accuracy:.1%} of rows, "
                f"always guessing the most frequent label in {association.majority_accuracy:.1%}",
            )
        )
    if cells is not None:
        missing = cells[cells["rows"] == 0]
        if len(missing):
            first = missing.sort_values("expected").iloc[-1]
            certain = first["expected"] >= _EXPECTED_ROWS
            found.append(
                Finding(
                    "missing cells",
                    "warning" if certain else "note",
                    f"{len(missing)} of {len(cells)} pairs of language and label have no row, such "
                    f"as {_cell(first)} (about {first['expected']:,.0f} rows if they were "
                    "independent): no weight can make up for it",
                )
            )
        rare = cells[(cells["rows"] > 0) & (cells["rows"] < RARE_ROWS)]
        if len(rare):
            first = rare.sort_values("rows").iloc[0]
            found.append(
                Finding(
                    "rare cells",
                    "note",
                    f"{len(rare)} of {len(cells)} pairs of language and label have fewer than "
                    f"{RARE_ROWS} rows, such as {_cell(first)} "
                    f"({first['rows']}): a weight would rest on these few texts",
                )
            )
    for part, sums in (("labels", table.sum(axis=0)), ("languages", table.sum(axis=1))):
        ranked = sums.sort_values()
        most, least = int(ranked.iloc[-1]), int(ranked.iloc[0])
        if most >= _UNEVEN * least:
            frequent, rare_one = (shortened(ranked.index[place]) for place in (-1, 0))
            found.append(
                Finding(
                    f"uneven {part}",
                    "note",
                    f"Over all rows, {frequent} has {most:,} and {rare_one} {least:,}; this says "
                    "nothing of the joint skew",
                )
            )
    return found


def of_texts(texts: TextSample | None) -> list[Finding]:
    """Return the findings of the sampled texts."""
    if texts is None or not texts.texts:
        return []
    found: list[Finding] = []
    of = f"of {texts.texts:,} different texts ({texts.share:.1%} of all were looked at)"
    if texts.with_several_labels:
        conflicting = texts.with_several_labels / texts.texts >= _CONFLICTING
        found.append(
            Finding(
                "texts with several labels",
                "warning" if conflicting else "note",
                f"{texts.with_several_labels:,} {of} occur with several labels",
            )
        )
    if texts.in_several_languages:
        found.append(
            Finding(
                "texts in several languages",
                "note",
                f"{texts.in_several_languages:,} {of} occur in several languages, word for word",
            )
        )
    return found


def _cell(row: "pd.Series[Any]") -> str:
    return f"{shortened(row['language'])} with {shortened(row['label'])}"
