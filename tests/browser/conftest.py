"""Read a built book as its readers do: in a browser, from its files, with no server.

``pytest tests/browser --book _build/html`` checks the book in that folder. Without ``--book``
only the report of a diagnosis is checked; without chromium only the files are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers import book_pdf
from helpers.foundation.errors import CompanionError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Nothing that a browser does of its own accord may look like a request of a page.
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pages_of(book: Path) -> list[str]:
    """Return the pages of a book, as paths below its folder."""
    return sorted(
        path.relative_to(book).as_posix()
        for path in book.rglob("*.html")
        if not path.relative_to(book).parts[0].startswith("_")  # parts of the theme
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``page_name`` once for each page of the book."""
    if "page_name" in metafunc.fixturenames:
        book = metafunc.config.getoption("--book")
        metafunc.parametrize("page_name", pages_of(book) if book else [])


@pytest.fixture(scope="session")
def book(request: pytest.FixtureRequest) -> Path:
    """The folder with the book's first page."""
    folder = request.config.getoption("--book")
    if folder is None:
        pytest.skip("no book is given: build one and pass its folder, --book _build/html")
    folder = folder.resolve()
    assert (folder / "index.html").is_file(), f"{folder} holds no index.html"
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One chromium for all pages."""
    playwright = pytest.importorskip("playwright.sync_api")
    try:
        program = book_pdf.browser()
    except CompanionError as error:
        pytest.skip(str(error))
    with playwright.sync_playwright() as driver:
        # The sandbox needs rights that a container, where CI runs, does not give.
        launched = driver.chromium.launch(
            executable_path=program, args=list(QUIET), chromium_sandbox=False
        )
        yield launched
        launched.close()
