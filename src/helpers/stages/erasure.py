"""What the model says once its features no longer tell the language (LEACE; centring)."""

from typing import Any

import numpy as np
import pandas as pd

from helpers.stages.fingerprints import model_and_external_texts
from helpers.stages.record import Stage
from helpers.stages.workbench import FIXED_SEED, Workbench

_PENALTIES = {"C=1": 1.0, "C=1e-4": 1e-4}  # the two rulers of separation


def _compute(bench: Workbench) -> dict[str, Any]:
    from scipy.special import softmax

    from helpers.analysis.erasure import fit_centring, fit_leace
    from helpers.analysis.language_identification import probe

    # Where every label is equally frequent in every language: else labels would be erased too.
    rows = bench.subsets("train").balanced
    fitted_on = bench.outputs(*bench.model, rows, "balanced training rows").features
    leace = fit_leace(fitted_on, rows["language"])
    centring = fit_centring(fitted_on, rows["language"])
    sources = {
        "test": (bench.test, bench.test_outputs.features),
        "external": (
            bench.external,
            bench.outputs(*bench.model, bench.external, "external texts").features,
        ),
    }
    layer = bench.model[0].head
    weight, bias = (each.detach().double().cpu().numpy() for each in (layer.weight, layer.bias))
    predictions: dict[str, Any] = {}
    probes: dict[str, dict[str, Any]] = {}
    for name in ("leace", "centring"):
        probes[name] = {}
        for source, (texts, features) in sources.items():
            languages = texts["language"]
            erased = leace(features) if name == "leace" else centring(features, languages)
            if source == "test":
                predictions[name] = softmax(erased @ weight.T + bias, axis=1)
            scores = {
                penalty: probe(
                    erased, languages, groups=texts["group"], C=strength, seed=FIXED_SEED
                )
                for penalty, strength in _PENALTIES.items()
            }
            probes[name][source] = {
                penalty: {"accuracy": found.accuracy, "log_loss": found.log_loss}
                for penalty, found in scores.items()
            }
    frames = [
        bench.test_predictions(probabilities).assign(method=name)
        for name, probabilities in predictions.items()
    ]
    removed = int(np.linalg.matrix_rank(leace.removed))
    return {
        "erasure.parquet": pd.concat(frames, ignore_index=True),
        "erasure.json": {"rows": len(rows), "directions": removed, "probes": probes},
    }


STAGE = Stage(
    name="erasure",
    version=1,
    order=120,
    paper="section 4.4, footnote 2",
    files=("erasure.parquet", "erasure.json"),
    inputs=model_and_external_texts,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=90,
    only_where_named=True,
)
