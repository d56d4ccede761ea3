"""Every number of the paper's Tables 1 to 7 beside ours.

Two kinds of ours stand beside it, never mixed: what profile ``paper`` computed with the paper's
own model and data, and what this profile computed with what stands in for them. What is not there
says so.
"""

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.foundation.names import dataset_label, family_of
from helpers.report import display, frames, paper, tables
from helpers.report.display import MISSING, Html, interval_text, percent
from helpers.report.frames import Experiments
from helpers.report.labels import setup_label
from helpers.report.places import by_place, place_label

NEEDS_THE_HUB = "needs the hub: run profile paper"
PROBES = ("C=1", "C=1e-4")  # what the paper's text names, and what its numbers belong to
_DATASETS = ("amazon_reviews", "xnli")
_MODELS: Mapping[str, str] = {"2": "mbert", "3": "mbert", "4": "mbert", "6": "xlmr", "7": "xlmr"}
# The paper's XLM-R was fine-tuned with masked input entropy (A.2).
_VARIANTS: Mapping[str, str] = {"6": "mie=1", "7": "mie=1"}


@dataclass(frozen=True)
class Column:
    """Where numbers come from: experiments of one model and data set, and a heading."""

    heading: str
    experiments: Experiments


def parts(number: str) -> list[tuple[str, str]]:
    """Return the parts of a table, one for each data set: its number, and the data set.

    Examples
    --------
    >>> parts("2"), parts("3")
    ([('2a', 'amazon_reviews'), ('2b', 'xnli')], [('3', 'amazon_reviews'), ('3', 'xnli')])
    """
    if number in ("1", "2"):
        return list(zip((f"{number}a", f"{number}b"), _DATASETS, strict=True))
    return [(number, dataset) for dataset in _DATASETS]


# --- whose numbers --------------------------------------------------------------------------


def _columns(
    number: str, dataset: str, experiments: Experiments, originals: Experiments
) -> list[Column]:
    """Return the paper's own setting, then what stands in for it.

    A table that is about no model (1 and 5) takes the first model that there is.
    """
    model = _MODELS.get(number[0])
    own = [
        each
        for each in originals
        if each.dataset == dataset and (model is None or each.model == model)
    ]
    own = [each for each in own if each.model == own[0].model]
    heading = place_label(dataset, model or "")
    found = [Column(f"Reproduced: {heading}", own)]
    for (name, its_model), members in by_place(experiments).items():
        is_own = name == dataset and its_model in paper.ACCURACY_TABLE
        other_model = model is not None and its_model in paper.ACCURACY_TABLE and its_model != model
        if paper.COUNTERPART.get(family_of(name)) == dataset and not is_own and not other_model:
            label = f"Stand-in: {place_label(name, its_model)}"
            # The same encoder stands in for both of the paper's, trained as each of them was.
            label += ", masked input entropy" if number in _VARIANTS else ""
            found.append(Column(label, members))
    return found


# --- what they say --------------------------------------------------------------------------

Cells = dict[tuple[str, str], str]  # row of the paper's table to text
Reader = Callable[[str, Experiments], Cells]


def _matching(theirs: Sequence[str], ours: Sequence[str]) -> dict[str, str]:
    """Return our label for each of the paper's that has one: by place, else both ends only."""
    if len(theirs) == len(ours):
        return dict(zip(theirs, ours, strict=True))
    return {theirs[0]: ours[0], theirs[-1]: ours[-1]} if ours else {}


def _named(text: str, label: str, of_paper: str) -> str:
    return text if label == of_paper else f"{text}<small>{html.escape(label)}</small>"


def _training_shares(number: str, experiments: Experiments) -> Cells:
    counts = frames.imbalanced_counts(experiments)
    printed = paper.table(number).cells
    match = _matching(list(printed.columns), list(dict.fromkeys(counts["label"])))
    cells = {}
    for languages in printed.index:
        group = counts[counts["language"].isin(languages.split(", "))]
        for theirs, ours in match.items():
            rows = group.loc[group["label"] == ours, "rows"].sum()
            if len(group):
                text = percent(rows / group["rows"].sum())
                cells[languages, theirs] = _named(text, ours, theirs)
    return cells


def _predicted_shares(number: str, experiments: Experiments) -> Cells:
    shares = frames.predicted_share(experiments)
    shares = shares[shares["setup"] == "imbalanced"]
    printed = paper.table(number).cells
    match = _matching(list(printed.columns), list(dict.fromkeys(shares["label"])))
    cells = {}
    for theirs, ours in match.items():
        for row in shares[shares["label"] == ours].to_dict("records"):
            text = percent(row["share"])
            if not math.isnan(row["low"]):
                text += f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"
            cells[row["languages"], theirs] = _named(text, ours, theirs)
    return cells


def _accuracy(number: str, experiments: Experiments) -> Cells:
    found = frames.accuracy(experiments, variant=_VARIANTS.get(number, ""))
    return {
        ("", setup_label(row["setup"])): interval_text(row["accuracy"], row["low"], row["high"])
        for row in found.to_dict("records")
    }


def _identification(probe: str) -> Reader:
    def cells(number: str, experiments: Experiments) -> Cells:
        found = frames.identification(experiments, variant=_VARIANTS.get(number, ""))
        return {
            (tables.SOURCE_LABELS[row["source"]], setup_label(row["setup"])): interval_text(
                row["accuracy"], row["low"], row["high"]
            )
            for row in found[found["probe"] == probe].to_dict("records")
        }

    return cells


def _sizes(number: str, experiments: Experiments) -> Cells:
    found = frames.split_sizes(experiments)
    return {("", row["split"].capitalize()): f"{row['rows']:,}" for row in found.to_dict("records")}


def _printed(number: str, dataset: str) -> Cells:
    """Return the paper's own cells, in the paper's order."""
    cells = paper.table(number).cells
    if number[0] in "12":
        return {
            (languages, label): percent(cells.loc[languages, label])
            for languages in cells.index
            for label in cells.columns
        }
    if number in paper.ACCURACY_TABLE.values():
        return {
            ("", setup_label(setup)): interval_text(cells.loc[setup, dataset])
            for setup in cells.index
        }
    if number == "5":
        return {
            ("", split.capitalize()): f"{cells.loc[split, dataset]:g}k" for split in cells.index
        }
    of_dataset = cells.loc[dataset]
    return {
        (tables.SOURCE_LABELS[source], setup_label(setup)): interval_text(
            of_dataset.loc[setup, source]
        )
        for source in of_dataset.columns
        for setup in of_dataset.index
    }


def _readers(number: str) -> Mapping[str, Reader]:
    """Return what reads our numbers for a table, by the name of a column below the place."""
    if number in paper.IDENTIFICATION_TABLE.values():
        return {tables.PROBE_LABELS[probe]: _identification(probe) for probe in PROBES}
    one = {"1": _training_shares, "2": _predicted_shares, "5": _sizes}.get(number[0], _accuracy)
    return {"": one}


# --- the page -------------------------------------------------------------------------------


def beside(
    number: str, dataset: str, experiments: Experiments, originals: Experiments
) -> pd.DataFrame:
    """Return one data set's part of a table: the paper, its reproduction, what stands in.

    Parameters
    ----------
    number : str
        Of the paper's table, such as ``"2a"`` or ``"3"``.
    dataset : str
        The paper's data set, ``amazon_reviews`` or ``xnli``.
    experiments : sequence of Experiment
        Of this book's profile.
    originals : sequence of Experiment
        Of profile ``paper``: the paper's own models and data.

    Returns
    -------
    DataFrame
        Text, a row for each of the paper's numbers.
    """
    printed = _printed(number, dataset)
    columns: dict[tuple[str, str], list[str]] = {("Paper", ""): list(printed.values())}
    for place, column in enumerate(_columns(number, dataset, experiments, originals)):
        absent = NEEDS_THE_HUB if place == 0 else MISSING
        texts = {name: read(number, column.experiments) for name, read in _readers(number).items()}
        if not any(texts.values()):
            columns[column.heading, ""] = [absent] * len(printed)
            continue
        # A label without a counterpart is no missing result.
        gap = "–" if number[0] in "12" else absent
        for name, cells in texts.items():
            columns[column.heading, name] = [cells.get(key, gap) for key in printed]
    by_language = number[0] in "12"
    rows = [
        (_unbroken(group) if by_language else group, _row_label(name, dataset))
        for group, name in printed
    ]
    index = pd.MultiIndex.from_tuples(rows) if rows[0][0] else pd.Index([name for _, name in rows])
    frame = pd.DataFrame(columns, index=index)
    if all(not name for _, name in columns):
        frame.columns = pd.Index([place for place, _ in columns])
    else:
        frame.columns = pd.MultiIndex.from_tuples(list(columns))
    return frame


def shown(number: str, experiments: Experiments, originals: Experiments) -> Html:
    """Return one of the paper's tables beside ours, as on the page.

    Parameters
    ----------
    number : str
        ``"1"`` to ``"7"``.
    experiments, originals
        As in `beside`.
    """
    pieces = []
    for part, dataset in parts(number):
        frame = beside(part, dataset, experiments, originals)
        name = dataset_label(dataset)
        what = paper.table(part).caption.removesuffix(f", {name}")
        shown = display.table(frame, caption=f"<b>Table {part}, {name}.</b> {what}", markup=True)
        pieces.append(display.folded(shown, summary=f"{name}: {len(frame)} numbers"))
    content = "".join(piece.html for piece in pieces)
    absent = display.missing(NEEDS_THE_HUB)
    return Html(
        content.replace(f">{NEEDS_THE_HUB}<", f">{absent}<"),
        "\n\n".join(piece.text for piece in pieces),
    )


def _row_label(name: str, dataset: str) -> str:
    """Say what the numbers 1 to 5 are."""
    if dataset == "amazon_reviews" and name.isdigit():
        return _unbroken(f"{name} star" + "s" * (name != "1"))
    return name


def _unbroken(text: str) -> str:
    """Keep a few words on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


@dataclass(frozen=True)
class Tally:
    """How many numbers the paper's tables hold, and how many have one of ours beside them.

    Parameters
    ----------
    total : int
        Of all tables.
    own : int
        Computed again with the paper's own models and data.
    instead : int
        With a number of what stands in for these.
    """

    total: int
    own: int
    instead: int


def count(experiments: Experiments, originals: Experiments) -> Tally:
    """Count the paper's numbers; arguments as in `beside`."""
    tables_of_paper = [
        beside(part, dataset, experiments, originals)
        for number in "1234567"
        for part, dataset in parts(number)
    ]
    return Tally(
        total=sum(map(len, tables_of_paper)),
        own=sum(_rows_with_a_number(frame, "Reproduced") for frame in tables_of_paper),
        instead=sum(_rows_with_a_number(frame, "Stand-in") for frame in tables_of_paper),
    )


def summary(experiments: Experiments, originals: Experiments) -> Html:
    """Return a sentence: how many of the paper's numbers have been computed again, and on what."""
    found = count(experiments, originals)
    return display.note(
        f"The paper's tables hold {found.total} numbers. {found.own} of them have been computed "
        f"here with the paper's own models and data; {found.instead} have a number of what stands "
        "in for these beside them."
    )


def _rows_with_a_number(frame: pd.DataFrame, kind: str) -> int:
    part = frame.loc[:, frame.columns.get_level_values(0).str.startswith(kind)]
    return int((~part.isin([NEEDS_THE_HUB, MISSING, "–"])).any(axis=1).sum())
