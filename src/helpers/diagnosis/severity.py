"""From Cramér's V to a level and to the paper's severity.

The levels were fixed before the tool was tried on any data. They follow Cohen's conventions for
w, the square root of chi-squared over rows (Cohen 1988, chapter 7: 0.1 small, 0.3 medium, 0.5
large), and Table 1 of the paper, whose skews have a w of 0.41 to 0.47. Harm was seen there, which
lies between medium and large: waiting for a large effect would come too late, so a medium one is
an error. A small one is a note, and half way between them is a warning. In terms of V each
threshold is divided by ``sqrt(min(languages, labels) - 1)``, since ``V = w / sqrt(...)``.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from helpers.diagnosis.association import Association, Estimate
from helpers.diagnosis.measures import v_of_w_1

Level = Literal["note", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)
Status = Literal["no finding", "too little data to tell"] | Level

THRESHOLDS: Mapping[Level, float] = MappingProxyType({"note": 0.1, "warning": 0.2, "error": 0.3})
LARGEST_P = 0.05


def v_thresholds(shape: tuple[int, int]) -> dict[Level, float]:
    """Return the lower bound of V from which each level holds, for a table of this shape.

    Parameters
    ----------
    shape : tuple of int
        Languages and labels.

    Examples
    --------
    >>> {level: round(value, 3) for level, value in v_thresholds((6, 5)).items()}
    {'note': 0.05, 'warning': 0.1, 'error': 0.15}
    """
    return {level: w * v_of_w_1(shape) for level, w in THRESHOLDS.items()}


def status_of(association: Association) -> Status:
    """Return the level that the lower bound of V reaches, or why there is none.

    A level also needs a permutation p of at most 0.05. "No finding" says that the upper bound is
    below a warning. What is neither is "too little data to tell".

    Parameters
    ----------
    association : Association
        Of the joint table.
    """
    v, unit = association.cramers_v, association.v_of_w_1
    reached: list[Level] = [level for level, least in THRESHOLDS.items() if v.low / unit >= least]
    if reached and association.p_value <= LARGEST_P:
        return reached[-1]
    return "no finding" if v.high / unit < THRESHOLDS["warning"] else "too little data to tell"


def paper_v(shape: tuple[int, int]) -> float:
    """Return the V of the paper's skew at severity 1, in a table of this shape.

    Table 1 gives the C labels the weights 1, 2, …, C, in the opposite order in the other half of
    the languages. Then ``w^2 = (C - 1) / (3 (C + 1))``, whatever the number of languages.

    Parameters
    ----------
    shape : tuple of int
        Languages and labels.

    Examples
    --------
    XNLI, two languages and 3:2:1; Amazon, six languages and 1 to 5:

    >>> round(paper_v((2, 3)), 3), round(paper_v((6, 5)), 3)
    (0.408, 0.236)
    """
    labels = shape[1]
    return math.sqrt((labels - 1) / (3 * (labels + 1))) * v_of_w_1(shape)


def severity(v: Estimate, shape: tuple[int, int]) -> Estimate:
    """Return V over the paper's V for this shape: 0 is balanced, 1 the paper's skew.

    V grows in proportion to the severity of the paper's skew. For a skew of another form it is the
    severity of the paper's form with the same V.
    """
    unit = paper_v(shape)
    return Estimate(v.value / unit, v.low / unit, v.high / unit)
