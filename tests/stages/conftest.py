"""A checkout with one profile, as small as it gets."""

import copy
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from helpers.foundation import paths

_PROFILE = MappingProxyType(
    {
        "about": "As small as it gets.",
        "models": ["e5_small"],
        "matrix": ["multiemo"],
        "seeds": [0],
        "null_seed": 1,
        "mie_seeds": [0],
        "recipe": {
            "batch_size": 16,
            "accumulation": 2,
            "encoder_learning_rate": 1.0e-4,
            "head_learning_rate": 1.0e-3,
            "epochs": 1,
            "max_length": 48,
            "validations": 2,
        },
        "datasets": {
            "multiemo": {"train": 240, "validation": 120, "test": 120},
            "multiemo_pairs": {"train": 120, "validation": 60, "test": 60},
        },
        "language_identification": {"external": "eld", "per_language": 20},
        "shap": {"texts": 6, "max_evals": 40},
    }
)


@pytest.fixture
def tiny_profile() -> dict[str, Any]:
    """The profile's content, to be changed at will."""
    return copy.deepcopy(dict(_PROFILE))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_profile: dict[str, Any]) -> Path:
    """A checkout of its own, whose profile quick is the tiny one."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "quick.yaml").write_text(yaml.safe_dump(tiny_profile))
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    return tmp_path
