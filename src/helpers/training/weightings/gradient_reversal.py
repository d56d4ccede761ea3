"""Gradient reversal of a language head, with the authors' factor (paper, footnote 2).

The encoder learns against a head that identifies languages: it gets the head's gradient with the
opposite sign (Ganin et al., JMLR 2016).
"""

from helpers.training.weightings.language_heads import against_head

WEIGHTING = against_head(
    "gradient reversal",
    name="gradient_reversal",
    order=100,
    factor=0.1,
    colour="#882255",
    marker="d",
)
