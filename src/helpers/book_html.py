"""A Sphinx extension: what the theme's pages need to be read offline, by ear and by keyboard.

Loaded by ``_config.yml``. The theme comes with scripts from other hosts and with markup that
screen readers stumble over; each change here says what it mends, and ``tests/browser`` whether it
does.
"""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

from helpers.foundation.store import atomic_path

# The theme decides between light and dark only after the page has been drawn, and complains of an
# invalid mode on a first visit.
_FIRST_VISIT = """
(({dataset}) => {
  dataset.mode ||= "auto";
  dataset.theme ||= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement);
"""
# Live code from another host: not offered, and its two copies clash with each other.
_UNUSED_SCRIPT = re.compile("thebe", re.IGNORECASE)
_PAGE_TEXTS = "search_pages.js"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_displayed_math, None))
    app.add_js_file(None, body=_FIRST_VISIT)
    # Late: after the extensions that add what is left out here.
    app.connect("html-page-context", _mend_page, priority=900)
    app.connect("build-finished", _write_page_texts)
    app.setup_extension("helpers.book_terms")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# --- formulas -------------------------------------------------------------------------------
# Browsers draw MathML themselves: no script of 1.2 MB, and screen readers know it.


def _inline_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _displayed_math(translator: Any, node: nodes.math_block) -> None:
    formula = tex2mathml(node.astext(), as_block=True)
    translator.body.append(f'<div class="companion-formula">{formula}</div>')
    raise nodes.SkipNode


# --- pages ----------------------------------------------------------------------------------


def _mend_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Mend a page's scripts and body before it is written."""
    if pagename == "search":
        app.add_js_file(_PAGE_TEXTS)
        app.add_js_file("search_texts.js", defer="defer")
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not _UNUSED_SCRIPT.search(_source(file))]
    if "body" in context:
        context["body"] = accessible(context["body"])
    if "generate_toctree_html" in context:
        context["generate_toctree_html"] = _with_named_folds(context["generate_toctree_html"])


def _with_named_folds(contents_of: Callable[..., Any]) -> Callable[..., Any]:
    """Let the folds of the contents say what they hold; the theme draws an arrow alone."""

    def named(*arguments: Any, **options: Any) -> Any:
        contents = contents_of(*arguments, **options)
        for fold in contents.select("li > details > summary") if contents else ():
            fold["aria-label"] = f"Pages below {fold.find_parent('li').a.get_text(strip=True)}"
        return contents

    return named


def _source(file: Any) -> str:
    """Return an asset's file name, or the script itself where it stands in the page."""
    attributes = getattr(file, "attributes", {})
    return str(getattr(file, "filename", "") or "") + str(attributes.get("body", ""))


def accessible(body: str) -> str:
    """Return a page's content with the markup that assistive technology needs.

    Examples
    --------
    >>> accessible('<div class="pst-scrollable-table-container">')
    '<div class="pst-scrollable-table-container" role="region" aria-label="Table 1 of the text">'
    """
    # Docutils' role for an entry is deprecated, and no child that a list may have.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # A fold is called by the word that is written on it.
    body = body.replace(' aria-label="Toggle hidden content"', "")
    # What scrolls by keyboard has a name. The theme makes these containers focusable.
    numbers = itertools.count(1)
    return re.sub(
        r'<div class="pst-scrollable-table-container"',
        lambda found: f'{found[0]} role="region" aria-label="Table {next(numbers)} of the text"',
        body,
    )


# --- search ---------------------------------------------------------------------------------


def _write_page_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write every page's text as a script, for the excerpts of the search (search_texts.js)."""
    if exception is not None or app.builder.name != "html":
        return
    texts = {
        app.builder.get_target_uri(name): _text(app.env.get_doctree(name))
        for name in sorted(app.env.found_docs)
    }
    with atomic_path(Path(app.outdir, "_static", _PAGE_TEXTS)) as temporary:
        content = json.dumps(texts, ensure_ascii=False, sort_keys=True, indent=0)
        temporary.write_text(f"const PAGE_TEXTS = {content};\n", encoding="utf-8")


def _text(doctree: nodes.document) -> str:
    """Return a page's sentences, those in tables and captions included, without its code."""
    parts = [
        node.astext()
        for node in doctree.findall()
        if isinstance(node, nodes.paragraph)
        or (isinstance(node, nodes.raw) and "html" in node["format"])
    ]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", " ".join(parts)))
