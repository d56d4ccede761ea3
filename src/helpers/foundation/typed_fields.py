"""Frozen dataclasses filled from files: each field of the type and range it is declared with."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """The range of a number: from ``low``, or above it, to ``high``."""

    low: float
    high: float
    open: bool = False

    def __contains__(self, value: float) -> bool:
        """Say whether a number lies in the range; no number (NaN) lies in any."""
        return self.low <= value <= self.high and not (self.open and value == self.low)

    def __str__(self) -> str:
        """Return the range in words."""
        low = f"above {self.low:g}" if self.open else f"from {self.low:g}"
        return f"{low} to {self.high:.12g}"


def build(cls: type[T], raw: Any, *, where: str) -> T:
    """Fill a dataclass from a mapping.

    Parameters
    ----------
    cls : type
        Its annotations say what is allowed: literals, tuples, mappings, other dataclasses, and
        numbers within `Limits`.
    raw : mapping
    where : str
        What a refusal begins with: the file, and the field where there is one.

    Raises
    ------
    CompanionError
        If a field is unknown, missing, of another type or out of its range.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Size:
    ...     rows: Annotated[int, Limits(1, 100)]
    >>> build(Size, {"rows": 3}, where="sizes.yaml")
    Size(rows=3)
    >>> build(Size, {"rows": 0}, where="sizes.yaml")
    Traceback (most recent call last):
    helpers.foundation.errors.CompanionError: sizes.yaml: rows: 0 is not allowed: give from 1 to 100
    """
    if not isinstance(raw, Mapping):
        raise CompanionError(f"{where}: expected fields, got {_shown(raw)}")
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key in raw:
        check_choice(f"field in {where}:", key, fields)
    values = {}
    for name, item in fields.items():
        if name in raw:
            values[name] = _convert(hints[name], raw[name], where=f"{where}: {name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise CompanionError(f"{where}: the field {name!r} is missing")
    return cls(**values)


def _convert(hint: Any, value: Any, *, where: str) -> Any:
    """Return ``value`` as the type that ``hint`` names, or refuse it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        number = _convert(arguments[0], value, where=where)
        if number not in arguments[1]:
            raise CompanionError(f"{where}: {_shown(value)} is not allowed: give {arguments[1]}")
        return number
    if dataclasses.is_dataclass(hint):
        return build(typing.cast(type, hint), value, where=where)
    if origin is Literal:
        check_choice(f"value of {where}:", value, arguments)
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _convert(arguments[0], value, where=where)
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(arguments[0], item, where=where) for item in value)
    if _is_mapping(origin) and isinstance(value, Mapping):
        return types.MappingProxyType(
            {
                _convert(arguments[0], key, where=where): _convert(
                    arguments[1], item, where=f"{where}: {key}"
                )
                for key, item in value.items()
            }
        )
    if hint is Any:
        return value
    if hint is bool or not isinstance(value, bool):
        if hint is float and isinstance(value, int) and abs(value) < 2**53:
            return float(value)
        if isinstance(hint, type) and isinstance(value, hint):
            return value
    raise CompanionError(f"{where}: expected {_type_name(hint)}, got {_shown(value)}")


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _type_name(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is tuple or _is_mapping(origin):
        return "a list" if origin is tuple else "fields"
    return getattr(hint, "__name__", str(hint))


def _shown(value: object) -> str:
    """Return a value for a message: in one line, and not all of a long one."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
