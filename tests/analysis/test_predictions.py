import numpy as np
import pandas as pd
import pytest

from helpers.analysis import predictions

SKEW = {"fr": (1, 3), "es": (1, 3), "en": (3, 1)}
FRAME = pd.DataFrame(
    {
        "language": ["fr", "fr", "es", "es", "en", "en", "en", "en"],
        "label": [0, 1, 0, 1, 0, 1, 0, 1],
        "predicted": [0, 1, 1, 1, 0, 0, 0, 1],
    }
)


def test_known_metrics():
    found = predictions.metrics(FRAME, labels=["no", "yes"], skew=SKEW)
    assert found["accuracy"] == pytest.approx(6 / 8)
    assert found["accuracy_by_language"] == {"en": 0.75, "es": 0.5, "fr": 1.0}
    # F1 of "no": 3 of 4 predicted right, 3 of 4 found; of "yes" the same.
    assert found["macro_f1"] == pytest.approx(0.75)
    assert found["n_test"] == 8
    assert found["predicted_share"] == {
        "fr, es": {"no": 0.25, "yes": 0.75},
        "en": {"no": 0.75, "yes": 0.25},
    }


def test_a_label_that_is_never_predicted_has_share_zero():
    shares = predictions.predicted_share(FRAME.assign(predicted=0), labels=["no", "yes"], skew=SKEW)
    assert shares["yes"].tolist() == [0, 0]


def test_training_shares_are_the_skew():
    shares = predictions.training_share(labels=["no", "yes"], skew=SKEW)
    assert shares.loc["fr, es"].tolist() == [0.25, 0.75]
    assert (shares.sum(axis=1) == 1).all()


def rows_with_accuracy(accuracy, n=600, seed=0):
    """Rows of two languages and three labels, that many of them predicted right."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"group": range(n), "label": np.arange(n) // 2 % 3})
    frame["language"] = np.where(frame["group"] % 2, "fr", "en")
    wrong = (frame["label"] + random.integers(1, 3, n)) % 3
    return frame.assign(predicted=frame["label"].where(random.random(n) < accuracy, wrong))


def test_a_model_has_learned_when_it_beats_the_language_alone():
    assert predictions.has_learned(rows_with_accuracy(0.45))
    assert not predictions.has_learned(rows_with_accuracy(0.33))
    frame = rows_with_accuracy(1.0)
    assert not predictions.has_learned(frame.assign(predicted=1))
    by_language = frame["language"].map({"fr": 0, "en": 2})
    assert not predictions.has_learned(frame.assign(predicted=by_language))


def test_translations_do_not_make_a_lucky_model_a_learned_one():
    lucky = rows_with_accuracy(0.45, n=60)
    copies = pd.concat([lucky] * 20)
    assert predictions.has_learned(copies.assign(group=range(len(copies))))
    assert not predictions.has_learned(copies)
