"""Every page as a reader meets it: both themes, at the width of a desk and of a phone."""

import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
import tables

from helpers.diagnosis import diagnose

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESK, PHONE = 1400, 390
MOST_BYTES = 1_500_000  # of a page and all it loads, uncompressed
LEAST_TEXT = 10.0  # of a figure, in CSS pixels
THEME_DEBUG = "[PST]", "[togglebutton]"  # what the theme tells its own authors

# Colours that are still changing have no contrast yet.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"
# Every rule, those of level AAA and the experimental ones included. `preload` would fetch the style
# sheets, which a browser refuses from file://; one rule, on locked orientation, asks for that.
AXE = """async () => {
  const rules = Object.fromEntries(axe.getRules().map((rule) => [rule.ruleId, {enabled: true}]));
  const {violations} = await axe.run({resultTypes: ["violations"], rules, preload: false});
  return violations.flatMap(({id, nodes}) =>
    nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
}"""
WIDER_THAN_THE_SCREEN = """() =>
  document.documentElement.scrollWidth - document.documentElement.clientWidth"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TABLES_TO_SCROLL = """() =>
  [...document.querySelectorAll(".companion-scroll, .pst-scrollable-table-container")]
    .filter((around) => around.querySelector("thead") && around.scrollWidth > around.clientWidth)
    .map((around) => around.getAttribute("aria-label"))"""
BROKEN_IMAGES = """() => [...document.images]
  .filter((image) => !image.naturalWidth).map((image) => image.outerHTML.slice(0, 100))"""
ICONS_NOT_DRAWN = """() => [...document.querySelectorAll(".fas, .far, .fa-solid, .fa-regular")]
  .filter((icon) => getComputedStyle(icon).maskImage === "none").map((icon) => icon.className)"""
# The figures are SVG files with text as text: its size is in them, in units of the drawing.
SMALLEST_TEXT = """() => [...document.querySelectorAll(".companion-figure img")].map((image) => {
  const drawing = atob(image.src.split("base64,")[1]);
  const sizes = [...drawing.matchAll(/font(?:-size)?: ?([\\d.]+)px/g)].map((size) => +size[1]);
  const width = +drawing.match(/viewBox="0 0 ([\\d.]+)/)[1];
  return Math.min(...sizes, sizes.length ? Infinity : 0) * image.clientWidth / width;
})"""


class Visit:
    """A page that is open, with what the browser said and asked for on the way."""

    def __init__(self, browser: "Browser", address: str) -> None:
        # Each visit is the first one: nothing is remembered from another page.
        self.context = browser.new_context(viewport={"width": DESK, "height": 900})
        self.page: Page = self.context.new_page()
        self.messages: list[str] = []
        self.requests: set[str] = set()
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.add(request.url.partition("#")[0]))
        self.page.goto(address)

    def complaints(self) -> list[str]:
        return [text for text in self.messages if not text.startswith(THEME_DEBUG)]

    def files(self) -> list[Path]:
        return [
            Path(unquote(urlsplit(url).path)) for url in self.requests if url.startswith("file:")
        ]

    def foreign(self) -> list[str]:
        return sorted(url for url in self.requests if not url.startswith(("file:", "data:")))


@pytest.fixture
def visit(book, browser, page_name):
    visit = Visit(browser, (book / page_name).as_uri())
    yield visit
    visit.context.close()


@pytest.fixture(scope="session")
def axe():
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: "Page", axe: str, *, has_theme: bool = True) -> dict[str, Any]:
    """Return what axe finds with all its rules, by theme and width."""
    page.add_style_tag(content=STILL)
    page.evaluate(axe)
    found: dict[str, Any] = {}
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)  # the theme waits before it looks which blocks now scroll
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            if has_theme:
                page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            for violation in page.evaluate(AXE):
                found.setdefault(violation, []).append(f"{theme}, {width} px")
    return found


def test_a_page_is_whole_quiet_light_and_accessible(visit, axe):
    page = visit.page
    sizes = {path: path.stat().st_size for path in visit.files()}
    assert sum(sizes.values()) <= MOST_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert page.evaluate(BROKEN_IMAGES) == []
    assert page.evaluate(ICONS_NOT_DRAWN) == []
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(NEXT_FRAME)
        assert page.evaluate(WIDER_THAN_THE_SCREEN) <= 0, width
        assert width == DESK or page.evaluate(TABLES_TO_SCROLL) == []
        assert [size for size in page.evaluate(SMALLEST_TEXT) if size < LEAST_TEXT - 0.05] == []
    found = violations(page, axe)
    assert not found, json.dumps(found, indent=1)
    assert visit.foreign() == []
    assert visit.complaints() == []


def test_the_theme_can_be_chosen_and_is_remembered(book, browser):
    visit = Visit(browser, (book / "index.html").as_uri())
    theme = "document.documentElement.dataset.theme"
    assert visit.page.evaluate(theme) == "light"
    visit.page.click(".article-header-buttons .theme-switch-button")
    assert visit.page.evaluate(theme) == "dark"
    visit.page.reload()
    assert visit.page.evaluate(theme) == "dark"
    assert visit.complaints() == []
    visit.context.close()


@pytest.mark.parametrize(("system", "theme"), [("light", "light"), ("dark", "dark")])
def test_the_first_visit_follows_the_system(book, browser, system, theme):
    context = browser.new_context(color_scheme=system)
    page = context.new_page()
    page.goto((book / "index.html").as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    context.close()


@pytest.mark.parametrize("word", ["SHAP", "accuracy"])
def test_the_search_finds_pages_and_shows_their_words(book, browser, word):
    visit = Visit(browser, (book / "index.html").as_uri())
    visit.page.click(".search-button-field")
    visit.page.keyboard.type(word)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/search.html?q=*")
    visit.page.wait_for_selector("#search-results li .context")
    visit.page.wait_for_timeout(500)
    results = visit.page.locator("#search-results li")
    excerpts = visit.page.locator("#search-results li .context")
    functions = visit.page.locator("#search-results li:not(:has(.context))")
    assert all("(Python " in text for text in functions.all_inner_texts())
    assert results.count() - functions.count() == excerpts.count() >= 5
    assert sum(word.lower() in text.lower() for text in excerpts.all_inner_texts()) >= 5
    for link in visit.page.locator("#search-results li a").all():
        target = link.evaluate("(link) => link.href").partition("?")[0].partition("#")[0]
        assert Path(unquote(urlsplit(target).path)).is_file()
    assert visit.complaints() == []
    visit.context.close()


def test_what_axe_would_find(browser, axe):
    """The check itself: it must not be blind."""
    page = browser.new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><img src=''></main></html>")
    page.evaluate(axe)
    assert any(violation.startswith("image-alt") for violation in page.evaluate(AXE))
    page.close()


def test_the_search_lists_a_section_before_the_pages_of_its_data_sets(book, browser):
    visit = Visit(browser, (book / "search.html").as_uri() + "?q=threshold")
    visit.page.wait_for_selector("#search-results li .context")
    visit.page.wait_for_timeout(500)
    found = visit.page.locator("#search-results li > a").evaluate_all(
        "(all) => all.map((a) => a.href)"
    )
    section = next(n for n, link in enumerate(found) if "/sections/A_4_threshold" in link)
    below = [
        n for n, link in enumerate(found) if "/A_4_threshold" in link and "/sections/" not in link
    ]
    assert below and section < min(below)
    visit.context.close()


def test_a_word_opens_the_folded_lists_that_have_it_and_hides_the_other_rows(book, browser):
    visit = Visit(browser, (book / "book/_generated/claims.html").as_uri())
    page = visit.page
    assert page.locator("details.companion-fold[open]").count() == 0
    page.fill(".companion-filter input", "log loss")
    shown = page.locator("details.companion-fold[open] tbody tr:visible")
    assert 0 < shown.count() < page.locator("details.companion-fold tbody tr").count()
    assert all("log loss" in text.lower() for text in shown.all_text_contents())
    page.fill(".companion-filter input", "")
    assert page.locator("details.companion-fold[open]").count() == 0
    assert visit.complaints() == []
    visit.context.close()


def test_on_a_laptop_the_findings_fit_and_the_contents_make_way(book, browser):
    visit = Visit(browser, (book / "index.html").as_uri())
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector(".bd-sidebar-secondary:not(.hide)")
    page.get_by_role("region", name="Table C-1").evaluate("(table) => table.scrollIntoView()")
    page.wait_for_selector(".bd-sidebar-secondary.hide")
    assert page.evaluate(TABLES_TO_SCROLL) == []
    assert page.evaluate(WIDER_THAN_THE_SCREEN) <= 0
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_selector(".bd-sidebar-secondary:not(.hide)")
    visit.context.close()


def test_on_a_phone_a_wide_table_is_a_card_for_each_row(book, browser):
    visit = Visit(browser, (book / "index.html").as_uri())
    cell = visit.page.locator("figure.companion-data tbody td").first
    heading = "(cell) => getComputedStyle(cell, '::before').content"
    assert cell.evaluate(heading) == "none"
    visit.page.set_viewport_size({"width": PHONE, "height": 900})
    visit.page.evaluate(NEXT_FRAME)
    assert cell.evaluate(heading) == '"Paper"'
    visit.page.set_viewport_size({"width": DESK, "height": 900})
    visit.page.evaluate(NEXT_FRAME)
    assert cell.evaluate(heading) == "none"
    visit.context.close()


def test_the_slider_begins_at_the_paper_s_severity_and_is_moved_by_keyboard(book, browser):
    visit = Visit(browser, (book / "book/_generated/sections/02_1_subsets.html").as_uri())
    page = visit.page
    step = page.locator(".companion-step:visible")
    assert (step.count(), step.get_attribute("data-step")) == (1, "1")
    page.get_by_role("slider", name="Severity").focus()
    page.keyboard.press("Home")
    assert (step.count(), step.get_attribute("data-step")) == (1, "0")
    visit.context.close()


def test_example_texts_are_switched_between_languages_and_labels_by_keyboard(book, browser):
    where = next(book.glob("book/_generated/*/*/*/04_3_shap_difference.html"))
    visit = Visit(browser, where.as_uri())
    page = visit.page
    shown = page.locator(".companion-view:visible")
    chosen = "(view) => [view.dataset.language, view.dataset.label]"
    assert shown.count() == 1 < page.locator(".companion-view").count()
    for name, changed in (("Language", [True, False]), ("Label", [False, True])):
        before = shown.evaluate(chosen)
        page.locator("fieldset.companion-choice", has_text=name).locator("input:checked").focus()
        page.keyboard.press("ArrowRight")
        after = shown.evaluate(chosen)
        assert [old != new for old, new in zip(before, after, strict=True)] == changed
    assert shown.locator("tbody").first.locator("tr").count() == 3
    visit.context.close()


# --- the report of a diagnosis --------------------------------------------------------------


@pytest.fixture(scope="session", params=[None, "even"])
def report(request, tmp_path_factory):
    """A report on names that are long, and that would be harmful if they were not escaped."""
    rows = tables.frame()
    odd = {"en": "<script>alert('language')</script>", "fr": "a language with a long name"}
    grouped = rows.assign(language=rows["language"].replace(odd), label=rows["label"] + " & more")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(diagnose(grouped, expect=request.param).to_html(), encoding="utf-8")
    return path


def test_a_report_is_whole_quiet_light_and_accessible(report, browser, axe):
    visit = Visit(browser, report.as_uri())
    for width in (DESK, PHONE):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.page.evaluate(WIDER_THAN_THE_SCREEN) <= 0, width
    found = violations(visit.page, axe, has_theme=False)
    assert not found, json.dumps(found, indent=1)
    assert visit.complaints() == [] and visit.files() == [report]
    visit.context.close()


def test_a_report_prints_dark_on_white_and_is_not_cut_off(report, browser):
    context = browser.new_context(color_scheme="dark", viewport={"width": 700, "height": 900})
    page = context.new_page()
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    colours = "(() => { const s = getComputedStyle(document.querySelector('.diagnosis'));"
    assert page.evaluate(f"{colours} return [s.color, s.backgroundColor] }})()") == [
        "rgb(0, 0, 0)",
        "rgb(255, 255, 255)",
    ]
    cut_off = "[...document.querySelectorAll('pre')].filter((e) => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{cut_off}.length") == 0
    context.close()
