"""What a reader moves and guesses: the numbers of the results, at every step."""

import dataclasses
import re

import pytest

import fake_results
from helpers.data.cells import skew_shares
from helpers.foundation.experiment import Experiment
from helpers.report import hands_on
from results_by_hand import at_severities


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    """Results of severity 1, and of one half for one seed."""
    asked = dataclasses.replace(hands_on.QUESTION, dataset="multiemo_pairs")  # what is made up
    with (
        fake_results.checkout(tmp_path_factory.mktemp("hands")),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(hands_on, "QUESTION", asked)
        listed = fake_results.write_all()
        fake_results.write_one(
            Experiment("e5_small", "multiemo_pairs", "imbalanced", 1, "tiny", "severity=0.5")
        )
        yield listed


def accuracies(html):
    """Return the change and its number of seeds at each step."""
    found = re.findall(r"Severity ([\d.]+)</b>.*?>accuracy</th><td>(.*?)</td>", html)
    return {step: re.sub("<.*?>", "", shown) for step, shown in found}


def test_changes_are_those_of_the_seeds_of_both(experiments):
    shown = accuracies(hands_on.severity_slider(experiments, caption="").html)
    assert shown["0"] == "0.000 seeds: 2" and shown["0.5"].endswith("seeds: 1")
    change, _, seeds = shown["1"].replace("−", "-").partition(" seeds: ")
    whole = fake_results.ACCURACY["imbalanced"] - fake_results.ACCURACY["balanced"]
    assert float(change) == pytest.approx(whole, abs=0.02) and seeds == "2"


def test_a_model_that_has_not_learned_changes_nothing(experiments, monkeypatch):
    made = at_severities(lambda level: 0.1 * level)
    learned = made.predictions["imbalanced", 0]
    unlearned = learned.assign(predicted=0)
    given = dataclasses.replace(
        made, predictions={**made.predictions, ("imbalanced", 0): unlearned}
    )
    monkeypatch.setattr(hands_on, "collect", lambda _: [given])
    shown = accuracies(hands_on.severity_slider(experiments, caption="").html)
    assert shown["1"] == "−0.100 seeds: 2"


def test_a_step_has_its_severity_s_shares_and_says_what_is_missing(experiments):
    shown = hands_on.severity_slider(experiments, caption="<b>Figure 1.</b>").html
    steps = dict(re.findall(r'data-step="([\d.]+)">(.*?)(?=<div class="companion-step"|$)', shown))
    assert list(steps) == ["0", "0.25", "0.5", "0.75", "1"]
    for severity, step in steps.items():
        shares = skew_shares(fake_results.SKEW, severity=float(severity))
        told = [float(number) for number in re.findall(r">([\d.]+) %<", step)]
        assert told == pytest.approx((100 * shares.to_numpy()).ravel(), abs=0.05)
        assert ("missing" in step) == (severity in ("0.25", "0.75"))


def test_without_results_there_is_nothing_to_move_or_guess(checkout):
    one = Experiment("e5_small", "multiemo_pairs", "balanced", 0, "tiny")
    assert "Not computed yet" in hands_on.severity_slider([one], caption="<b>F.</b>").html
    assert "Not computed yet" in hands_on.guess([one], caption="<b>F.</b>").html


def test_what_is_uncovered_is_the_language_s_most_frequent_label(experiments):
    shown = hands_on.guess(experiments, caption="<b>F.</b>").html
    cards = re.findall(r"<fieldset>.*?</fieldset>", shown, re.DOTALL)
    assert len(cards) == len(fake_results.LANGUAGES)
    for language, card in zip(fake_results.LANGUAGES, cards, strict=True):
        weights = fake_results.SKEW[language]
        label = fake_results.LABELS[weights.index(max(weights))]
        assert f"were <i>{label}</i>" in card
        before, _, after = card.partition("<details>")
        assert "▒" in before and "“" not in before and "Balanced" in after
        assert card.count('type="radio"') == len(fake_results.LABELS)
