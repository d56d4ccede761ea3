"""The files of a built book: nothing is missing, and nothing points nowhere. Needs no browser."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

import printed_commands
from helpers.foundation import paths


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the fragments that a page has."""
    return frozenset(str(tag["id"]) for tag in parsed(path).find_all(id=True))


def references(page: BeautifulSoup) -> list[str]:
    """Return every address in a page: links, images, scripts and style sheets."""
    return [
        str(tag[attribute])
        for attribute in ("href", "src")
        for tag in page.find_all(attrs={attribute: True})
    ]


def problem_with(address: str, source: Path) -> str | None:
    """Say why an address leads nowhere; None where it leads somewhere."""
    parts = urlsplit(address)
    if parts.scheme or address.startswith("//"):
        return None  # another host: test_pages sees to it that nothing is loaded from there
    path, fragment = urldefrag(address)
    target = (source.parent / unquote(path.partition("?")[0])).resolve() if path else source
    if not target.is_file():
        return f"{address}: no such file"
    if fragment and target.suffix == ".html" and unquote(fragment) not in names_in(target):
        return f"{address}: no such place in the page"
    return None


def test_every_page_of_the_contents_is_there(book):
    contents = yaml.safe_load((book.parent / "toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in contents["parts"] for chapter in part["chapters"]]
    below = [page for chapter in chapters for page in chapter.get("sections", [])]
    listed = [contents["root"], *(page["file"] for page in [*chapters, *below])]
    assert [name for name in listed if not (book / f"{name}.html").is_file()] == []


def test_every_address_leads_somewhere(book, page_name):
    source = book / page_name
    found = {problem_with(address, source) for address in references(parsed(source))} - {None}
    assert sorted(found) == []


def test_every_command_of_the_companion_works(book, page_name, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.OUTPUT_VARIABLE, str(tmp_path))
    for command in printed_commands.in_page((book / page_name).read_text(encoding="utf-8")):
        if "companion re" in command and "=FOLDER" not in command:  # others: in tests/
            told = printed_commands.try_out(command, placeholders={"NAME": "predictions"})
            assert "nothing to compute" not in told, command


def test_every_image_has_a_text_alternative_and_every_output_shows_something(book, page_name):
    page = parsed(book / page_name)
    assert [str(image)[:80] for image in page("img") if not image.get("alt", "").strip()] == []
    assert [str(output) for output in page.select(".cell_output") if is_empty(output)] == []
    assert [str(figure)[:80] for figure in page("figure") if figure.figcaption is None] == []


def test_every_figure_and_table_has_a_number_of_its_own_in_the_book(book):
    bold = [
        caption.b.get_text()
        for page in sorted(book.rglob("*.html"))
        for caption in parsed(page).select("figcaption")
        if caption.b is not None
    ]
    assert len(bold) > 50
    assert sorted({number for number in bold if bold.count(number) > 1}) == []


def is_empty(output: Tag) -> bool:
    return not output.get_text(strip=True) and not output.select("img")


@pytest.mark.parametrize(
    ("html", "empty"),
    [("<div><p> </p></div>", True), ("<div><img></div>", False), ("<div>0.6</div>", False)],
)
def test_what_an_empty_output_is(html, empty):
    assert is_empty(BeautifulSoup(html, "html.parser").div) is empty


def test_what_leads_nowhere(tmp_path):
    page = tmp_path / "index.html"
    page.write_text('<p id="here">Text</p>', encoding="utf-8")
    assert problem_with("#here", page) is problem_with("index.html?v=1#here", page) is None
    assert "no such place" in str(problem_with("index.html#there", page))
    assert "no such file" in str(problem_with("missing.png", page))
