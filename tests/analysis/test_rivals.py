"""Rare cells and calibration, against a calculation by hand."""

import pandas as pd
import pytest

from helpers.analysis import rivals
from helpers.analysis.quantities import RunResults

# French rows are mostly "no" in training, English ones mostly "yes".
SKEW = {"fr": (3, 1), "en": (1, 3)}


def predictions(predicted, sure):
    language, label = ["fr"] * 3 + ["en"] * 2, [0, 1, 1, 0, 1]
    frame = pd.DataFrame({"language": language, "label": label, "predicted": predicted})
    frame = frame.assign(id=[f"r{n}" for n in range(5)], group=[f"g{n}" for n in range(5)])
    frame["p_yes"] = [sure if each else 1 - sure for each in predicted]
    return frame.assign(p_no=1 - frame["p_yes"])


@pytest.fixture
def results():
    return RunResults(
        dataset="d",
        model="m",
        labels=("no", "yes"),
        skew=SKEW,
        predictions={
            ("imbalanced_sqrt", 0): predictions([0, 1, 0, 0, 1], 0.8),  # 4 of 5 right
            ("imbalanced_cw", 0): predictions([0, 0, 0, 1, 1], 0.8),  # 2 of 5 right
        },
    )


def test_each_rare_cell_counts_alike(results):
    found = rivals.rare_cell_accuracy("imbalanced_sqrt", "imbalanced_cw")(results, 0)
    # French "yes" rises from 0 to 1/2, English "no" from 0 to 1; other cells do not count.
    assert found.value == pytest.approx((1 / 2 + 1) / 2)
    assert found.n == 5 and float(found.rows.mean()) == pytest.approx(found.value)


def test_calibration_is_the_difference_of_two_errors(results):
    found = rivals.calibration("imbalanced_sqrt", "imbalanced_cw")(results, 0)
    assert found.value == pytest.approx(abs(0.8 - 0.8) - abs(0.8 - 0.4))


def test_a_seed_without_both_has_no_value(results):
    assert rivals.rare_cell_accuracy("imbalanced_sqrt", "imbalanced_cw")(results, 1) is None
    assert rivals.calibration("imbalanced_focal", "imbalanced_cw")(results, 0) is None
