"""Which seeds verdicts rest on."""

import dataclasses

import numpy as np

from helpers.analysis import quantities as q
from helpers.report.counted import left_out
from results_by_hand import as_in_the_paper

RESULTS = as_in_the_paper()


def without(results, *keys):
    kept = {key: frame for key, frame in results.predictions.items() if key not in keys}
    return dataclasses.replace(results, predictions=kept)


def test_a_seed_counts_once_its_setups_are_there():
    assert left_out(RESULTS) == {}
    partly = without(RESULTS, ("imbalanced_cw", 2))
    assert left_out(partly) == {("", 2): "not there: imbalanced_cw"}
    assert partly.without(left_out(partly)).seeds == [0, 1]


def test_a_model_that_has_not_learned_leaves_its_seed_out():
    answers_from_language = RESULTS.predictions["imbalanced", 1].assign(
        predicted=lambda frame: np.where(frame["language"] == "fr", 0, 2)
    )

    def results(setup):
        predictions = {**RESULTS.predictions, (setup, 1): answers_from_language}
        return dataclasses.replace(RESULTS, predictions=predictions)

    plain = results("imbalanced")
    assert left_out(plain) == {("", 1): "not learned: imbalanced"}
    counted = plain.without(left_out(plain))
    assert counted.seeds == [0, 2]  # nothing of seed 1 counts, variants neither
    variant = results("imbalanced+mie=1")
    counted = variant.without(left_out(variant))
    assert q.values_by_seed(counted, q.accuracy("imbalanced", "balanced")).by_seed.keys() == {
        0,
        1,
        2,
    }
    with_entropy = q.accuracy("imbalanced+mie=1", "imbalanced")
    assert q.values_by_seed(counted, with_entropy).by_seed.keys() == {0, 2}
