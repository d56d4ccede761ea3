"""The decision table: words that follow the intervals, numbers that are the published ones."""

import numpy as np
import pytest
import tables

from helpers import stages
from helpers.diagnosis import diagnose
from helpers.diagnosis.association import Estimate
from helpers.diagnosis.published import Gains, published
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import PUBLISHED_PROFILE

UP, DOWN, UNCLEAR = Estimate(2, 1, 3), Estimate(-2, -3, -1), Estimate(0, -1, 1)


@pytest.mark.parametrize(
    ("weights", "correction", "apart", "words"),
    [
        (UP, UP, UP, "prior correction did best"),
        (UP, UP, DOWN, "class weights did best"),
        (UP, UP, UNCLEAR, "which of the two does best cannot be told"),
        (DOWN, DOWN, UNCLEAR, "the data as they are did best"),
        (UNCLEAR, UNCLEAR, UP, "whether class weights or prior correction did better cannot be"),
        (UP, DOWN, DOWN, "class weights did better than the data as they are, and prior correct"),
        (UNCLEAR, UP, UP, "prior correction did better than the data as they are, and whether"),
    ],
)
def test_what_is_said_follows_the_intervals(weights, correction, apart, words):
    assert words in Gains(weights, correction, apart).best


def test_with_even_labels_the_gain_of_weights_is_that_of_the_test_accuracy():
    found = published()
    accuracy = {
        (each.dataset, each.setup, each.seed): metrics["accuracy"]
        for each in stages.profile_experiments(PUBLISHED_PROFILE)
        if not each.variant
        and (metrics := store.read_json(each.folder, "metrics.json")) is not None
    }
    gains = {
        dataset: np.mean(
            [
                value - accuracy[dataset, "imbalanced", seed]
                for (name, setup, seed), value in accuracy.items()
                if name == dataset
                and setup == "imbalanced_cw"
                and (dataset, "imbalanced", seed) in accuracy
            ]
        )
        for dataset in {dataset for dataset, _, _ in accuracy}
    }
    assert found.seeds >= 3 and set(found.gains) == {"even", "as-is", "reversed"}
    value = found.gains["even"].weights.value
    assert min(abs(value - gain) for gain in gains.values()) < 1e-9


def test_it_is_told_for_the_labels_that_are_expected(tmp_path):
    nothing_advised = diagnose(tables.frame())
    assert nothing_advised.seen is None and nothing_advised.published is None
    even = diagnose(tables.frame(), expect="even")
    assert even.published.gains["even"].best in even.seen and even.seen in even.to_text()
    path = tmp_path / "shares.csv"
    path.write_text("language,label,share\nen,good,0.55\nen,bad,0.45\nfr,good,1\nfr,bad,1\n")
    near = diagnose(tables.frame(), expect=path)
    assert near.expectations[0].nearest == "even" and "nearest to 'even'" in near.seen


def test_without_a_checkout_there_is_none(monkeypatch):
    def none():
        raise CompanionError("no checkout")

    monkeypatch.setattr(paths, "repository_root", none)
    assert published() is None
    found = diagnose(tables.frame(), expect="even")
    assert found.seen is None and found.to_dict()["published"] is None
