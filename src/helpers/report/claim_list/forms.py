"""What claims of one form share: quantity, region, and the paper's numbers."""

from collections.abc import Mapping
from typing import Any

from helpers.analysis.quantities import Quantity, Source
from helpers.foundation.datasets import with_task
from helpers.report import claim_quantities as q
from helpers.report import paper_cells as cells
from helpers.report.claims import Claim, Region

Form = Mapping[str, Any]

ABOVE, BELOW = Region(low=0), Region(high=0)
BELOW_ONE_SIDED = Region(high=0, one_sided=True)  # "almost on par"
MINIMAL = Region(low=-0.02, high=0.02)  # points of probability a text
NO_HARM = Region(low=-0.01, one_sided=True)
SAME_ACCURACY = Region(low=-0.01, high=0.01)
A_FIFTH, THREE_FIFTHS = Region(low=0.1, high=0.3), Region(low=0.5, high=0.7)
FEW = Region(high=0.2)

STARS, PAIRS = with_task("graded"), with_task("relation")
XLMR = ("xlmr",)  # fine-tuned with masked input entropy in the paper (A.2)
IMBALANCED, WEIGHTS = ("imbalanced", "balanced"), ("imbalanced_cw", "imbalanced")
SINGLE: tuple[Source, ...] = ("test", "external")


# --- claims of one form ---------------------------------------------------------------------


def claim(id: str, place: str, statement: str, form: Form | None = None, **rest: Any) -> Claim:
    """Return a claim from its form and what is its own; fields as in `Claim`."""
    return Claim(id=id, place=place, statement=statement, **{**(form or {}), **rest})


def accuracy(setups: tuple[str, str], tables: str, variant: str = "") -> Form:
    """Return the form of a claim about test accuracy, on Tables 3 and 6."""
    return {
        "quantity": q.accuracy(setups[0] + variant, setups[1] + variant),
        "region": BELOW if setups == IMBALANCED else ABOVE,
        "paper": cells.accuracy_gap(list(tables), *setups, q.accuracy(*setups)),
    }


def separation(setups: tuple[str, str], tables: str, variant: str = "") -> Form:
    """Return the form of a claim about language identification as in the paper (Tables 4, 7)."""

    def plain(source: Source) -> Quantity:
        return q.separation(*setups, "paper", source)

    factors = [(setups[0], 1.0), (setups[1], -1.0)]
    return {
        "quantity": q.separation(setups[0] + variant, setups[1] + variant),
        "region": ABOVE if setups == IMBALANCED else BELOW,
        "paper": cells.identification(list(tables), factors, plain),
        "cells": cells.identification(list(tables), factors, plain, sources=SINGLE),
    }


def on_one_source(source: Source) -> Form:
    """Return the form of a claim about one source of texts (Table 4)."""
    factors = [("imbalanced", 1.0), ("balanced", -1.0)]
    return {
        "quantity": q.separation(*IMBALANCED, "paper", source),
        "region": ABOVE,
        "paper": cells.identification(
            ["4"], factors, lambda of: q.separation(*IMBALANCED, "paper", of), sources=[source]
        ),
    }


def log_loss(setups: tuple[str, str]) -> Form:
    """Return the form of a claim about how far languages lie apart; no such number is printed."""
    return {
        "quantity": q.separation(*setups, "log loss"),
        "region": ABOVE if setups == IMBALANCED else BELOW,
    }


def predicted(part: str, quantity: Quantity, *groups: tuple[str, ...]) -> Form:
    """Return the form of a claim about predicted shares (Table 2a or 2b)."""
    return {
        "quantity": quantity,
        "region": ABOVE,
        "paper": cells.predicted_gap(part, quantity, *groups),
        "families": STARS if part == "a" else PAIRS,
    }


def figure(quantity: Quantity, region: Region) -> Form:
    """Return the form of a claim that the paper shows in a plot without numbers."""
    return {"quantity": quantity, "region": region, "figure_only": True}


UNINFORMATIVE = figure(q.shap_separation("imbalanced", "neutral"), ABOVE)
UNINFORMATIVE_PAIRED = figure(q.paired_separation("imbalanced", "neutral"), ABOVE)
