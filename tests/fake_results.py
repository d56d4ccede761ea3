"""Made-up result files in the store's schemas, to test what reads them. They never leave a test."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import stages
from helpers.analysis.predictions import metrics
from helpers.analysis.shap_frames import token_values
from helpers.foundation import paths, store
from helpers.foundation.experiment import Experiment

REPOSITORY = Path(__file__).resolve().parents[1]
LANGUAGES = ("fr", "en")
LABELS = ("more positive", "as positive", "less positive")
SKEW = {"fr": [3, 2, 1], "en": [1, 2, 3]}
ACCURACY = {"balanced": 0.8, "imbalanced": 0.7, "imbalanced_cw": 0.75}
_SLOPE = {"balanced": 0.0, "imbalanced": 0.1, "imbalanced_cw": 0.02}
IDENTIFICATION = {"balanced": 0.55, "imbalanced": 0.95, "imbalanced_cw": 0.6}
ENVIRONMENT = {
    "git_commit": "0123456789abcdef",
    "packages": {"python": "3.11.0", "torch": "2.13.0"},
    "hardware": {"processor": "made up", "cores": 2, "memory_gib": 8.0, "gpu": None},
}
PROFILE = """# companion reproduce --profile tiny
about: for tests
models: [e5_small]
matrix: [multiemo_pairs]
seeds: [0, 1]
recipe: {batch_size: 16, accumulation: 1, encoder_learning_rate: 1.0e-4,
  head_learning_rate: 1.0e-3, epochs: 1, max_length: 64}
datasets:
  multiemo_pairs: {train: 600, validation: 60, test: 600}
mie_seeds: [0]
"""


@contextmanager
def checkout(root: Path) -> Iterator[Path]:
    """Work in a checkout of its own for a block: profiles ``tiny`` and ``quick``, no results."""
    (root / "configs").mkdir(parents=True)
    (root / "configs" / "quick.yaml").write_text((REPOSITORY / "configs/quick.yaml").read_text())
    (root / "configs" / "tiny.yaml").write_text(PROFILE)
    with paths.environment_variable(paths.ROOT_VARIABLE, str(root)):
        yield root


def write_all(profile: str = "tiny", dataset: str = "multiemo_pairs") -> list[Experiment]:
    """Write every result of one data set of a profile; return its experiments."""
    listed = stages.experiments(profile=profile, model="e5_small", dataset=dataset)
    for experiment in listed:
        write_one(experiment)
    return listed


def write_one(experiment: Experiment) -> None:
    """Write the results of one experiment: numbers that depend on setup and seed only."""
    publish(experiment, "subsets", {"subsets.json": _subsets()})
    publish(experiment, "finetuning", {})
    rows = predictions(experiment)
    training = {
        "best_step": 30,
        "best_validation_loss": 0.9,
        "steps": 40,
        "curve": [
            {"step": 10 * n, "epoch": n / 4, "training_loss": 1.2, "validation_loss": 1.2 - n / 10}
            for n in range(1, 5)
        ],
    }
    content = {**metrics(rows, labels=LABELS, skew=SKEW), "training": training}
    publish(experiment, "predictions", {"predictions.parquet": rows, "metrics.json": content})
    last = rows[["id", *(f"p_{label}" for label in LABELS)]]
    publish(experiment, "last_step", {"last_step.parquet": last})
    publish(
        experiment,
        "language_identification",
        {"language_identification.json": _identification(experiment)},
    )
    publish(
        experiment,
        "shap_difference",
        {"shap_difference.parquet": differences(experiment), "threshold_sweep.parquet": _sweep()},
    )
    publish(experiment, "shap_tokens", {"shap_tokens.parquet": _tokens(experiment)})
    publish(experiment, "shap_examples", {"shap_examples.parquet": _examples(experiment)})


def identity(experiment: Experiment) -> dict[str, object]:
    """Return what a record says of its experiment."""
    folder = experiment.settings.dataset_folder(experiment.dataset)
    return dataclasses.asdict(experiment) | {"dataset_folder": folder}


def publish(
    experiment: Experiment,
    stage: str,
    files: dict[str, object],
    *,
    parameters: dict[str, object] | None = None,
) -> None:
    """Publish a stage's files as the stages do."""
    store.publish(
        experiment.folder,
        stage,
        files,
        record=store.StageRecord(
            fingerprint="made up", version=1, files={}, seconds=60.0, peak_memory_gib=1.5
        ),
        parameters=identity(experiment) if parameters is None else parameters,
        environment=ENVIRONMENT,
    )


def _subsets() -> dict[str, object]:
    counts = {
        "balanced": {language: [100, 100, 100] for language in LANGUAGES},
        "imbalanced": {language: [50 * weight for weight in SKEW[language]] for language in SKEW},
    }
    return {
        "languages": list(LANGUAGES),
        "labels": list(LABELS),
        "skew": SKEW,
        "size": {"train": 600, "validation": 60, "test": 600},
        "counts": {"train": counts, "validation": counts, "test": {"balanced": counts["balanced"]}},
        "overlap": {"train": 0.8, "validation": 0.75},
        "source_rows": {
            "train": {"balanced": 600, "imbalanced": 590},
            "validation": {"balanced": 60, "imbalanced": 60},
            "test": {"balanced": 300},
        },
        "in_several_languages": {
            "train": {"balanced": 0, "imbalanced": 10},
            "validation": {"balanced": 0, "imbalanced": 0},
        },
    }


def predictions(experiment: Experiment) -> pd.DataFrame:
    """Return 600 test rows, as many of them right as the setup says, and one in 100 by seed."""
    n = 600
    label = np.arange(n) % 3
    language = np.where(np.arange(n) // 3 % 2 == 0, "fr", "en")
    right = (np.arange(n) * 7919 % n) / n < ACCURACY[experiment.setup] + experiment.seed / 100
    lean = label if experiment.setup == "balanced" else np.where(language == "fr", 0, 2)
    wrong = np.where(lean == label, (label + 1) % 3, lean)
    frame = pd.DataFrame(
        {
            "id": [f"row{i}" for i in range(n)],
            "group": [f"group{i // 2}" for i in range(n)],
            "language": language,
            "label": label,
            "predicted": np.where(right, label, wrong),
        }
    )
    for index, name in enumerate(LABELS):
        frame[f"p_{name}"] = np.where(frame["predicted"] == index, 0.8, 0.1)
    return frame


def _identification(experiment: Experiment) -> dict[str, object]:
    def scores(accuracy: float) -> dict[str, object]:
        return {
            "accuracy": accuracy,
            "fold_accuracy": [accuracy] * 5,
            "macro_f1": accuracy,
            "log_loss": 2 * (1 - accuracy),
        }

    accuracy = IDENTIFICATION[experiment.setup] + experiment.seed / 100
    probes = {"C=1": scores(accuracy), "C=1e-4": scores(accuracy / 2)}
    source = {
        "n": 600,
        "languages": list(LANGUAGES),
        "chance": 0.5,
        "probes": probes,
        "pretrained": {name: scores(0.99) for name in probes},
    }
    return {"sources": {"test": {**source, "name": "x"}, "external": {**source, "name": "eld"}}}


def differences(experiment: Experiment) -> pd.DataFrame:
    """Return SHAP differences of 12 texts that follow the skew in the skewed setups."""
    slope = _SLOPE[experiment.setup]
    records = [
        (f"text{n}", f"group{n}", language, LABELS[0], label, category, value, 5)
        for n in range(12)
        for language in [LANGUAGES[n % 2]]
        for index, label in enumerate(LABELS)
        for category, value in {
            "positive": -0.05,
            "neutral": slope * (SKEW[language][index] - 2) + 0.001 * (n + experiment.seed),
            "negative": 0.05,
            "base": 0.01 if experiment.variant else 0.03,
        }.items()
    ]
    columns = ["text", "group", "language", "label", "class", "category", "difference", "n_tokens"]
    return pd.DataFrame(records, columns=columns)


def _tokens(experiment: Experiment) -> pd.DataFrame:
    """Return SHAP values of 12 texts of two tokens: a neutral one that moves, and a positive one.

    The neutral token follows the skew as in `differences`.
    """
    generator = np.random.default_rng(experiment.seed)
    slope = _SLOPE[experiment.setup]
    records = []
    for n in range(12):
        language = LANGUAGES[n % 2]
        for position in range(2):
            record: dict[str, object] = {
                "text_id": f"text{n}",
                "group": f"group{n}",
                "language": language,
                "label": 0,
                "position": position,
            }
            for index, label in enumerate(LABELS):
                mean = 0.3 if position else slope * (SKEW[language][index] - 2)
                record[f"value_{label}"] = mean + generator.normal(0, 0.001)
                record[f"base_{label}"] = 0.3
            records.append(record)
    return token_values(pd.DataFrame(records), LABELS)


def _sweep() -> pd.DataFrame:
    shares = {0.001: 10, 0.01: 60, 0.05: 80, 0.1: 90}
    records = [
        (f"text{n}", f"group{n}", language, label, category, 0.01, tokens, threshold)
        for threshold, neutral in shares.items()
        for n, language in enumerate(LANGUAGES)
        for label in (LABELS[0], LABELS[-1])
        for category in ("positive", "neutral", "negative")
        for tokens in [neutral if category == "neutral" else (100 - neutral) // 2]
    ]
    columns = ["text", "group", "language", "class", "category", "difference", "n_tokens"]
    return pd.DataFrame(records, columns=[*columns, "threshold"])


def _examples(experiment: Experiment) -> pd.DataFrame:
    """Return two texts of two words a language; the second word matters as the setup says."""
    weight = ACCURACY[experiment.setup]
    records = [
        (f"{language}-{n}", language, position, token, not token, *values, *bases)
        for language in LANGUAGES
        for n in range(2)
        for position, token in enumerate(["", "a ", "<b>", ""])
        for values in [[weight - 0.5 if position == 2 else 0.0] * len(LABELS)]
        for bases in [[0.25] * len(LABELS)]
    ]
    columns = ["text_id", "language", "position", "token", "is_special"]
    numbers = [f"{kind}_{label}" for kind in ("value", "base") for label in LABELS]
    return pd.DataFrame(records, columns=[*columns, *numbers])
