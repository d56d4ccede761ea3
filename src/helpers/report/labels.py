"""What setups and remedies are called in tables and figures; everywhere else they are ids."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from helpers.analysis.remedies import REMEDIES
from helpers.foundation.names import check_choice
from helpers.foundation.setups import all_setups

_LABELS: Mapping[str, str] = MappingProxyType(
    {name: setup.label for name, setup in all_setups().items()}
    | {name: remedy.label for name, remedy in REMEDIES.items()}
)


def setup_label(name: str, *variants: str) -> str:
    """Return what a setup, or a remedy on the imbalanced model, is called, with its variants.

    Raises
    ------
    CompanionError
        If there is none of this name.

    Examples
    --------
    >>> setup_label("balanced", "mie=1"), setup_label("prior", "")
    ('Balanced, mie=1', 'Prior correction')
    """
    check_choice("setup or remedy", name, _LABELS)
    return ", ".join(filter(None, (_LABELS[name], *variants)))


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the labels of its setups, in the columns that hold their names.

    Examples
    --------
    >>> labelled(pd.DataFrame({"setup": ["balanced"], "accuracy": [0.6]}))
          setup  accuracy
    0  Balanced       0.6
    """
    held = {"setup", "subset"} & set(frame.columns)
    return frame.assign(**{name: frame[name].astype(str).map(setup_label) for name in held})
