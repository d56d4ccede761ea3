"""The open questions: answers by verdicts, one family a question, and pages that are there."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import package_copy
import results_by_hand
from helpers.analysis.statistics import holm, over_seeds
from helpers.report import measures, question_figures, questions
from helpers.report.claims import FAILS, HOLDS, UNKNOWN
from helpers.report.places import POOLED
from helpers.report.question_index import index
from helpers.report.question_list import all_questions, question

QUESTIONS = tuple(all_questions().values())
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LABELS = results_by_hand.LABELS
SEEDS = (0, 1, 2, 3)


NEW_QUESTION = """
from helpers.report.questions import Description, Question

QUESTION = Question(
    name="moon",
    order=45,
    title="Does the moon matter?",
    page="Q_9_moon",
    describe=lambda results: Description("It does not.", "no seed"),
)
"""

PRINT_INDEX = """
from helpers.report.question_index import index

print(index([], profile="quick", caption="T").html)
"""


def with_probabilities(predictions):
    sure = np.eye(3)[predictions["predicted"]] * 0.7 + 0.1
    return predictions.assign(**{f"p_{label}": sure[:, k] for k, label in enumerate(LABELS)})


@pytest.fixture(scope="module")
def results():
    """A refitted layer that repairs everything, and erasures that change predictions or not."""
    made = results_by_hand.as_in_the_paper(SEEDS, dataset="multiemo")
    predictions = {key: with_probabilities(frame) for key, frame in made.predictions.items()}
    made = dataclasses.replace(made, predictions=predictions)
    balanced = {("imbalanced", k): made.predictions["balanced", k] for k in SEEDS}
    imbalanced = {("imbalanced", k): made.predictions["imbalanced", k] for k in SEEDS}
    erased = {
        key: pd.concat(
            [imbalanced[key].assign(method="leace"), balanced[key].assign(method="centring")]
        )
        for key in imbalanced
    }
    probes = {
        ("imbalanced", k): {
            "probes": {
                name: {
                    source: {
                        "C=1e-4": {"accuracy": 0.5 + 0.01 * k},
                        "C=1": {"accuracy": 0.8, "log_loss": 0.9},
                    }
                    for source in ("test", "external")
                }
                for name in ("leace", "centring")
            }
        }
        for k in SEEDS
    }
    files = {"head_refit.parquet": balanced, "erasure.parquet": erased, "erasure.json": probes}
    return dataclasses.replace(made, files=files)


def told(name, results):
    return questions.findings(question(name), [results])["multiemo"]


def test_every_question_has_its_page_its_words_and_claims_of_its_own():
    ids = [part.claim.id for each in QUESTIONS for part in each.parts]
    assert len(ids) == len(set(ids)) and all(id.startswith("Q/") for id in ids)
    for name, each in all_questions().items():
        assert each.name == name
        assert all(part.claim.id.startswith(f"Q/{name}/") for part in each.parts)
        assert (NOTEBOOKS / f"{each.page}.py").is_file()
        assert each.title.endswith("?")
        assert bool(each.parts) != bool(each.describe)
        for part in each.parts:
            said = {part.words(verdict, -1) for verdict in (HOLDS, FAILS, UNKNOWN)}
            assert len(said) == 3 and not any(words.endswith(".") for words in said)
    assert {path.stem for path in NOTEBOOKS.glob("Q_*.py")} == {each.page for each in QUESTIONS}


def test_an_answer_is_chosen_by_the_verdicts(results):
    found = told("head_refit", results)
    assert [one.numbers.verdict for one in found] == [HOLDS, HOLDS]
    assert questions.answer(question("head_refit"), found) == (
        "Refitting the last layer on a few balanced texts wins accuracy back; it is level with "
        "class weights, to within a point."
    )
    found = told("erasing", results)
    assert [one.numbers.verdict for one in found] == [HOLDS, HOLDS, FAILS, HOLDS]
    assert "centring the languages' features raises accuracy" in questions.answer(
        question("erasing"), found
    )
    assert "costs more than a point" in question("erasing").parts[2].words(FAILS, -0.02)
    assert told("attribution", results)[0].numbers is None
    assert questions.answer(question("attribution"), told("attribution", results)) == (
        questions.NOT_YET
    )


def test_many_rules_are_counted(results):
    found = told("thresholds", results)  # the made-up results have two thresholds of the six rules
    assert sum(one.numbers is not None for one in found) == 2
    assert "by 2 of 2 rules; 0 say otherwise" in questions.answer(question("thresholds"), found)


def test_a_question_s_parts_are_one_family(results):
    rng = np.random.default_rng(0)
    unsure = {
        key: frame.assign(
            predicted=np.where(rng.random(len(frame)) < 0.1, frame["label"], frame["predicted"])
        )
        for key, frame in results.files["head_refit.parquet"].items()
    }
    given = dataclasses.replace(results, files={"head_refit.parquet": unsure})
    found = told("head_refit", given)
    plain = [
        min(part.claim.region.p_values(over_seeds(list(one.numbers.values["multiemo"].values()))))
        for part, one in zip(question("head_refit").parts, found, strict=True)
    ]
    assert [one.numbers.p_adjusted for one in found] == pytest.approx(holm(plain))
    for one in found:
        assert (one.numbers.verdict == UNKNOWN) == (one.numbers.p_adjusted >= 0.05)


def test_data_sets_stand_beside_each_other_and_together(results):
    other = dataclasses.replace(results, dataset="multiemo_pairs")
    found = questions.findings(question("head_refit"), [results, other])
    assert list(found) == ["multiemo", "multiemo_pairs", POOLED]
    shown = questions.verdict_table(question("head_refit"), [results, other], caption="T")
    assert "MultiEmo pairs" in shown.html and "Together" in shown.html


def test_the_index_answers_what_there_is_and_says_what_is_missing(results):
    shown = index([results], profile="quick", caption="<b>Table Q-1.</b> T").html
    assert shown.count("companion-verdict") >= 2
    assert questions.NOT_YET in shown
    for each in QUESTIONS:
        assert f'href="questions/{each.page}.html"' in shown
    empty = index([], profile="quick", caption="T").html
    assert empty.count(questions.NOT_YET) == len(QUESTIONS)


def test_a_question_is_added_by_one_file(tmp_path):
    copied = package_copy.copy_package(tmp_path)
    (copied / "report" / "question_list" / "moon.py").write_text(NEW_QUESTION)
    shown = package_copy.python(copied, "-c", PRINT_INDEX)
    places = [shown.index(title) for title in ("separation order", "the moon", "the threshold")]
    assert places == sorted(places)
    assert "It does not." in shown and "questions/Q_9_moon.html" in shown


def test_measures_are_compared_with_the_log_loss_seed_by_seed(results):
    identified = results_by_hand.published_identification("multiemo")
    given = dataclasses.replace(results, identification=identified)
    found = measures.agreement(given)
    assert list(found.columns) == [0, 1, 2]
    assert found.loc["both texts: accuracy, C=1"].tolist() == [1, 1, 1]
    assert found.loc["both texts: accuracy, C=1e-4"].tolist() == [1, 0, 1]
    assert "of 11 measures with 3 seeds, 5 in every seed, " in measures.answer(found)
    assert "both texts: accuracy, C=1e-4: 2 of 3" in measures.alt_text(found)
    assert measures.figure(found) is not None
    assert measures.figure(measures.agreement(results_by_hand.as_in_the_paper(()))) is None


def test_figures_draw_what_there_is_and_nothing_where_there_is_none(results):
    gains = question_figures.gains(results)
    assert set(gains["line"]) >= {"Balanced", "Last layer fitted on balanced rows"}
    assert len(question_figures.forest(gains, unit="accuracy")) == 3
    refitted = gains[
        (gains["line"] == "Last layer fitted on balanced rows") & (gains["panel"] == "Even")
    ]
    balanced = gains[(gains["line"] == "Balanced") & (gains["panel"] == "Even")]
    assert refitted["value"].tolist() == balanced["value"].tolist()
    by_source = question_figures.erased_by_source(results)
    assert by_source.loc["Test set", "Seeds"].tolist() == [len(SEEDS)] * 3
    assert by_source["Chance"].unique() == [1 / len(results.skew)]
    changes = question_figures.erasures(results)
    assert list(dict.fromkeys(changes["panel"])) == list(question_figures.ERASURE_UNITS)
    assert len(question_figures.forest(changes, unit=question_figures.ERASURE_UNITS)) == 3
    empty = questions.about(question("erasing"), [])
    assert question_figures.forest(question_figures.erasures(empty), unit="x") is None
    assert question_figures.forest(question_figures.attributions(empty), unit="x") is None
    assert question_figures.value_slopes(empty).empty
    assert question_figures.attribution_agreement(empty).empty
    assert question_figures.classification_scores(empty).empty
    assert question_figures.erased_by_source(empty).empty
    assert measures.levels(empty).empty
