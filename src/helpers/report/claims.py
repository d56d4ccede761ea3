"""What a claim is, and how a verdict follows from numbers.

A claim names one quantity and the region of its values for which the sentence is true: above 0,
below 0, or within a margin. The regions stand in `helpers.report.claim_list`; the analysis plan
(``book/plan.md``) fixes them. A verdict is one of

* ``holds``: the interval lies inside the region;
* ``does not hold``: the interval lies outside the region;
* ``cannot be told``: neither, or there is no interval;
* ``figure only``: on the paper's side, a claim that rests on a plot without printed numbers.
"""

import math
from dataclasses import dataclass
from typing import Literal

from helpers.analysis.quantities import Quantity, RunResults
from helpers.analysis.statistics import Mean
from helpers.foundation.names import family_of

Verdict = Literal["holds", "does not hold", "cannot be told", "figure only"]
HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
UNKNOWN: Verdict = "cannot be told"
FIGURE: Verdict = "figure only"
VERDICTS: tuple[Verdict, ...] = (HOLDS, FAILS, UNKNOWN, FIGURE)

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Region:
    """The values of a quantity for which a claim is true.

    Parameters
    ----------
    low, high : float
        Its bounds.
    one_sided : bool
        Whether each bound of the interval has 95 % confidence by itself, as for "no harm" and
        "almost on par"; else the two have it together.
    """

    low: float = -math.inf
    high: float = math.inf
    one_sided: bool = False

    def __str__(self) -> str:
        """Return the region in words."""
        if math.isinf(self.high):
            words = f"above {self.low:g}"
        elif math.isinf(self.low):
            words = f"below {self.high:g}"
        elif math.isclose(self.low, -self.high):
            words = f"within ±{self.high:g}"
        else:
            words = f"between {self.low:g} and {self.high:g}"
        return words.replace("-", "−") + (", one-sided" if self.one_sided else "")

    @property
    def confidence(self) -> float:
        """Coverage of the two-sided interval whose bounds decide."""
        return 1 - LEVEL * (2 if self.one_sided else 1)

    @property
    def margin(self) -> float | None:
        """Half its width, where it has two bounds."""
        return None if math.isinf(self.high - self.low) else (self.high - self.low) / 2

    def holds_for(self, value: float) -> bool:
        """Say whether a single value lies inside: on the claimed side."""
        return self.low < value < self.high

    def verdict(self, low: float, high: float) -> Verdict:
        """Return the verdict of an interval.

        Examples
        --------
        >>> Region(low=0).verdict(0.01, 0.03), Region(low=-0.02, high=0.02).verdict(0.01, 0.03)
        ('holds', 'cannot be told')
        """
        if self.low < low and high < self.high:
            return HOLDS
        return FAILS if high < self.low or low > self.high else UNKNOWN

    def p_values(self, mean: Mean) -> tuple[float, float]:
        """Return the p-values of *holds* and of *does not hold*.

        One of them is below 5 % exactly where the interval of `confidence` gives that verdict.
        """
        sides = 1 if self.one_sided else 2
        above, below = mean.p_above(self.low), mean.p_below(self.high)
        under, over = mean.p_below(self.low), mean.p_above(self.high)
        return min(1.0, sides * max(above, below)), min(1.0, sides * min(under, over))


Test = tuple[Quantity, Region]


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A number of the paper's tables, or a mean of some.

    Parameters
    ----------
    place : str
        Where it is printed.
    dataset : str
        The paper's data set.
    value : float
        The quantity there.
    quantity : Quantity
        Ours whose spread between seeds is borrowed to judge it.
    """

    place: str
    dataset: str
    value: float
    quantity: Quantity


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One sentence of the paper that states a result, or a question that its results raise.

    Parameters
    ----------
    id, place : str
        Its name here, which starts with its section, and where it stands in the paper.
    statement : str
        What it says, in our words.
    quantity : Quantity
        What is computed; claims with equal quantities and regions are one test.
    region : Region
        The values for which the claim is true.
    paper : tuple of Printed
        The quantity in the paper's tables, for each table and data set; empty where no number is
        printed.
    cells : tuple of Printed
        The single cells, where ``paper`` has means of several.
    figure_only : bool
        Whether the paper shows a plot of it without numbers.
    families : tuple of str, optional
        Families of data sets it is about.
    models : tuple of str, optional
        Models it is about, where it is about no other.
    raised : bool
        Whether it is no sentence of the paper, but a question that its results raise.
    """

    id: str
    place: str
    statement: str
    quantity: Quantity
    region: Region
    paper: tuple[Printed, ...] = ()
    cells: tuple[Printed, ...] = ()
    figure_only: bool = False
    families: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    raised: bool = False

    @property
    def section(self) -> str:
        """The section of the paper."""
        return self.id.split("/")[0]

    @property
    def test(self) -> Test:
        """What is tested: claims that share it count once."""
        return self.quantity, self.region

    def concerns(self, results: RunResults) -> bool:
        """Say whether the claim is about this data set and model."""
        return (self.families is None or family_of(results.dataset) in self.families) and (
            self.models is None or results.model in self.models
        )
