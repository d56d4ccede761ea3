"""The Hugging Face Trainer, told what the paper's fine-tuning differs in.

Two learning rates, a weighted loss with the right scale under accumulation, batches of similar
length, validations at exact steps, and checkpoints that a kill cannot spoil.
"""

import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from torch import Tensor
from tqdm.auto import tqdm
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from helpers.foundation.profiles import Recipe
from helpers.foundation.setups import RowLoss, RowPenalty
from helpers.training.batches import EncodedTexts, Integers, LengthBuckets
from helpers.training.hooks import Hooks
from helpers.training.inference import forward_all
from helpers.training.objectives import masked_input, masked_input_entropy, weighted_cross_entropy

_COMPLETE = "complete"  # written last: a checkpoint without it was cut off
_BEST = "best.safetensors"
_LOSS = "loss.safetensors"  # what a loss of its own remembers
_PENALTY = "penalty.safetensors"  # what a penalty remembers


@dataclass(frozen=True)
class Rows:
    """Encoded texts with their labels and, where they are asked for, what else is known of them.

    Parameters
    ----------
    texts : EncodedTexts
    labels : array of int
    weights : array of float, optional
        Of the rows in the loss.
    languages : array of int, optional
        Codes, for a loss or a penalty by language.
    rare : array of float, optional
        What each row counts in the accuracy of rare cells
        (`helpers.data.cells.rare_cell_weights`).
    """

    texts: EncodedTexts
    labels: Integers
    weights: npt.NDArray[np.float32] | None = None
    languages: Integers | None = None
    rare: npt.NDArray[np.float64] | None = None

    def batch(self, rows: list[int]) -> dict[str, Tensor]:
        """Return a model's input with ``labels``, ``row_weights`` and ``languages``."""
        inputs = self.texts.batch(rows)
        inputs["labels"] = torch.from_numpy(self.labels[rows])
        if self.weights is not None:
            inputs["row_weights"] = torch.from_numpy(self.weights[rows])
        if self.languages is not None:
            inputs["languages"] = torch.from_numpy(self.languages[rows])
        return inputs


@dataclass
class Best:
    """The weights with the lowest validation loss so far, on the CPU."""

    weights: dict[str, Tensor]
    loss: float
    step: int


class PaperTrainer(Trainer):  # type: ignore[misc]
    """Fine-tune a `FirstTokenClassifier` as section 3 of the paper describes.

    Parameters
    ----------
    model : FirstTokenClassifier
    tokenizer : PreTrainedTokenizerBase
    recipe : Recipe
    train, validation : Rows
    remap : callable
        Applied to ``input_ids``, for the trimmed embedding table.
    args : TrainingArguments
    hooks : Hooks
        What a weighting does otherwise; its weights of rows are those of ``train``.
    masked_entropy : bool
        Add the masked input entropy (eq. 3) to the training loss.
    checkpoint_seconds : float
        Save a checkpoint at the first validation after so much time.
    progress : bool
        Show a progress bar.
    """

    optimizer: torch.optim.Optimizer | None
    lr_scheduler: torch.optim.lr_scheduler.LRScheduler | None
    control: Any

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        recipe: Recipe,
        train: Rows,
        validation: Rows,
        *,
        remap: Callable[[Tensor], Tensor],
        args: TrainingArguments,
        hooks: Hooks,
        masked_entropy: bool,
        checkpoint_seconds: float,
        progress: bool,
    ) -> None:
        self.tokenizer = tokenizer
        self.recipe = recipe
        self.validation = validation
        self.remap = remap
        self.hooks = hooks
        self.masked_entropy = masked_entropy
        self.checkpoint_seconds = checkpoint_seconds
        self.last_checkpoint = time.monotonic()
        self.best: Best | None = None
        self.buckets = LengthBuckets(
            train.texts.lengths,
            batch_size=recipe.batch_size * recipe.accumulation,
            seed=args.seed,
            chances=hooks.chances,
        )

        def collate(rows: list[int]) -> dict[str, Tensor]:
            inputs = train.batch(rows)
            return inputs | {"input_ids": remap(inputs["input_ids"])}

        super().__init__(model, args, data_collator=collate, train_dataset=range(len(train.texts)))
        # Have the rows of the whole optimizer step counted, for the loss's divisor.
        self.model_accepts_loss_kwargs = True
        self.loss_is_scaled_for_ga = True
        self.remove_callback(PrinterCallback)
        self.add_callback(_Schedule(self, validations=recipe.validations))
        if progress and self.is_world_process_zero():
            self.add_callback(_ProgressBar())

    # --- data and optimizer -----------------------------------------------------------------

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthBuckets:
        return self.buckets

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Make the optimizer: two learning rates, no weight decay of biases and norms."""
        if self.optimizer is not None:
            return self.optimizer
        recipe = self.recipe
        decayed = set(self.get_decay_parameter_names(self.model))
        groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
        for name, parameter in self.model.named_parameters():
            encoder = name.startswith("encoder.")
            rate = recipe.encoder_learning_rate if encoder else recipe.head_learning_rate
            decay = recipe.weight_decay if name in decayed else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
        listed = [
            {"params": parameters, "lr": rate, "weight_decay": decay}
            for (rate, decay), parameters in groups.items()
        ]
        if recipe.optimizer == "radam":
            self.optimizer = torch.optim.RAdam(listed, decoupled_weight_decay=True)
        else:
            # One pass over the weights: four times the default's speed on a processor.
            fused = self.args.device.type in ("cpu", "cuda")
            self.optimizer = torch.optim.AdamW(listed, fused=fused)
        return self.optimizer

    def create_scheduler(
        self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """Make the schedule: warm-up, then linear to the final share."""
        optimizer = optimizer or self.optimizer
        if self.lr_scheduler is None and optimizer is not None:
            warmup = math.ceil(num_training_steps * self.recipe.warmup_share)
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
                optimizer,
                lambda step: learning_rate_share(
                    step,
                    steps=num_training_steps,
                    warmup=warmup,
                    final=self.recipe.final_learning_rate_share,
                ),
            )
            self._created_lr_scheduler = True
        assert self.lr_scheduler is not None
        return self.lr_scheduler

    # --- loss and validation ----------------------------------------------------------------

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Return this batch's part of the optimizer step's loss.

        The sum over the batch's rows is divided by the number of rows of the whole step, so that
        16 rows accumulated 8 times give the gradient of one batch of 128. A data-parallel step
        averages the gradients of its processes, hence their number as a factor.
        """
        assert num_items_in_batch is not None
        labels = inputs.pop("labels")
        weights, languages = inputs.pop("row_weights", None), inputs.pop("languages", None)
        outputs = model(**inputs)
        logits = outputs.logits
        if self.hooks.loss is None:
            loss = weighted_cross_entropy(logits, labels, weights, num_items=num_items_in_batch)
        else:
            assert languages is not None
            losses = self.hooks.loss(logits.float(), labels, languages)
            losses = losses if weights is None else losses * weights
            loss = losses.sum() / num_items_in_batch
        if self.hooks.penalty is not None:
            assert languages is not None
            penalties = self.hooks.penalty(outputs.features.float(), languages)
            loss = loss + penalties.sum() / num_items_in_batch
        if self.masked_entropy:
            masked = self._masked_input(int(inputs["attention_mask"][-1].sum()))
            entropy = masked_input_entropy(model(**masked).logits)
            if self.recipe.mask_entropy_form == "authors_code":
                entropy = entropy / logits.shape[-1]  # a mean over the classes
            loss = loss + entropy * len(labels) / num_items_in_batch
        return loss * self.accelerator.num_processes

    def _masked_input(self, last_length: int) -> dict[str, Tensor]:
        """Return the all-mask input of a batch (eq. 3), one row.

        Its length is drawn from 1 to the longest; in the authors' code it is the length of the
        batch's last row, and the special pieces are masked too.
        """
        if self.recipe.mask_entropy_form == "authors_code":
            inputs = masked_input(self.tokenizer, length=last_length, keep_special_tokens=False)
        else:
            longest = self.recipe.max_length - self.tokenizer.num_special_tokens_to_add()
            length = int(torch.randint(1, longest + 1, ()))
            inputs = masked_input(self.tokenizer, length=length)
        inputs["input_ids"] = self.remap(inputs["input_ids"])
        return {name: value.to(self.args.device) for name, value in inputs.items()}

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Measure the validation loss, as the training loss without masked input entropy.

        With it the accuracy, and that of the cells which are rare in training, where there are any.
        """
        rank, processes = self.args.process_index, self.args.world_size
        rows = np.arange(rank, len(self.validation.labels), processes)
        found = forward_all(
            self.model,
            self.validation.texts,
            rows=rows,
            remap=self.remap,
            precision=self.recipe.precision,
        )[1]
        assert found is not None
        logits = torch.from_numpy(found)
        labels = torch.from_numpy(self.validation.labels[rows])
        weights = self.validation.weights
        loss = weighted_cross_entropy(
            logits,
            labels,
            None if weights is None else torch.from_numpy(weights[rows]),
            num_items=1,
        )
        correct = logits.argmax(dim=-1) == labels
        rare = self.validation.rare
        rare_correct = 0.0 if rare is None else float(rare[rows] @ correct.numpy())
        # Together with the clock, so that all processes decide alike whether to save.
        waited = (time.monotonic() - self.last_checkpoint) / processes
        counted = [float(loss), float(correct.sum()), waited, rare_correct]
        sums = torch.tensor(counted, device=self.args.device)
        sums = self.accelerator.reduce(sums, reduction="sum")
        metrics = {
            "eval_loss": float(sums[0]) / len(self.validation.labels),
            "eval_accuracy": float(sums[1]) / len(self.validation.labels),
        }
        if rare is not None:
            metrics["eval_rare_accuracy"] = float(sums[3])
        self.log(metrics)
        if metrics["eval_loss"] < (math.inf if self.best is None else self.best.loss):
            weights_now = {
                name: value.detach().to("cpu", copy=True)
                for name, value in self.model.state_dict().items()
            }
            self.best = Best(weights_now, metrics["eval_loss"], self.state.global_step)
        self.control.should_save = float(sums[2]) >= self.checkpoint_seconds
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    # --- checkpoints ------------------------------------------------------------------------

    def seal_checkpoint(self) -> None:
        """Complete the checkpoint just written, then remove the earlier ones."""
        self.accelerator.wait_for_everyone()
        self.last_checkpoint = time.monotonic()
        if not self.args.should_save or self.best is None:
            return
        folder = Path(self.args.output_dir, f"checkpoint-{self.state.global_step}")
        safetensors.torch.save_file(
            self.best.weights,
            folder / _BEST,
            metadata={"loss": repr(self.best.loss), "step": str(self.best.step)},
        )
        for name, part in self._parts_with_state():
            safetensors.torch.save_file(dict(part.state), folder / name)
        for path in folder.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        (folder / _COMPLETE).touch()
        for other in folder.parent.glob("checkpoint-*"):
            if other != folder:
                shutil.rmtree(other)

    def _parts_with_state(self) -> list[tuple[str, RowLoss | RowPenalty]]:
        """Return what remembers something between batches, each with its file's name."""
        parts = ((_LOSS, self.hooks.loss), (_PENALTY, self.hooks.penalty))
        return [(name, part) for name, part in parts if part is not None]

    def resume(self) -> None:
        """Train, from the last complete checkpoint where there is one."""
        folder = Path(self.args.output_dir)
        complete = [path.parent for path in folder.glob(f"checkpoint-*/{_COMPLETE}")]
        if not complete:
            self.train()
            return
        checkpoint = max(complete, key=lambda path: int(path.name.rpartition("-")[2]))
        with safetensors.safe_open(checkpoint / _BEST, framework="pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            note = file.metadata()
        self.best = Best(weights, float(note["loss"]), int(note["step"]))
        for name, part in self._parts_with_state():
            part.state.update(safetensors.torch.load_file(checkpoint / name))
        self.train(resume_from_checkpoint=str(checkpoint))


def learning_rate_share(step: int, *, steps: int, warmup: int, final: float) -> float:
    """Return a step's share of the learning rate: up from 0, then linearly to ``final``.

    Examples
    --------
    >>> [learning_rate_share(step, steps=4, warmup=0, final=0) for step in range(5)]
    [1.0, 0.75, 0.5, 0.25, 0.0]
    """
    if step < warmup:
        return step / warmup
    left = max(0, steps - step) / max(1, steps - warmup)
    return final + (1 - final) * left


def validation_steps(rows: int, rows_per_step: int, steps: int, validations: int) -> set[int]:
    """Return the optimizer steps after which a model is validated: so often an epoch, and last.

    Examples
    --------
    >>> sorted(validation_steps(rows=100, rows_per_step=10, steps=15, validations=2))
    [5, 10, 15]
    """
    steps_per_epoch = math.ceil(rows / rows_per_step)
    times = math.ceil(steps / steps_per_epoch) * validations
    found = {math.ceil(n * steps_per_epoch / validations) for n in range(1, times + 1)}
    return {*(step for step in found if step < steps), steps}


class _Schedule(TrainerCallback):  # type: ignore[misc]
    """Validate at exact steps: so many times an epoch, and at the end."""

    def __init__(self, trainer: PaperTrainer, *, validations: int) -> None:
        self.trainer = trainer
        self.validations = validations
        self.steps: set[int] = set()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        buckets = self.trainer.buckets
        self.steps = validation_steps(
            len(buckets), buckets.batch_size, state.max_steps, self.validations
        )

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        # A resumed data-parallel run wraps the sampler too often for the Trainer to reach it.
        self.trainer.buckets.set_epoch(int(state.epoch or 0))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step in self.steps:
            control.should_log = control.should_evaluate = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.seal_checkpoint()


class _ProgressBar(TrainerCallback):  # type: ignore[misc]
    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.bar = tqdm(
            total=state.max_steps,
            initial=state.global_step,
            desc="fine-tuning",
            unit=" steps",
            leave=False,
        )

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.bar.update()

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any
    ) -> None:
        self.bar.set_postfix(validation_loss=round(metrics["eval_loss"], 4))

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.bar.close()
