"""The printed book: all pages in order in one, links inside it, and a program that is there."""

import re
import shutil

import pytest
import yaml

from helpers import book_pdf
from helpers.foundation.errors import CompanionError

INDEX = """<html><head><link href="_static/a.css" rel="stylesheet"/><script>x</script></head>
<body><nav>side</nav><article><h1 id="a">One</h1><a href="book/two.html#a">two</a>
<a href="https://a.org/x.html">far</a><details><summary>Fold</summary>hidden words</details>
</article></body></html>"""
TWO = """<html><head></head><body><article><h1 id="a">Two</h1><a href="../index.html">one</a>
<a href="#a">here</a><img src="../_images/x.png" alt="x"/></article></body></html>"""


@pytest.fixture
def folder(tmp_path):
    html = tmp_path / "html"
    (html / "book").mkdir(parents=True)
    (html / "index.html").write_text(INDEX)
    (html / "book" / "two.html").write_text(TWO)
    contents = {"root": "index", "parts": [{"chapters": [{"file": "book/two"}]}]}
    (tmp_path / "toc.yml").write_text(yaml.safe_dump(contents))
    return html


def test_the_whole_has_each_page_once_and_every_link_inside_leads_to_something(folder):
    whole = book_pdf.one_page(folder, iter(["index", "book/two"]))
    assert whole.index(">One<") < whole.index(">Two<")
    ids = re.findall(r'id="([^"]+)"', whole)
    assert len(ids) == len(set(ids))
    inside = re.findall(r'href="#([^"]+)"', whole)
    assert inside == ["book/two--a", "index", "book/two--a"] and set(inside) <= set(ids)
    assert 'href="https://a.org/x.html"' in whole and "<details open" in whole
    assert "<script" not in whole and "side" not in whole and "_static/a.css" in whole


def test_chromium_prints_it(folder):
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no chromium is installed")
    printed = book_pdf.write_pdf(folder / "index.html", program=book_pdf.browser())
    assert printed == folder / "book.pdf" and printed.read_bytes().startswith(b"%PDF")
    assert not (folder / "whole.html").exists()


def test_without_chromium_it_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CompanionError, match="apt-get install chromium"):
        book_pdf.browser()


def test_a_program_that_prints_nothing_is_said(folder):
    with pytest.raises(CompanionError, match="does not print the book"):
        book_pdf.write_pdf(folder / "index.html", program="false")
    assert not (folder / "book.pdf").exists()
