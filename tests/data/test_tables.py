"""Values of tables of any column type."""

import pandas as pd
import pytest

from helpers.data.tables import clean, read_file


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


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"label": "good"}\n{"label": "bad"}\n', encoding="utf-8-sig")
    assert read_file(path)["label"].tolist() == ["good", "bad"]
