"""Entropy maximisation of a language head, with the authors' factor (paper, footnote 2).

The encoder learns to leave a head that identifies languages undecided.
"""

from helpers.training.weightings.language_heads import against_head

WEIGHTING = against_head(
    "entropy maximisation",
    name="entropy_maximisation",
    order=90,
    factor=0.01,
    colour="#332288",
    marker="<",
)
