"""A profile as small as it gets, for the real encoder and real texts."""

from types import MappingProxyType

PROFILE = MappingProxyType(
    {
        "about": "As small as it gets.",
        "models": ["e5_small"],
        "matrix": ["multiemo"],
        "seeds": [0],
        "nulls": {0: 1},
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
