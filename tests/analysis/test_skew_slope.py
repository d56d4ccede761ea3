import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.analysis.predictions import predicted_share, training_share
from helpers.analysis.skew_slope import skew_scores
from helpers.foundation.errors import CompanionError

SKEW = {"fr": [3, 2, 1], "es": [3, 2, 1], "en": [1, 2, 3]}
LABELS = ["a", "b", "c"]


def rows(n, seed, *, follow=0.0):
    """Predictions that repeat the skew with a probability, and are uniform otherwise."""
    generator = np.random.default_rng(seed)
    language = np.resize(["fr", "es", "en", "en"], n)
    shares = np.array([np.array(SKEW[name]) / 6 for name in language])
    shares = follow * shares + (1 - follow) / 3
    predicted = (generator.random(n)[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    return pd.DataFrame(
        {
            "group": np.arange(n).astype(str),
            "language": language,
            "label": generator.integers(0, 3, n),
            "predicted": predicted.clip(0, 2),
        }
    )


@given(st.integers(12, 90), st.integers(0, 1000), st.floats(0, 1))
def test_the_mean_score_is_the_slope_of_predicted_on_training_share(n, seed, follow):
    frame = rows(n, seed, follow=follow)
    predicted = predicted_share(frame, labels=LABELS, skew=SKEW)
    trained = training_share(labels=LABELS, skew=SKEW).loc[predicted.index]
    expected = stats.linregress(trained.to_numpy().ravel(), predicted.to_numpy().ravel()).slope
    assert skew_scores(frame, skew=SKEW).mean() == pytest.approx(expected, abs=1e-9)


def test_repeating_the_skew_has_slope_1_and_uniform_predictions_0():
    assert skew_scores(rows(40_000, 0, follow=1), skew=SKEW).mean() == pytest.approx(1, abs=0.03)
    assert skew_scores(rows(40_000, 0), skew=SKEW).mean() == pytest.approx(0, abs=0.03)


def test_bad_input_is_refused():
    frame = rows(20, 0)
    with pytest.raises(CompanionError, match="uniform"):
        skew_scores(frame, skew={"fr": [1, 1, 1], "es": [1, 1, 1], "en": [1, 1, 1]})
    with pytest.raises(CompanionError, match="language 'en', which the skew lacks"):
        skew_scores(frame, skew={"fr": [3, 2, 1], "es": [1, 2, 3]})
