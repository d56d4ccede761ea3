"""What the weightings of footnote 2 share: a head that identifies languages, to work against.

The head's learning rate is the optimizer's default.
"""

from typing import TYPE_CHECKING, Literal

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd

    from helpers.training.language_head import LanguageHead

_LEARNING_RATE = 0.001


def against_head(
    form: Literal["entropy maximisation", "gradient reversal"],
    *,
    name: str,
    order: int,
    factor: float,
    colour: str,
    marker: str,
) -> Weighting:
    """Return the record of one form with one factor."""

    def make_penalty(counts: "pd.DataFrame") -> "LanguageHead":
        from helpers.training.language_head import CHARGES, LanguageHead

        return LanguageHead(len(counts), CHARGES[form], factor, _LEARNING_RATE)

    return Weighting(
        name=name,
        order=order,
        label=f"{form}, {factor:g}",
        colour=colour,
        marker=marker,
        source="the paper, footnote 2",
        settings={"factor": factor, "head_learning_rate": _LEARNING_RATE},
        make_penalty=make_penalty,
    )
