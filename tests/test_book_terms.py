"""Terms are linked where a page first uses them, as the book's own builder renders it."""

import re

import pytest
from sphinx.application import Sphinx

from helpers.book_terms import names_of

GLOSSARY = """# Glossary

:::{glossary}
SHAP value
  What a token adds {cite}`lundberg`. A second sentence.

Paired SHAP value
  Another.

Seed
  One number.
:::
"""
PAGE = """# A seed in a title

The `seed` in code, a [seed in a link](glossary.md), unseeded; now two seeds.
And a paired SHAP value. Then a shap value, and a seed again.

* SHAP values in a list.
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    root = tmp_path_factory.mktemp("terms")
    (root / "book").mkdir()
    (root / "book" / "glossary.md").write_text(GLOSSARY)
    (root / "book" / "page.md").write_text(PAGE)
    (root / "index.md").write_text("# Root\n\n```{toctree}\nbook/page\nbook/glossary\n```\n")
    (root / "book" / "works.bib").write_text("@misc{lundberg, title={A}, author={B}, year={2017}}")
    extensions = ["myst_parser", "sphinxcontrib.bibtex", "helpers.book_terms"]
    settings = {
        "extensions": extensions,
        "myst_enable_extensions": ["colon_fence"],
        "bibtex_bibfiles": ["book/works.bib"],
    }
    app = Sphinx(
        root, None, root / "out", root / "out", "html", settings, status=None, warning=None
    )
    app.build()
    return {path.stem: path.read_text() for path in (root / "out" / "book").glob("*.html")}


def test_the_first_use_in_prose_is_linked_and_no_other(html):
    found = re.findall(r'<a class="companion-term[^"]*" href="([^"]+)" title="([^"]+)">([^<]+)</a>',
                       html["page"])  # fmt: skip
    assert [text for _, _, text in found] == [
        "seeds", "paired SHAP value", "shap value",
    ]  # fmt: skip
    assert found[0][:2] == ("glossary.html#term-Seed", "One number.")
    assert found[2][1] == "What a token adds."  # one sentence, without the work that it cites


def test_every_link_leads_to_its_term_and_the_glossary_links_to_itself_nowhere(html):
    for anchor in re.findall(r'href="glossary\.html#(term-[^"]+)"', html["page"]):
        assert f'id="{anchor}"' in html["glossary"]
    assert "companion-term" not in html["glossary"]


def test_a_term_without_a_comma_has_one_name():
    assert names_of("LEACE") == ["leace"]
    assert names_of("Class weights, per language") == ["class weights"]
