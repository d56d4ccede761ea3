"""Integrated Gradients of the texts that Partition SHAP explains, without their text."""

from collections.abc import Sequence
from typing import Any

from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench

STEPS = 50  # at 20, values miss the change of probability by more than an effect that matters


def explained_classes(labels: Sequence[str]) -> tuple[int, int]:
    """Return the classes whose probability is explained: those of the paper's figures."""
    return 0, len(labels) - 1


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    return {
        "finetuning": upstream.stage(experiment, "finetuning"),
        "texts": experiment.settings.shap_texts(experiment.dataset),
        "steps": STEPS,
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    from helpers.analysis.integrated_gradients import explain_by_gradients
    from helpers.analysis.shap_frames import code_type, explanation_frame, token_values

    rows, labels = bench.explained, bench.corpus.labels
    classes = explained_classes(labels)
    model, tokenizer = bench.model
    explanation = explain_by_gradients(
        model,
        tokenizer,
        rows["text"].tolist(),
        rows["text_pair"].tolist() if bench.corpus.is_pair else None,
        classes=classes,
        steps=STEPS,
        max_length=bench.experiment.recipe.max_length,
        progress=bench.progress,
    )
    names = [labels[each] for each in classes]
    frame = explanation_frame(explanation, rows, class_names=names)
    values = token_values(frame, names)
    codes = values["class"].map(dict(enumerate(classes)))
    values["class"] = codes.astype(code_type(len(labels)))
    return {"integrated_gradients.parquet": values}


STAGE = Stage(
    name="integrated_gradients",
    version=1,
    order=130,
    paper="Limitations",
    files=("integrated_gradients.parquet",),
    inputs=_inputs,
    compute=_compute,
    needs=("finetuning",),
    first_guess_seconds=300,
    only_where_named=True,
)
