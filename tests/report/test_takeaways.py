"""What holds, in words: verdicts, numbers of seeds and gaps are those of the runs at hand."""

import re

import pytest

import fake_results
from helpers.report import claims, takeaways
from helpers.report.claim_list import CLAIMS
from helpers.report.results import collect


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("takeaways")):
        yield fake_results.write_all()


def test_the_headlines_are_claims_and_each_has_a_row(experiments):
    assert set(takeaways.HEADLINES) <= {claim.id for claim in CLAIMS}
    frame = takeaways.headline_table(experiments)
    assert len(frame) == len(takeaways.HEADLINES)
    assert frame.columns[0] == "Paper" and frame.shape[1] == 2


def test_a_cell_shows_the_verdict_and_the_interval_of_its_claim(experiments):
    found = claims.evaluate(CLAIMS, collect(experiments))
    for name, cell in zip(
        takeaways.HEADLINES, takeaways.headline_table(experiments).iloc[:, 1], strict=True
    ):
        row = found[found["id"] == name].iloc[0]
        assert row["verdict"] in cell
        assert f"[{takeaways.signed(row['ci_low'])}, " in cell


@pytest.mark.parametrize(("seeds", "said"), [([0], True), ([0, 1], False)])
def test_a_number_from_one_seed_says_so(experiments, seeds, said):
    listed = [each for each in experiments if each.seed in seeds and not each.variant]
    frame = takeaways.headline_table(listed)
    cells = [cell for cell in frame.iloc[:, 1] if "missing" not in cell]
    assert len(cells) >= 3
    assert all(("one seed" in cell) == said for cell in cells)
    text = takeaways.evidence(listed).text
    assert ("say nothing about another seed" in text) == said
    assert ("intervals on paired differences" in text) != said
    for name in ("4.1", "4.2"):  # with an interval over source rows, and without one
        section = takeaways.section(listed, name).html
        assert section.count("one seed") == (section.count("<li>") if said else 0)


def test_data_sets_with_one_and_with_several_seeds_are_both_explained():
    both = takeaways._how_sure({1, 3})
    assert both == f"{takeaways._how_sure([3])} {takeaways._how_sure([1])}"


def test_a_summary_counts_every_claim_of_its_section(experiments):
    text = takeaways.section(experiments, "4.1").html
    number = int(re.search(r"Of the (\d+) claims tested here", text)[1])
    assert number == text.count("<li>") > 0
    counts = [int(n) for n in re.findall(r"(\d+) (?:hold|do|does|cannot)", text.split("</p>")[0])]
    assert sum(counts) == number


def test_a_model_that_has_not_learned_is_named(experiments, monkeypatch):
    assert "Not learned" not in takeaways.evidence(experiments).html
    found = collect(experiments)
    frame = found[0].predictions["imbalanced", 1]
    frame["predicted"] = (frame["language"] == "fr").astype(int)
    monkeypatch.setattr(takeaways, "collect", lambda _: found)
    assert takeaways.evidence(experiments).html.count("Imbalanced, seed 1.</li>") == 1
    assert "Not learned: Imbalanced, seed 1. A" in takeaways.section(experiments, "4.1").html
    found[0].predictions["imbalanced", 0] = frame
    found[0].predictions["balanced", 1] = frame
    names = "Balanced, seed 1; Imbalanced, seeds 0, 1.</li>"
    assert names in takeaways.evidence(experiments).html


def test_without_results_nothing_is_claimed(experiments, checkout):
    assert "have not been computed" in takeaways.section(experiments, "4.1").html
    assert "No result has been computed yet" in takeaways.evidence(experiments).html
    cells = takeaways.headline_table(experiments).iloc[:, 1]
    assert all("missing" in cell for cell in cells)
