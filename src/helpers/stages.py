"""What is computed: the stages of an experiment, each run once and kept in the store.

=========================  ==========================================  ============================
stage                      writes                                      paper
=========================  ==========================================  ============================
``subsets``                ``subsets.json``                            section 2.1, Tables 1 and 5
``finetuning``             a checkpoint, outside ``results/``          section 3
``predictions``            ``metrics.json``, ``predictions.parquet``   section 4.1, Tables 2, 3, 6
``language_identification``  ``language_identification.json``          section 4.2, Tables 4, 7
``shap_values``            ``shap.parquet`` (holds text, stays local)  section 2.3
``shap_difference``        ``shap_difference.parquet``,                section 4.3, Figures 1 to 3;
                           ``threshold_sweep.parquet``                 A.4
``shap_examples``          ``shap_examples.parquet``                   section 4.3
=========================  ==========================================  ============================

A stage whose result is there, whole, and made from the same inputs is not run again. What a
stage needs from an earlier one is made on the way, and only when it is needed.

Under ``torchrun`` the processes fine-tune together; the first one does everything else.
"""

import dataclasses
import functools
import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from helpers.foundation import hardware, paths, provenance, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import FAMILIES, SETUPS, Experiment, family_of, load_profile
from helpers.foundation.experiment import RESULT_STAGES as RESULT_STAGES

if TYPE_CHECKING:
    from helpers.data.corpora import Corpus
    from helpers.data.subsets import Subsets

Sources = Mapping[str, Path]

# A stage's version goes up when its numbers move; it is part of the stage's fingerprint.
VERSIONS: Mapping[str, int] = {
    "subsets": 1,
    "finetuning": 1,
    "predictions": 1,
    "language_identification": 1,
    "shap_values": 1,
    "shap_difference": 2,
    "shap_examples": 1,
}
STAGES = tuple(VERSIONS)

# Test rows, texts to explain and probe folds are the same for every seed of training.
_FIXED_SEED = 0
_MARKER = "finetuning.json"
_SECONDS_BETWEEN_LOOKS = 0.2


# --- which experiments ----------------------------------------------------------------------


def experiments(
    *, profile: str, model: str, dataset: str, with_variants: bool = True
) -> list[Experiment]:
    """Return the experiments of one model and data set in a profile.

    Parameters
    ----------
    profile, model, dataset : str
        As in `Experiment`.
    with_variants : bool
        Also the null's balanced model and the repetitions with masked input entropy.

    Returns
    -------
    list of Experiment
        Every setup for every seed, then the extra ones.
    """
    settings = load_profile(profile)
    listed = [
        Experiment(model, dataset, setup, seed, profile)
        for seed in settings.seeds
        for setup in SETUPS
    ]
    if with_variants:
        if settings.null_seed is not None:
            listed.append(Experiment(model, dataset, "balanced", settings.null_seed, profile))
        listed += [
            Experiment(model, dataset, setup, seed, profile, "mie=1")
            for seed in settings.mie_seeds
            for setup in settings.mie_setups
        ]
    return listed


def reference_of(experiment: Experiment) -> Experiment | None:
    """Return the model whose SHAP values are subtracted (section 2.3).

    For a skewed setup it is the balanced model of the same seed and variant. For a balanced
    model it is the balanced model of another seed: their difference is the null.
    """
    if experiment.setup != "balanced":
        options = dataclasses.replace(experiment.options, severity=1.0)
        return experiment.replace(setup="balanced", variant=str(options))
    settings = experiment.settings
    seeds = list(settings.seeds)
    if settings.null_seed is not None and not experiment.variant:
        seeds.append(settings.null_seed)
    if experiment.seed not in seeds or len(seeds) < 2:
        return None
    return experiment.replace(seed=seeds[(seeds.index(experiment.seed) + 1) % len(seeds)])


# --- one experiment's inputs and model, made when first asked for ---------------------------


@dataclass(frozen=True)
class Workbench:
    """An experiment with its inputs; each is made once, when first asked for."""

    experiment: Experiment
    sources: Sources
    progress: bool = True

    @functools.cached_property
    def corpus(self) -> "Corpus":
        """The texts."""
        return _corpus(self.experiment.dataset, tuple(sorted(self.sources.items())))

    def subsets(self, split: str) -> "Subsets":
        """Return the balanced and the imbalanced subset of ``train`` or ``validation``."""
        from helpers.data.subsets import make_subsets

        experiment, corpus = self.experiment, self.corpus
        settings = experiment.settings.settings(experiment.dataset)
        if not corpus.skew:
            raise CompanionError(
                f"dataset {experiment.dataset!r} names no skew, so no imbalanced subset can be "
                "drawn from it: choose xnli, amazon_reviews, multiemo or multiemo_pairs"
            )
        return make_subsets(
            getattr(corpus, split),
            corpus.skew,
            size=getattr(settings, split),
            labels=range(len(corpus.labels)),
            severity=experiment.options.severity,
            rule=self.rule,
            seed=experiment.seed,
        )

    @property
    def rule(self) -> Literal["paper", "authors_code"]:
        """The rule that sizes the subsets."""
        if self.experiment.options.recipe == "authors_code":
            return "authors_code"
        return self.experiment.settings.settings(self.experiment.dataset).rule

    @functools.cached_property
    def train(self) -> pd.DataFrame:
        """The rows this setup is trained on."""
        return self._of_setup(self.subsets("train"))

    @functools.cached_property
    def validation(self) -> pd.DataFrame:
        """The rows this setup is validated on, skewed as its training rows."""
        return self._of_setup(self.subsets("validation"))

    def _of_setup(self, subsets: "Subsets") -> pd.DataFrame:
        return subsets.balanced if self.experiment.setup == "balanced" else subsets.imbalanced

    @functools.cached_property
    def test(self) -> pd.DataFrame:
        """The balanced test rows, the same for every setup and seed."""
        from helpers.data.subsets import balanced_sample

        settings = self.experiment.settings.settings(self.experiment.dataset)
        return balanced_sample(
            self.corpus.test,
            settings.test,
            labels=range(len(self.corpus.labels)),
            seed=_FIXED_SEED,
        )

    @functools.cached_property
    def explained(self) -> pd.DataFrame:
        """The test rows whose SHAP values are computed."""
        from helpers.analysis.shap_frames import stratified_sample

        count = self.experiment.settings.shap_texts(self.experiment.dataset)
        if count is None:
            return self.test
        return stratified_sample(self.test, count, seed=_FIXED_SEED)

    @functools.cached_property
    def examples(self) -> pd.DataFrame:
        """The book's own texts, whose SHAP values are computed too."""
        return _example_texts(self.experiment.dataset)

    @functools.cached_property
    def external(self) -> pd.DataFrame:
        """The external texts of the language identification (section 2.2)."""
        from helpers.data.external_texts import load_external_texts

        settings = self.experiment.settings.language_identification
        return load_external_texts(
            self.corpus.languages,
            per_language=settings.per_language,
            source=settings.external,
            sources=self.sources,
            seed=_FIXED_SEED,
        )

    @functools.cached_property
    def model(self) -> tuple[Any, Any]:
        """The fine-tuned model and its tokenizer."""
        from helpers.training.encoders import load_encoder

        model, tokenizer = load_encoder(
            str(self.experiment.checkpoint), num_labels=len(self.corpus.labels)
        )
        return model.to(hardware.preferred_device()), tokenizer

    def outputs(self, model: Any, tokenizer: Any, rows: pd.DataFrame, what: str) -> Any:
        """Return probabilities and first-token features of some rows."""
        from helpers.training.inference import run_model

        return run_model(
            model,
            tokenizer,
            rows["text"].tolist(),
            rows["text_pair"].tolist() if "text_pair" in rows and self.corpus.is_pair else None,
            max_length=self.experiment.recipe.max_length,
            progress=what if self.progress else None,
        )

    @functools.cached_property
    def test_outputs(self) -> Any:
        """Probabilities and features of the test rows."""
        return self.outputs(*self.model, self.test, "test rows")


@functools.lru_cache(maxsize=1)
def _corpus(dataset: str, sources: tuple[tuple[str, Path], ...]) -> "Corpus":
    from helpers.data.corpora import load_corpus

    return load_corpus(dataset, sources=dict(sources))


# --- what a stage's result depends on -------------------------------------------------------


def stage_fingerprint(experiment: Experiment, stage: str, *, sources: Sources) -> str:
    """Return the checksum of all that a stage's result depends on."""
    from helpers.data.external_texts import external_fingerprint

    settings, options = experiment.settings, experiment.options
    dataset_settings = settings.settings(experiment.dataset)

    def upstream(name: str, of: Experiment = experiment) -> str:
        return stage_fingerprint(of, name, sources=sources)

    parts: dict[str, Any]
    match stage:
        case "subsets":
            parts = {
                "data": _source_fingerprint(experiment.dataset, tuple(sorted(sources.items()))),
                "sizes": [
                    dataset_settings.train,
                    dataset_settings.validation,
                    dataset_settings.test,
                ],
                "rule": dataset_settings.rule,
                "recipe": options.recipe,
                "severity": options.severity,
                "seed": experiment.seed,
            }
        case "finetuning":
            parts = {
                "subsets": upstream("subsets"),
                "model": _model_fingerprint(experiment.model),
                "setup": experiment.setup,
                "recipe": experiment.recipe.identity(),
                "layers": options.layers,
                "mie": options.mie,
                "seed": experiment.seed,
            }
        case "predictions":
            parts = {"finetuning": upstream("finetuning")}
        case "language_identification":
            external = settings.language_identification
            parts = {
                "finetuning": upstream("finetuning"),
                "external": dataclasses.asdict(external),
                "external_data": external_fingerprint(external.external, sources=sources),
            }
        case "shap_values":
            parts = {
                "finetuning": upstream("finetuning"),
                "texts": settings.shap_texts(experiment.dataset),
                "max_evals": settings.shap.max_evals,
                "precision": settings.shap.precision,
            }
        case "shap_examples":
            parts = {
                "finetuning": upstream("finetuning"),
                "texts": _example_texts(experiment.dataset).to_dict("list"),
                "max_evals": settings.shap.max_evals,
                "precision": settings.shap.precision,
            }
        case "shap_difference":
            reference = reference_of(experiment)
            parts = {
                "shap_values": upstream("shap_values"),
                "reference": reference and upstream("shap_values", reference),
                "threshold": settings.shap.threshold,
            }
        case _:
            raise CompanionError(f"unknown stage {stage!r}: choose among {', '.join(STAGES)}")
    return store.fingerprint(stage=stage, version=VERSIONS[stage], **parts)


@functools.cache
def _source_fingerprint(dataset: str, sources: tuple[tuple[str, Path], ...]) -> str:
    from helpers.data.corpora import source_fingerprint

    return source_fingerprint(dataset, sources=dict(sources))


@functools.cache
def _model_fingerprint(model: str) -> str:
    from helpers.training.encoders import model_fingerprint

    return model_fingerprint(model)


# --- the stages -----------------------------------------------------------------------------


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
        limit = _severity_limit(bench)
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


def _severity_limit(bench: Workbench) -> float:
    from helpers.data.subsets import severity_limit

    return severity_limit(bench.corpus.skew)


def _predictions(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis import predictions

    labels, outputs, test = bench.corpus.labels, bench.test_outputs, bench.test
    frame = test[["id", "group", "language", "label"]].reset_index(drop=True)
    frame["predicted"] = outputs.probabilities.argmax(axis=1)
    for index, label in enumerate(labels):
        frame[f"p_{label}"] = outputs.probabilities[:, index]
    training = json.loads((bench.experiment.checkpoint / "training.json").read_text("utf-8"))
    metrics = predictions.metrics(frame, labels=labels, skew=bench.corpus.skew)
    return {
        "predictions.parquet": frame,
        "metrics.json": {**metrics, "training": training},
    }


def _language_identification(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.language_identification import probe_all

    outputs = {
        "test": bench.test_outputs,
        "external": bench.outputs(*bench.model, bench.external, "external texts"),
    }
    sources = {}
    for name, rows in (("test", bench.test), ("external", bench.external)):
        sources[name] = {
            **probe_all(
                outputs[name].features,
                rows["language"],
                groups=rows["group"],
                paper_rows=_paper_rows(bench.corpus.family, name),
                seed=_FIXED_SEED,
            ),
            "name": bench.corpus.name if name == "test" else _external_name(bench),
            "pretrained": _pretrained_probes(bench, name, rows),
        }
    return {"language_identification.json": {"sources": sources}}


def _external_name(bench: Workbench) -> str:
    return bench.experiment.settings.language_identification.external


def _paper_rows(family: str, source: str) -> int:
    """Return how many texts the paper's probe saw: scikit-learn's C goes with their number."""
    rows = {"test": {"amazon_reviews": 30_000, "multiemo": 30_000}, "external": {}}
    six_languages = family in ("amazon_reviews", "multiemo")
    if source == "external":
        return 6_000 if six_languages else 2_000
    return rows["test"].get(family, 6_672)


def _pretrained_probes(bench: Workbench, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Probe the encoder before fine-tuning; the same for every setup and seed, so kept."""
    from helpers.analysis.language_identification import probe_all
    from helpers.training.encoders import load_encoder

    experiment = bench.experiment
    key = store.fingerprint(
        model=_model_fingerprint(experiment.model),
        layers=experiment.options.layers,
        max_length=experiment.recipe.max_length,
        rows=pd.util.hash_pandas_object(rows["id"] + rows["text"], index=False)
        .astype(str)
        .tolist(),
        version=VERSIONS["language_identification"],
    )
    kept = paths.checkpoints_dir() / "pretrained" / f"{key}.json"
    with store.experiment_lock(kept.with_suffix("")):  # experiments side by side share it
        if not kept.is_file():
            model, tokenizer = load_encoder(
                experiment.model,
                num_labels=len(bench.corpus.labels),
                layers=experiment.options.layers,
                seed=_FIXED_SEED,
            )
            outputs = bench.outputs(model, tokenizer, rows, f"{name} texts, before fine-tuning")
            probed = probe_all(
                outputs.features,
                rows["language"],
                groups=rows["group"],
                paper_rows=_paper_rows(bench.corpus.family, name),
                seed=_FIXED_SEED,
            )
            store.write_json(kept, probed["probes"])
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


def _example_texts(dataset: str) -> pd.DataFrame:
    from helpers.data.example_texts import example_texts
    from helpers.data.families import FAMILY_FACTS

    facts = FAMILY_FACTS.get(family_of(dataset))
    return example_texts(facts.languages if facts else (), is_pair=bool(facts and facts.is_pair))


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

    reference = reference_of(bench.experiment)
    if reference is None:
        return {}
    frames = [_explained(each) for each in (reference, bench.experiment)]
    texts = frames[1].drop_duplicates("text_id").reset_index(drop=True)
    balanced, other = (explanation_from_frame(frame) for frame in frames)
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


_RUNNERS: Mapping[str, Callable[[Workbench], dict[str, Any]]] = {
    "subsets": _subsets,
    "finetuning": _finetuning,
    "predictions": _predictions,
    "language_identification": _language_identification,
    "shap_values": _shap_values,
    "shap_difference": _shap_difference,
    "shap_examples": _shap_examples,
}


# --- running them ---------------------------------------------------------------------------


def is_done(experiment: Experiment, stage: str, *, sources: Sources | None = None) -> bool:
    """Say whether a stage's result is there, whole, and made from the same inputs."""
    fingerprint = stage_fingerprint(experiment, stage, sources=sources or {})
    if stage == "finetuning" and _saved_model(experiment, fingerprint) is None:
        return False
    return store.is_done(experiment.folder, stage, fingerprint)


def _saved_model(experiment: Experiment, fingerprint: str) -> store.StageRecord | None:
    """Return the record of the fine-tuned model in the checkpoint, where it is this one."""
    marker = experiment.checkpoint / _MARKER
    if not marker.is_file():
        return None
    record = store.StageRecord(**json.loads(marker.read_text("utf-8")))
    return record if record.fingerprint == fingerprint else None


def needs(experiment: Experiment, stage: str) -> list[tuple[Experiment, str]]:
    """Return the stages whose results a stage reads, with the experiments they belong to."""
    if stage in ("predictions", "language_identification", "shap_values", "shap_examples"):
        return [(experiment, "finetuning")]
    reference = reference_of(experiment)
    if stage == "shap_difference" and reference is not None:
        return [(experiment, "shap_values"), (reference, "shap_values")]
    return []


def _ensure(bench: Workbench, stage: str) -> None:
    """Make a stage's result where it is not there; one process at a time."""
    if is_done(bench.experiment, stage, sources=bench.sources):
        return
    # Before the lock: two experiments can need each other.
    for needed, name in needs(bench.experiment, stage):
        own = needed == bench.experiment
        _ensure(bench if own else Workbench(needed, bench.sources, bench.progress), name)
    if not hardware.is_first_process():
        _help(bench, stage)
        return
    lock = paths.checkpoints_dir() / bench.experiment.relative_folder
    with store.experiment_lock(lock):
        if not is_done(bench.experiment, stage, sources=bench.sources):
            _make(bench, stage)


def _help(bench: Workbench, stage: str) -> None:
    """Take this process's part of a fine-tuning that the first process has the lock of."""
    if stage == "finetuning":
        fingerprint = stage_fingerprint(bench.experiment, stage, sources=bench.sources)
        if _saved_model(bench.experiment, fingerprint) is None:
            _finetuning(bench)
        while not is_done(bench.experiment, stage, sources=bench.sources):
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _make(bench: Workbench, stage: str) -> None:
    experiment = bench.experiment
    fingerprint = stage_fingerprint(experiment, stage, sources=bench.sources)
    files: dict[str, Any] = {}
    # A model that a kill, or a lost results folder, left without its record is not trained again.
    record = _saved_model(experiment, fingerprint) if stage == "finetuning" else None
    if record is None:
        if stage == "finetuning":
            (experiment.checkpoint / _MARKER).unlink(missing_ok=True)
        with hardware.measured() as usage:
            files = _RUNNERS[stage](bench)
        record = store.StageRecord(
            fingerprint=fingerprint,
            version=VERSIONS[stage],
            files={},
            **dataclasses.asdict(usage),
        )
        if stage == "finetuning":
            store.write_json(experiment.checkpoint / _MARKER, dataclasses.asdict(record))
    store.publish(
        experiment.folder,
        stage,
        files,
        record=record,
        parameters=_parameters(bench),
        environment=provenance.environment(),
    )


def _parameters(bench: Workbench) -> dict[str, Any]:
    from helpers.training.encoders import model_source

    experiment = bench.experiment
    settings = experiment.settings
    # The data set's own recipe is in "recipe" already; and a read-only mapping cannot be copied.
    sizes = dataclasses.replace(settings.settings(experiment.dataset), recipe={})
    return {
        **dataclasses.asdict(experiment),
        "recipe": dataclasses.asdict(experiment.recipe),
        "sizes": dataclasses.asdict(sizes) | {"recipe": None},
        "language_identification": dataclasses.asdict(settings.language_identification),
        "shap": dataclasses.asdict(settings.shap),
        "model_source": model_source(experiment.model),
        "data_source": bench.corpus.source,
        "data_fingerprint": _source_fingerprint(
            experiment.dataset, tuple(sorted(bench.sources.items()))
        ),
    }


def run(
    experiment: Experiment,
    *,
    stages: Sequence[str] = STAGES,
    sources: Sources | None = None,
    progress: bool = True,
    on_stage: Callable[[str], None] | None = None,
) -> Experiment:
    """Bring an experiment's folder up to date.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    stages : sequence of str
        Stages to run; what they need from earlier ones is made on the way.
    sources : mapping, optional
        Data set family to a local folder.
    progress : bool
        Show progress bars.
    on_stage : callable, optional
        Called with a stage's name before it starts.

    Returns
    -------
    Experiment
        The experiment, for chaining.

    Raises
    ------
    CompanionError
        If a stage is unknown or its input is not to be had; finished stages stay.
    """
    for stage in stages:
        if stage not in STAGES:
            raise CompanionError(f"unknown stage {stage!r}: choose among {', '.join(STAGES)}")
    bench = Workbench(experiment, dict(sources or {}), progress and hardware.is_first_process())
    for stage in stages:
        if on_stage is not None:
            on_stage(stage)
        _ensure(bench, stage)
    return experiment


def pending(
    listed: Iterable[Experiment], *, stages: Sequence[str] = STAGES, sources: Sources | None = None
) -> list[tuple[Experiment, str]]:
    """Return the experiments' stages that have no valid result yet, in order."""
    return [
        (experiment, stage)
        for experiment in listed
        for stage in stages
        if not is_done(experiment, stage, sources=sources)
    ]


def load(
    *,
    profile: str,
    model: str,
    dataset: str,
    sources: Sources | None = None,
    compute: bool = False,
    needs: Sequence[str] = ("predictions",),
) -> list[Experiment]:
    """Return a notebook's experiments; compute what is missing where asked to.

    With ``compute=False`` nothing is computed and nothing fetched: what the store does not hold
    stays missing, and the tables say so.

    Raises
    ------
    CompanionError
        If a parameter's value is not allowed; the message lists what is.
    """
    family = family_of(dataset)
    for name in sources or {}:
        if name not in {*FAMILIES, "wikipedia"}:
            allowed = ", ".join([*FAMILIES, "wikipedia"])
            raise CompanionError(f"unknown source {name!r}: choose one of {allowed}")
    listed = experiments(profile=profile, model=model, dataset=dataset)
    if compute:
        if sources and family in sources:
            from helpers.data.corpora import resolve_name

            name = resolve_name(family, sources=sources)
            listed = [experiment.replace(dataset=name) for experiment in listed]
        for experiment in listed:
            run(experiment, stages=needs, sources=sources)
    return listed
