"""Gradient reversal of a language head, with a tenth of the authors' factor."""

from helpers.training.weightings.language_heads import against_head

WEIGHTING = against_head(
    "gradient reversal",
    name="gradient_reversal_weak",
    order=101,
    factor=0.01,
    colour="#ddcc77",
    marker="H",
)
