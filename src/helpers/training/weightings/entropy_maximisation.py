"""Entropy maximisation of a language head, with the authors' factor (paper, footnote 2).

The encoder learns to leave a head that identifies languages undecided. The learning rate of the
head is the optimizer's default.
"""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd

    from helpers.training.language_head import LanguageHead

_LEARNING_RATE = 0.001


def entropy_maximisation(
    *, name: str, order: int, factor: float, colour: str, marker: str
) -> Weighting:
    """Return the record of one factor."""

    def make_penalty(counts: "pd.DataFrame") -> "LanguageHead":
        from helpers.training.language_head import LanguageHead, negative_entropy

        return LanguageHead(len(counts), negative_entropy, factor, _LEARNING_RATE)

    return Weighting(
        name=name,
        order=order,
        label=f"entropy maximisation, {factor:g}",
        colour=colour,
        marker=marker,
        source="the paper, footnote 2",
        settings={"factor": factor, "head_learning_rate": _LEARNING_RATE},
        make_penalty=make_penalty,
    )


WEIGHTING = entropy_maximisation(
    name="entropy_maximisation", order=90, factor=0.01, colour="#332288", marker="<"
)
