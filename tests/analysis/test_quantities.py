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


@pytest.mark.parametrize(("position", "label"), [(0, "no"), (-1, "yes")])
def test_predicted_more_is_a_difference_of_predicted_shares(position, label):
    shares = predicted_share(RESULTS.predictions["imbalanced", 1], labels=LABELS, skew=SKEW)[label]
    over, under = ("fr", "en") if label == "no" else ("en", "fr")
    found = q.predicted_more("imbalanced", position)(RESULTS, 1)
    assert found.value == pytest.approx(shares[over] - shares[under])
    assert q.predicted_more("imbalanced", 1)(RESULTS, 1) is None  # as frequent in both


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


def test_identification_reads_the_probe_and_the_score_it_names():
    probes = {
        setup: RESULTS.identification[setup, 0]["sources"]["test"]["probes"]
        for setup in ("balanced", "imbalanced")
    }
    gap = q.identification("imbalanced", "balanced")(RESULTS, 0)
    scores = [probes[setup]["C=1e-4"]["accuracy"] for setup in ("imbalanced", "balanced")]
    assert gap.value == pytest.approx(scores[0] - scores[1])
    assert (gap.n, gap.rows) == (800, None)
    further = q.identification("imbalanced", "balanced", by=q.BY_LOG_LOSS)
    losses = [probes[setup]["C=1"]["log_loss"] for setup in ("imbalanced", "balanced")]
    assert losses[0] < losses[1]  # less is easier to tell apart, and the sign is turned
    assert further(RESULTS, 0).value == pytest.approx(losses[1] - losses[0])


@pytest.mark.parametrize(
    ("source", "level", "n"), [("test", 0.5, 100), ("external", 0.8, 300), ("both", 0.65, 400)]
)
def test_identification_reads_the_texts_it_names(source, level, n):
    sources = {
        name: {"n": rows, "probes": {"C=1e-4": {"accuracy": score}}}
        for name, rows, score in (("test", 100, 0.5), ("external", 300, 0.8))
    }
    given = dataclasses.replace(RESULTS, identification={("balanced", 0): {"sources": sources}})
    found = q.identification_level("balanced", source)(given, 0)
    assert (found.value, found.n) == (pytest.approx(level), n)


def test_a_seed_is_left_out_of_one_family_or_of_all():
    keys = [(setup, seed) for setup in ("balanced", "imbalanced+mie=1") for seed in (0, 1, 2)]
    contents = dict.fromkeys(keys)
    given = dataclasses.replace(
        RESULTS,
        **dict.fromkeys(("predictions", "identification", "shap_difference"), contents),
        files={"by hand": contents},
    )
    found = given.without([("mie=1", 0), ("", 2)])
    kept = {("balanced", 0), ("balanced", 1), ("imbalanced+mie=1", 1)}
    for content in (found.predictions, found.identification, found.shap_difference):
        assert content.keys() == kept
    assert found.file("by hand").keys() == kept


def test_equal_arguments_give_one_measure():
    assert q.accuracy("imbalanced", "balanced") is q.accuracy("imbalanced", "balanced")
    assert s.shap_separation("imbalanced", "neutral") is s.shap_separation("imbalanced", "neutral")


def test_a_combination_adds_what_all_of_its_terms_have():
    one, other = q.accuracy("imbalanced", "balanced"), q.accuracy("imbalanced_cw", "balanced")
    found = q.combination((1, other), (-0.25, one))(RESULTS, 0)
    expected = other(RESULTS, 0).value - one(RESULTS, 0).value / 4
    assert found.value == pytest.approx(expected)
    partly = dataclasses.replace(
        RESULTS, predictions={k: f for k, f in RESULTS.predictions.items() if k[0] != "imbalanced"}
    )
    assert q.combination((1, other), (-0.25, one))(partly, 0) is None


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


def test_the_last_label_by_itself_is_compared_between_languages():
    ours, null = (RESULTS.shap_difference[setup, 0] for setup in ("imbalanced", "balanced"))

    def contrast(frame):
        rows = frame[(frame["class"] == "yes") & (frame["category"] == "neutral")]
        means = rows.groupby("language")["difference"].mean()
        return means["en"] - means["fr"]  # "yes" is frequent in English

    found = s.shap_contrast_of_last_label("imbalanced", "neutral")(RESULTS, 0)
    assert found.value == pytest.approx(contrast(ours) - contrast(null))


def test_base_values_and_sizes():
    assert s.base_value_gap("imbalanced")(RESULTS, 0).value == pytest.approx(0.09, abs=0.01)
    change = s.base_value_change("imbalanced+mie=1", "imbalanced")(RESULTS, 0)
    assert change.value == pytest.approx(-0.09, abs=0.01)
    assert change.rows is None  # texts are no unit of base values
    assert s.shap_size("imbalanced_cw", "imbalanced")(RESULTS, 0).value < -0.05


def test_shares_of_tokens_are_of_all_tokens_not_of_a_text_s():
    frame = RESULTS.shap_difference["imbalanced", 0]
    # One long text without a neutral token: a mean over texts would hardly move.
    long = (frame["text"] == "t000") & (frame["category"] == "positive")
    none = (frame["text"] == "t000") & (frame["category"] == "neutral")
    frame = frame.assign(n_tokens=frame["n_tokens"].mask(long, 2000).mask(none, 0))
    changed = dataclasses.replace(RESULTS, shap_difference={("imbalanced", 0): frame})
    share = s.token_share("imbalanced", "neutral")
    assert share(RESULTS, 0).value == pytest.approx(0.6)
    assert share(changed, 0).value < 0.2


def test_what_is_missing_gives_nothing():
    nothing = q.RunResults(dataset="xnli", model="e5_small", labels=LABELS, skew=SKEW)
    assert nothing.seeds == []
    assert q.values_by_seed(nothing, q.accuracy("imbalanced", "balanced")).by_seed == {}
    partly = dataclasses.replace(
        RESULTS, identification={("imbalanced", 0): RESULTS.identification["imbalanced", 0]}
    )
    assert q.identification("imbalanced", "balanced")(partly, 0) is None
    assert pd.notna(q.accuracy("imbalanced", "balanced")(partly, 0).value)
