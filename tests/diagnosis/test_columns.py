"""Columns are recognised by names and values, or asked for."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.diagnosis.columns import recognise
from helpers.diagnosis.sources import open_source
from helpers.foundation.errors import CompanionError


def columns_of(names, **given_names):
    return recognise(open_source(pd.DataFrame([["a"] * len(names)], columns=names)), **given_names)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["language", "label", "text"], ("language", "label", "text", None)),
        (["Lang", "Stars", "review_body", "id"], ("Lang", "Stars", "review_body", None)),
        (["premise", "hypothesis", "label", "language"],
         ("language", "label", "premise", "hypothesis")),
        (["lang_code", "label", "label_text", "content"], ("lang_code", "label", "content", None)),
        (["locale", "intent", "utt"], ("locale", "intent", "utt", None)),
        (["language", "label"], ("language", "label", None, None)),
    ],
)  # fmt: skip
def test_usual_names(names, found):
    columns = columns_of(names)
    assert (columns.language, columns.label, columns.text, columns.pair) == found


def test_a_language_by_its_values():
    rows = pd.DataFrame({"sprache": ["de", "en-GB", "zh_TW"], "label": [1, 2, 3], "x": list("abc")})
    assert recognise(open_source(rows)).language == "sprache"
    with pytest.raises(CompanionError, match="which of the columns sprache, y holds the language"):
        recognise(open_source(rows.assign(y=["fr", "it", "it"])))


def test_named_columns_are_taken_and_checked():
    assert columns_of(["a", "b", "label"], language="a", label="b").label == "b"
    with pytest.raises(
        CompanionError, match="column of the frame for --language 'c': choose one of a, b"
    ):
        columns_of(["a", "b"], language="c")
    with pytest.raises(CompanionError, match="as the language and as the label"):
        columns_of(["a", "b"], language="a", label="a")
    assert columns_of(["language", "label", "source"], group="source").group == "source"


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6, unique=True))
def test_any_names_are_recognised_or_asked_for_in_one_line(names):
    try:
        columns = columns_of(names)
    except CompanionError as error:
        assert "which" in str(error)
    else:
        assert set(columns.names) <= set(names)
