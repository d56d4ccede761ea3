"""The book on a reader's own data: a first page, and the pages of section 4."""

import html
import importlib.util
import re
import shutil
from pathlib import Path

import yaml

from helpers.diagnosis.record import Diagnosis
from helpers.foundation import paths, store
from helpers.foundation.names import section_title
from helpers.own_data.summary import FineTuned

_NEEDED = ("jupyter_book", "jupytext", "matplotlib", "nbformat", "papermill")
_SECTIONS = "04_*.py"
_SOURCES = ("_config.yml", "book/_static", "book/_templates", "book/references.bib")
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")


def can_render() -> bool:
    """Say whether the packages that write a book are installed."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def render(
    profile: str, dataset: str, diagnosis: Diagnosis, found: FineTuned, *, shipped: Path
) -> Path:
    """Execute the pages on what the store holds, and build the book in its root.

    Parameters
    ----------
    profile, dataset : str
        Of the experiments.
    diagnosis : Diagnosis
        Of the reader's data.
    found : FineTuned
        What the experiments show.
    shipped : Path
        The folder of the book's sources: `helpers.foundation.paths.shipped_root` of the companion.

    Returns
    -------
    Path
        The book's first page.

    Raises
    ------
    CompanionError
        If a page fails, or the book has a warning.
    """
    from helpers import book, book_pages
    from helpers.foundation.names import Place

    root = paths.repository_root()
    copy_sources(shipped, root)
    of_sections = book_pages.pages_of_place(
        sorted((root / "notebooks").glob(_SECTIONS)),
        Place(dataset, found.model),
        profile,
        beside_others=False,
    )
    book.execute_notebooks(of_sections)
    chapters = [
        {
            "file": page.target.relative_to(root).with_suffix("").as_posix(),
            "title": section_title(page.source.stem),
        }
        for page in of_sections
    ]
    toc = root / "_toc.yml"
    content = {"format": "jb-book", "root": "index", "chapters": chapters}
    store.write_text(root / "index.md", first_page(diagnosis, found))
    store.write_text(toc, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return book.build(toc, everything=True)


def first_page(diagnosis: Diagnosis, found: FineTuned) -> str:
    """Return the first page as Markdown: what fine-tuning shows, then the diagnosis."""
    table = (
        found.table()
        .rename_axis(index=None, columns=None)
        .to_html(border=0, classes="companion-table")
    )
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in found.notes)
    return "\n".join(
        [
            "# Does the skew of these data matter?",
            "",
            "```{raw} html",
            f"<p>{html.escape(found.about())}</p>",
            f'<div class="companion-scroll">{table}</div>',
            f"<ul>{notes}</ul>",
            "```",
            "",
            "Pages of section 4 ask the paper's questions of these models. Where they say "
            "“imbalanced”, they mean the data as they are; languages are over-represented for a "
            "label where it has a larger share of them than of languages on average.",
            "",
            "## The diagnosis",
            "",
            "```{raw} html",
            diagnosis._repr_html_(),
            "```",
            "",
        ]
    )


def copy_sources(shipped: Path, root: Path) -> None:
    """Copy what a book is made of; links to pages that this book lacks become plain words."""
    for name in _SOURCES:
        source, target = shipped / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    for source in (shipped / "notebooks").glob(_SECTIONS):
        text = _LINK.sub(r"\1", source.read_text(encoding="utf-8"))
        store.write_text(root / "notebooks" / source.name, text)
