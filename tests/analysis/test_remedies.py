import dataclasses

import numpy as np
import pytest

import results_by_hand
from helpers.analysis.label_priors import accuracy_under, weighted_accuracy
from helpers.analysis.prior_correction import correct
from helpers.analysis.quantities import BY_LOG_LOSS, accuracy
from helpers.analysis.remedies import accuracy_with, predictions_with, separation_without
from helpers.foundation.errors import CompanionError


@pytest.fixture(scope="module")
def multiemo():
    return results_by_hand.published("multiemo")


def values(results, measure):
    return [measure(results, seed).value for seed in (0, 1, 2)]


@pytest.mark.parametrize("prior", ["even", "training", "reversed"])
def test_setups_give_what_the_claims_compute(multiemo, prior):
    for pair in (("imbalanced", "balanced"), ("imbalanced_cw", "imbalanced")):
        ours = accuracy_with(*pair, prior)(multiemo, 1)
        theirs = accuracy_under(*pair, prior)(multiemo, 1)
        assert ours.value == pytest.approx(theirs.value)
        np.testing.assert_allclose(ours.rows, theirs.rows)
    assert accuracy_with("imbalanced", "balanced")(multiemo, 0).value == pytest.approx(
        accuracy("imbalanced", "balanced")(multiemo, 0).value
    )


@pytest.mark.parametrize(
    ("dataset", "gain"), [("multiemo", 0.0242), ("multiemo_pairs", 0.0276), ("xnli_7500", 0.0144)]
)
def test_prior_correction_of_the_published_models(dataset, gain):
    found = values(results_by_hand.published(dataset), accuracy_with("prior", "imbalanced"))
    assert np.mean(found) == pytest.approx(gain, abs=5e-5)


def test_an_estimate_is_made_on_the_texts_as_the_prior_has_them(multiemo):
    even, training = (
        predictions_with(multiemo, "estimated_prior", 0, prior=prior)
        for prior in ("even", "training")
    )
    assert (even["predicted"] != training["predicted"]).any()
    given = multiemo.predictions["imbalanced", 0]
    expected = correct(given, labels=multiemo.labels, skew=multiemo.skew, target="estimated")
    expected = expected.sort_values("id", ignore_index=True)
    assert even["predicted"].equals(expected["predicted"])
    # Where the texts are as in training, a good estimate would leave the model as it is.
    plain = weighted_accuracy(given, skew=multiemo.skew, prior="training")
    assert weighted_accuracy(training, skew=multiemo.skew, prior="training") < plain + 0.01


def test_remedies_that_are_stored(multiemo):
    balanced = multiemo.predictions["balanced", 0]
    stored = dataclasses.replace(
        multiemo,
        files={
            "head_refit.parquet": {("imbalanced", 0): balanced},
            "erasure.parquet": {("imbalanced", 0): balanced.assign(method="leace")},
        },
    )
    for name in ("head_refit", "leace"):
        assert accuracy_with(name, "balanced")(stored, 0).value == 0
        assert accuracy_with(name, "balanced")(stored, 1) is None
    with pytest.raises(CompanionError, match="different test rows"):
        fewer = dataclasses.replace(
            stored, files={"head_refit.parquet": {("imbalanced", 0): balanced[1:]}}
        )
        accuracy_with("head_refit", "balanced")(fewer, 0)
    with pytest.raises(CompanionError, match="setup or remedy"):
        predictions_with(multiemo, "magic", 0)


def test_separation_after_an_erasure_is_compared_with_before():
    results = results_by_hand.as_in_the_paper()
    before = results.identification["imbalanced", 1]["sources"]
    probes = {
        source: {"C=1e-4": {"accuracy": 0.5, "log_loss": 0.9}, "C=1": {"log_loss": 0.4}}
        for source in ("test", "external")
    }
    results = dataclasses.replace(
        results, files={"erasure.json": {("imbalanced", 1): {"probes": {"leace": probes}}}}
    )
    mean = np.mean([before[source]["probes"]["C=1e-4"]["accuracy"] for source in before])
    assert separation_without("leace")(results, 1).value == pytest.approx(0.5 - mean)
    loss = np.mean([before[source]["probes"]["C=1"]["log_loss"] for source in before])
    further = separation_without("leace", by=BY_LOG_LOSS)(results, 1)
    assert further.value == pytest.approx(loss - 0.4)
    assert separation_without("leace")(results, 0) is None
