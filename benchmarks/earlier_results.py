"""What the results were before two changes that were made after they had been seen.

    python benchmarks/earlier_results.py

Reads the earlier result files from the repository's history and writes
``results/benchmarks/earlier_results.json``: the nulls of SHAP differences before their reference
changed, and the accuracies of MultiEmo pairs under its first recipe.
"""

import io
import json
import subprocess

import pandas as pd

from helpers.analysis.quantities import RunResults, values_by_seed
from helpers.foundation import paths, store
from helpers.report.shap_null import ROWS

# The last commits with the results as they were.
BEFORE_NULL = "5d83f3d2555aa20aac0eb6f2ce19f857847806ec"
BEFORE_RECIPE = "cb44b94f16e48baa97cd8a8cf1dedcf0520d0dad"
FOLDER = "results/embedded/e5_small"
SEEDS = range(3)


def shown(commit: str, path: str) -> bytes:
    """Return a file as it was in a commit."""
    done = subprocess.run(
        ["git", "show", f"{commit}:{path}"],
        capture_output=True, check=True, cwd=paths.repository_root(),
    )  # fmt: skip
    return done.stdout


def nulls(dataset: str) -> dict[str, dict[int, float]]:
    """Return the earlier null of each row of the table of nulls, by seed."""
    subsets = json.loads(shown(BEFORE_NULL, f"{FOLDER}/{dataset}/balanced/seed0/subsets.json"))
    frames = {}
    for seed in SEEDS:
        path = f"{FOLDER}/{dataset}/balanced/seed{seed}/shap_difference.parquet"
        frames["balanced", seed] = pd.read_parquet(io.BytesIO(shown(BEFORE_NULL, path)))
    results = RunResults(
        dataset=dataset,
        model="e5_small",
        labels=tuple(subsets["labels"]),
        skew=subsets["skew"],
        shap_difference=frames,
    )
    return {
        what: dict(
            values_by_seed(results, lambda r, seed, read=read: read(r, "balanced", seed)).by_seed
        )
        for what, read in ROWS.items()
    }


def accuracies(dataset: str) -> dict[str, dict[int, float]]:
    """Return the test accuracies under the first recipe, by setup and seed."""
    return {
        setup: {
            seed: json.loads(
                shown(BEFORE_RECIPE, f"{FOLDER}/{dataset}/{setup}/seed{seed}/metrics.json")
            )["accuracy"]
            for seed in SEEDS
        }
        for setup in ("balanced", "imbalanced", "imbalanced_cw")
    }


def main() -> None:
    content = {
        "null": {name: nulls(name) for name in ("multiemo", "xnli_7500")},
        "recipe": {"multiemo_pairs": accuracies("multiemo_pairs")},
        "commits": {"null": BEFORE_NULL, "recipe": BEFORE_RECIPE},
    }
    target = paths.benchmark_file(__file__)
    store.write_json(target, content)
    print(f"The result: {target}")


if __name__ == "__main__":
    main()
