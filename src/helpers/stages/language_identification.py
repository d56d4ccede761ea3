"""Language identification from the first token's features, before and after fine-tuning."""

import json
from typing import Any

import pandas as pd

from helpers.data.cached_files import is_recorded, write_recorded
from helpers.foundation import paths, store
from helpers.foundation.datasets import all_datasets
from helpers.stages.fingerprints import model_and_external_texts, model_fingerprint
from helpers.stages.record import Stage
from helpers.stages.workbench import FIXED_SEED, Workbench


def _compute(bench: Workbench) -> dict[str, Any]:
    read = {"test": (bench.test, bench.test_outputs)}
    if not bench.without_external:
        outputs = bench.outputs(*bench.model, bench.external, "external texts")
        read["external"] = (bench.external, outputs)
    sources = {}
    for name, (rows, found) in read.items():
        sources[name] = {
            **_probe(bench, found.features, name, rows),
            "name": bench.corpus.name if name == "test" else _external_name(bench),
            "pretrained": _pretrained_probes(bench, name, rows),
        }
    lacking = {"lacking": list(bench.without_external)} if bench.without_external else {}
    return {"language_identification.json": {"sources": sources, **lacking}}


def _external_name(bench: Workbench) -> str:
    return bench.experiment.settings.language_identification.external


def _paper_rows(family: str, source: str) -> int:
    """Return how many texts the paper's probe saw: scikit-learn's C goes with their number."""
    datasets = all_datasets()
    return datasets[datasets[family].counterpart or "xnli"].probe_rows[source]


def _probe(bench: Workbench, features: Any, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    from helpers.analysis.language_identification import probe_all

    return probe_all(
        features,
        rows["language"],
        groups=rows["group"],
        paper_rows=_paper_rows(bench.corpus.family, name),
        seed=FIXED_SEED,
    )


def _pretrained_probes(bench: Workbench, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Probe the encoder before fine-tuning; the same for every setup and seed, so kept.

    A variant with random weights has those of the fixed seed.
    """
    from helpers.training.encoders import load_encoder

    experiment = bench.experiment
    columns = ["id", "group", "language", "text", *(["text_pair"] if "text_pair" in rows else [])]
    key = store.fingerprint(
        model=model_fingerprint(experiment.model),
        layers=experiment.options.layers,
        first_token=experiment.recipe.first_token,
        max_length=experiment.recipe.max_length,
        rows=pd.util.hash_pandas_object(rows[columns], index=False).astype(str).tolist(),
        paper_rows=_paper_rows(bench.corpus.family, name),
        version=STAGE.version,
        **({} if experiment.options.pretrained else {"pretrained_weights": False}),
    )
    kept = paths.checkpoints_dir() / "pretrained" / f"{key}.json"
    with store.experiment_lock(kept.with_suffix("")):  # experiments side by side share it
        if not is_recorded(kept, made_from=key):
            model, tokenizer = load_encoder(
                experiment.model,
                num_labels=len(bench.corpus.labels),
                layers=experiment.options.layers,
                pretrained=experiment.options.pretrained,
                first_token=experiment.recipe.first_token,
                seed=FIXED_SEED,
            )
            outputs = bench.outputs(model, tokenizer, rows, f"{name} texts, before fine-tuning")
            probes = _probe(bench, outputs.features, name, rows)["probes"]
            write_recorded(kept, json.dumps(probes, indent=1).encode(), made_from=key)
    return dict(json.loads(kept.read_text(encoding="utf-8")))


STAGE = Stage(
    name="language_identification",
    version=1,
    order=50,
    paper="section 4.2, Tables 4 and 7",
    files=("language_identification.json",),
    inputs=model_and_external_texts,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=25,
)
