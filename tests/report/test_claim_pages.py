"""The page of the claims: tables and small plots hold each claim once, with our verdicts."""

import html
import math
import re
import shutil
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

import fake_results
from helpers.report import claim_figures, claim_pages, claims
from helpers.report.claim_list import CLAIMS
from helpers.report.evidence import OTHER
from helpers.report.verdicts import verdicts

matplotlib.use("Agg")
REPOSITORY = Path(__file__).resolve().parents[2]
SECTIONS = list(dict.fromkeys(claim.section for claim in CLAIMS))
PLACE = ("multiemo_pairs", "e5_small")


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("claims")):
        yield fake_results.write_all()


@pytest.fixture(scope="module")
def found(experiments):
    return verdicts(experiments)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_the_page_has_every_claim(experiments, found):
    source = (REPOSITORY / "notebooks" / "00_claims.py").read_text()
    assert set(SECTIONS) <= set(re.findall(r'"([\w.]+)",$', source, flags=re.M))
    shown = claim_pages.section_table(experiments, found, *SECTIONS, caption="x").html
    assert shown.count('<th scope="row"') == len(CLAIMS)


def test_the_tally_counts_each_test_once(experiments, found):
    text = claim_pages.tally(experiments, found, caption="x").html
    rows = re.findall(r"<tr>.*?</tr>", text, flags=re.S)[1:]
    numbers = [[int(n) for n in re.findall(r"<td[^>]*>(\d+|–)</td>", row.replace("–", "0"))]
               for row in rows]  # fmt: skip
    tests = {claim.test for claim in CLAIMS}
    assert len(tests) < len(CLAIMS)
    assert [sum(column) for column in zip(*numbers, strict=True)] == [len(tests)] * 2
    held = {
        each.claim.test
        for each in found.findings
        if each.numbers and each.numbers.verdict == claims.HOLDS
    }
    assert numbers[0][1] == len(held)


def test_without_results_every_claim_is_open(experiments, checkout):
    nothing = verdicts(experiments)
    assert nothing.findings == ()
    tally = claim_pages.tally(experiments, nothing, caption="x").html
    assert f">{len({claim.test for claim in CLAIMS})}<" in tally
    table = claim_pages.section_table(experiments, nothing, "4.1", caption="x").html
    assert table.count(">missing</span>") == len(claim_pages.in_sections(["4.1"]))
    axes = claim_figures.claim_panels(experiments, nothing, claim_pages.in_sections(["4.1"]))
    assert all("missing" in [text.get_text() for text in ax.texts] for ax in axes)


def test_a_ruler_stands_wherever_a_verdict_does(experiments, found):
    shown = claim_pages.section_table(experiments, found, *SECTIONS, caption="x").html
    for claim in CLAIMS:
        assert f"Ruler: {claim.quantity.ruler.name}" in html.unescape(shown)


def lines(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_a_panel_draws_estimate_interval_seeds_and_the_paper(experiments, found):
    axes = claim_figures.claim_panels(experiments, found, claim_pages.in_sections(["4.1"]))
    listed = claim_pages.in_sections(["4.1"])
    assert len(axes) == len(listed)
    for ax, claim in zip(axes, listed, strict=True):
        diamonds = [x for line in lines(ax, "D") for x in line.get_xdata()]
        assert diamonds == pytest.approx([number.value for number in claim.paper])
        mine = found.of(claim.id, *PLACE)
        if mine.note == OTHER:
            assert "not about this" in [text.get_text() for text in ax.texts]
            continue
        colour, marker = claim_figures.VERDICT_STYLE[mine.numbers.verdict]
        (point,) = lines(ax, marker)
        assert point.get_xdata()[0] == pytest.approx(mine.numbers.estimate)
        assert point.get_color() == colour
        bounds = [mine.numbers.ci_low, mine.numbers.ci_high]
        assert bounds in [list(line.get_xdata()) for line in ax.lines]
        (ticks,) = lines(ax, "|")
        values = list(mine.numbers.values[PLACE[0]].values())
        assert list(ticks.get_xdata()) == pytest.approx(values)
        low, high = ax.get_xlim()
        assert low < min(0, bounds[0]) and high > max(0, bounds[1])
        assert claim.quantity.words.split()[0] in ax.get_xlabel()


def test_the_shade_is_where_a_claim_holds(experiments, found):
    axes = claim_figures.claim_panels(experiments, found, claim_pages.in_sections(["4.4"]))
    for ax, claim in zip(axes, claim_pages.in_sections(["4.4"]), strict=True):
        (shade,) = [patch for patch in ax.patches if patch.get_zorder() == 0]
        low, high = shade.get_x(), shade.get_x() + shade.get_width()
        for bound, drawn in ((claim.region.low, low), (claim.region.high, high)):
            assert math.isinf(bound) or drawn == pytest.approx(bound)


def test_the_text_alternative_has_every_number_and_verdict(experiments, found):
    text = claim_figures.in_words(experiments, found, claim_pages.in_sections(["4.1", "4.2"]))
    mine = [
        each.numbers
        for each in found.findings
        if each.claim.section in ("4.1", "4.2") and each.numbers is not None
    ]
    assert len(mine) > 5
    for numbers in mine:
        assert f"{claim_figures.signed(numbers.estimate)} from" in text
        assert numbers.verdict in text
    shown = claim_figures.shown(
        experiments, found, claim_pages.in_sections(["4.1"]), caption="<b>Figure C-2.</b> x"
    ).html
    assert "<b>Figure C-2.</b>" in shown and 'alt="A small plot for each claim.' in shown


def test_both_rulers_are_drawn_with_chance(experiments):
    levels = claim_figures.ruler_levels(experiments)
    assert set(levels["ruler"]) == {claim_figures.PAPER_RULER, claim_figures.LOG_LOSS_RULER}
    log_loss = levels[levels["ruler"] == claim_figures.LOG_LOSS_RULER]
    assert log_loss["chance"].unique() == pytest.approx([math.log(2)])
    axes = claim_figures.draw_rulers(levels)
    for ax, chance in zip(axes, (0.5, math.log(2)), strict=True):
        dotted = [line for line in ax.lines if line.get_linestyle() == ":"]
        assert dotted
        assert all(x == pytest.approx(chance) for line in dotted for x in line.get_xdata())
    assert axes[1].xaxis_inverted()  # further right is easier to tell, on both
    assert 'alt="How easily' in claim_figures.rulers(experiments, caption="x").html


def test_the_paper_s_exceptions_are_listed_once_with_what_they_must_clear(experiments, found):
    shown = claim_pages.paper_exceptions(found, caption="x").html
    assert shown.count("Table 7, Amazon reviews, test set") == 2  # weights, and imbalance itself
    assert shown.count("Table 2a, 4") == 1
    assert "unknown" in shown  # nothing published is here, so there is no spread to borrow


def test_a_lost_folder_leaves_no_stale_verdict(checkout):
    listed = fake_results.write_all()
    for each in listed:
        if each.setup == "imbalanced":
            shutil.rmtree(each.folder)
    found = verdicts(listed)
    assert found.of("4.1/accuracy", *PLACE).note == "no result"
    shown = claim_pages.section_table(listed, found, "4.1", caption="x").html
    assert "missing</span>" in shown
