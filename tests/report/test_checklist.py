"""The checklist: every answer follows from the results and files that are there."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

import fake_results
from helpers.report import checklist
from helpers.report.checklist_items import ITEMS
from helpers.report.claim_list import CLAIMS

REPOSITORY = Path(__file__).resolve().parents[2]


def by_list(facts):
    return {each["list"]: each for each in checklist.as_record(facts)["items"]}


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """Facts of a checkout with the book's pages, an address, a DOI, and one run lost."""
    with fake_results.checkout(tmp_path_factory.mktemp("checklist")) as root:
        (root / "book").mkdir()
        for name in ("limitations.md", "deviations.md"):
            shutil.copy(REPOSITORY / "book" / name, root / "book" / name)
        citation = {"license": "MIT", "doi": "10.5281/zenodo.1"}
        (root / "CITATION.cff").write_text(yaml.safe_dump(citation))
        (root / "pyproject.toml").write_text('[project.urls]\nRepository = "https://a.org/b"\n')
        shutil.rmtree(fake_results.write_all()[0].folder)
        yield checklist.gather("tiny")


def test_without_results_and_files_nothing_is_claimed(checkout):
    facts = checklist.gather("tiny")
    found, record = by_list(facts), checklist.as_record(facts)
    for name in ("ACL A1", "ACL B6", "ACL C1", "ACL C3", "ACL C4", "NeurIPS 1", "NeurIPS 4",
                 "NeurIPS 5", "NeurIPS 8", "ACM Available", "ACM Functional",
                 "ACM Replicated"):  # fmt: skip
        assert found[name]["answer"] == "no", name
    assert record["report"]["Results"] == "No result has been computed yet."
    assert "nothing was run yet" in checklist.as_text(record)


def test_answers_follow_the_files(facts):
    found, total = by_list(facts), len(facts.experiments)
    assert f"{total - 1} of {total} experiments" in found["NeurIPS 4"]["because"]
    assert found["ACM Functional"]["answer"] == "in part"
    assert found["ACM Functional"]["because"].startswith(f"{total - 1} of {total} ")
    assert found["ACL C3"]["because"].startswith("MultiEmo pairs (multilingual-e5-small): 2 seeds")
    assert found["ACL A1"]["answer"] == "yes"
    assert found["NeurIPS 5"]["because"] == "Code: MIT, https://a.org/b."
    assert found["ACM Available"]["answer"] == "yes"
    assert found["ACM Reproduced"]["answer"] == "no"


def test_the_choices_that_the_paper_leaves_open_are_counted(facts):
    choices, unsaid = facts.unsaid()
    rows = [line for line in facts.choices.splitlines() if line.startswith("| ")]
    heads = sum(line.startswith(("| topic", "| ---")) for line in rows)
    assert choices == len(rows) - heads and 0 < unsaid < choices


def test_text_json_and_page_say_the_same(facts):
    record = json.loads(json.dumps(checklist.as_record(facts)))
    text = checklist.as_text(record)
    page = checklist.answers(facts, caption="<b>T.</b>").html
    for item in ITEMS:
        assert item.answer(facts).because in text
        assert f">{item.list}<" in page
    shown = checklist.costs_table(facts, caption="<b>T.</b>").html
    assert set(record["claims"]) == {claim.id for claim in CLAIMS}
    for name, cost in record["claims"].items():
        assert name in shown and cost["command"] in shown and cost["command"] in text


def test_an_answer_s_page_is_in_the_book(facts):
    contents = (REPOSITORY / "_toc.yml").read_text()
    for item in ITEMS:
        assert f"book/{item.answer(facts).page}\n" in contents, item.list
