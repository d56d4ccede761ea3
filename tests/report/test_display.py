"""What others wrote is shown as text, never read as HTML."""

import re

import pandas as pd

import fake_results
from helpers import book_pages, stages
from helpers.foundation import store
from helpers.report import (
    claim_pages,
    display,
    front_page,
    how_sure,
    open_cells,
    question_index,
    questions,
    runs,
    sections,
    tables,
    takeaways,
)
from helpers.report.question_list import question
from helpers.report.results import collect
from helpers.report.verdicts import verdicts

TAG = "<img src=x onerror=alert(1)>"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


def test_cells_index_and_headings_are_text():
    frame = pd.DataFrame({TAG: [TAG, 0.5]}, index=[TAG, "a"])
    frame.columns = pd.MultiIndex.from_tuples([(TAG, TAG)])
    shown = display.table(frame, caption="<b>Table 1.</b> Ours").html
    assert "<img" not in shown
    assert shown.count(ESCAPED) == 4
    assert "<b>Table 1.</b> Ours" in shown


def test_a_column_with_a_format_is_text_too():
    frame = pd.DataFrame({"a": [TAG]}, index=["b"])
    shown = display.table(frame, caption="c", formats={"a": "{}!"}).html
    assert "<img" not in shown and f"{ESCAPED}!" in shown


def test_a_label_and_a_model_named_as_a_tag_are_shown_as_such(experiments, tmp_path):
    content = store.read_json(experiments[0].folder, "subsets.json")
    content["labels"] = [TAG, *content["labels"][1:]]
    fake_results.publish(experiments[0], "subsets", {"subsets.json": content})
    folder = tmp_path / TAG
    folder.mkdir()
    other = experiments[0].replace(model=str(folder))
    for shown in (
        display.table(tables.training_shares(experiments), caption=""),
        display.table(runs.recipe([other]), caption=""),
        display.table(runs.progress([other]), caption=""),
        open_cells.shown([other], caption=""),
        display.missing_note([other], "metrics.json"),
    ):
        assert "<img" not in shown.html
        assert ESCAPED in shown.html


def test_pages_of_verdicts_keep_our_markup_and_escape_a_model_s_name(checkout, tmp_path):
    folder = tmp_path / TAG
    folder.mkdir()
    listed = [each.replace(model=str(folder)) for each in fake_results.write_all()]
    for each in listed:
        fake_results.write_one(each)
    listed += fake_results.write_all()  # of two models: their names are said
    found, results = verdicts(listed), collect(listed)
    content = "".join(
        shown.html
        for shown in (
            claim_pages.tally(listed, found, caption="a"),
            claim_pages.section_table(listed, found, "4.1", caption="b"),
            claim_pages.paper_exceptions(found, caption="c"),
            takeaways.headline(listed, found, number="Table 1"),
            takeaways.evidence(listed, found),
            takeaways.priors(listed, number="d"),
            takeaways.section(listed[:1], "4.1"),
            front_page.in_short(listed, found, []),
            front_page.figure(listed, number="Figure 1"),
            sections.side_by_side(sections.section("4.1"), listed),
            display.table(how_sure.power(listed), caption="e", markup=True),
            question_index.index(results, profile="tiny", caption="f"),
            questions.verdict_table(question("prior"), results, caption="g"),
        )
    )
    assert "<img src=x" not in content and ESCAPED in content
    of_ours = content.replace(ESCAPED, "")
    assert not re.search(
        r"&lt;/?\w|&amp;\w+;", of_ours
    )  # no mark-up shown as text, none escaped twice
    assert '<span class="companion-verdict' in of_ours and "<small>" in of_ours


def test_captions_and_links_show_a_model_named_as_a_tag_as_such(checkout, tmp_path):
    folder = tmp_path / TAG
    folder.mkdir()
    profile = checkout / "configs" / "tiny.yaml"
    text = profile.read_text("utf-8").replace("[e5_small]", f"[e5_small, {folder}]")
    profile.write_text(text, encoding="utf-8")
    listed = stages.experiments(profile="tiny", model=str(folder), dataset="multiemo_pairs")
    assert display.place_name(listed) == f"MultiEmo pairs, {ESCAPED}"
    page = book_pages.Page(
        source=checkout / "S_section.py",
        target=checkout / "S.ipynb",
        parameters={},
        of=checkout / "04_1_performance.py",
        experiments=listed,
    )
    assert f"[MultiEmo pairs, {ESCAPED}]" in book_pages._links(page)
