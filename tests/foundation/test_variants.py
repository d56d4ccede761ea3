from hypothesis import given
from hypothesis import strategies as st

from helpers.foundation.variants import Variant


@given(
    st.booleans(),
    st.sampled_from(["paper", "authors_code"]),
    st.floats(0, 2, allow_nan=False),
    st.none() | st.integers(1, 24),
)
def test_a_variant_survives_its_own_name(mie, recipe, severity, layers):
    variant = Variant(mie=mie, recipe=recipe, severity=severity, layers=layers)
    assert Variant.parse(str(variant)) == variant


def test_a_severity_of_zero_has_one_name():
    assert str(Variant.parse("severity=-0.0")) == str(Variant.parse("severity=0")) == "severity=0.0"
