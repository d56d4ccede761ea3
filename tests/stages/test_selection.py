"""Which experiments a profile has, and which model each is compared with."""

import yaml

from helpers import stages
from helpers.foundation.experiment import Experiment


def test_the_profile_s_experiments(tiny_checkout):
    listed = stages.experiments(profile="quick", model="e5_small", dataset="multiemo")
    assert [(item.setup, item.seed, item.variant) for item in listed] == [
        ("balanced", 0, ""),
        ("imbalanced", 0, ""),
        ("imbalanced_cw", 0, ""),
        ("balanced", 1, ""),
        ("balanced", 0, "mie=1"),
        ("imbalanced", 0, "mie=1"),
    ]


BALANCED = Experiment("e5_small", "multiemo", "balanced")


def test_a_skewed_model_is_compared_with_the_balanced_one_of_its_seed_and_variant(tiny_checkout):
    imbalanced = BALANCED.replace(setup="imbalanced", seed=1, variant="mie=1,severity=0.5")
    reference = BALANCED.replace(seed=1, variant="mie=1")
    assert stages.compared_models(imbalanced) == (imbalanced, reference)


def test_the_null_has_the_reference_of_the_differences_beside_it(tiny_checkout):
    other, reference = stages.compared_models(BALANCED)
    assert (other, reference) == (BALANCED.replace(seed=1), BALANCED)
    assert reference == stages.compared_models(BALANCED.replace(setup="imbalanced"))[1]
    # Nothing is compared with the null's model, nor is there another with masked input entropy.
    assert stages.compared_models(BALANCED.replace(seed=1)) is None
    assert stages.compared_models(BALANCED.replace(variant="mie=1")) is None


def test_no_two_seeds_share_a_null_and_each_is_a_model_of_the_profile(tiny_checkout, tiny_profile):
    tiny_profile |= {"seeds": [0, 1, 2], "null_seed": None}
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    listed = stages.experiments(profile="quick", model="e5_small", dataset="multiemo")
    compared = {item: stages.compared_models(item) for item in listed}
    assert [str(item.options) for item, pair in compared.items() if pair is None] == ["mie=1"]
    assert {model for pair in compared.values() for model in pair or ()} == set(listed)
    nulls = [compared[BALANCED.replace(seed=seed)][0].seed for seed in (0, 1, 2)]
    assert nulls == [1, 2, 0]
