"""Rows that cannot be told apart are refused, with the line in which the first one begins."""

import pytest

from helpers.data import csv_rows
from helpers.data.corpora import load_corpus
from helpers.data.tables import read_file
from helpers.foundation.errors import CompanionError

HEAD = "language,label,text\n"
BAD = {
    "never closed": ('en,1,"he said\nfr,1,no\n', "begins in line 2 do not pair"),
    "closed in a later row": ('fr,1,no\nen,1,"he said\nfr,1,"no"\n', "line 3 do not pair"),
    "a text after the quote": ('en,1,"Great" he said\n', "line 2 do not pair"),
    "a text with a comma": ("fr,1,no\n\nen,1,no, yes\n", "line 4 has 4 columns"),
    "a comma behind every row": ("fr,1,no,\nen,1,no,\n", "line 2 has 4 columns where the header"),
    "no text": ("fr,1,no\nen,1\n", "line 3 has 2 columns where the header has 3"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_row_that_is_no_row_is_named(tmp_path, name):
    rows, words = BAD[name]
    path = tmp_path / "rows.csv"
    path.write_text(HEAD + rows)
    with pytest.raises(CompanionError) as caught:
        load_corpus("custom", sources={"custom": tmp_path})
    assert words in str(caught.value) and str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_columns_of_a_name(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("language,label,text,text\nfr,1,no,yes\n")
    with pytest.raises(CompanionError, match="two columns named 'text'"):
        read_file(path)


def test_a_quote_that_nobody_closes_does_not_take_in_a_whole_file(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "_LONGEST", 1000)
    lines = iter(["label,text\n", '1,"\n', *["x" * 600] * 10])
    with pytest.raises(CompanionError, match="line 2 do not pair"):
        csv_rows.check_csv(lines, path=tmp_path)
    assert next(lines)


def test_quotes_within_a_text_and_quoted_line_breaks_stay(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(HEAD + 'en,1,a 5" screen\n  \nfr,1,"he said\n""no"""\n')
    assert read_file(path)["text"].tolist() == ['a 5" screen', 'he said\n"no"']
