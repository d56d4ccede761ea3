from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.foundation.errors import CompanionError
from helpers.foundation.variants import Shares, Variant


@given(
    st.booleans(),
    st.sampled_from(["paper", "authors_code"]),
    st.floats(0, 2, allow_nan=False),
    st.none() | st.integers(1, 24),
    st.booleans(),
)
def test_a_variant_survives_its_own_name(mie, recipe, severity, layers, pretrained):
    variant = Variant(
        mie=mie, recipe=recipe, severity=severity, layers=layers, pretrained=pretrained
    )
    assert Variant.parse(str(variant)) == variant


@pytest.mark.parametrize("shares", get_args(Shares))
def test_a_table_of_shares_survives_its_own_name(shares):
    assert str(Variant.parse(f"shares={shares},mie=1")) == f"mie=1,shares={shares}"


@pytest.mark.parametrize("other", ["severity=0.5", "recipe=authors_code"])
def test_a_table_of_shares_takes_the_place_of_the_skew(other):
    with pytest.raises(CompanionError, match="shares=same takes the place of the skew: leave out"):
        Variant.parse(f"shares=same,{other}")


def test_a_severity_of_zero_has_one_name():
    assert str(Variant.parse("severity=-0.0")) == str(Variant.parse("severity=0")) == "severity=0.0"
