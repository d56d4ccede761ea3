"""What each stage computes."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.data.cached_files import is_recorded, write_recorded
from helpers.data.subsets import severity_limit
from helpers.foundation import hardware, paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import VERSIONS, model_fingerprint
from helpers.stages.selection import compared_models
from helpers.stages.workbench import FIXED_SEED, Workbench


def _subsets(bench: Workbench) -> dict[str, Any]:
    corpus, test = bench.corpus, bench.test
    drawn = {split: bench.subsets(split) for split in ("train", "validation")}
    counts = {split: subsets.counts() for split, subsets in drawn.items()}
    test_counts = pd.crosstab(test["language"], test["label"]).reindex(list(corpus.languages))
    counts["test"] = {"balanced": test_counts}
    return {
        "subsets.json": {
            "dataset": corpus.name,
            "source": corpus.source,
            "licence": corpus.licence,
            "languages": list(corpus.languages),
            "labels": list(corpus.labels),
            "skew": {language: list(weights) for language, weights in corpus.skew.items()},
            "severity": bench.experiment.options.severity,
            "rule": bench.rule,
            "size": {
                **{split: len(subsets.balanced) for split, subsets in drawn.items()},
                "test": len(test),
            },
            "counts": {
                split: {
                    name: {str(row): cells.tolist() for row, cells in table.T.items()}
                    for name, table in tables.items()
                }
                for split, tables in counts.items()
            },
            "overlap": {split: subsets.overlap for split, subsets in drawn.items()},
            "source_rows": {
                **{split: subsets.source_rows() for split, subsets in drawn.items()},
                "test": {"balanced": int(test["group"].nunique())},
            },
            "in_several_languages": {
                split: subsets.in_several_languages() for split, subsets in drawn.items()
            },
        }
    }


def _finetuning(bench: Workbench) -> dict[str, Any]:
    from helpers.training.class_weights import row_weights
    from helpers.training.encoders import load_encoder
    from helpers.training.finetuning import finetune

    experiment, train = bench.experiment, bench.train
    weights = None
    if experiment.setup == "imbalanced_cw":
        limit = severity_limit(bench.corpus.skew)
        if experiment.options.severity >= limit:
            raise CompanionError(
                f"setup imbalanced_cw needs a severity below {limit:g}: at {limit:g} a language "
                "has no row of its rarest label, and its class weight (eq. 2) is undefined"
            )
        weights = row_weights(train["language"], train["label"])
    recipe = experiment.recipe
    model, tokenizer = load_encoder(
        experiment.model,
        num_labels=len(bench.corpus.labels),
        layers=experiment.options.layers,
        first_token=recipe.first_token,
        dropout=recipe.dropout,
        seed=experiment.seed,
        attention=recipe.attention,
    )
    result = finetune(
        model,
        tokenizer,
        train,
        bench.validation,
        recipe,
        output_dir=experiment.checkpoint,
        seed=experiment.seed,
        row_weights=weights,
        masked_entropy=experiment.options.mie,
        progress=bench.progress,
    )
    history = result.history.astype(object).where(result.history.notna(), None)
    if hardware.is_first_process():
        store.write_json(
            experiment.checkpoint / "training.json",
            {
                "best_step": result.best_step,
                "best_validation_loss": result.best_validation_loss,
                "steps": result.steps,
                "curve": history.to_dict("records"),
            },
        )
    return {}


def _predictions(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis import predictions

    labels, outputs, test = bench.corpus.labels, bench.test_outputs, bench.test
    frame = test[["id", "group", "language", "label"]].reset_index(drop=True)
    frame["predicted"] = outputs.probabilities.argmax(axis=1)
    for index, label in enumerate(labels):
        frame[f"p_{label}"] = outputs.probabilities[:, index]
    training = store.read_record(bench.experiment.checkpoint / "training.json")
    if training is None:
        raise CompanionError(
            f"{bench.experiment.checkpoint} has no training.json, or a damaged one: delete the "
            "folder and run again"
        )
    metrics = predictions.metrics(frame, labels=labels, skew=bench.corpus.skew)
    return {
        "predictions.parquet": frame,
        "metrics.json": {**metrics, "training": training},
    }


def _last_step(bench: Workbench) -> dict[str, Any]:
    """Predict the test rows with the weights of the last step, beside those of the kept model."""
    from helpers.training.finetuning import use_last_step

    model, tokenizer = bench.load_model()
    use_last_step(model, bench.experiment.checkpoint)
    outputs = bench.outputs(model, tokenizer, bench.test, "test rows, last step")
    frame = bench.test[["id"]].reset_index(drop=True)
    for index, label in enumerate(bench.corpus.labels):
        frame[f"p_{label}"] = outputs.probabilities[:, index]
    return {"last_step.parquet": frame}


def _language_identification(bench: Workbench) -> dict[str, Any]:
    outputs = {
        "test": bench.test_outputs,
        "external": bench.outputs(*bench.model, bench.external, "external texts"),
    }
    sources = {}
    for name, rows in (("test", bench.test), ("external", bench.external)):
        sources[name] = {
            **_probe(bench, outputs[name].features, name, rows),
            "name": bench.corpus.name if name == "test" else _external_name(bench),
            "pretrained": _pretrained_probes(bench, name, rows),
        }
    return {"language_identification.json": {"sources": sources}}


def _external_name(bench: Workbench) -> str:
    return bench.experiment.settings.language_identification.external


def _paper_rows(family: str, source: str) -> int:
    """Return how many texts the paper's probe saw: scikit-learn's C goes with their number."""
    six_languages = family in ("amazon_reviews", "multiemo")
    if source == "external":
        return 6_000 if six_languages else 2_000
    return 30_000 if six_languages else 6_672


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
    """Probe the encoder before fine-tuning; the same for every setup and seed, so kept."""
    from helpers.training.encoders import load_encoder

    experiment = bench.experiment
    columns = ["id", "group", "language", "text", *(["text_pair"] if "text_pair" in rows else [])]
    key = store.fingerprint(
        model=model_fingerprint(experiment.model),
        layers=experiment.options.layers,
        max_length=experiment.recipe.max_length,
        rows=pd.util.hash_pandas_object(rows[columns], index=False).astype(str).tolist(),
        version=VERSIONS["language_identification"],
    )
    kept = paths.checkpoints_dir() / "pretrained" / f"{key}.json"
    with store.experiment_lock(kept.with_suffix("")):  # experiments side by side share it
        if not is_recorded(kept, made_from=key):
            model, tokenizer = load_encoder(
                experiment.model,
                num_labels=len(bench.corpus.labels),
                layers=experiment.options.layers,
                seed=FIXED_SEED,
            )
            outputs = bench.outputs(model, tokenizer, rows, f"{name} texts, before fine-tuning")
            probes = _probe(bench, outputs.features, name, rows)["probes"]
            write_recorded(kept, json.dumps(probes, indent=1).encode(), made_from=key)
    return dict(json.loads(kept.read_text(encoding="utf-8")))


def _shap_values(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_frames import explanation_frame

    rows = bench.explained
    finished = bench.experiment.checkpoint / "shap_values"
    explanation = _explain(bench, rows, cache=finished)
    frame = explanation_frame(
        explanation,
        ids=rows["id"].tolist(),
        groups=rows["group"].tolist(),
        languages=rows["language"].tolist(),
        labels=rows["label"].tolist(),
        class_names=bench.corpus.labels,
    )
    shutil.rmtree(finished, ignore_errors=True)
    return {"shap.parquet": frame}


def _explain(bench: Workbench, rows: pd.DataFrame, *, cache: Path | None = None) -> Any:
    from helpers.analysis.shap_values import explain_corpus

    settings = bench.experiment.settings.shap
    model, tokenizer = bench.model
    return explain_corpus(
        model,
        tokenizer,
        rows["text"].tolist(),
        rows["text_pair"].tolist() if bench.corpus.is_pair else None,
        max_evals=settings.max_evals,
        max_length=bench.experiment.recipe.max_length,
        precision=settings.precision,
        cache=cache,
        progress=bench.progress,
    )


def _shap_tokens(bench: Workbench) -> dict[str, Any]:
    """Keep every SHAP value without the text it belongs to."""
    from helpers.analysis.shap_frames import token_values

    return {"shap_tokens.parquet": token_values(_explained(bench.experiment), bench.corpus.labels)}


def _shap_examples(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_frames import explanation_frame

    rows = bench.examples
    if rows.empty:
        return {}
    frame = explanation_frame(
        _explain(bench, rows),
        ids=rows["id"].tolist(),
        languages=rows["language"].tolist(),
        labels=[None] * len(rows),
        class_names=bench.corpus.labels,
    )
    return {"shap_examples.parquet": frame.drop(columns=["group", "label"])}


def _shap_difference(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.shap_difference import cumulative_difference, threshold_sweep
    from helpers.analysis.shap_frames import explanation_from_frame

    compared = compared_models(bench.experiment)
    if compared is None:
        return {}
    frames = [_explained(model) for model in compared]
    texts = frames[0].drop_duplicates("text_id").reset_index(drop=True)
    other, balanced = (explanation_from_frame(frame) for frame in frames)
    difference = cumulative_difference(
        balanced,
        other,
        languages=texts["language"].tolist(),
        threshold=bench.experiment.settings.shap.threshold,
    )
    sweep = threshold_sweep(balanced, other, languages=texts["language"].tolist())
    # The figures' two classes; the base value knows no threshold.
    labels = bench.corpus.labels
    sweep = sweep[sweep["class"].isin([labels[0], labels[-1]]) & (sweep["category"] != "base")]
    difference, sweep = (_named(frame, texts) for frame in (difference, sweep.copy()))
    difference.insert(3, "label", difference.pop("label").map(dict(enumerate(labels))))
    return {
        "shap_difference.parquet": difference,
        "threshold_sweep.parquet": sweep.drop(columns="label").astype({"difference": "float32"}),
    }


def _named(frame: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """Replace the texts' numbers by their ids, and add their groups and labels."""
    index = frame["text"].to_numpy()
    frame["text"] = texts["text_id"].to_numpy()[index]
    frame.insert(1, "group", texts["group"].to_numpy()[index])
    frame["label"] = texts["label"].to_numpy()[index]
    return frame


def _explained(experiment: Experiment) -> pd.DataFrame:
    frame = store.read_frame(experiment.folder, "shap.parquet")
    if frame is None:
        raise CompanionError(f"{experiment} has no SHAP values: run its stage shap_values")
    return frame


COMPUTATIONS: Mapping[str, Callable[[Workbench], dict[str, Any]]] = {
    "subsets": _subsets,
    "finetuning": _finetuning,
    "predictions": _predictions,
    "last_step": _last_step,
    "language_identification": _language_identification,
    "shap_values": _shap_values,
    "shap_tokens": _shap_tokens,
    "shap_difference": _shap_difference,
    "shap_examples": _shap_examples,
}
