"""Entropy maximisation of a language head, with a tenth of the authors' factor."""

from helpers.training.weightings.entropy_maximisation import entropy_maximisation

WEIGHTING = entropy_maximisation(
    name="entropy_maximisation_weak", order=91, factor=0.001, colour="#88ccee", marker=">"
)
