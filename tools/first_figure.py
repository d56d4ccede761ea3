"""Draw the first page's figure from the published results, for ``README.md``."""

from pathlib import Path

from helpers import book
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.report.display import as_svg
from helpers.report.front_page import canvas

TARGET = Path(__file__).resolve().parent.parent / "book" / "_static" / "first_figure.svg"


def drawing() -> bytes:
    """Return the figure as an SVG file."""
    return as_svg(canvas(book.experiments(PUBLISHED_PROFILE)))


if __name__ == "__main__":
    TARGET.write_bytes(drawing())
