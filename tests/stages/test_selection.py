"""Which experiments a profile has, and which model each is compared with."""

import pytest
import yaml

from helpers import stages
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile


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


def test_nulls_are_models_of_the_profile(tiny_checkout, tiny_profile):
    tiny_profile |= {"seeds": [0, 1, 2], "nulls": {0: 1, 1: 2, 2: 0}}
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    listed = stages.experiments(profile="quick", model="e5_small", dataset="multiemo")
    compared = {item: stages.compared_models(item) for item in listed}
    assert [str(item.options) for item, pair in compared.items() if pair is None] == ["mie=1"]
    assert {model for pair in compared.values() for model in pair or ()} == set(listed)
    nulls = [compared[BALANCED.replace(seed=seed)][0].seed for seed in (0, 1, 2)]
    assert nulls == [1, 2, 0]


def test_a_data_set_has_seeds_nulls_and_repetitions_of_its_own(tiny_checkout, tiny_profile):
    own = {"seeds": [0, 5], "nulls": {5: 6}, "mie_seeds": [5], "mie_nulls": {5: 7}}
    tiny_profile["datasets"]["multiemo"] |= own
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    listed = stages.experiments(profile="quick", model="e5_small", dataset="multiemo")
    found = [(item.setup, item.seed, item.variant) for item in listed if item.seed > 0]
    assert found == [
        ("balanced", 5, ""),
        ("imbalanced", 5, ""),
        ("imbalanced_cw", 5, ""),
        ("balanced", 6, ""),
        ("balanced", 5, "mie=1"),
        ("imbalanced", 5, "mie=1"),
    ]
    other = BALANCED.replace(seed=5)
    assert stages.compared_models(BALANCED) is None
    assert stages.compared_models(other) == (BALANCED.replace(seed=6), other)
    repeated = other.replace(variant="mie=1")
    assert stages.compared_models(repeated) == (repeated.replace(seed=7), repeated)


def test_a_stage_for_some_seeds_is_missing_for_no_other(tiny_checkout, tiny_profile):
    tiny_profile["stage_seeds"] = {"last_step": [1]}
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    assert "last_step" not in stages.stages_of(BALANCED)
    assert "last_step" in stages.stages_of(BALANCED.replace(seed=1))
    assert stages.pending([BALANCED], stages=["last_step"]) == []
    stages.check_has(BALANCED.replace(seed=1), ["subsets", "last_step"])
    with pytest.raises(CompanionError, match=r"'last_step' with seed 0: .* for seeds 1 of"):
        stages.check_has(BALANCED, ["subsets", "last_step"])
    with pytest.raises(CompanionError, match=r"'representations' .* for no seed of multiemo"):
        stages.check_has(BALANCED, ["representations"])


def test_the_published_nulls_of_the_first_seeds_stay_and_each_circle_keeps_to_its_seeds():
    for dataset, confirming in (("multiemo", range(3, 8)), ("multiemo_pairs", range(3, 6))):
        nulls = load_profile("embedded").nulls_of(dataset)
        assert [nulls[seed] for seed in (0, 1, 2)] == [1, 2, 0]
        assert {nulls[seed] for seed in confirming} == set(confirming)
        assert all(seed != other for seed, other in nulls.items())


def test_what_another_experiment_s_result_is_made_from_is_wanted_too():
    one = Experiment("e5_small", "multiemo", "imbalanced", variant="severity=0.5")
    wanted = stages.wanted_stages([one])
    assert wanted[one.replace(setup="balanced", variant="")] == ("finetuning", "shap_values")
    assert stages.wanted_stages([one], ["predictions"]) == {one: ("finetuning", "predictions")}
