"""Open questions: what they ask, what is computed for them, and the answer in a sentence.

A question has parts. Each is a statement about one quantity, with the region for which it is true,
as a claim of the paper has (`helpers.report.claims`), and words for each verdict. The answer is
chosen by the verdicts. Where a question has several parts they are one family, and Holm's
correction decides. Quantities, margins and seeds are the analysis plan's (``book/plan.md``).
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.analysis.quantities import RunResults
from helpers.foundation.names import section_number
from helpers.report import claim_cells
from helpers.report.claims import FAILS, HOLDS, UNKNOWN, Claim, Verdict
from helpers.report.display import Html, capitalised, folded, listed_words, note, table
from helpers.report.evidence import Finding, adjusted, evaluate
from helpers.report.places import place_label

NOT_YET = "Not computed yet."
_WAYS = ("by ", "on ", "with ")  # a ruler, or shares of the test set, before a comma
_MOST_OPEN = 4  # of more verdicts, those that cannot be told open at a click


@dataclass(frozen=True, kw_only=True)
class Part:
    """One statement of an answer; words for each verdict, without a full stop.

    Those for `unknown` go on from "it cannot be told". Those of `above`, where there are any, stand
    for `fails` where the quantity is too large. Empty words leave the statement out of the
    sentence, not off the page.
    """

    claim: Claim
    holds: str
    fails: str
    unknown: str
    above: str = ""

    def words(self, verdict: Verdict, estimate: float) -> str:
        """Return what is said of a quantity with a verdict."""
        fails = self.above if self.above and estimate > 0 else self.fails
        said: Mapping[Verdict, str] = {HOLDS: self.holds, FAILS: fails}
        return said.get(verdict, self.unknown)


@dataclass(frozen=True)
class Description:
    """An answer without a verdict, and what it rests on; both in words."""

    answer: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Models that a question needs beside those of its profile: setups x variants x seeds.

    Parameters
    ----------
    setups : tuple of str
        As in `helpers.foundation.experiment.Experiment`.
    variants : tuple of str
        What differs from the profile.
    seeds : tuple of int
        Those of the analysis plan; a profile with fewer seeds runs fewer.
    stages : tuple of str
        What is measured on them.
    """

    setups: tuple[str, ...]
    variants: tuple[str, ...] = ("",)
    seeds: tuple[int, ...] = (0, 1, 2)
    stages: tuple[str, ...] = ("subsets", "predictions", "language_identification")


@dataclass(frozen=True, kw_only=True)
class Question:
    """An open question: its answer is chosen by the verdicts of its parts, or describes.

    Parameters
    ----------
    name : str
        Its file's name in `helpers.report.question_list`.
    order : int
        Where it stands in the index.
    title : str
        The question.
    page : str
        The notebook that answers it.
    parts : tuple of Part
        Its statements; empty where the answer is a description.
    counted : str
        What several parts have in common, where the answer counts them instead of listing them.
    cannot_tell : str
        What stands around the words of all parts that cannot be told.
    describe : callable, optional
        Returns the answer from the data set's results, where there are no parts.
    runs : tuple of Runs
        Models that it needs beside those of its profile, in the order in which they are trained
        (`helpers.report.question_runs`).
    dataset : str
        The data set that the answer is about; others stand on the page.
    """

    name: str
    order: int
    title: str
    page: str
    parts: tuple[Part, ...] = ()
    counted: str = ""
    cannot_tell: str = "{}"
    describe: Callable[[RunResults], Description] | None = None
    runs: tuple[Runs, ...] = ()
    dataset: str = "multiemo"

    @property
    def number(self) -> str:
        """What its page is called before its title, such as ``"Q.6"``."""
        return section_number(self.page)


def about(question: Question, results: Sequence[RunResults]) -> RunResults:
    """Return the results that a question's answer is about; empty ones where there are none."""
    found = [each for each in results if each.dataset == question.dataset]
    empty = RunResults(dataset=question.dataset, model="", labels=(), skew={})
    return found[0] if found else empty


def findings(question: Question, results: Sequence[RunResults]) -> dict[str, list[Finding]]:
    """Return what every data set, and all together, say of a question's parts, after Holm.

    Parameters
    ----------
    question : Question
        With parts.
    results : sequence of RunResults
        From `helpers.report.results.collect`, of one model.

    Returns
    -------
    dict
        Data set, or `helpers.report.places.POOLED`, to a finding for each part.
    """
    found: dict[str, list[Finding]] = {}
    for one in evaluate([part.claim for part in question.parts], results).findings:
        found.setdefault(one.dataset, []).append(one)
    return {dataset: _family(members) for dataset, members in found.items()}


def _family(members: Sequence[Finding]) -> list[Finding]:
    """Let Holm's correction decide, where a question has several parts."""
    return adjusted(members, [one.claim.test for one in members] if len(members) > 1 else [])


def answer(question: Question, told: Sequence[Finding]) -> str:
    """Return the answer in a sentence, chosen by the verdicts of its parts.

    Parameters
    ----------
    question : Question
        With parts.
    told : sequence of Finding
        A data set's, from `findings`.
    """
    judged = [
        (one.numbers.verdict, part.words(one.numbers.verdict, one.numbers.estimate))
        for part, one in zip(question.parts, told, strict=True)
        if one.numbers is not None
    ]
    verdicts = [verdict for verdict, _ in judged]
    if not judged:
        return NOT_YET
    if question.counted:
        counts = {name: verdicts.count(name) for name in (HOLDS, FAILS, UNKNOWN)}
        return (
            f"{question.counted}: by {counts[HOLDS]} of {len(verdicts)} rules; "
            f"{counts[FAILS]} say otherwise, and {counts[UNKNOWN]} cannot tell."
        )
    said = _once([words for verdict, words in judged if words and verdict != UNKNOWN])
    if unsure := [words for verdict, words in judged if words and verdict == UNKNOWN]:
        listed = listed_words(unsure, "or")
        said.append(f"it cannot be told {question.cannot_tell.format(listed)}")
    return f"{capitalised('; '.join(said))}."


def _once(said: Sequence[str]) -> list[str]:
    """Say once what holds by several rulers or under several shares, named before a comma.

    Examples
    --------
    >>> _once(["by A, it rises", "by B, it rises", "it falls, too", "by C, it rises"])
    ['by A, by B and by C, it rises', 'it falls, too']
    """
    ways: dict[tuple[str, int | None], list[str]] = {}
    for place, words in enumerate(said):
        way, comma, rest = words.partition(", ")
        if comma and way.startswith(_WAYS):
            ways.setdefault((rest, None), []).append(way)
        else:
            ways[words, place] = []
    return [f"{listed_words(way)}, {rest}" if way else rest for (rest, _), way in ways.items()]


def summary(question: Question, results: Sequence[RunResults]) -> Html:
    """Return a page's first sentence: the answer, with the numbers that carry it."""
    if question.describe is not None:
        described = question.describe(about(question, results))
        basis = f"<br>{html.escape(described.basis)}" if described.basis else ""
        text = f"<b>{html.escape(described.answer)}</b>{basis}"
        return note(text, kind="takeaway")
    told = of_its_data_set(question, results)
    said = answer(question, told)
    unsure = [one for one in told if one.numbers and one.numbers.verdict == UNKNOWN]
    decided = [one for one in told if one.numbers and one.numbers.verdict != UNKNOWN]
    if len(unsure) + len(decided) <= _MOST_OPEN:
        shown = _list(told)
    else:
        shown = _list(decided)
        if unsure:
            summary = f"{len(unsure)} cannot be told"
            shown += folded(Html(_list(unsure), ""), summary=summary).html
    return Html(f'<div class="companion-takeaway"><p><b>{said}</b></p>{shown}</div>', said)


def _list(findings: Iterable[Finding]) -> str:
    items = "".join(
        f"<li>{claim_cells.verdict_mark(one.numbers.verdict)} "
        f'<span class="companion-detail">{claim_cells.sentence(one)}</span></li>'
        for one in findings
        if one.numbers is not None
    )
    return f'<ul class="companion-claims">{items}</ul>' if items else ""


def of_its_data_set(question: Question, results: Sequence[RunResults]) -> list[Finding]:
    """Return `findings` of the data set that a question's answer is about."""
    return findings(question, [about(question, results)]).get(question.dataset, [])


def verdict_table(question: Question, results: Sequence[RunResults], *, caption: str) -> Html:
    """Return a question's parts on every data set that has results for one of them."""
    by_dataset = findings(question, results)
    shown = {
        dataset: told
        for dataset, told in by_dataset.items()
        if any(one.numbers is not None for one in told)
    }
    cells: dict[str, Mapping[str, str]] = {}
    for place, part in enumerate(question.parts):
        cells[html.escape(claim_cells.ruled(part.claim))] = {
            place_label(dataset): claim_cells.our_cell(told[place])
            for dataset, told in shown.items()
        }
    frame = pd.DataFrame.from_dict(cells, orient="index") if shown else pd.DataFrame()
    return table(frame, caption=caption, markup=True)
