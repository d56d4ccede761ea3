"""The first page: three sentences by verdict, and one figure; README's copy of it is current."""

import re
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import fake_results
from helpers.analysis.skew_slope import skew_scores
from helpers.foundation.experiment import Experiment
from helpers.report import claims, front_page, plain_words, skew_figures
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.evidence import evaluate
from helpers.report.verdicts import verdicts
from results_by_hand import as_in_the_paper

matplotlib.use("Agg")
REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = ("multiemo_pairs", "xnli_7500")


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("front")):
        yield fake_results.write_all()


@pytest.fixture(scope="module")
def two_data_sets():
    listed = [Experiment("e5_small", name, "balanced", 0, "quick") for name in NAMES]
    found = evaluate(CLAIMS, [as_in_the_paper(dataset=name) for name in NAMES], family=HEADLINES)
    return listed, found


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_every_plain_sentence_is_about_a_claim_and_has_an_opposite():
    assert set(plain_words.WORDS) <= {claim.id for claim in CLAIMS}
    assert set(front_page.PROBLEM_AND_CURE) <= set(plain_words.WORDS)
    assert all(said != opposite for said, opposite in plain_words.WORDS.values())


def test_the_verdict_chooses_the_sentence(two_data_sets):
    listed, found = two_data_sets
    without_tokens = set(front_page.PROBLEM_AND_CURE) - {"abstract/uninformative"}
    for name in without_tokens:
        one = plain_words.read(listed, found, name, "e5_small")
        said, opposite = plain_words.WORDS[name]
        text = plain_words.sentences([one])
        expected = {
            claims.HOLDS: f"In line with the paper, {said}.",
            claims.FAILS: f"Unlike in the paper, {opposite}.",
            claims.UNKNOWN: f"It cannot be told whether {said}.",
        }
        assert text == expected[one.numbers.verdict]


def test_a_claim_is_read_on_all_data_sets_together_else_where_most_seeds_are(two_data_sets):
    listed, found = two_data_sets
    name = "abstract/performance"
    assert plain_words.read(listed, found, name, "e5_small").dataset == "pooled"
    alone = evaluate(CLAIMS, [as_in_the_paper(dataset=NAMES[1])])
    one = plain_words.read(listed, alone, name, "e5_small")
    assert one.dataset == NAMES[1]
    assert plain_words.sentences([one], several=True).endswith("(XNLI-7500 alone).")
    assert plain_words.read(listed, alone, name, "mbert") is None


def test_one_seed_is_called_one_seed(two_data_sets):
    listed, _ = two_data_sets
    name = "abstract/performance"
    results = [as_in_the_paper(seeds=[0], dataset=each) for each in NAMES]
    one = plain_words.read(listed, evaluate(CLAIMS, results), name, "e5_small")
    said = plain_words.sentences([one], several=True, sizes=True)
    assert said.startswith(f"One seed gives no verdict on whether {plain_words.WORDS[name][0]} (−")
    assert "alone" not in said


def test_verdicts_are_counted_where_they_were_found(two_data_sets):
    listed, found = two_data_sets
    said = front_page._how_sure(listed, found)
    raised = sum(claim.raised for claim in CLAIMS if claim.id in HEADLINES)
    assert f"({len(HEADLINES) - raised} of the paper, {raised} that its results raise)" in said
    assert "on all data sets together" in said and "new seeds" not in said
    later = [as_in_the_paper(seeds=range(6), dataset=name) for name in NAMES]
    said = front_page._how_sure(listed, evaluate(CLAIMS, later, family=HEADLINES))
    assert all(f"By {name}'s new seeds alone" in said for name in ("MultiEmo pairs", "XNLI-7500"))


def test_the_sentences_count_findings_seeds_and_gaps(experiments):
    text = front_page.in_short(experiments, verdicts(experiments), []).text
    assert "On texts skewed as in training" in text and "skewed the other way" in text
    counts = [int(n) for n in re.findall(r"(\d+) (?:hold|do not|cannot)", text)]
    assert 0 < sum(counts) <= len(HEADLINES)
    assert "MultiEmo pairs, up to 2 seeds" in text
    original = [Experiment("mbert", "xnli", "balanced", 0, "quick")]
    text = front_page.in_short(experiments, verdicts(experiments), original).html
    assert "none of its 74 numbers has been computed" in text
    assert "make reproduce PROFILE=quick" in text


def test_without_results_nothing_is_said(experiments, checkout):
    text = front_page.in_short(experiments, verdicts(experiments), []).text
    assert "No result has been computed yet" in text
    assert "Not computed yet" in front_page.figure(experiments, number="Figure 1").html


def test_the_figure_has_two_pictures_with_texts_and_says_n_and_seeds(experiments):
    html = front_page.figure(experiments, number="Figure 9").html
    assert html.count("<img ") == 2 == len(set(re.findall(r'alt="([^"]+)"', html)))
    assert "<b>Figure 9. Problem, effect and cure.</b>" in html
    assert "600 texts" in html and "600 test texts" in html and "2 seeds" in html
    assert len(set(re.findall(r'aria-label="([^"]+)"', html))) == 2


def test_the_slope_is_that_of_the_claims():
    rows = as_in_the_paper(dataset=NAMES[0])
    frame = rows.predictions["imbalanced", 0]
    shares = frame.groupby("language")["predicted"].value_counts(normalize=True)
    records = [
        ("imbalanced", language, shares.get((language, label), 0.0), weights[label] / sum(weights))
        for language, weights in rows.skew.items()
        for label in range(len(rows.labels))
    ]
    columns = ["setup", "languages", "share", "training_share"]
    found = skew_figures.slopes(pd.DataFrame(records, columns=columns))
    assert found["slope"][0] == pytest.approx(skew_scores(frame, skew=rows.skew).mean())


def test_readme_s_picture_is_drawn_from_the_published_results(monkeypatch):
    """Its words and numbers: where they lie depends on the version of matplotlib."""
    monkeypatch.setenv("COMPANION_ROOT", str(REPOSITORY))
    monkeypatch.setattr(sys, "path", [str(REPOSITORY / "tools"), *sys.path])
    import first_figure

    def words(svg):
        return re.findall(r"<text[^>]*>([^<]+)</text>", svg.decode("utf-8"))

    committed, current = first_figure.TARGET.read_bytes(), first_figure.drawing()
    assert any("slope" in word for word in words(committed))
    assert words(committed) == words(current), "draw it again: python tools/first_figure.py"
