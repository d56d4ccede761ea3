"""The verdict on the paper's own tables: its printed numbers, with a spread borrowed from us.

The paper prints one run a setup, without intervals. How far another seed would have moved a number
is unknown, so the spread between our seeds is borrowed: of the same quantity, on our data set with
the same kind of task. A printed number plus and minus that margin is judged as an interval is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.analysis.statistics import borrowed_margin
from helpers.foundation.names import family_of
from helpers.report.claims import FAILS, FIGURE, HOLDS, UNKNOWN, Claim, Printed, Region, Verdict
from helpers.report.counted import Counted
from helpers.report.paper import COUNTERPART


@dataclass(frozen=True, kw_only=True)
class JudgedNumber:
    """A printed number with its borrowed margin (NaN where there is no spread to borrow)."""

    printed: Printed
    margin: float
    lender: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class PaperSide:
    """A claim's verdict on the paper's tables.

    Parameters
    ----------
    verdict : str
        *Holds* where every number does, *does not hold* where one does not, else *cannot be told*.
    numbers : tuple of JudgedNumber
        The claim's quantity, for each table and data set.
    exceptions : tuple of JudgedNumber
        Single cells that do not bear the claim out.
    """

    verdict: Verdict
    numbers: tuple[JudgedNumber, ...]
    exceptions: tuple[JudgedNumber, ...]


def paper_side(claim: Claim, lenders: Sequence[Counted]) -> PaperSide:
    """Return a claim's verdict on the paper's tables.

    Parameters
    ----------
    claim : Claim
        Any.
    lenders : sequence of Counted
        The published results, whose spreads are borrowed.
    """
    numbers = tuple(_judged(number, claim.region, lenders) for number in claim.paper)
    cells = tuple(_judged(cell, claim.region, lenders) for cell in claim.cells) or numbers
    found = {number.verdict for number in numbers}
    verdict = FAILS if FAILS in found else HOLDS if found == {HOLDS} else UNKNOWN
    return PaperSide(
        verdict=FIGURE if claim.figure_only else verdict,
        numbers=numbers,
        exceptions=tuple(cell for cell in cells if cell.verdict != HOLDS),
    )


def _judged(printed: Printed, region: Region, lenders: Sequence[Counted]) -> JudgedNumber:
    for lender in sorted(lenders, key=lambda each: family_of(each.dataset) != printed.dataset):
        if COUNTERPART.get(family_of(lender.dataset)) != printed.dataset:
            continue
        values = list(lender.values(printed.quantity).by_seed.values())
        if len(values) > 1:
            margin = borrowed_margin(values, confidence=region.confidence)
            low, high = printed.value - margin, printed.value + margin
            verdict = region.verdict(low, high)
            return JudgedNumber(
                printed=printed, margin=margin, lender=lender.dataset, verdict=verdict
            )
    return JudgedNumber(printed=printed, margin=math.nan, lender="", verdict=UNKNOWN)
