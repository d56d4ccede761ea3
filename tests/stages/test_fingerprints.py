"""What moves the fingerprint of which stage: no result outlives its inputs."""

import pytest
import yaml

from helpers import stages
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment

IMBALANCED = Experiment("e5_small", "multiemo", "imbalanced")
AFTER_TRAINING = {
    "predictions",
    "last_step",
    "language_identification",
    "shap_values",
    "shap_tokens",
    "shap_difference",
    "shap_examples",
    "representations",
    "head_refit",
    "erasure",
    "integrated_gradients",
}


def fingerprints(experiment):
    return {
        stage: stages.stage_fingerprint(experiment, stage, sources={}) for stage in stages.STAGES
    }


def moved(before, after):
    return {stage for stage, fingerprint in after.items() if before[stage] != fingerprint}


@pytest.mark.parametrize(
    ("section", "change", "expected"),
    [
        ("datasets", {"multiemo": {"train": 480, "validation": 120, "test": 120}}, "all"),
        ("recipe", {"epochs": 2}, {"finetuning"} | AFTER_TRAINING),
        ("language_identification", {"per_language": 30}, {"language_identification", "erasure"}),
        (
            "shap",
            {"texts": 12},
            {"shap_values", "shap_tokens", "shap_difference", "integrated_gradients"},
        ),
        (
            "shap",
            {"max_evals": 50},
            {"shap_values", "shap_tokens", "shap_difference", "shap_examples"},
        ),
        ("shap", {"threshold": 0.02}, {"shap_difference"}),
    ],
)
def test_a_setting_moves_the_stages_that_read_it(
    tiny_checkout, tiny_profile, section, change, expected
):
    before = fingerprints(IMBALANCED)
    tiny_profile[section].update(change)
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    expected = set(stages.STAGES) if expected == "all" else expected
    assert moved(before, fingerprints(IMBALANCED)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"seed": 1}, set(stages.STAGES)),
        ({"setup": "imbalanced_cw"}, {"finetuning"} | AFTER_TRAINING),
        ({"variant": "mie=1"}, {"finetuning"} | AFTER_TRAINING),
        ({"variant": "severity=0.5"}, set(stages.STAGES)),
        ({"variant": "shares=same"}, set(stages.STAGES)),
        ({"variant": "pretrained=0"}, {"finetuning"} | AFTER_TRAINING),
    ],
)
def test_a_field_of_the_experiment_moves_the_stages_that_read_it(tiny_checkout, change, expected):
    before = fingerprints(IMBALANCED)
    assert moved(before, fingerprints(IMBALANCED.replace(**change))) == expected


def test_the_difference_depends_on_the_model_it_is_compared_with(tiny_checkout, tiny_profile):
    balanced = IMBALANCED.replace(setup="balanced")
    before = fingerprints(balanced)
    tiny_profile["nulls"] = {0: 2}  # another null
    (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    assert moved(before, fingerprints(balanced)) == {"shap_difference"}


def test_translations_move_everything_where_they_are_allowed_and_nothing_where_not(
    tiny_checkout, tiny_profile
):
    """Results from before the setting keep their fingerprints."""
    before = fingerprints(IMBALANCED)
    for allowed, expected in ((False, set()), (True, set(stages.STAGES))):
        tiny_profile["datasets"]["multiemo"]["with_translations"] = allowed
        (tiny_checkout / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
        assert moved(before, fingerprints(IMBALANCED)) == expected


def test_an_unknown_stage_has_none(tiny_checkout):
    with pytest.raises(CompanionError, match="unknown stage 'plots': choose one of subsets"):
        stages.stage_fingerprint(IMBALANCED, "plots", sources={})
