"""How much work a stage is: counted by the rules that the stage itself follows.

The unit is one *evaluation*: one text through the model once. A training step passes each text
forwards and back, which counts as three. *Tokens* are word pieces in such evaluations, special
ones included and padding left out.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers import stages
from helpers.analysis.masked_texts import EncodedText, encode_texts
from helpers.analysis.partition import Partition, partition_tree
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import Recipe
from helpers.planning.texts import PieceCounter, PlannedBench
from helpers.training.batches import LengthBuckets, batches_by_length
from helpers.training.trainer import validation_steps

Integers = npt.NDArray[np.integer[Any]]

TRAINING_PASSES = 3  # forwards once, and backwards at twice its cost
_SIMULATED_TEXTS = 256


@dataclass(frozen=True)
class Batches:
    """Batches of a model: how many texts each holds, padded to what length."""

    texts: Integers = field(default_factory=lambda: np.empty(0, dtype=int))
    length: Integers = field(default_factory=lambda: np.empty(0, dtype=int))

    def __add__(self, other: "Batches") -> "Batches":
        """Return the batches of both."""
        return Batches(
            np.concatenate([self.texts, other.texts]), np.concatenate([self.length, other.length])
        )

    @property
    def longest(self) -> int:
        """The longest padded length; 0 without a batch."""
        return int(self.length.max(initial=0))


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one stage of one experiment computes.

    Parameters
    ----------
    tokens, evaluations : int
        As in the module's head.
    training : Batches
        Passed forwards and back.
    steps : int
        Optimizer steps.
    inference : Batches
        Passed forwards, in the fast precision.
    explained : Batches
        For each explained text, its distinct masks and its length.
    probed : tuple of (int, int)
        Texts and languages of each set of probes.
    compared : int
        Texts whose SHAP values are subtracted.
    rows : int
        Rows that subsets are drawn from.
    """

    tokens: int = 0
    evaluations: int = 0
    training: Batches = field(default_factory=Batches)
    steps: int = 0
    inference: Batches = field(default_factory=Batches)
    explained: Batches = field(default_factory=Batches)
    probed: tuple[tuple[int, int], ...] = ()
    compared: int = 0
    rows: int = 0


class WorkCounter:
    """Counts the work of the experiments of one model and data set; what they share, once.

    Parameters
    ----------
    model : str
    is_pair : bool
    tokens_per_batch : int
        Of inference, on the device that the plan is for.
    """

    def __init__(self, model: str, *, is_pair: bool, tokens_per_batch: int) -> None:
        self.pieces = PieceCounter(model, is_pair=is_pair)
        self.is_pair = is_pair
        self.tokens_per_batch = tokens_per_batch
        self._subsets: dict[Any, Any] = {}
        self._masks: dict[Any, Batches] = {}
        self._pretrained: set[Any] = set()

    def work(self, experiment: Experiment, stage: str, *, sources: stages.Sources) -> Work:
        """Return the work of a stage; those of one experiment share a process."""
        bench = PlannedBench(experiment, sources, progress=False)
        match stage:
            case "subsets":
                splits = (bench.corpus.train, bench.corpus.validation, bench.corpus.test)
                return Work(rows=sum(map(len, splits)))
            case "finetuning":
                train, validation = (
                    self._lengths(bench, self._of_setup(bench, split))
                    for split in ("train", "validation")
                )
                return training_work(
                    train,
                    validation,
                    experiment.recipe,
                    seed=experiment.seed,
                    masked_entropy=experiment.options.mie,
                    special=self.pieces.special,
                    tokens_per_batch=self.tokens_per_batch,
                )
            case "predictions" | "last_step":
                return self._inference([self._lengths(bench, bench.test)])
            case "language_identification":
                return self._identification(bench)
            case "shap_values":
                return self._explanation(bench, bench.explained)
            case "shap_examples":
                return self._explanation(bench, bench.examples)
            case "shap_difference":
                compared = stages.compared_models(experiment) is not None
                return Work(compared=len(bench.explained) if compared else 0)
        return Work()

    # --- one kind of stage after the other ---------------------------------------------------

    def _of_setup(self, bench: PlannedBench, split: str) -> pd.DataFrame:
        experiment = bench.experiment
        key = (experiment.seed, experiment.options.severity, bench.rule, split)
        if key not in self._subsets:
            self._subsets[key] = bench.subsets(split)
        drawn = self._subsets[key]
        rows: pd.DataFrame = drawn.balanced if experiment.setup == "balanced" else drawn.imbalanced
        return rows

    def _lengths(self, bench: PlannedBench, rows: pd.DataFrame) -> Integers:
        return self.pieces.lengths(rows, max_length=bench.experiment.recipe.max_length)

    def _inference(self, sets: Sequence[Integers]) -> Work:
        batches = Batches()
        for lengths in sets:
            batches += inference_batches(lengths, tokens_per_batch=self.tokens_per_batch)
        return Work(
            tokens=int(sum(lengths.sum() for lengths in sets)),
            evaluations=sum(map(len, sets)),
            inference=batches,
        )

    def _identification(self, bench: PlannedBench) -> Work:
        # The test rows' features are there from the predictions; the model before fine-tuning
        # is probed once for all experiments.
        external = bench.external
        outside = self.pieces.lengths(
            external, max_length=bench.experiment.recipe.max_length, is_pair=False
        )
        sets, times = [outside], 1
        key = (bench.experiment.options.layers, bench.experiment.recipe.max_length)
        if key not in self._pretrained:
            self._pretrained.add(key)
            sets, times = [outside, outside, self._lengths(bench, bench.test)], 2
        languages = len(bench.corpus.languages)
        probed = ((len(bench.test), languages), (len(external), languages))
        return dataclasses.replace(self._inference(sets), probed=probed * times)

    def _explanation(self, bench: PlannedBench, rows: pd.DataFrame) -> Work:
        recipe, settings = bench.experiment.recipe, bench.experiment.settings.shap
        if rows.empty:
            return Work()
        key = (len(rows), settings.max_evals, recipe.max_length, tuple(rows["id"]))
        if key not in self._masks:
            lengths = self.pieces.lengths(rows, max_length=recipe.max_length)
            self._masks[key] = explained_masks(
                lengths,
                self._encoded(rows, lengths, recipe.max_length),
                max_evals=settings.max_evals,
                classes=len(bench.corpus.labels),
                separator=getattr(self.pieces.tokenizer, "sep_token", None),
            )
        masks = self._masks[key]
        return Work(
            tokens=int((masks.texts * masks.length).sum()),
            evaluations=int(masks.texts.sum()),
            explained=masks,
        )

    def _encoded(
        self, rows: pd.DataFrame, lengths: Integers, max_length: int
    ) -> dict[int, EncodedText]:
        """Return some of the texts, by their place, spread evenly over the lengths."""
        order = np.argsort(lengths, kind="stable")
        count = min(len(order), _SIMULATED_TEXTS)
        chosen = order[np.linspace(0, len(order) - 1, count).round().astype(int)]
        if self.pieces.tokenizer is None or "characters" in rows:
            return {int(i): _stand_in(int(lengths[i]), pair=self.is_pair) for i in chosen}
        some = rows.iloc[chosen]
        encoded = encode_texts(
            self.pieces.tokenizer,
            some["text"].tolist(),
            some["text_pair"].tolist() if self.is_pair else None,
            max_length=max_length,
        )
        return dict(zip(chosen.tolist(), encoded, strict=True))


# --- training and inference -----------------------------------------------------------------


def training_work(
    train: Integers,
    validation: Integers,
    recipe: Recipe,
    *,
    seed: int,
    masked_entropy: bool,
    special: int,
    tokens_per_batch: int,
) -> Work:
    """Return the work of fine-tuning, batch by batch as the Trainer makes it.

    Parameters
    ----------
    train, validation : array of int
        Word pieces of each row.
    recipe : Recipe
    seed : int
        Of the order of the rows.
    masked_entropy : bool
        One more text for each batch: the all-mask input of eq. 3, at its mean length.
    special : int
        Special pieces of a text.
    tokens_per_batch : int
        Of the validations.
    """
    size, step_size = recipe.batch_size, recipe.batch_size * recipe.accumulation
    steps_per_epoch = math.ceil(len(train) / step_size)
    steps = math.ceil(recipe.epochs * steps_per_epoch)
    texts, length, tokens = [], [], 0
    for order in _epochs(train, step_size, steps=steps, seed=seed):
        rows = train[order]
        tokens += int(rows.sum())
        starts = np.arange(0, len(rows), size)
        texts.append(np.diff(np.append(starts, len(rows))))
        length.append(np.maximum.reduceat(rows, starts))
    batches = Batches(np.concatenate(texts), np.concatenate(length))
    evaluations = int(batches.texts.sum())
    if masked_entropy:
        # Its length is drawn from 1 to the longest input, or, in the authors' code, the last row's.
        mean = (1 + recipe.max_length - special) / 2 + special
        if recipe.mask_entropy_form == "authors_code":
            mean = float(train.mean())
        count = len(batches.texts)
        tokens += round(count * mean)
        evaluations += count
        batches += Batches(np.ones(count, dtype=int), np.full(count, round(mean)))
    times = len(validation_steps(len(train), step_size, steps, recipe.validations))
    once = inference_batches(validation, tokens_per_batch=tokens_per_batch)
    return Work(
        tokens=TRAINING_PASSES * tokens + times * int(validation.sum()),
        evaluations=TRAINING_PASSES * evaluations + times * len(validation),
        training=batches,
        steps=steps,
        inference=Batches(np.tile(once.texts, times), np.tile(once.length, times)),
    )


def _epochs(train: Integers, step_size: int, *, steps: int, seed: int) -> Iterator[Integers]:
    """Yield the rows of each epoch in the Trainer's order, the last epoch as far as it goes."""
    buckets = LengthBuckets(train, batch_size=step_size, seed=seed)
    left, epoch = steps, 0
    while left > 0:
        buckets.set_epoch(epoch)
        order = np.fromiter(buckets, dtype=int)[: left * step_size]
        yield order
        left -= math.ceil(len(order) / step_size)
        epoch += 1


def inference_batches(lengths: Integers, *, tokens_per_batch: int) -> Batches:
    """Return the batches that `helpers.training.inference.forward_all` makes of texts."""
    parts = batches_by_length(lengths, tokens_per_batch=tokens_per_batch)
    return Batches(
        np.array([len(part) for part in parts]), np.array([lengths[part].max() for part in parts])
    )


# --- SHAP values ----------------------------------------------------------------------------


def explained_masks(
    lengths: Integers,
    encoded: Mapping[int, EncodedText],
    *,
    max_evals: int,
    classes: int,
    separator: str | None,
) -> Batches:
    """Return how many distinct masks the model is asked about for each text.

    The engine's own search runs on a stand-in model, whose answer to a mask is the sum of random
    effects of the kept tokens. Where the budget suffices the count is exact; where it ends the
    search, the count hardly depends on the model. Texts that are not simulated take the count of
    their length.

    Parameters
    ----------
    lengths : array of int
        Word pieces of every text.
    encoded : mapping of int to EncodedText
        The texts to simulate, by their place.
    max_evals : int
        Masks per text, as in `helpers.analysis.shap_values.explain_corpus`.
    classes : int
    separator : str or None
        The token between the texts of a pair.
    """
    counted = {
        i: _distinct_masks(text, max_evals=max_evals, classes=classes, separator=separator)
        for i, text in encoded.items()
    }
    at = np.array([len(encoded[i]) for i in counted])
    found = np.array(list(counted.values()))
    by_length = pd.Series(found).groupby(at).mean()
    masks = np.interp(lengths, by_length.index, by_length).round().astype(int)
    for i, count in counted.items():
        masks[i] = count
    return Batches(masks, lengths)


def _distinct_masks(
    text: EncodedText, *, max_evals: int, classes: int, separator: str | None
) -> int:
    random = np.random.default_rng(len(text))
    effects = random.exponential(size=(len(text), classes)) * random.choice([-1, 1], classes)
    part = Partition(partition_tree(text.segments, separator), text.special, max_evals=max_evals)
    while part.pending:
        kept = [[mask >> i & 1 for i in range(len(text))] for mask in part.pending]
        part.advance(np.array(kept) @ effects)
    return part.distinct


def _stand_in(length: int, *, pair: bool) -> EncodedText:
    """Return a text of words of one or two pieces, with a full stop now and then."""
    words = [("word ", "wo", "rd ", "word. ")[i % 4] for i in range(length)]
    special = np.zeros(length, dtype=bool)
    special[[0, -1]] = True
    words[0] = words[-1] = ""
    if pair and length > 6:
        special[length * 2 // 3] = True
        words[length * 2 // 3] = "</s>"
    return EncodedText(np.arange(length), special, tuple(words))
