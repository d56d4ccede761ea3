"""Dataclasses from files: what fits is taken as it is, all else is refused by name."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.foundation.errors import CompanionError
from helpers.foundation.typed_fields import Limits, build


@dataclasses.dataclass(frozen=True)
class Part:
    share: Annotated[float, Limits(0, 1, open=True)] = 1.0


@dataclasses.dataclass(frozen=True)
class Whole:
    rows: Annotated[int, Limits(1, 100)]
    kind: Literal["a", "b"] = "a"
    seeds: tuple[int, ...] | None = None
    weights: Mapping[str, float] = dataclasses.field(default_factory=dict)
    part: Part = Part()


@given(rows=st.integers(), share=st.floats())
def test_a_number_is_taken_within_its_limits_alone(rows, share):
    raw = {"rows": rows, "part": {"share": share}}
    if 1 <= rows <= 100 and 0 < share <= 1:
        assert build(Whole, raw, where="f") == Whole(rows=rows, part=Part(share))
    else:
        with pytest.raises(CompanionError, match=r"^f: (rows|part: share): .* is not allowed"):
            build(Whole, raw, where="f")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rows", "3", "f: rows: expected int, got '3'"),
        ("rows", True, "f: rows: expected int, got True"),
        ("kind", "c", "value of f: kind: 'c'"),
        ("seeds", 1, "f: seeds: expected a list, got 1"),
        ("seeds", {}, "f: seeds: expected a list, got {}"),
        ("seeds", {0: 1}, "f: seeds: expected a list, got {0: 1}"),
        ("weights", [1], r"f: weights: expected fields, got \[1\]"),
        ("weights", {"fr": "x"}, "f: weights: fr: expected float, got 'x'"),
        ("part", 1, "f: part: expected fields, got 1"),
        ("part", {"shares": 1}, "field in f: part: 'shares'"),
        ("part", {"share": math.nan}, "f: part: share: nan is not allowed: give above 0 to 1"),
        ("cells", 1, "field in f: 'cells'"),
    ],
)
def test_another_value_is_refused_in_one_sentence(field, value, message):
    with pytest.raises(CompanionError, match=message) as refused:
        build(Whole, {"rows": 1, field: value}, where="f")
    assert "\n" not in str(refused.value)


def test_a_missing_field_is_named():
    with pytest.raises(CompanionError, match="f: the field 'rows' is missing"):
        build(Whole, {}, where="f")


def test_lists_and_mappings_become_what_cannot_change():
    whole = build(Whole, {"rows": 1, "seeds": [1, 2], "weights": {"fr": 2}}, where="f")
    assert whole.seeds == (1, 2) and dict(whole.weights) == {"fr": 2.0}
    with pytest.raises(TypeError):
        whole.weights["fr"] = 1.0
