"""Texts in the layout of XNLI, and a profile, as small as the stages allow."""

import itertools
import shutil
from pathlib import Path

import pandas as pd
import yaml

from helpers.foundation import paths
from sentences import SENTENCES

LANGUAGES = ("fr", "en")
PREMISES = {"train": 40, "validation": 12, "test": 30}
PROFILE = {
    "about": "As small as it gets.",
    "models": [],
    "matrix": ["xnli"],
    "seeds": [0],
    "recipe": {
        "batch_size": 8,
        "accumulation": 2,
        "encoder_learning_rate": 1.0e-3,
        "head_learning_rate": 1.0e-2,
        "epochs": 1.5,
        "max_length": 48,
        "validations": 2,
        "precision": "fp32",
    },
    "datasets": {"xnli": {"train": 60, "validation": 24, "test": 48}},
    "language_identification": {"external": "eld", "per_language": 10},
    "shap": {"texts": 6, "max_evals": 40},
}


def write_xnli(folder: Path) -> Path:
    """Three pairs a premise, of many lengths, the same in both languages."""
    numbers = itertools.count()
    for split, count in PREMISES.items():
        premises = [next(numbers) for _ in range(count)]
        for language in LANGUAGES:
            first, second = SENTENCES[language]
            rows = [
                (f"{first} {number}", " ".join([second] * (1 + (number + label) % 2)), label)
                for number in premises
                for label in range(3)
            ]
            (folder / language).mkdir(parents=True, exist_ok=True)
            table = pd.DataFrame(rows, columns=["premise", "hypothesis", "label"])
            table.to_parquet(folder / language / f"{split}-00000-of-00001.parquet")
    return folder


def write_checkout(folder: Path, encoder: Path, **changes: object) -> Path:
    """A checkout with one profile, ``quick``, for one encoder; the hub's settings are the real."""
    (folder / "configs").mkdir(parents=True)
    profile = {**PROFILE, "models": [str(encoder)], **changes}
    (folder / "configs" / "quick.yaml").write_text(yaml.safe_dump(profile))
    shutil.copy(paths.configs_dir() / "paper.yaml", folder / "configs")
    return folder


def write_sources(folder: Path) -> dict[str, Path]:
    return {"xnli": write_xnli(folder / "tiny")}
