"""The pages of the sections: every section has one, and it shows every data set."""

import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

import fake_results
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import section_number
from helpers.report import plain_words, sections
from helpers.report.claim_list import CLAIMS
from helpers.report.verdicts import verdicts

matplotlib.use("Agg")
REPOSITORY = Path(__file__).resolve().parents[2]
OTHER_PAGES = {"abstract", "A.2"}  # their claims are those of other sections, or of XLM-R


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("sections")):
        yield fake_results.write_all()


@pytest.fixture(scope="module")
def found(experiments):
    return verdicts(experiments)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_every_section_s_notebook_has_a_page():
    stems = [path.stem for path in (REPOSITORY / "notebooks").glob("*.py")]
    numbers = {section_number(one) for one in stems if not one.startswith(("00_", "Q_", "S_"))}
    assert numbers == set(sections.SECTIONS)


def test_every_claim_of_a_section_is_drawn_on_its_page():
    drawn = {part for page in sections.SECTIONS.values() for part in page.of_paper}
    assert {claim.section for claim in CLAIMS} - drawn == OTHER_PAGES
    told = [name for page in sections.SECTIONS.values() for name in page.claims]
    assert set(told) <= set(plain_words.WORDS)


@pytest.mark.parametrize("number", sections.SECTIONS)
def test_a_page_shows_its_parts_with_captions_and_texts(experiments, found, number):
    page = sections.section(number)
    assert "computed yet" not in sections.in_short(page, experiments, found).text
    html = sections.side_by_side(page, experiments).html
    captions = re.findall(r"<figcaption><b>((?:Figure|Table) [\w.]+-[BCD])", html)
    assert len(set(captions)) == len(captions) == len(page.parts)
    assert all(caption.split()[1].startswith(f"{number}-") for caption in captions)
    assert all(re.findall(r'<img [^>]*alt="([^"]*)"', html))
    judged = sections.judged(page, experiments, found, caption="<b>Figure 1.</b>").html
    assert ("<img" in judged) == bool(page.claims)


def test_without_results_a_page_says_so(experiments, found, checkout):
    page = sections.section("4.1")
    nothing = verdicts(experiments)
    assert "has been computed yet" in sections.in_short(page, experiments, nothing).text
    assert "Not computed yet" in sections.side_by_side(page, experiments).html


def test_a_section_without_a_page_is_refused():
    with pytest.raises(CompanionError, match=r"unknown section '5': choose one of 2\.1, 3"):
        sections.section("5")
