"""A diagnosis as text for a terminal and as one HTML page, both drawn from the record."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from helpers.diagnosis import snippets
from helpers.diagnosis.findings import shortened
from helpers.diagnosis.record import Diagnosis
from helpers.diagnosis.severity import v_thresholds
from helpers.foundation.errors import CompanionError

_SHOWN_LANGUAGES, _SHOWN_LABELS = 30, 20  # of the joint table
_SHOWN_ROWS = 40  # of any other table
_TERMINAL_LANGUAGES, _TERMINAL_LABELS, _TERMINAL_LETTERS = 12, 8, 14
_STRONGEST = 0.55  # opacity of a cell's colour, under which its number stays readable


@dataclass(frozen=True)
class Cell:
    """A cell of the heat map: its numbers and its colour."""

    rows: int
    share: float
    colour: str
    opacity: float


def text(diagnosis: Diagnosis) -> str:
    """Return a summary of some thirty lines."""
    table = diagnosis.table
    lines = [
        f"{diagnosis.source}: {diagnosis.rows:,} rows, {table.shape[0]} languages, "
        f"{table.shape[1]} labels",
        f"Columns: {_columns(diagnosis)}",
        "",
        f"Joint skew: {diagnosis.status}",
        *(f"  {each.level:<8}{each.kind}: {each.sentence}." for each in diagnosis.findings),
        *(f"  left out: {each}" for each in _excluded(diagnosis)),
        "",
        *(f"{name}: {value}" for name, value in measures(diagnosis)),
        "",
        *_share_lines(table),
        "",
        "Right guesses where labels are" if diagnosis.expect is None else "Right guesses",
        *(
            f"  {each.name:<9} from the language alone {each.language_accuracy:.1%}, "
            f"the most frequent label {each.majority_accuracy:.1%}"
            for each in diagnosis.expectations
        ),
        diagnosis.advice
        or "Nothing is advised before --expect says which labels the model will meet.",
        *([diagnosis.seen] if diagnosis.seen else []),
    ]
    return "\n".join(lines)


def page(diagnosis: Diagnosis) -> str:
    """Return the report as a whole HTML file."""
    return _render(diagnosis, whole=True)


def fragment(diagnosis: Diagnosis) -> str:
    """Return the report as a part of another page."""
    return _render(diagnosis, whole=False)


def measures(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Return each measure's name and its value in words."""
    found = diagnosis.association
    if found is None or diagnosis.severity is None or diagnosis.harm_seen is None:
        none = "none: fewer than two languages or labels have enough rows"
        return [("Measures", none), *_against_reference(diagnosis)]
    thresholds = v_thresholds(diagnosis.shape)
    levels = ", ".join(f"{name} {value:.3f}" for name, value in thresholds.items())
    v, severity = found.cramers_v, diagnosis.severity
    lines = [
        (
            "Cramér's V",
            f"{v.value:.3f} (95 % interval {v.low:.3f} to {v.high:.3f}), bias-corrected; the level "
            f"goes by the lower bound: {levels}",
        ),
        (
            "Severity",
            f"{severity.value:.2f} ({severity.low:.2f} to {severity.high:.2f}): V over that of the "
            "paper's skew in a table of this shape; 0 is balanced, 1 is the paper's",
        ),
        ("Harm seen", diagnosis.harm_seen.words),
        (
            "Mutual information",
            f"{found.mutual_information:.4f} nats, adjusted for chance; "
            f"{found.share_of_label_entropy:.1%} of the label's entropy; permutation p = "
            f"{found.p_value:.3f}",
        ),
        (
            "Guessing the label",
            f"from the language alone {found.language_accuracy:.1%}, always the most frequent "
            f"{found.majority_accuracy:.1%}: a gain of {found.gain:.1%} (by chance "
            f"{found.gain_by_chance:.1%}); {found.error_left:.1%} of the errors are left",
        ),
    ]
    if found.design_effect is not None:
        lines.append(
            (
                "Source rows",
                f"the interval is by column {diagnosis.columns.group!r}; design effect "
                f"{found.design_effect:.2f}",
            )
        )
    if diagnosis.texts is not None:
        of_language = "not checked (the package eld is not installed)"
        if diagnosis.detected is not None:
            of_language = f"compared on {diagnosis.detected.texts:,} sampled texts"
        lines.append(
            (
                "Texts",
                f"{diagnosis.texts.share:.1%} of the different texts, chosen by a hash, were "
                f"compared; detected language: {of_language}",
            )
        )
    return [*lines, *_against_reference(diagnosis)]


def _against_reference(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Return how far the reference's rows lie apart from these, in words; nothing without one."""
    other = diagnosis.reference
    if other is None:
        return []
    apart = "too few rows to compare"
    if other.association is not None:
        v = other.association.cramers_v
        apart = (
            "Cramér's V of the two data sets with the cells of language and label is "
            f"{v.value:.3f} (95 % interval {v.low:.3f} to {v.high:.3f})"
        )
    rows = int(other.table.to_numpy().sum())
    return [
        (
            "Against the reference",
            f"{shortened(other.source)}, {rows:,} rows: {other.status}; {apart}",
        )
    ]


# --- HTML -----------------------------------------------------------------------------------


def _render(diagnosis: Diagnosis, *, whole: bool) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("helpers", "diagnosis"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = shortened
    languages, labels = _largest(diagnosis.table, _SHOWN_LANGUAGES, _SHOWN_LABELS)
    shown = diagnosis.table.loc[languages, labels]
    try:
        weights, no_weights = diagnosis.weights(), None
    except CompanionError as error:
        weights, no_weights = None, str(error)
    return environment.get_template("report.html.jinja").render(
        whole=whole,
        diagnosis=diagnosis,
        columns=_columns(diagnosis),
        excluded=_capped(_excluded(diagnosis)),
        measures=measures(diagnosis),
        languages=languages,
        labels=labels,
        heat=_heat(diagnosis.table, shown),
        in_language=diagnosis.table.sum(axis=1).loc[languages].to_dict(),
        hidden=(diagnosis.table.shape[0] - len(languages), diagnosis.table.shape[1] - len(labels)),
        driving=_records(diagnosis.cells[diagnosis.cells["drives"]]),
        missing=_records(diagnosis.cells[diagnosis.cells["rows"] == 0]),
        weights=None if weights is None else _records(weights.sort_values("weight")[::-1]),
        n_weights=0 if weights is None else len(weights),
        no_weights=no_weights,
        snippets=_snippets(diagnosis),
        shown_rows=_SHOWN_ROWS,
    )


def _heat(table: pd.DataFrame, shown: pd.DataFrame) -> list[list[Cell]]:
    """Return the heat map's cells: colour by the share against the label's share over all rows."""
    share = table.div(table.sum(axis=1), axis=0)
    over_all = table.sum(axis=0) / table.to_numpy().sum()
    apart = share.sub(over_all, axis=1).loc[shown.index, shown.columns].to_numpy()
    largest = max(float(np.abs(apart).max()), 0.1)  # a balanced table stays pale
    shares = share.loc[shown.index, shown.columns].to_numpy()
    rows = shown.to_numpy()
    return [
        [
            Cell(
                rows=int(rows[row, column]),
                share=float(shares[row, column]),
                colour="more" if apart[row, column] >= 0 else "less",
                opacity=round(_STRONGEST * float(abs(apart[row, column])) / largest, 3),
            )
            for column in range(shown.shape[1])
        ]
        for row in range(shown.shape[0])
    ]


def _snippets(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    names = {"language": diagnosis.columns.language, "label": diagnosis.columns.label}
    expected = snippets.EVEN
    if diagnosis.expect is not None and diagnosis.expectations[0].name == "file":
        expected = snippets.FROM_FILE.format(file=diagnosis.expect)
    return [
        (
            "Give each row its weight",
            snippets.SAMPLE_WEIGHT.format(**names),
        ),
        ("Pass the weights to a Hugging Face Trainer (one device)", snippets.WEIGHTED_TRAINER),
        (
            "Or correct the probabilities after training",
            snippets.PRIOR_CORRECTION.format(expected=expected, **names),
        ),
        ("Or draw a balanced subset", snippets.BALANCED_SUBSET.format(**names)),
    ]


# --- words ----------------------------------------------------------------------------------


def _columns(diagnosis: Diagnosis) -> str:
    columns = diagnosis.columns
    named = {
        "language": columns.language,
        "label": columns.label,
        "text": columns.text,
        "pair": columns.pair,
        "group": columns.group,
    }
    return ", ".join(f"{part} {name!r}" for part, name in named.items() if name is not None)


def _excluded(diagnosis: Diagnosis) -> list[str]:
    return [f"{each.part} {shortened(each.name)} ({each.rows} rows)" for each in diagnosis.excluded]


def _capped(listed: list[str]) -> list[str]:
    more = len(listed) - _SHOWN_ROWS
    return listed if more <= 0 else [*listed[:_SHOWN_ROWS], f"and {more} more"]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()}
        for row in frame.head(_SHOWN_ROWS).to_dict("records")
    ]


def _largest(table: pd.DataFrame, languages: int, labels: int) -> tuple[list[str], list[str]]:
    """Return the most frequent languages and labels, in the table's order."""
    rows = set(table.sum(axis=1).nlargest(languages).index)
    columns = set(table.sum(axis=0).nlargest(labels).index)
    return (
        [name for name in table.index if name in rows],
        [name for name in table.columns if name in columns],
    )


def _share_lines(table: pd.DataFrame) -> Iterable[str]:
    """Yield the label shares of each language, with the number of rows."""
    languages, labels = _largest(table, _TERMINAL_LANGUAGES, _TERMINAL_LABELS)
    shown = table.loc[languages, labels].div(table.sum(axis=1).loc[languages], axis=0)
    width = _TERMINAL_LETTERS
    head = [shortened(label, width - 2) for label in labels]
    yield f"{'Shares':<{width}}{'n':>12}" + "".join(f"{name:>{width}}" for name in head)
    in_language = table.sum(axis=1).loc[languages].tolist()
    for language, n, shares in zip(languages, in_language, shown.to_numpy(), strict=True):
        cells = "".join(f"{share:>{width}.1%}" for share in shares)
        yield f"{shortened(language, width - 1):<{width}}{n:>12,}{cells}"
    hidden = (len(table.index) - len(languages), len(table.columns) - len(labels))
    if any(hidden):
        yield f"(not shown: {hidden[0]} languages, {hidden[1]} labels, the rarest)"
