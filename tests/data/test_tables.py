"""Values of tables of any column type."""

import pandas as pd
import pytest

from helpers.data.tables import clean


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1, None], dtype="Int64"), ["1", ""]),
        (pd.Series([True, None], dtype="boolean"), ["True", ""]),
        (pd.Series(["2024-01-01", None], dtype="datetime64[ns]"), ["2024-01-01", ""]),
        (pd.Series([" good", None], dtype="string"), ["good", ""]),
        (pd.Series(["good", None], dtype="category"), ["good", ""]),
    ],
)
def test_a_gap_in_a_column_of_any_type_is_an_empty_text(values, expected):
    assert clean(values, where="label").tolist() == expected
