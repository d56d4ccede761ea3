"""What open questions need of a profile, what is there, and what is owed."""

import pytest

import fake_results
from helpers import stages
from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import load_profile
from helpers.report import question_runs as runs
from helpers.report.question_list import all_questions, question

SEVERITY = question("severity")


def test_the_plan_s_models_are_listed_first_severities_first():
    listed = runs.experiments([SEVERITY], "embedded")
    assert len(listed) == 12
    assert [(each.variant, each.seed) for each in listed[:3]] == [
        ("severity=0.5", 0),
        ("severity=1.5", 0),
        ("severity=0.5", 1),
    ]
    assert {each.seed for each in runs.experiments([SEVERITY], "quick")} == {0}
    assert runs.experiments([SEVERITY], "paper") == []


def test_no_profile_counts_a_question_s_models_among_its_own():
    for profile in ("quick", "embedded"):
        asked = set(runs.experiments(all_questions().values(), profile))
        shared = asked & set(stages.book_experiments(profile))
        assert asked and {each.variant for each in shared} <= {"mie=1"}  # A.3 has them, too


@pytest.mark.parametrize(
    ("names", "profile", "words"),
    [
        ("moon", "embedded", ["'moon'", "severity", "all"]),
        ("prior", "embedded", ["needs models of its own 'prior'", "severity"]),
        ("severity", "paper", ["'severity'", "'multiemo'", "'paper'"]),
    ],
)
def test_a_bad_choice_is_refused_in_a_sentence(names, profile, words):
    with pytest.raises(CompanionError) as error:
        runs.chosen(names, profile)
    assert all(word in str(error.value) for word in words)


def test_what_is_missing_is_named_with_its_command_and_cost(checkout):
    assert runs.minutes(SEVERITY, "quick") is None
    for each in stages.experiments(profile="quick", model="e5_small", dataset="multiemo"):
        fake_results.write_one(each)  # four stages of a minute
    first, *others = runs.experiments([SEVERITY], "quick")
    fake_results.write_one(first)
    assert runs.owed(SEVERITY, "quick") == others
    told = runs.told(SEVERITY, "quick")
    assert "3 of 4 models" in told
    assert "Imbalanced, severity=1.5, severity=0.75, severity=1.25, seed 0. <code>" in told
    assert "severity=0.5" not in told
    assert f"<code>{runs.command(SEVERITY, 'quick')}</code>" in told
    assert "About 4 minutes each" in told
    for each in others:
        fake_results.write_one(each)
    assert runs.missing_note(SEVERITY, "quick") is None


def test_all_stands_for_every_question_with_models(checkout):
    listed = runs.chosen("all", "quick")
    assert SEVERITY in listed and all(each.runs for each in listed)
    assert load_profile("quick").matrix == ("multiemo",)


def test_models_of_several_kinds_of_processor_are_told_apart(checkout, monkeypatch):
    first, second, *_ = runs.experiments([SEVERITY], "quick")
    assert runs.processors_note(SEVERITY, "quick", []) is None
    fake_results.write_one(first)
    assert runs.processors_note(SEVERITY, "quick", []) is None
    other = {**fake_results.ENVIRONMENT, "hardware": {"processor": "<other>", "gpu": None}}
    monkeypatch.setattr(fake_results, "ENVIRONMENT", other)
    fake_results.write_one(second)
    told = (
        '<p class="companion-note">Fine-tuned on 2 kinds of processor. &lt;other&gt;: Imbalanced, '
        "severity=1.5, seed 0. made up: Imbalanced, severity=0.5, seed 0."
    )
    assert runs.processors_note(SEVERITY, "quick", []).html == f"{told}</p>"
    for kind, more in (
        ("a third", ""),
        (
            "made up",
            " A model that was fine-tuned on both differs by at most 0.002 in test accuracy and "
            "macro F1, and by 0.022 in accuracy of language identification.",
        ),
    ):
        rounding = {
            "largest_distance": {"other_processor": {"accuracy": 0.0017, "identification": 0.0217}},
            "other_processor": {
                "published": {"processor": "<other>"},
                "hardware": {"processor": kind},
            },
        }
        store.write_json(checkout / "results" / "benchmarks" / "rounding.json", rounding)
        assert runs.processors_note(SEVERITY, "quick", []).html == f"{told}{more}</p>"
