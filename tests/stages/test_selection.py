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


def test_references_of_the_shap_difference(tiny_checkout):
    balanced = Experiment("e5_small", "multiemo", "balanced")
    imbalanced = balanced.replace(setup="imbalanced", variant="mie=1,severity=0.5")
    assert stages.reference_of(imbalanced) == balanced.replace(variant="mie=1")
    assert stages.reference_of(balanced) == balanced.replace(seed=1)
    assert stages.reference_of(balanced.replace(seed=1)) == balanced
    assert stages.reference_of(balanced.replace(variant="mie=1")) is None


def test_no_reference_is_a_model_that_the_profile_does_not_have(tiny_checkout, tiny_profile):
    tiny_profile |= {"seeds": [0, 1, 2], "null_seed": None}
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    listed = stages.experiments(profile="quick", model="e5_small", dataset="multiemo")
    references = {item: stages.reference_of(item) for item in listed}
    assert set(references.values()) - {None} <= set(listed)
    assert [str(item.options) for item, other in references.items() if other is None] == ["mie=1"]
