"""Fine-tuning (paper, section 3): two learning rates, linear decay, best by validation loss."""

import dataclasses
import hashlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import safetensors.torch
import torch
from transformers import PreTrainedTokenizerBase, TrainingArguments

from helpers.data.cells import rare_cell_weights
from helpers.foundation import hardware, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.profiles import Recipe
from helpers.training.batches import EncodedTexts, encode_texts
from helpers.training.class_weights import cell_counts
from helpers.training.classifier import FirstTokenClassifier
from helpers.training.embeddings import (
    TrimmedEmbeddings,
    restore_embeddings,
    trim_embeddings,
)
from helpers.training.encoders import quiet
from helpers.training.hooks import Hooks
from helpers.training.trainer import PaperTrainer, Rows

_COLUMNS = ("language", "label", "text")
# How long processes wait for each other: between two fine-tunings the first one measures alone.
_SECONDS_TO_WAIT = 24 * 60 * 60
_LAST_STEP = "last_step.safetensors"
_NO_HOOKS = Hooks()
_TRAINED_PIECES = "trained_pieces"  # ids of the rows of the embedding table that are saved


@dataclass(frozen=True)
class FinetuningResult:
    """What fine-tuning gave.

    Parameters
    ----------
    model : FirstTokenClassifier
        The model at its best validation loss.
    history : pandas.DataFrame
        A row per validation: ``step, epoch, training_loss`` (mean since the row before),
        ``validation_loss, validation_accuracy, gradient_norm`` (of that step, before clipping)
        and ``learning_rate`` (the encoder's); ``rare_accuracy`` (of the validation rows in cells
        that are rare in training) where there are any.
    best_step : int
    best_validation_loss : float
    steps : int
        Optimizer steps in all.
    seconds : float
        Since this call; a resumed run's earlier part is not in it.
    """

    model: FirstTokenClassifier
    history: pd.DataFrame
    best_step: int
    best_validation_loss: float
    steps: int
    seconds: float


def finetune(
    model: FirstTokenClassifier,
    tokenizer: PreTrainedTokenizerBase,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    recipe: Recipe,
    *,
    output_dir: Path | str,
    seed: int,
    hooks: Hooks = _NO_HOOKS,
    masked_entropy: bool = False,
    progress: bool = True,
    checkpoint_seconds: float = 120.0,
) -> FinetuningResult:
    """Fine-tune a classifier; save it at its lowest validation loss, and its last step beside.

    The same seed gives the same numbers on the same machine. Killed at any moment, the same call
    goes on from the last checkpoint in ``output_dir/training``, which is removed at the end, and
    gives the same numbers. Under ``torchrun`` or ``accelerate launch`` the processes share each
    batch of the recipe, so that its global size stays what the recipe says.

    Parameters
    ----------
    model : FirstTokenClassifier
        From `load_encoder`, with the recipe's dropout; changed in place.
    tokenizer : PreTrainedTokenizerBase
    train, validation : pandas.DataFrame
        With ``language, label`` (0 to classes - 1), ``text`` and, for pairs, ``text_pair``.
    recipe : Recipe
    output_dir : Path
        The model and its tokenizer are saved here.
    seed : int
        Of the order of the rows and of dropout.
    hooks : Hooks
        What a weighting does otherwise.
    masked_entropy : bool
        Add the masked input entropy (eq. 3) to the training loss; it is not part of the
        validation loss.
    progress : bool
        Show progress bars.
    checkpoint_seconds : float
        Save a checkpoint at the first validation after so much time.

    Returns
    -------
    FinetuningResult

    Raises
    ------
    CompanionError
        If the rows, weights or the recipe do not fit the model or each other, or if the training
        diverged.
    """
    started = time.perf_counter()
    _check(model, train, validation, recipe)
    weights, validation_weights = _weights(train, validation, hooks.weights)
    if hooks.selection_weights is not None:
        validation_weights = _weights(train, validation, hooks.selection_weights)[1]
    train_rows, validation_rows = (
        Rows(
            texts=_encode(tokenizer, frame, recipe.max_length, progress=progress),
            labels=frame["label"].to_numpy(dtype=np.int64),
            weights=frame_weights,
        )
        for frame, frame_weights in ((train, weights), (validation, validation_weights))
    )
    if hooks.loss or hooks.penalty:
        train_rows = dataclasses.replace(train_rows, languages=_language_codes(train))
    rare = _rare(train, validation, model.config.num_labels)
    validation_rows = dataclasses.replace(validation_rows, rare=rare)
    folder = Path(output_dir) / "training"
    arguments = training_arguments(recipe, folder=folder, seed=seed)
    fingerprint = store.fingerprint(
        recipe=dataclasses.asdict(recipe),
        seed=seed,
        masked_entropy=masked_entropy,
        rows=[_digest(rows) for rows in (train_rows, validation_rows)],
        model=[float(tensor.double().sum()) for tensor in model.state_dict().values()],
        **hooks.fingerprint(),
    )
    with arguments.main_process_first(desc="checkpoints"):
        _prepare(folder, fingerprint)
    in_use = np.union1d(train_rows.texts.pieces, validation_rows.texts.pieces)
    trimmed = trim_embeddings(model, tokenizer, in_use.tolist())
    trainer = PaperTrainer(
        model,
        tokenizer,
        recipe,
        train_rows,
        validation_rows,
        remap=trimmed.remap,
        args=arguments,
        hooks=hooks,
        masked_entropy=masked_entropy,
        checkpoint_seconds=checkpoint_seconds,
        progress=progress,
    )
    try:
        with quiet():
            trainer.resume()
        if trainer.best is None:
            raise CompanionError(
                "fine-tuning diverged: no validation loss was a number; use smaller learning rates"
            )
        # The Trainer's mixed precision wraps the model's forward method; take it off again.
        trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
        if trainer.args.should_save:
            _save_last_step(model, Path(output_dir) / _LAST_STEP, trimmed)
        model.load_state_dict(trainer.best.weights)
    finally:
        restore_embeddings(model, trimmed)
    model.eval()
    if trainer.args.should_save:
        with quiet():
            model.save_pretrained(output_dir)
        tokenizer.save_pretrained(output_dir)
        shutil.rmtree(folder)
    trainer.accelerator.wait_for_everyone()
    return FinetuningResult(
        model=model,
        history=_history(trainer.state.log_history),
        best_step=trainer.best.step,
        best_validation_loss=trainer.best.loss,
        steps=trainer.state.global_step,
        seconds=round(time.perf_counter() - started, 2),
    )


def _save_last_step(model: FirstTokenClassifier, path: Path, trimmed: TrimmedEmbeddings) -> None:
    """Save the weights of the last step, of the embedding table only the rows that were trained."""
    weights = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file({**weights, _TRAINED_PIECES: trimmed.kept}, path)


def use_last_step(model: FirstTokenClassifier, folder: Path) -> None:
    """Give a fine-tuned model the weights of its last step, in place of the best ones.

    Parameters
    ----------
    model : FirstTokenClassifier
        As `finetune` saved it in ``folder``; changed in place.
    folder : Path
        The ``output_dir`` of `finetune`.

    Raises
    ------
    CompanionError
        If the folder holds no weights of a last step.
    """
    path = folder / _LAST_STEP
    if not path.is_file():
        raise CompanionError(f"{folder} holds no weights of the last step: fine-tune it again")
    weights = safetensors.torch.load_file(path)
    pieces = weights.pop(_TRAINED_PIECES)
    table = model.get_input_embeddings().weight
    name = next(name for name, value in model.named_parameters() if value is table)
    rows = weights.pop(name)
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        table[pieces.to(table.device)] = rows.to(table.device)


def _check(
    model: FirstTokenClassifier, train: pd.DataFrame, validation: pd.DataFrame, recipe: Recipe
) -> None:
    classes = model.config.num_labels
    for name, frame in (("train", train), ("validation", validation)):
        missing = [column for column in _COLUMNS if column not in frame]
        if missing or frame.empty:
            raise CompanionError(
                f"the {name} rows lack {', '.join(missing) or 'any row'}: a frame with the columns "
                f"{', '.join(_COLUMNS)} is needed"
            )
        unknown = set(frame["label"]) - set(range(classes))
        if unknown:
            raise CompanionError(
                f"label {min(unknown)!r} in the {name} rows: the model has labels 0 to "
                f"{classes - 1}"
            )
    if model.config.dropout != recipe.dropout:
        raise CompanionError(
            f"the model was loaded with dropout {model.config.dropout}, the recipe says "
            f"{recipe.dropout}: load it with the recipe's"
        )


def _weights(
    train: pd.DataFrame,
    validation: pd.DataFrame,
    weights_of_rows: npt.NDArray[np.floating[Any]] | None,
) -> tuple[npt.NDArray[np.float32] | None, npt.NDArray[np.float32] | None]:
    """Return the training rows' weights, and those of the same cells in validation."""
    if weights_of_rows is None:
        return None, None
    weights = np.asarray(weights_of_rows, dtype=np.float32)
    if weights.shape != (len(train),) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise CompanionError(
            f"the weights of rows have shape {weights.shape}: give one finite weight of at least 0 "
            f"for each of the {len(train)} training rows"
        )
    cells = pd.Series(weights).groupby([train["language"].to_numpy(), train["label"].to_numpy()])
    if (cells.nunique() > 1).any():
        raise CompanionError(
            "the weights of rows differ within a language and label: give each one weight"
        )
    of_validation = cells.first().reindex(
        pd.MultiIndex.from_frame(validation[["language", "label"]])
    )
    if of_validation.isna().any():
        language, label = of_validation.index[of_validation.isna()][0]
        raise CompanionError(
            f"language {language!r} has validation rows of label {label!r} but no training row, "
            "so they have no class weight"
        )
    return weights, of_validation.to_numpy(dtype=np.float32)


def _rare(train: pd.DataFrame, rows: pd.DataFrame, classes: int) -> npt.NDArray[np.float64] | None:
    """Return what each row counts in the accuracy of cells that are rare in training, if any."""
    counts = cell_counts(train["language"], train["label"])
    if not set(rows["language"]) <= set(counts.index):
        return None  # nothing is known of a language without a training row
    counts = counts.reindex(columns=range(classes), fill_value=0)
    shares = (counts + 1).div(counts.sum(axis=1), axis=0)  # a row less than even is rounding
    weights = rare_cell_weights(shares, rows["language"], rows["label"])
    return weights if weights.any() else None


def _language_codes(train: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return each training row's language as its position among those of training, sorted."""
    return np.asarray(pd.factorize(train["language"], sort=True)[0], dtype=np.int64)


def _encode(
    tokenizer: PreTrainedTokenizerBase, frame: pd.DataFrame, max_length: int, *, progress: bool
) -> EncodedTexts:
    paired = "text_pair" in frame and bool((frame["text_pair"] != "").any())
    return encode_texts(
        tokenizer,
        frame["text"].tolist(),
        frame["text_pair"].tolist() if paired else None,
        max_length=max_length,
        progress="fine-tuning" if progress else None,
    )


def _digest(rows: Rows) -> list[str]:
    arrays = (rows.texts.pieces, rows.texts.segments, rows.texts.starts, rows.labels, rows.weights)
    return [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays if array is not None]


def _prepare(folder: Path, fingerprint: str) -> None:
    """Keep the checkpoints of an unfinished run only where it is this one."""
    note = folder / "fingerprint"
    if folder.exists() and not (note.is_file() and note.read_text() == fingerprint):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(fingerprint)


def training_arguments(recipe: Recipe, *, folder: Path | str, seed: int) -> TrainingArguments:
    """Return a recipe as the Trainer's arguments, for this device and this many processes.

    Raises
    ------
    CompanionError
        If the device does not have the precision, or the processes cannot share the batch.
    """
    device = hardware.preferred_device()
    precision = recipe.precision
    if precision == "auto":
        precision = hardware.preferred_precision(device)
    if precision == "fp16" and device != "cuda":
        raise CompanionError("precision 'fp16' needs a GPU: choose one of auto, fp32, bf16")
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        max_grad_norm=recipe.max_grad_norm,
        seed=seed,
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        torch_compile=recipe.compile,
        use_cpu=device == "cpu",
        ddp_find_unused_parameters=False,
        ddp_broadcast_buffers=False,
        ddp_timeout=_SECONDS_TO_WAIT,
        dataloader_pin_memory=device == "cuda",
        remove_unused_columns=False,
        label_names=["labels"],
        eval_strategy="no",
        save_strategy="no",
        logging_strategy="no",
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=[],
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # one process, one GPU: no silent DataParallel
    size, accumulation = _share(recipe, processes=arguments.world_size)
    arguments.per_device_train_batch_size = size
    arguments.gradient_accumulation_steps = accumulation
    return arguments


def _share(recipe: Recipe, *, processes: int) -> tuple[int, int]:
    """Return a process's batch size and accumulation; the global batch stays the recipe's."""
    if recipe.accumulation % processes == 0:
        return recipe.batch_size, recipe.accumulation // processes
    if recipe.batch_size % processes == 0:
        return recipe.batch_size // processes, recipe.accumulation
    raise CompanionError(
        f"{processes} processes cannot share batches of {recipe.batch_size} x "
        f"{recipe.accumulation}: use a number that divides {recipe.accumulation} or "
        f"{recipe.batch_size}"
    )


def _history(log: list[dict[str, float]]) -> pd.DataFrame:
    """Return the Trainer's log as a row per validation."""
    names = {
        "epoch": "epoch",
        "loss": "training_loss",
        "eval_loss": "validation_loss",
        "eval_accuracy": "validation_accuracy",
        "eval_rare_accuracy": "rare_accuracy",
        "grad_norm": "gradient_norm",
        "learning_rate": "learning_rate",
    }
    rows: dict[int, dict[str, float]] = {}
    for entry in log:
        if "loss" in entry or "eval_loss" in entry:
            found = {name: float(entry[key]) for key, name in names.items() if key in entry}
            rows.setdefault(int(entry["step"]), {}).update(found)
    recorded = [name for name in names.values() if any(name in row for row in rows.values())]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=recorded)
    return frame.rename_axis("step").reset_index()
