"""The page of the claims: tables and small plots hold each claim once, with our verdicts."""

import re
import shutil
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

import fake_results
from helpers.report import claim_figures, claim_pages, claims
from helpers.report.claim_list import CLAIMS

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
    return claim_pages.verdicts(experiments)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_the_page_has_every_claim(experiments, found):
    source = (REPOSITORY / "notebooks" / "00_claims.py").read_text()
    assert set(SECTIONS) <= set(re.findall(r'"([\w.]+)",$', source, flags=re.M))
    shown = claim_pages.section_table(experiments, found, *SECTIONS, caption="x").html
    assert shown.count('<th scope="row"') == len(CLAIMS)


def test_the_tally_counts_each_claim_once(experiments, found):
    text = claim_pages.tally(experiments, found, caption="x").html
    rows = re.findall(r"<tr>.*?</tr>", text, flags=re.S)[1:]
    numbers = [[int(n) for n in re.findall(r"<td[^>]*>(\d+|–)</td>", row.replace("–", "0"))]
               for row in rows]  # fmt: skip
    assert [sum(column) for column in zip(*numbers, strict=True)] == [len(CLAIMS)] * 2
    held = (found["verdict"] == claims.HOLDS).sum()
    assert numbers[0][1] == held


def test_without_results_every_claim_is_open(experiments, checkout):
    nothing = claim_pages.verdicts(experiments)
    assert nothing.empty
    tally = claim_pages.tally(experiments, nothing, caption="x").html
    assert f">{len(CLAIMS)}<" in tally
    table = claim_pages.section_table(experiments, nothing, "4.1", caption="x").html
    assert table.count(">missing</span>") == len(claim_pages.in_sections(["4.1"]))
    axes = claim_figures.claim_panels(experiments, nothing, "4.1")
    assert all("missing" in [text.get_text() for text in ax.texts] for ax in axes)


def lines(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_a_panel_draws_estimate_interval_seeds_and_the_paper(experiments, found):
    axes = claim_figures.claim_panels(experiments, found, "4.1")
    listed = claim_pages.in_sections(["4.1"])
    assert len(axes) == len(listed)
    for ax, claim in zip(axes, listed, strict=True):
        diamonds = [x for line in lines(ax, "D") for x in line.get_xdata()]
        assert diamonds == pytest.approx(list(claim.paper_cells().values()))
        (row,) = claim_pages.of_place(found, claim.id, PLACE).to_dict("records")
        if row["method"] == "about another data set or model":
            assert "not about this" in [text.get_text() for text in ax.texts]
            continue
        colour, marker = claim_figures.VERDICT_STYLE[row["verdict"]]
        (point,) = lines(ax, marker)
        assert point.get_xdata()[0] == pytest.approx(row["estimate"])
        assert point.get_color() == colour
        assert [row["ci_low"], row["ci_high"]] in [list(line.get_xdata()) for line in ax.lines]
        (ticks,) = lines(ax, "|")
        assert list(ticks.get_xdata()) == pytest.approx(list(row["per_seed"].values()))
        low, high = ax.get_xlim()
        assert low < min(0, row["ci_low"]) and high > max(0, row["ci_high"])


def test_the_shade_is_where_a_claim_holds(experiments, found):
    axes = claim_figures.claim_panels(experiments, found, "4.4")
    for ax, claim in zip(axes, claim_pages.in_sections(["4.4"]), strict=True):
        (shade,) = [patch for patch in ax.patches if patch.get_zorder() == 0]
        low, high = shade.get_x(), shade.get_x() + shade.get_width()
        if claim.comparison.kind == "within":
            assert (low, high) == pytest.approx((-claim.comparison.margin, claim.comparison.margin))
        else:
            assert (low if claim.comparison.kind == "above" else high) == 0


def test_the_text_alternative_has_every_number_and_verdict(experiments, found):
    text = claim_figures.in_words(experiments, found, "4.1", "4.2")
    mine = found[found["section"].isin(["4.1", "4.2"]) & found["estimate"].notna()]
    assert len(mine) > 5
    for row in mine.to_dict("records"):
        assert f"{claim_figures.signed(row['estimate'])} from" in text
        assert row["verdict"] in text
    shown = claim_figures.shown(experiments, found, "4.1", caption="<b>Figure C-2.</b> x").html
    assert "<b>Figure C-2.</b>" in shown and 'alt="A small plot for each claim.' in shown


def test_the_paper_s_exceptions_are_listed_with_their_cells():
    shown = claim_pages.paper_exceptions(caption="x").html
    assert "Table 7, amazon_reviews, test: +0.031" in shown
    assert "Table 2a, label 4: −0.008" in shown


def test_a_lost_folder_leaves_no_stale_verdict(checkout):
    listed = fake_results.write_all()
    for each in listed:
        if each.setup == "imbalanced":
            shutil.rmtree(each.folder)
    found = claim_pages.verdicts(listed)
    row = claim_pages.of_place(found, "4.1/accuracy", PLACE).iloc[0]
    assert row["method"] == "no result"
    shown = claim_pages.section_table(listed, found, "4.1", caption="x").html
    assert "missing</span>" in shown
