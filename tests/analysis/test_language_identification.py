import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score

from helpers.analysis.language_identification import probe, probe_all
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
LANGUAGES = np.repeat(["de", "en", "fr"], 60)
FEATURES = RNG.normal(size=(180, 8)) + 1.2 * np.eye(8)[np.repeat([0, 1, 2], 60)]


def test_equal_to_scikit_learn_s_cross_validation():
    ours = probe(FEATURES, LANGUAGES, seed=3)
    splitter = StratifiedKFold(5, shuffle=True, random_state=3)
    expected = cross_val_score(LogisticRegression(max_iter=2000), FEATURES, LANGUAGES, cv=splitter)
    np.testing.assert_allclose(ours.fold_accuracy, expected)
    assert ours.accuracy == pytest.approx(expected.mean())


def test_predictions_are_out_of_fold():
    noise = RNG.normal(size=(90, 80))  # more features than a fold can resist to fit
    found = probe(noise, np.repeat(["de", "en", "fr"], 30), C=1e4)
    assert found.accuracy < 0.6


def test_groups_stay_in_one_fold():
    # Each group has a feature of its own: seen in training it gives the language away.
    groups = np.tile(np.arange(30), 6)
    own = np.eye(30)[groups] * 5
    language_of_group = np.where(np.arange(30) % 2, "de", "en")
    languages = language_of_group[groups]
    grouped = probe(own, languages, groups=groups, seed=1)
    loose = probe(own, languages, seed=1)
    assert loose.accuracy == 1.0
    assert grouped.accuracy < 0.8


def test_scores_are_perfect_on_separate_languages_and_chance_on_noise():
    separate = probe(np.eye(3)[np.repeat([0, 1, 2], 60)] * 50, LANGUAGES)
    assert separate.accuracy == separate.macro_f1 == 1.0
    assert separate.log_loss < 0.05
    assert separate.calibration_error < 0.05
    assert separate.accuracy_by_language == {"de": 1.0, "en": 1.0, "fr": 1.0}
    noise = probe(RNG.normal(size=(180, 2)), LANGUAGES)
    assert noise.accuracy < 0.5


def test_a_stronger_penalty_identifies_less_and_standardising_removes_the_scale():
    weak = probe(FEATURES, LANGUAGES, C=1e-5)
    strong = probe(FEATURES, LANGUAGES, C=1.0)
    assert weak.log_loss > strong.log_loss
    small = probe(FEATURES * 1e-3, LANGUAGES, standardised=True)
    large = probe(FEATURES * 1e3, LANGUAGES, standardised=True)
    assert small.accuracy == pytest.approx(large.accuracy)


def test_all_probes_of_the_tables():
    found = probe_all(FEATURES, LANGUAGES, paper_rows=1800)
    assert found["n"] == 180 and found["chance"] == pytest.approx(1 / 3)
    assert list(found["probes"]) == ["C=1", "C=1e-4", "C=1e-4 scaled", "standardised"]
    scaled = probe(FEATURES, LANGUAGES, C=1e-3)
    assert found["probes"]["C=1e-4 scaled"]["accuracy"] == pytest.approx(scaled.accuracy)


@pytest.mark.parametrize(
    ("features", "languages", "groups", "words"),
    [
        (FEATURES, LANGUAGES[:-1], None, "one row per text"),
        (FEATURES, ["en"] * 180, None, "two languages"),
        (FEATURES[:7], ["en"] * 4 + ["fr"] * 3, None, "'en' has 4 groups"),
        (FEATURES, LANGUAGES, [0] * 180, "'de' has 1 groups"),
    ],
)
def test_bad_input_is_refused(features, languages, groups, words):
    with pytest.raises(CompanionError, match=words):
        probe(features, languages, groups=groups)
