import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers.analysis.head_refit import refit_head
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
GROUPS = np.arange(120) // 2


@pytest.mark.parametrize("classes", [2, 3])
def test_equal_to_scikit_learn_s_choice_and_fit(classes):
    labels = np.arange(120) % classes
    features = RNG.normal(3, 5, size=(120, 6)) + 2 * np.eye(6)[labels]
    strengths = (1e-3, 1e-1, 1.0)

    def pipeline(strength):
        return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))

    splits = list(
        StratifiedGroupKFold(5, shuffle=True, random_state=2).split(features, labels, GROUPS)
    )
    losses = {
        strength: log_loss(
            labels,
            cross_val_predict(
                pipeline(strength), features, labels, cv=splits, method="predict_proba"
            ),
        )
        for strength in strengths
    }
    best = min(losses, key=losses.get)
    found = refit_head(features, labels, GROUPS, strengths=strengths, seed=2)
    assert best == found.C
    assert found.weight.shape == (classes, 6)
    new = RNG.normal(3, 5, size=(20, 6))
    expected = pipeline(best).fit(features, labels).predict_proba(new)
    np.testing.assert_allclose(found.probabilities(new), expected, atol=1e-6)


def test_noise_gets_the_strongest_penalty():
    found = refit_head(RNG.normal(size=(120, 6)), np.arange(120) % 3, GROUPS)
    assert found.C <= 1e-3


def test_too_little_is_refused():
    with pytest.raises(CompanionError, match="got 1 labels"):
        refit_head(np.ones((9, 2)), [0] * 9, range(9))
    with pytest.raises(CompanionError, match="2 groups"):
        refit_head(np.ones((9, 2)), [0, 1, 2] * 3, [0, 1, 1] * 3)
