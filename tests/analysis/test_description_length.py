import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from helpers.analysis.description_length import control_languages, online_code
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
LANGUAGES = np.tile(["de", "en", "fr"], 64)
ROWS = np.repeat(np.arange(64), 3)
FEATURES = RNG.normal(size=(192, 5)) + 2 * np.eye(5)[np.tile([0, 1, 2], 64)]


def test_equal_to_a_calculation_by_hand():
    place = np.random.default_rng(4).permutation(64)[ROWS]
    bits = 3 * np.log2(3)  # the first source row, in three languages, without a probe
    for start in (1, 2, 4, 8, 16, 32):
        known, sent = place < start, (place >= start) & (place < 2 * start)
        model = LogisticRegression(max_iter=2000).fit(FEATURES[known], LANGUAGES[known])
        for feature, language in zip(FEATURES[sent], LANGUAGES[sent], strict=True):
            share = model.predict_proba(feature[None])[0, list(model.classes_).index(language)]
            bits -= np.log2(share)
    found = online_code(FEATURES, LANGUAGES, ROWS, seed=4)
    assert found.bits == pytest.approx(bits / 192)
    assert found.uniform_bits == pytest.approx(np.log2(3))


def test_more_separate_languages_take_fewer_bits():
    shifts = np.eye(5)[np.tile([0, 1, 2], 64)]
    noise = RNG.normal(size=(192, 5))
    bits = [online_code(noise + k * shifts, LANGUAGES, ROWS).bits for k in (0, 1, 3, 9)]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > np.log2(3) > bits[1]


def test_the_control_task_says_nothing():
    control = control_languages(LANGUAGES, ROWS, seed=1)
    for row in range(64):
        assert sorted(control[row == ROWS]) == ["de", "en", "fr"]
    assert (control == LANGUAGES).mean() < 0.5
    code = online_code(FEATURES * 9, control, ROWS)
    assert code.bits > code.uniform_bits


def test_one_language_is_refused():
    with pytest.raises(CompanionError, match="needs two"):
        online_code(FEATURES, ["de"] * 192, ROWS)
