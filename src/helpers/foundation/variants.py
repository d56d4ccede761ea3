"""All that an experiment changes in its profile."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

Shares = Literal[
    "same", "drawn1", "drawn2", "drawn3", "drawn4", "raked1", "raked2", "raked3", "raked4"
]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """All that an experiment changes in its profile.

    Parameters
    ----------
    mie : bool
        Train with masked input entropy (paper, eq. 3).
    recipe : {"paper", "authors_code"}
        Follow the paper's text, or the authors' code where the two differ.
    severity : float
        Skew of the imbalanced subset: 0 is balanced, 1 the paper's skew.
    layers : int or None
        Keep only the first layers of the encoder.
    shares : str or None
        A table of label shares by language that the imbalanced subset has in place of the data
        set's skew (`helpers.data.share_tables`). It goes with the severity 1 and the paper's
        recipe.
    pretrained : bool
        Start from the encoder's weights; without, from random ones.
    """

    mie: bool = False
    recipe: Literal["paper", "authors_code"] = "paper"
    severity: float = 1.0
    layers: int | None = None
    shares: Shares | None = None
    pretrained: bool = True

    def __post_init__(self) -> None:
        """Refuse what would change the same subset twice."""
        if self.shares is not None and (self.severity, self.recipe) != (1.0, "paper"):
            raise CompanionError(
                f"variant shares={self.shares} takes the place of the skew: leave out severity and "
                "recipe"
            )

    @classmethod
    def parse(cls, text: str) -> "Variant":
        """Read ``key=value,key=value``; the empty string is the profile itself.

        Raises
        ------
        CompanionError
            If a key or a value is not allowed; the message lists what is.

        Examples
        --------
        >>> Variant.parse("severity=0.5,mie=1")
        Variant(mie=True, recipe='paper', severity=0.5, layers=None, shares=None, pretrained=True)
        >>> str(Variant.parse("severity=0.5,mie=1,pretrained=0"))
        'mie=1,pretrained=0,severity=0.5'
        """
        values: dict[str, Any] = {}
        for item in filter(None, text.split(",")):
            key, equals, value = item.partition("=")
            if not equals or key in values:
                raise CompanionError(
                    f"variant {text!r}: {item!r} is not a new key=value pair; "
                    "an example is mie=1,severity=0.5"
                )
            check_choice("variant key", key, sorted(_VARIANT_PARSERS))
            values[key] = _VARIANT_PARSERS[key](key, value)
        return cls(**values)

    def __str__(self) -> str:
        """Return the sorted ``key=value`` list of what differs from the profile."""
        parts = []
        for item in sorted(dataclasses.fields(self), key=lambda item: item.name):
            value = getattr(self, item.name)
            if value != item.default:
                parts.append(f"{item.name}={int(value) if isinstance(value, bool) else value}")
        return ",".join(parts)


def _parse_switch(key: str, value: str) -> bool:
    check_choice(f"value of variant {key}", value, ["0", "1"])
    return value == "1"


def _parse_recipe(key: str, value: str) -> str:
    check_choice(f"value of variant {key}", value, ["paper", "authors_code"])
    return value


def _parse_shares(key: str, value: str) -> str:
    check_choice(f"value of variant {key}", value, get_args(Shares))
    return value


def _parse_severity(key: str, value: str) -> float:
    try:
        severity = float(value) + 0.0  # no minus before a zero: one name for one variant
    except ValueError:
        severity = -1.0
    if not 0 <= severity <= 2:
        raise CompanionError(f"variant {key}={value!r}: give a number from 0 to 2")
    return severity


def _parse_layers(key: str, value: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", value) or int(value) < 1:
        raise CompanionError(f"variant {key}={value[:20]!r}: give a whole number from 1 to 9999")
    return int(value)


_VARIANT_PARSERS: Mapping[str, Callable[[str, str], Any]] = MappingProxyType(
    {
        "mie": _parse_switch,
        "recipe": _parse_recipe,
        "severity": _parse_severity,
        "layers": _parse_layers,
        "shares": _parse_shares,
        "pretrained": _parse_switch,
    }
)
