"""A Sphinx extension: the first use of a glossary's term on a page links to it, told on hover.

No page names its terms: they are those of the glossary, wherever they stand in a paragraph.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_GLOSSARY = "book/glossary"
# Where a word is code, a name, or a link already.
_NO_TEXT = (
    addnodes.pending_xref,
    nodes.footnote,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.reference,
    nodes.title,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def names_of(term: str) -> list[str]:
    """Return what a text calls a term; what follows a comma narrows it, or is another name.

    Examples
    --------
    >>> names_of("SHAP difference, cumulative"), names_of("Over-represented, under-represented")
    (['shap difference'], ['over-represented', 'under-represented'])
    """
    first, *others = term.lower().split(", ")
    ending = first.partition("-")[2]
    return [first, *(name for name in others if ending and name.endswith(ending))]


def in_text(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of any of some names, the longest first, in the singular or plural.

    Examples
    --------
    >>> in_text(["SHAP value", "seed"]).findall("Three seeds, a shap value, seeded")
    ['seed', 'shap value']
    """
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, ordered))})s?(?![\w-])", re.IGNORECASE)


class LinkTerms(SphinxPostTransform):
    """Links the first use of each term in a page's paragraphs."""

    default_priority = 5  # before references are resolved
    builders = ("html",)

    def run(self, **_: Any) -> None:
        """Link the terms of one page."""
        if self.env.docname == _GLOSSARY or _GLOSSARY not in self.env.found_docs:
            return
        left = dict(self._terms())
        for paragraph in list(self.document.findall(nodes.paragraph)):
            for text in list(_plain_texts(paragraph)):
                if left:
                    self._link(text, left)

    def _terms(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Give each name with its term's anchor and the first sentence of its definition."""
        for item in self.env.get_doctree(_GLOSSARY).findall(nodes.definition_list_item):
            term, definition = item.children[0], item.children[-1]
            hint = _first_sentence(definition)
            for name in names_of(term.astext()):
                yield name, (term["ids"][0], hint)

    def _link(self, text: nodes.Text, left: dict[str, tuple[str, str]]) -> None:
        """Replace the names in a text by links, each name once."""
        parts: list[nodes.Node] = []
        rest = text.astext()
        page = self.app.builder.get_relative_uri(self.env.docname, _GLOSSARY)
        while left and (found := in_text(left).search(rest)):
            anchor, hint = left.pop(found[1].lower())
            parts += [nodes.Text(rest[: found.start()])] if found.start() else []
            parts.append(nodes.reference("", found[0], internal=True, refuri=f"{page}#{anchor}",
                                         reftitle=hint, classes=["companion-term"]))  # fmt: skip
            rest = rest[found.end() :]
        if parts:
            parts += [nodes.Text(rest)] if rest else []
            text.parent.replace(text, parts)


def _first_sentence(definition: nodes.definition) -> str:
    """Return the first sentence without the works that it cites."""
    own = definition.deepcopy()
    for link in list(own.findall(addnodes.pending_xref)):
        if link["refdomain"] == "cite":
            link.parent.remove(link)
    prose = " ".join(own.astext().split()).replace(" .", ".")
    return re.split(r"(?<=\.) ", prose)[0]


def _plain_texts(paragraph: nodes.paragraph) -> Iterator[nodes.Text]:
    """Give the texts of a paragraph that are prose."""
    for text in paragraph.findall(nodes.Text):
        node = text.parent
        while node not in (None, paragraph) and not isinstance(node, _NO_TEXT):
            node = node.parent
        if node is paragraph:
            yield text
