import dataclasses

import pytest

from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment

GOOD = {"model": "e5_small", "dataset": "multiemo", "setup": "balanced"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "bert"}, ["model", "'bert'", "mbert, xlmr, e5_small"]),
        ({"dataset": "imdb"}, ["dataset", "'imdb'", "multiemo_pairs"]),
        ({"dataset": "xnli_"}, ["dataset", "'xnli_'"]),
        ({"dataset": "../escape"}, ["dataset"]),
        ({"setup": "skewed"}, ["setup", "'skewed'", "balanced, imbalanced, imbalanced_cw"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"seed": True}, ["seed"]),
        ({"profile": "huge"}, ["profile", "'huge'", "quick"]),
        ({"variant": "colour=red"}, ["variant key", "'colour'", "mie"]),
        ({"variant": "mie=2"}, ["mie", "'2'", "0, 1"]),
        ({"variant": "severity=steep"}, ["severity", "'steep'"]),
        ({"variant": "layers=0"}, ["layers", "'0'"]),
        ({"variant": "layers=²"}, ["layers", "'²'"]),
        ({"variant": "layers=" + "9" * 5000}, ["layers", "9999"]),
        ({"variant": "severity=nan"}, ["severity", "'nan'"]),
        ({"seed": 2**32}, ["seed", "4294967296", "0 to 4294967295"]),
        ({"variant": "mie=1,mie=0"}, ["mie=0"]),
    ],
)
def test_a_bad_field_is_refused_with_its_name_value_and_choices(change, words):
    with pytest.raises(CompanionError) as caught:
        Experiment(**{**GOOD, **change})
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_every_experiment_has_its_own_folder():
    listed = [
        Experiment(**{**GOOD, **change})
        for change in (
            {},
            {"setup": "imbalanced"},
            {"seed": 1},
            {"dataset": "multiemo_pairs"},
            {"variant": "mie=1"},
            {"variant": "recipe=authors_code"},
            {"model": "owner/e5_small"},
        )
    ]
    assert len({item.folder for item in listed}) == len(listed)
    assert listed[0].relative_folder.as_posix() == "quick/e5_small/multiemo/balanced/seed0"
    assert listed[4].relative_folder.parts[3] == "balanced+mie=1"


def test_an_experiment_is_frozen_and_its_variant_is_canonical():
    one = Experiment(**GOOD, variant="severity=0.50,mie=1,layers=6")
    assert one.variant == "layers=6,mie=1,severity=0.5"
    assert one == Experiment(**GOOD, variant="mie=1,layers=6,severity=0.5")
    assert Experiment(**GOOD, variant="mie=0,severity=1").variant == ""
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.seed = 3
