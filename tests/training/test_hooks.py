"""What a weighting gives to fine-tuning."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from helpers.foundation.errors import CompanionError
from helpers.foundation.setups import all_setups
from helpers.training.class_weights import row_weights
from helpers.training.hooks import Hooks, make_hooks

# Two languages, their shares of "bad" and "good" the other way round.
TRAIN = pd.DataFrame(
    {"language": ["en"] * 8 + ["fr"] * 8, "label": [0, 0, *[1] * 6, *[0] * 6, 1, 1]}
)
WEIGHTED = [name for name, setup in all_setups().items() if setup.weighting]


def hooks(setup, train=TRAIN):
    weighting = all_setups()[setup].weighting
    return make_hooks(weighting, train, names=["bad", "good"], what=f"setup {setup}")


def test_a_setup_without_a_weighting_changes_nothing():
    assert hooks("imbalanced") == Hooks()
    assert hooks("imbalanced").fingerprint() == {}


@pytest.mark.parametrize("setup", WEIGHTED)
def test_every_weighting_is_chosen_by_the_loss_weighted_by_eq_2(setup):
    expected = row_weights(TRAIN["language"], TRAIN["label"])
    found = hooks(setup)
    np.testing.assert_array_equal(found.selection_weights, expected)
    weighting = all_setups()[setup].weighting
    made = {
        "weights": weighting.cell_weights,
        "chances": weighting.cell_chances,
        "loss": weighting.make_loss,
        "penalty": weighting.make_penalty,
    }
    given = {field.name for field in dataclasses.fields(Hooks)} - {"selection_weights"}
    assert given == set(made)
    for name, maker in made.items():
        assert (getattr(found, name) is None) == (maker is None), name


@pytest.mark.parametrize("setup", WEIGHTED)
def test_an_empty_cell_is_refused_by_its_names(setup):
    train = TRAIN[~((TRAIN["language"] == "fr") & (TRAIN["label"] == 1))]
    with pytest.raises(CompanionError, match=f"'fr' has no row of label good: setup {setup} is"):
        hooks(setup, train)
