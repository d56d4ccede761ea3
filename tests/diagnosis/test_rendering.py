"""Text, JSON and HTML say the same; no user text gets into the page as code."""

import itertools
import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import tables
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.diagnosis import diagnose

FRAME = tables.frame()
MOST_BYTES = 500 * 1000


class Page(HTMLParser):
    """Collects what a page holds."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value) for name, value in attrs]
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(name, value) for name, value in attrs]


def parsed(text):
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


def test_json_has_its_version_first_and_no_text_of_the_data():
    content = diagnose(FRAME).to_dict()
    text = json.dumps(content, allow_nan=False)
    assert text.startswith('{"schema_version": 1,')
    assert ", text " not in text
    assert content["joint_counts"] == {
        "languages": ["en", "fr"], "labels": ["bad", "good"], "rows": [[50, 150], [150, 50]],
    }  # fmt: skip


def test_text_and_page_draw_on_the_same_numbers():
    found = diagnose(FRAME, reference=FRAME[:200])
    v = f"{found.association.cramers_v.value:.3f}"
    for drawn in (found.to_text(), found.to_html()):
        assert v in drawn and found.status in drawn and "37.5%" not in drawn
        assert "75.0%" in drawn and "Nothing is advised" in drawn
        assert "not checked" in drawn or "compared on" in drawn
        assert f"200 rows: {found.reference.status}" in drawn
        assert f"is {found.reference.association.cramers_v.value:.3f} (95" in drawn


def test_the_page_is_whole_and_needs_nothing_else():
    page = parsed(diagnose(FRAME).to_html())
    assert {"script", "link", "img", "iframe"} & set(page.tags) == set()
    assert not [pair for pair in page.attributes if pair[0] in ("src", "href")]
    assert page.tags.count("h1") == 1 and page.tags.count("main") == 1
    levels = [int(tag[1]) for tag in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert ("lang", "en") in page.attributes and ("role", "img") in page.attributes
    assert page.tags.count("caption") == page.tags.count("table")


def test_a_notebook_shows_a_part_of_the_page():
    page = parsed(diagnose(FRAME)._repr_html_())
    assert "html" not in page.tags and "h1" not in page.tags and "h3" in page.tags


def test_the_page_stays_small_whatever_the_data():
    rng = np.random.default_rng(0)
    n = 20_000
    many = pd.DataFrame(
        {
            "language": [f"&{each}" + "<" * 30 for each in rng.integers(0, 80, n)],
            "label": [f"{each}" + "&" * 190 for each in rng.integers(0, 120, n)],
        }
    )
    found = diagnose(many)
    assert len(found.to_html().encode()) < MOST_BYTES
    assert "rarest languages" in found.to_html()


@settings(max_examples=10)
@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip()))
def test_user_text_is_never_code(name):
    hostile = f"{name}<script>alert(1)</script>"
    rows = FRAME.rename(columns={"label": hostile}).replace({"en": hostile[:40]})
    found = diagnose(rows, label=hostile)
    page = parsed(found.to_html())
    assert "script" not in page.tags
    parsed(found._repr_html_())


@pytest.mark.parametrize("expect", [None, "even", "as-is"])
def test_as_is_shows_no_remedy(expect):
    shown = "What can be done" in diagnose(FRAME, expect=expect).to_html()
    assert shown == (expect != "as-is")
