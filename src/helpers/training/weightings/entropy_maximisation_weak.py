"""Entropy maximisation of a language head, with a tenth of the authors' factor."""

from helpers.training.weightings.language_heads import against_head

WEIGHTING = against_head(
    "entropy maximisation",
    name="entropy_maximisation_weak",
    order=91,
    factor=0.001,
    colour="#88ccee",
    marker=">",
)
