import dataclasses

import numpy as np
import pandas as pd
import pytest

from helpers.analysis import quantities as q
from helpers.analysis import shap_quantities as s
from helpers.analysis.predictions import predicted_share, training_share
from helpers.foundation.errors import CompanionError
from results_by_hand import LABELS, SKEW, as_in_the_paper, shap_difference

RESULTS = as_in_the_paper()


def test_accuracy_is_paired_by_row_whatever_the_order():
    expected = [
        (frame["label"] == frame["predicted"]).mean()
        for frame in (RESULTS.predictions["imbalanced", 0], RESULTS.predictions["balanced", 0])
    ]
    found = q.accuracy("imbalanced", "balanced")(RESULTS, 0)
    assert found.value == pytest.approx(expected[0] - expected[1])
    shuffled = RESULTS.predictions["imbalanced", 0].sample(frac=1, random_state=0)
    mixed = dataclasses.replace(
        RESULTS, predictions={**RESULTS.predictions, ("imbalanced", 0): shuffled}
    )
    again = q.accuracy("imbalanced", "balanced")(mixed, 0)
    np.testing.assert_array_equal(again.rows, found.rows)


def test_setups_on_different_test_rows_are_refused():
    other = {**RESULTS.predictions, ("balanced", 0): RESULTS.predictions["balanced", 0].iloc[:-2]}
    with pytest.raises(CompanionError, match="predict different test rows"):
        q.accuracy("imbalanced", "balanced")(dataclasses.replace(RESULTS, predictions=other), 0)


@pytest.mark.parametrize(("which", "label"), [("low", "no"), ("high", "yes")])
def test_predicted_more_is_a_difference_of_predicted_shares(which, label):
    shares = predicted_share(RESULTS.predictions["imbalanced", 1], labels=LABELS, skew=SKEW)[label]
    over, under = ("fr", "en") if label == "no" else ("en", "fr")
    found = q.predicted_more("imbalanced", which)(RESULTS, 1)
    assert found.value == pytest.approx(shares[over] - shares[under])
    every = q.predicted_more("imbalanced", "every")(RESULTS, 1)
    assert every.value <= found.value  # the label in the middle is as frequent in both


def test_the_slope_is_that_of_the_balanced_model_subtracted():
    trained = training_share(labels=LABELS, skew=SKEW).to_numpy().ravel()
    slopes = [
        np.polyfit(
            trained,
            predicted_share(RESULTS.predictions[setup, 2], labels=LABELS, skew=SKEW)
            .to_numpy()
            .ravel(),
            1,
        )[0]
        for setup in ("imbalanced", "balanced")
    ]
    found = q.skew_slope("imbalanced", "balanced")(RESULTS, 2)
    assert found.value == pytest.approx(slopes[0] - slopes[1])


def test_identification_and_the_gap_that_weights_leave():
    scores = {
        setup: RESULTS.identification[setup, 0]["sources"]["test"]["probes"]["C=1"]["accuracy"]
        for setup in ("balanced", "imbalanced", "imbalanced_cw")
    }
    gap = q.identification("imbalanced", "balanced", "both")(RESULTS, 0)
    assert gap.value == pytest.approx(scores["imbalanced"] - scores["balanced"])
    assert (gap.n, gap.rows) == (800, None)
    left = q.identification_gap_left("test")(RESULTS, 0)
    assert left.value == pytest.approx(
        (scores["imbalanced_cw"] - scores["balanced"]) / (scores["imbalanced"] - scores["balanced"])
    )


def test_shap_differences_are_taken_minus_their_null():
    ours, null = (RESULTS.shap_difference[setup, 0] for setup in ("imbalanced", "balanced"))

    def mean(frame, label, language):
        rows = frame.query("category == 'neutral' and `class` == @label and language == @language")
        return rows["difference"].mean()

    expected = np.mean([mean(ours, *c) - mean(null, *c) for c in (("no", "fr"), ("yes", "en"))])
    found = s.shap_difference("imbalanced", "neutral", "over")(RESULTS, 0)
    assert found.value == pytest.approx(expected)
    assert found.n == 80
    separation = s.shap_separation("imbalanced", "neutral")(RESULTS, 0)
    assert separation.value == pytest.approx(0.4, abs=0.01)
    alone = dataclasses.replace(
        RESULTS, shap_difference={("imbalanced", 0): RESULTS.shap_difference["imbalanced", 0]}
    )
    assert s.shap_difference("imbalanced", "neutral", "over")(alone, 0) is None  # no null


def test_a_text_without_tokens_of_a_category_counts_as_no_difference():
    frame = RESULTS.shap_difference["imbalanced", 0]
    half = frame[(frame["category"] != "neutral") | (frame["text"] < "t040")]
    null = shap_difference(1).assign(difference=0.0)
    cut = dataclasses.replace(
        RESULTS, shap_difference={("imbalanced", 0): half, ("balanced", 0): null}
    )
    found = s.shap_difference("imbalanced", "neutral", "over")(cut, 0)
    assert found.n == 80
    assert found.value == pytest.approx(0.1, abs=0.01)  # half of 0.2


def test_base_values_and_the_share_of_neutral_tokens():
    assert s.base_value_gap("imbalanced")(RESULTS, 0).value == pytest.approx(0.09, abs=0.01)
    change = s.base_value_change("imbalanced+mie=1", "imbalanced")(RESULTS, 0)
    assert change.value == pytest.approx(-0.09, abs=0.01)
    assert s.neutral_token_share("imbalanced", minus=0.6)(RESULTS, 0).value == pytest.approx(0)
    assert s.shap_size("imbalanced_cw", "imbalanced")(RESULTS, 0).value < -0.05
    assert s.shap_separation_left("neutral")(RESULTS, 0).value == pytest.approx(0.025, abs=0.03)


def test_an_estimate_is_over_seeds_where_there_are_two_and_over_source_rows_in_one():
    measure = q.accuracy("imbalanced", "balanced")
    several = q.estimate(RESULTS, measure)
    assert list(several.per_seed) == [0, 1, 2]
    assert several.estimate.method == "t-interval over 3 seeds"
    assert several.estimate.estimate == pytest.approx(np.mean(list(several.per_seed.values())))
    single = q.estimate(as_in_the_paper([4]), measure)
    assert single.estimate.method == "bootstrap over 1,500 source rows"
    assert single.estimate.ci_low < single.estimate.estimate < single.estimate.ci_high
    no_rows = q.estimate(as_in_the_paper([4]), q.identification("imbalanced", "balanced", "test"))
    assert no_rows.estimate.method == "one seed: no interval"
    assert np.isnan(no_rows.estimate.ci_low)


def test_what_is_missing_gives_nothing():
    nothing = q.RunResults(dataset="xnli", model="e5_small", labels=LABELS, skew=SKEW)
    assert nothing.seeds == []
    assert q.estimate(nothing, q.accuracy("imbalanced", "balanced")) is None
    partly = dataclasses.replace(
        RESULTS, identification={("imbalanced", 0): RESULTS.identification["imbalanced", 0]}
    )
    assert q.estimate(partly, q.identification("imbalanced", "balanced", "test")) is None
    assert isinstance(q.accuracy("imbalanced", "balanced")(partly, 0).rows, np.ndarray)
    assert pd.notna(q.accuracy("imbalanced", "balanced")(partly, 0).value)
