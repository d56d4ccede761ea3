"""The book as one PDF: its built pages, in the order of the contents, printed by chromium."""

import posixpath
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup, Tag

from helpers.foundation import store
from helpers.foundation.errors import CompanionError

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_PAGE_STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { display: block; background: #fff; }
.companion-chapter { break-before: page; }
.companion-chapter { max-width: 100%; margin: 0; padding: 0; }
"""


def browser() -> str:
    """Return the program that prints.

    Raises
    ------
    CompanionError
        If there is none; the message says what to install.
    """
    for name in _CHROMIUM:
        if program := shutil.which(name):
            return program
    raise CompanionError(
        "no chromium is installed, which prints the book: on Debian, apt-get install chromium"
    )


def write_pdf(first_page: Path, *, program: str) -> Path:
    """Print a built book into one file beside its pages.

    Parameters
    ----------
    first_page : Path
        What `helpers.book.build` returned.
    program : str
        From `browser`.

    Returns
    -------
    Path
        ``book.pdf`` in the folder of the pages.

    Raises
    ------
    CompanionError
        If the program does not print; the message has its last line.
    """
    folder = first_page.parent
    contents = yaml.safe_load((folder.parent / "toc.yml").read_text(encoding="utf-8"))
    target = folder / "book.pdf"
    # Beside the pages, so that their style sheets are found.
    with tempfile.TemporaryDirectory() as profile, store.atomic_path(target) as printed:
        whole = folder / "whole.html"
        whole.write_text(one_page(folder, pages_of(contents)), encoding="utf-8")
        # The pages are our own files, and a container's root has no sandbox.
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        options += ["--generate-pdf-document-outline", "--no-pdf-header-footer"]
        options += [f"--print-to-pdf={printed}"]
        try:
            done = subprocess.run(
                [program, *options, whole.as_uri()], capture_output=True, text=True
            )
        finally:
            whole.unlink(missing_ok=True)
        if done.returncode != 0 or not printed.stat().st_size:
            said = done.stderr.strip().splitlines() or ["nothing"]
            raise CompanionError(f"{program} does not print the book; it says: {said[-1]}")
    return target


def pages_of(contents: Any) -> Iterator[str]:
    """Give the pages of a table of contents in reading order, without their ending.

    Examples
    --------
    >>> part = {"chapters": [{"file": "a", "sections": [{"file": "b"}]}, {"file": "c"}]}
    >>> list(pages_of({"root": "index", "parts": [part]}))
    ['index', 'a', 'b', 'c']
    """
    if isinstance(contents, list):
        for each in contents:
            yield from pages_of(each)
        return
    for name in ("root", "file"):
        if name in contents:
            yield contents[name]
    for name in ("parts", "chapters", "sections"):
        yield from pages_of(contents.get(name, []))


def one_page(folder: Path, pages: Iterator[str]) -> str:
    """Return the content of all pages as one, its folds open and its links leading inside it."""
    names = list(pages)
    page = BeautifulSoup((folder / f"{names[0]}.html").read_text(encoding="utf-8"), "html.parser")
    assert page.html is not None and page.head is not None and page.body is not None
    page.html["data-theme"] = "light"
    for script in page.find_all("script"):
        script.decompose()
    page.head.append(page.new_tag("style", string=_PAGE_STYLE))
    page.body.clear()
    for name in names:
        page.body.append(_chapter(folder, name, set(names)))
    return str(page)


def _chapter(folder: Path, name: str, names: set[str]) -> Tag:
    """Return a page's article, fit to stand among others."""
    text = (folder / f"{name}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(text, "html.parser").select_one("article")
    if article is None:
        raise CompanionError(f"{name}.html in {folder} has no article: build the book again")
    for extra in article.select(".headerlink, .prev-next-footer, script, input"):
        extra.decompose()
    for fold in article.select("details"):
        fold["open"] = ""
    for each in article.select("[id]"):
        each["id"] = f"{name}--{each['id']}"
    for link in article.select("a[href]"):
        link["href"] = _inside(str(link["href"]), name, names)
    for image in article.select("img[src]"):
        if not str(image["src"]).startswith("data:"):
            image["src"] = posixpath.join(posixpath.dirname(name), str(image["src"]))
    article.name = "section"
    article["class"] = "bd-article companion-chapter"
    article["id"] = name
    return article


def _inside(address: str, name: str, names: set[str]) -> str:
    """Return where a page's link leads in the whole.

    Examples
    --------
    >>> names = {"b", "book/a"}
    >>> _inside("../b.html#x", "book/a", names), _inside("#y", "book/a", names)
    ('#b--x', '#book/a--y')
    >>> _inside("https://a.org/b.html", "book/a", names)
    'https://a.org/b.html'
    """
    page, _, anchor = address.partition("#")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(name), page)) if page else name
    other = joined.removesuffix(".html")
    if "://" in address or other not in names:
        return address
    return f"#{other}--{anchor}" if anchor else f"#{other}"
