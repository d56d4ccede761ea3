"""Gradient reversal of a language head, with the authors' factor (paper, footnote 2).

The encoder learns against a head that identifies languages: it gets the head's gradient with the
opposite sign (Ganin et al., JMLR 2016). The learning rate of the head is the optimizer's default.
"""

from typing import TYPE_CHECKING

from helpers.foundation.setups import Weighting

if TYPE_CHECKING:
    import pandas as pd

    from helpers.training.language_head import LanguageHead

_LEARNING_RATE = 0.001


def gradient_reversal(
    *, name: str, order: int, factor: float, colour: str, marker: str
) -> Weighting:
    """Return the record of one factor."""

    def make_penalty(counts: "pd.DataFrame") -> "LanguageHead":
        from helpers.training.language_head import LanguageHead, reversed_cross_entropy

        return LanguageHead(len(counts), reversed_cross_entropy, factor, _LEARNING_RATE)

    return Weighting(
        name=name,
        order=order,
        label=f"gradient reversal, {factor:g}",
        colour=colour,
        marker=marker,
        source="the paper, footnote 2",
        settings={"factor": factor, "head_learning_rate": _LEARNING_RATE},
        make_penalty=make_penalty,
    )


WEIGHTING = gradient_reversal(
    name="gradient_reversal", order=100, factor=0.1, colour="#882255", marker="d"
)
