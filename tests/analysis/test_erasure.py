import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from helpers.analysis.erasure import fit_centring, fit_leace
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
LANGUAGES = np.repeat(["de", "en", "fr"], 200)
MIXING = RNG.normal(size=(6, 6))
FEATURES = (RNG.normal(size=(600, 6)) + 2 * np.eye(6)[np.repeat([0, 1, 2], 200)]) @ MIXING + 5


def test_nothing_linear_is_left_of_the_language():
    erased = fit_leace(FEATURES, LANGUAGES)(FEATURES)
    one_hot = LANGUAGES[:, None] == np.unique(LANGUAGES)
    shared = (erased - erased.mean(axis=0)).T @ (one_hot - one_hot.mean(axis=0))
    np.testing.assert_allclose(shared, 0, atol=1e-9)
    np.testing.assert_allclose(erased.mean(axis=0), FEATURES.mean(axis=0))
    probabilities = LogisticRegression(C=1e6).fit(erased, LANGUAGES).predict_proba(erased)
    np.testing.assert_allclose(probabilities, 1 / 3, atol=1e-6)


def test_the_change_is_the_smallest_that_does_it():
    # Any map that erases moves texts at least as far, in the plain distance as in others.
    eraser = fit_leace(FEATURES, LANGUAGES)
    deviations = FEATURES - FEATURES.mean(axis=0)
    one_hot = (LANGUAGES[:, None] == np.unique(LANGUAGES)).astype(float)
    directions = np.linalg.svd(deviations.T @ (one_hot - 1 / 3), full_matrices=False)[0][:, :2]
    orthogonal = deviations @ directions @ directions.T
    for scale in (np.eye(6), np.diag(np.arange(1.0, 7.0))):
        moved, rival = ((FEATURES - eraser(FEATURES)) @ scale, orthogonal @ scale)
        assert (moved**2).sum() < (rival**2).sum()


def test_equal_to_the_authors_package():
    # concept-erasure 0.2.4, in float64, without its shrinkage and its limit on the variance.
    x = np.array([[1.0, 0, 2], [0, 1, 1], [2, 1, 0], [1, 3, 1], [0, 2, 2], [3, 1, 1]])
    erased = fit_leace(x, ["a", "a", "b", "b", "c", "c"])(x)
    expected = [
        [1.56594724, 1.05275779, 1.0263789],
        [0.76738609, 1.61390887, 1.30695444],
        [2.09832134, 0.67865707, 0.83932854],
        [0.23501199, 1.98800959, 1.4940048],
        [-0.03117506, 2.17505995, 1.58752998],
        [2.36450839, 0.49160671, 0.74580336],
    ]
    np.testing.assert_allclose(erased, expected, atol=1e-6)


def test_applying_it_twice_changes_nothing_more():
    eraser = fit_leace(FEATURES, LANGUAGES)
    np.testing.assert_allclose(eraser(eraser(FEATURES)), eraser(FEATURES))


def test_features_without_variance_in_a_direction():
    flat = np.column_stack([FEATURES, np.full(600, 3.0), FEATURES[:, 0]])
    erased = fit_leace(flat, LANGUAGES)(flat)
    np.testing.assert_allclose(erased[:, :6], fit_leace(FEATURES, LANGUAGES)(FEATURES), atol=1e-6)
    np.testing.assert_allclose(erased[:, 6], 3.0)


def test_centring_gives_every_language_one_centroid():
    centred = fit_centring(FEATURES, LANGUAGES)(FEATURES, LANGUAGES)
    centroids = [centred[name == LANGUAGES].mean(axis=0) for name in ("de", "en", "fr")]
    np.testing.assert_allclose(centroids, np.tile(FEATURES.mean(axis=0), (3, 1)))
    within = FEATURES[:200] - FEATURES[:200].mean(axis=0)
    np.testing.assert_allclose(centred[:200] - centred[:200].mean(axis=0), within)


def test_what_is_refused():
    with pytest.raises(CompanionError, match="two values"):
        fit_leace(np.ones((3, 2)), ["en"] * 3)
    with pytest.raises(CompanionError, match="'ja' has no centroid"):
        fit_centring(FEATURES, LANGUAGES)(FEATURES[:1], ["ja"])
