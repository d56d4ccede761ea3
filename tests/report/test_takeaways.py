"""What holds, in words: verdicts, numbers of seeds and gaps are those of the runs at hand."""

import re

import pytest

import fake_results
from helpers.foundation.experiment import Experiment
from helpers.report import takeaways
from helpers.report import verdicts as verdicts_of
from helpers.report.claim_cells import interval
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.display import signed
from helpers.report.evidence import evaluate
from helpers.report.results import collect
from helpers.report.verdicts import verdicts
from results_by_hand import as_in_the_paper


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("takeaways")):
        yield fake_results.write_all()


def headline_cells(listed):
    return takeaways.headline_table(listed, verdicts(listed)).iloc[:, 1].tolist()


def test_each_headline_has_a_row_with_its_ruler(experiments):
    frame = takeaways.headline_table(experiments, verdicts(experiments))
    assert len(frame) == len(HEADLINES)
    assert frame.columns[0] == "Paper" and frame.shape[1] == 2
    assert all("ruler: " in name for name in frame.index)
    assert sum("C = 1e-4" in name for name in frame.index) == 2
    assert sum("log loss at C = 1" in name for name in frame.index) == 2


def test_a_cell_shows_the_verdict_and_the_interval_of_its_claim(experiments):
    found = verdicts(experiments)
    for name, cell in zip(HEADLINES, headline_cells(experiments), strict=True):
        numbers = found.of(name, "multiemo_pairs", "e5_small").numbers
        if numbers is None:
            assert "missing" in cell
            continue
        assert numbers.verdict in cell
        assert f"{signed(numbers.estimate)} <small>{interval(numbers)}" in cell


def test_data_sets_have_a_column_together_that_holm_decides(experiments):
    names = ("multiemo_pairs", "xnli_7500")
    listed = [Experiment("e5_small", name, "balanced", 0, "quick") for name in names]
    found = evaluate(CLAIMS, [as_in_the_paper(dataset=name) for name in names], family=HEADLINES)
    frame = takeaways.headline_table(listed, found)
    assert list(frame.columns) == ["Paper", "Together", "MultiEmo pairs", "XNLI-7500"]
    told = [cell for cell in frame["Together"] if "missing" not in cell and cell != "–"]
    assert len(told) >= 9
    assert all("after Holm" in cell for cell in told)
    assert not any("after Holm" in cell for cell in frame["XNLI-7500"])


def test_a_number_from_one_seed_says_so_and_has_no_verdict(experiments):
    single = [each for each in experiments if each.seed == 0 and not each.variant]
    cells = [cell for cell in headline_cells(single) if "missing" not in cell]
    assert len(cells) >= 3
    assert all("one seed: no verdict" in cell and "cannot be told" in cell for cell in cells)
    assert not any("one seed" in cell for cell in headline_cells(experiments))
    assert "One seed gives no verdict" in takeaways.evidence(single, verdicts(single)).text
    text = takeaways.evidence(experiments, verdicts(experiments)).text
    assert "Intervals are over seeds" in text
    section = takeaways.section(single, "4.1").html
    assert section.count("one seed: no verdict") == section.count("<li>") > 0


def test_another_profile_s_number_stands_beside_the_published_one(experiments, monkeypatch):
    shared = [as_in_the_paper(dataset="multiemo_pairs")]
    monkeypatch.setattr(verdicts_of, "published", lambda: shared)
    single = [each for each in experiments if each.seed == 0 and not each.variant]
    cell = headline_cells(single)[list(HEADLINES).index("abstract/performance")]
    published = evaluate(CLAIMS, shared).of("abstract/performance", "multiemo_pairs", "e5_small")
    numbers = published.numbers
    assert f"published: {signed(numbers.estimate)} {interval(numbers)}, holds" in cell
    assert numbers.ci_high < -0.11  # the made-up run falls by a tenth
    assert "this one lies outside" in cell


def test_accuracy_stands_under_three_priors(experiments, monkeypatch):
    made = [as_in_the_paper(dataset="multiemo_pairs")]
    monkeypatch.setattr(takeaways, "collect", lambda _, of_claims: made)
    falls = takeaways.priors_table(experiments).xs("imbalanced − balanced", level=1)[
        "MultiEmo pairs"
    ]
    assert list(falls.index) == ["Even", "As in training", "Reversed"]
    values = [float(text.split()[0].replace("−", "-")) for text in falls]
    # The model leans to the labels frequent in training: it loses least where they are frequent.
    assert values[2] < values[0] < values[1]
    assert all(re.search(r"\[.+, .+\]", text) for text in falls)


def test_a_summary_counts_every_claim_of_its_section(experiments):
    text = takeaways.section(experiments, "4.1").html
    number = int(re.search(r"Of the (\d+) claims tested here", text)[1])
    assert number == text.count("<li>") > 0
    counts = [int(n) for n in re.findall(r"(\d+) (?:hold|do|does|cannot)", text.split("</p>")[0])]
    assert sum(counts) == number


def test_a_model_that_has_not_learned_is_named(experiments, monkeypatch):
    found = collect(experiments)
    frame = found[0].predictions["imbalanced", 1].copy()
    frame["predicted"] = (frame["language"] == "fr").astype(int)

    def evidence():
        return takeaways.evidence(experiments, verdicts(experiments)).html

    assert "Not learned" not in evidence()
    found[0].predictions["imbalanced", 1] = frame
    monkeypatch.setattr(takeaways, "collect", lambda _: found)
    assert evidence().count("Imbalanced, seed 1.</li>") == 1
    assert "Not learned: Imbalanced, seed 1. A" in takeaways.section(experiments, "4.1").html
    found[0].predictions["imbalanced", 0] = frame
    found[0].predictions["balanced", 1] = frame
    assert "Balanced, seed 1; Imbalanced, seeds 0, 1.</li>" in evidence()


def test_without_results_nothing_is_claimed(experiments, checkout):
    found = verdicts(experiments)
    assert "have not been computed" in takeaways.section(experiments, "4.1").html
    assert "No result has been computed yet" in takeaways.evidence(experiments, found).html
    assert all("missing" in cell for cell in headline_cells(experiments))
    assert takeaways.headline(experiments, found, number="Table C-1").html.count("missing") >= len(
        HEADLINES
    )
