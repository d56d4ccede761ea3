"""How a verdict is written: a mark, a table's cell, a sentence."""

import html
import math
from collections.abc import Mapping
from types import MappingProxyType

from helpers.report.claims import FAILS, FIGURE, HOLDS, UNKNOWN, Claim
from helpers.report.display import bound, capitalised, counted, missing, p_text, signed
from helpers.report.evidence import OTHER, Finding, Numbers
from helpers.report.paper_side import PaperSide
from helpers.report.places import POOLED

MARKS: Mapping[str, str] = MappingProxyType({HOLDS: "✓", FAILS: "✗", UNKNOWN: "?", FIGURE: "–"})
COHORT_LABELS: Mapping[str, str] = MappingProxyType(
    {"confirming": "new seeds alone", "replication": "replication"}
)


def verdict_mark(verdict: str) -> str:
    """Return a verdict with a mark and a class for its colour."""
    name = verdict.replace(" ", "-")
    mark = MARKS.get(verdict, "–")
    return f'<span class="companion-verdict {name}">{mark} {html.escape(verdict)}</span>'


def interval(numbers: Numbers) -> str:
    """Return the interval in brackets; nothing where there is none."""
    if math.isnan(numbers.ci_low):
        return ""
    return f"[{bound(numbers.ci_low, sign='+')}, {bound(numbers.ci_high, sign='+')}]"


def ruled(claim: Claim) -> str:
    """Return what is compared, on which ruler, and when the claim is true."""
    return f"{claim.quantity.words}: {claim.region}. Ruler: {claim.quantity.ruler.name}"


def remarks(finding: Finding) -> list[str]:
    """Return what a reader must know beside a number, its interval and its verdict."""
    numbers = finding.numbers
    assert numbers is not None
    found = []
    if numbers.verdict == UNKNOWN and not math.isnan(numbers.ci_low):
        found.append(_how_near(finding.claim, numbers))
    if not math.isnan(numbers.p_adjusted):
        found.append(f"{p_text(numbers.p_adjusted)} after Holm")
    if math.isnan(numbers.ci_low):
        found.append("one seed: no verdict")
    if finding.published is not None:
        found.append(_beside_published(finding, finding.published))
    for name, some in finding.cohorts.items():
        words = f"{signed(some.estimate)} {interval(some)}".rstrip()
        verdict = f", {some.verdict}" if some.seeds > 1 else ""  # one seed never decides
        if not math.isnan(some.p_adjusted):
            verdict = f", {p_text(some.p_adjusted)} after Holm{verdict}"
        found.append(f"{COHORT_LABELS[name]}, {counted(some.seeds, 'seed')}: {words}{verdict}")
    cohort = finding.cohorts.get("confirming")
    if cohort is not None and cohort.seeds > 1 and cohort.verdict != numbers.verdict:
        found.append("old and new seeds together say otherwise than the new alone")
    found += [f"without seed {seed} ({why})" for seed, why in finding.left_out.items()]
    return found


def _how_near(claim: Claim, numbers: Numbers) -> str:
    text = f"{numbers.on_claimed_side} of {counted(numbers.seeds, 'seed')} on the claimed side"
    if numbers.seeds_needed is None:
        return text
    effect = claim.region.margin or claim.quantity.ruler.smallest_effect
    what = "sameness within" if claim.region.margin else "a difference of"
    return f"{text}; {what} {effect:g} may take {numbers.seeds_needed:,} seeds"


def _beside_published(finding: Finding, published: Numbers) -> str:
    text = f"published: {signed(published.estimate)} {interval(published)}".rstrip()
    where = {True: "this one lies inside", False: "this one lies outside", None: "no interval"}
    return f"{text}, {published.verdict}; {where[finding.inside_published]}"


def our_cell(finding: Finding | None) -> str:
    """Return a claim's number, interval and verdict for one data set or all, as a table's cell."""
    if finding is None:
        return missing()
    if finding.numbers is None:
        if finding.note == OTHER:
            return "–"
        word = "–" if finding.dataset == POOLED else html.escape(finding.note)
        return missing({"no result": "missing"}.get(word, word))
    numbers = finding.numbers
    bounds = f" <small>{interval(numbers)}</small>" if interval(numbers) else "<br>"
    notes = "".join(
        f'<small class="companion-remark">{html.escape(note)}</small>' for note in remarks(finding)
    )
    return f"{signed(numbers.estimate)}{bounds}{verdict_mark(numbers.verdict)}{notes}"


def paper_cell(side: PaperSide) -> str:
    """Return the paper's numbers and the verdict on them, as a table's cell."""
    values = [number.printed.value for number in side.numbers]
    if not values:
        return verdict_mark(side.verdict) if side.verdict == FIGURE else "no number printed"
    low, high = signed(min(values)), signed(max(values))
    span = low if low == high else f"{low} to {high}"
    return f"{span}<br>{verdict_mark(side.verdict)}"


def sentence(finding: Finding) -> str:
    """Return a claim's number with all that belongs to it, in a sentence."""
    numbers = finding.numbers
    assert numbers is not None
    words = capitalised(ruled(finding.claim))
    parts = [f"{signed(numbers.estimate)} {interval(numbers)}".rstrip()]
    if interval(numbers):
        parts.append(numbers.method)
    return f"{html.escape(words)}. Here {html.escape('; '.join([*parts, *remarks(finding)]))}."


def paper_words(side: PaperSide) -> str:
    """Return the verdict on the paper's own numbers, in words.

    Examples
    --------
    >>> paper_words(PaperSide(verdict="cannot be told", numbers=(), exceptions=()))
    'no number printed'
    """
    if not side.numbers and side.verdict == UNKNOWN:
        return "no number printed"
    return side.verdict
