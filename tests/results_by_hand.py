"""Results with known effects, made by hand, for the tests of quantities and claims."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.analysis.quantities import RunResults

LABELS = ("no", "so", "yes")
PUBLISHED = Path(__file__).resolve().parents[1] / "results" / "embedded" / "e5_small"
SKEW = {"fr": (3, 2, 1), "en": (1, 2, 3)}
TOKENS = ("positive", "neutral", "negative")


def predictions(seed, *, accuracy, follow, n=600):
    """Test rows: right with a probability; else, or where it follows, the language's label."""
    generator = np.random.default_rng(seed)
    language = np.resize(["fr", "en"], n)
    label = np.resize([0, 0, 1, 1, 2, 2], n)
    right = generator.random(n) < accuracy
    predicted = np.where(right, label, (label + generator.integers(1, 3, n)) % 3)
    drawn = np.where(language == "fr", 0, 2)
    predicted = np.where(generator.random(n) < follow, drawn, predicted)
    return pd.DataFrame(
        {
            "id": [f"r{i:04}" for i in range(n)],
            "group": [f"g{i // 2}" for i in range(n)],
            "language": language,
            "label": label,
            "predicted": predicted,
        }
    )


def identification(seed, score, sources=("test", "external")):
    score += np.random.default_rng(seed).normal(0, 0.005)
    probes = {
        "C=1": {"accuracy": min(1.0, score + 0.3), "log_loss": 2 * (1 - score)},
        "C=1e-4": {"accuracy": score, "log_loss": 0.7},
    }
    return {"sources": {s: {"n": 400, "probes": probes} for s in sources}}


def shap_difference(seed, *, over=0.0, under=0.0, informative=0.0, base=0.01, n=80):
    """Per text: neutral tokens move by ``over`` or ``under``, informative ones shrink."""
    generator = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        language = ("fr", "en")[i % 2]
        for name in LABELS:
            more = {("fr", "no"): True, ("en", "yes"): True}.get((language, name), False)
            means = {
                "positive": -informative * (0.5 if more else 1),
                "neutral": over if more else under,
                "negative": informative * (0.5 if more else 1),
                "base": base,
            }
            for category, mean in means.items():
                rows.append(
                    {
                        "text": f"t{i:03}",
                        "group": f"g{i // 2}",
                        "language": language,
                        "label": i % 3,
                        "class": name,
                        "category": category,
                        "difference": mean + generator.normal(0, 0.01),
                        "n_tokens": {"neutral": 6, "base": 0}.get(category, 2),
                    }
                )
    return pd.DataFrame(rows)


def as_in_the_paper(seeds=(0, 1, 2), *, dataset="xnli_7500", model="e5_small"):
    """Everything that the paper claims, clearly."""
    found_predictions, found_scores, found_shap = {}, {}, {}
    for k in seeds:
        wide = {"n": 3000} if len(seeds) == 1 else {}
        found_predictions |= {
            ("balanced", k): predictions(k, accuracy=0.9, follow=0.0, **wide),
            ("imbalanced", k): predictions(10 + k, accuracy=0.8, follow=0.3, **wide),
            # The balanced model's predictions but for a few that follow the language.
            ("imbalanced_cw", k): predictions(k, accuracy=0.9, follow=0.004, **wide),
        }
        scores = {"balanced": 0.5, "imbalanced": 0.9, "imbalanced_cw": 0.52}
        found_scores.update(
            {
                (setup, k): identification(30 + 10 * number + k, score)
                for number, (setup, score) in enumerate(scores.items())
            }
        )
        found_shap |= {
            ("balanced", k): shap_difference(40 + k, informative=0.02),  # the null falls and rises
            ("imbalanced", k): shap_difference(
                50 + k, over=0.2, under=-0.2, informative=0.2, base=0.1
            ),
            ("imbalanced_cw", k): shap_difference(60 + k, over=0.01, informative=0.1),
            ("imbalanced@threshold=0.05", k): shap_difference(70 + k, over=0.2, under=-0.2),
            ("balanced@threshold=0.05", k): shap_difference(80 + k),
            ("imbalanced@threshold=0.001", k): shap_difference(90 + k)
            .assign(n_tokens=1)
            .replace({"n_tokens": {1: 4}}),
        }
        for number, setup in enumerate(scores):
            with_entropy = f"{setup}+mie=1"
            found_predictions[with_entropy, k] = found_predictions[setup, k]
            found_scores[with_entropy, k] = identification(200 + 10 * number + k, scores[setup])
        found_shap |= {
            ("balanced+mie=1", k): shap_difference(100 + k, base=0.0),
            ("imbalanced+mie=1", k): shap_difference(
                110 + k, over=0.2, under=-0.2, informative=0.2, base=0.0
            ),
            ("imbalanced_cw+mie=1", k): shap_difference(120 + k, over=0.01, base=0.0),
        }
    return RunResults(
        dataset=dataset,
        model=model,
        labels=LABELS,
        skew=SKEW,
        predictions=found_predictions,
        identification=found_scores,
        shap_difference=found_shap,
    )


def losing(frame, share):
    """The same predictions, but for a share of the rows, which are right there and wrong here."""
    right = frame["label"] == frame["predicted"]
    changed = right & (right.cumsum() <= round(share * len(frame)))
    return frame.assign(predicted=frame["predicted"].where(~changed, (frame["label"] + 1) % 3))


def counts_at(severity):
    """The rows of each language and label in training at a severity."""
    return {
        language: [round(100 * (1 + severity * (weight / 2 - 1))) for weight in weights]
        for language, weights in SKEW.items()
    }


def at_severities(loss, severities=(0.5, 1.5), seeds=(0, 1, 2)):
    """Models of one data set at several severities.

    The imbalanced model of a severity is wrong in the rows that ``loss`` of it asks for.
    """
    made = as_in_the_paper(seeds, dataset="multiemo")
    predictions = {key: made.predictions[key] for key in made.predictions if key[0] == "balanced"}
    tables = {}
    for seed in seeds:
        for level in (0.0, 1.0, *severities):
            name = {0.0: "balanced", 1.0: "imbalanced"}.get(level, f"imbalanced+severity={level}")
            predictions[name, seed] = losing(predictions["balanced", seed], loss(level))
            subset = "imbalanced" if level else "balanced"
            tables[name, seed] = {"counts": {"train": {subset: counts_at(level)}}}
    return dataclasses.replace(made, predictions=predictions, files={"subsets.json": tables})


def with_same_shares(separation=0.5, seeds=(0, 1, 2)):
    """As in the paper, and models of the first language's shares in both languages.

    They take the last label for the first in one text of four, and languages lie as far apart in
    them as asked for.
    """
    made = as_in_the_paper(seeds, dataset="multiemo")
    name, table = "imbalanced+shares=same", {key: [300, 200, 100] for key in SKEW}
    predictions, scores, tables = {}, {}, {}
    for seed in seeds:
        frame = made.predictions["balanced", seed]
        changed = (frame["predicted"] == 2) & (np.arange(len(frame)) // 2 % 4 == 0)
        predictions[name, seed] = frame.assign(predicted=frame["predicted"].mask(changed, 0))
        scores[name, seed] = identification(300 + seed, separation)
        tables[name, seed] = {"counts": {"train": {"imbalanced": table}}}
        skewed = {language: [100 * weight for weight in SKEW[language]] for language in SKEW}
        tables["imbalanced", seed] = {"counts": {"train": {"imbalanced": skewed}}}
    return dataclasses.replace(
        made,
        predictions={**made.predictions, **predictions},
        identification={**made.identification, **scores},
        files={"subsets.json": tables},
    )


def published(dataset):
    """The published predictions of seeds 0 to 2, which do not change any more."""
    folder = PUBLISHED / dataset
    subsets = json.loads((folder / "balanced" / "seed0" / "subsets.json").read_text("utf-8"))
    return RunResults(
        dataset=dataset,
        model="e5_small",
        labels=tuple(subsets["labels"]),
        skew=subsets["skew"],
        predictions={
            (setup, seed): pd.read_parquet(folder / setup / f"seed{seed}" / "predictions.parquet")
            for setup in ("balanced", "imbalanced", "imbalanced_cw")
            for seed in range(3)
        },
    )


def published_identification(dataset):
    """The published probes of seeds 0 to 2, which do not change any more."""
    return {
        (setup, seed): json.loads(
            (
                PUBLISHED / dataset / setup / f"seed{seed}" / "language_identification.json"
            ).read_text("utf-8")
        )
        for setup in ("balanced", "imbalanced", "imbalanced_cw")
        for seed in range(3)
    }
