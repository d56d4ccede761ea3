"""A reader's questions: the answer is two clicks away at most, and its number is the claims'."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import reproduction
from helpers.foundation.names import dataset_label
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.report.display import bound, signed

QUESTIONS = yaml.safe_load(
    Path(__file__).with_name("reader_questions.yaml").read_text(encoding="utf-8")
)
# Headings of rows may span several of them: cells are counted from the right.
CELL = """([table, row, column]) => {
  const figure = [...document.querySelectorAll("figure.companion-data")]
    .find((each) => each.querySelector("figcaption").innerText.startsWith(table));
  const line = [...figure.querySelectorAll("tbody tr")].find((each) =>
    [...each.querySelectorAll("th")].some((heading) => heading.innerText.startsWith(row)));
  const columns = [...figure.querySelector("thead tr").cells].map((cell) => cell.innerText.trim());
  return line.cells[line.cells.length - columns.length + columns.indexOf(column)].innerText;
}"""


def profile_of(book: Path) -> str:
    found = re.search(r"pages of profile (\w+)", (book.parent / "toc.yml").read_text("utf-8"))
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def records(book):
    """The claims of the book's profile, and of the published one, as `claims --json` has them."""
    profiles = dict.fromkeys((profile_of(book), PUBLISHED_PROFILE))
    return {name: reproduction.claim_records(name) for name in profiles}


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda one: one["question"])
def test_an_answer_is_near_and_is_that_of_the_claims(asked, book, browser, records):
    assert len(asked["clicks"]) <= 2
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto((book / "index.html").as_uri())
    for name in asked["clicks"]:
        with page.expect_navigation():
            page.get_by_role("link", name=name, exact=True).first.click()
    for answer in asked["answers"]:
        if "sentence" in answer:
            assert sentence(answer, records[PUBLISHED_PROFILE]) in plain(page.inner_text("main"))
        else:
            column, expected = cell(answer, records[profile_of(book)])
            shown = page.evaluate(CELL, [answer["table"], answer["row"], column])
            assert plain(expected) in plain(shown)
    page.close()


def plain(text: str) -> str:
    """Return a text with every break and no-break space as one space."""
    return " ".join(text.split())


def cell(answer: dict[str, Any], records: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the column of an answer, and what stands there."""
    wanted = answer["dataset"]
    names = list(records[0]["datasets"])
    name = wanted if wanted in names else names[0]
    column = "Together" if name == "pooled" else dataset_label(name)
    if answer["shows"] == "count":
        distinct = [each for each in records if each["counts_with"] == each["id"]]
        verdicts = [each["datasets"][name] for each in distinct]
        told = [each["verdict"] for each in verdicts if each["estimate"] is not None]
        return column, str(told.count(answer["verdict"]))
    found = number(answer["claim"], name, records)
    if answer["shows"] == "verdict":
        return column, found["verdict"]
    bounds = [found["ci_low"], found["ci_high"]]
    interval = (
        f"[{', '.join(bound(each, sign='+') for each in bounds)}]" if None not in bounds else ""
    )
    return column, f"{signed(found['estimate'])} {interval}"


def sentence(answer: dict[str, Any], records: list[dict[str, Any]]) -> str:
    """Return an answer's sentence with the numbers of its claim."""
    if "claim" not in answer:
        return str(answer["sentence"])
    found = number(answer["claim"], answer["dataset"], records)
    points = f"{100 * abs(found['estimate']):.1f}"
    return str(answer["sentence"].format(points=points, seeds=found["seeds"]))


def number(claim: str, dataset: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a data set says of a claim."""
    [found] = [each["datasets"][dataset] for each in records if each["id"] == claim]
    return dict(found)


def test_the_questions_name_what_exists():
    asked = [each["question"] for each in QUESTIONS]
    assert len(set(asked)) == len(asked) >= 7
