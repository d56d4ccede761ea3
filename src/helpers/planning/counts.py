"""How much work a stage is: counted by the rules that the stage itself follows.

The unit is one *evaluation*: one text through the model once. A training step passes each text
forwards and back, which counts as three. *Tokens* are word pieces in such evaluations, special
ones included and padding left out. Nothing is fetched: of texts that are not here, or whose model
is not, the lengths are assumed.
"""

import functools
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers import stages
from helpers.data.asset_table import ASSETS
from helpers.foundation import paths
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import family_of
from helpers.stages.integrated_gradients import STEPS, explained_classes
from helpers.stages.representations import SOURCE_ROWS

Part = Literal["train", "validation", "test", "explained", "examples", "external"]
Integers = npt.NDArray[np.integer[Any]]

TRAINING_PASSES = 3  # forwards once, and backwards at twice its cost
_FITS = 4 * 5 * 0.8  # four probes in five folds, each fitted to four fifths of the rows
_SAMPLE = 20_000  # texts whose lengths stand for all

# Word pieces per character, of MultiEmo and XNLI. mBERT splits Chinese into characters.
_XLMR_RATES = {"fr": 0.26, "es": 0.242, "ja": 0.54, "de": 0.236, "en": 0.244, "zh": 0.667}
_MBERT_RATES = {"fr": 0.29, "es": 0.27, "ja": 0.75, "de": 0.27, "en": 0.26, "zh": 1.0}
# Mean characters of a text, or of both of a pair: of Amazon reviews by Keung et al. (2020), Table
# 1; of XNLI those of XNLI-7500. Articles of Wikipedia fill the longest input.
_MULTIEMO = {"fr": 118, "es": 106, "ja": 46, "de": 121, "en": 100, "zh": 32}
_CHARACTERS = {
    "amazon_reviews": {"fr": 159, "es": 151, "ja": 101, "de": 208, "en": 179, "zh": 51},
    "xnli": {"fr": 183, "en": 158},
    "multiemo": _MULTIEMO,
    "multiemo_pairs": {language: 2 * _MULTIEMO[language] for language in ("fr", "en")},
}
_EXTERNAL_CHARACTERS = {"eld": 120, "wikipedia": 4000}
_SPREAD = 0.6  # standard deviation of the characters over their mean
# The largest subsets there are: Table 5 of the paper.
_LARGEST = {
    "amazon_reviews": {"train": 719_970, "validation": 17_970, "test": 30_000},
    "xnli": {"train": 523_594, "validation": 3_312, "test": 6_672},
}


class Texts:
    """The texts that the experiments of one model and data set read.

    They are those of the first one's balanced setup, where its profile has one: the other setups
    and seeds have as many rows of each language. A data set that is out of reach, and of which
    nothing is assumed, is refused.
    """

    def __init__(self, first: Experiment, sources: stages.Sources, tokenizer: Any | None) -> None:
        self.experiment, self.tokenizer = first, tokenizer
        setup = "balanced" if "balanced" in first.settings.setups else first.setup
        self.bench = stages.Workbench(first.replace(setup=setup), sources, progress=False)
        self.family = family_of(first.dataset)
        reviews = paths.cache_dir() / "assets" / "reviews"
        offline = all((reviews / member.file).is_file() for member in ASSETS["reviews"].members)
        self.here = self.family in sources or (self.family.startswith("multiemo") and offline)
        if not self.here and first.dataset not in _CHARACTERS:
            raise self._not_at_hand()
        self.facts = self.bench.corpus if self.here else all_datasets()[self.family]
        self.counted = self.here and tokenizer is not None
        self.special = 4 if self.facts.is_pair else 2  # pieces around and between texts

    def _not_at_hand(self) -> CompanionError:
        return CompanionError(
            f"dataset {self.experiment.dataset!r} is not at hand: name its folder with "
            f"--source {self.family}=FOLDER"
        )

    @functools.cache  # noqa: B019 - it lives as long as the plan
    def lengths(self, part: Part) -> tuple[int, Integers]:
        """Return the number of rows, and the word pieces of all or of 20,000 of them."""
        own = part == "examples" or (self.here and part != "external")
        rows: pd.DataFrame | None = getattr(self.bench, part) if own else None
        count = self._assumed_rows(part) if rows is None else len(rows)
        if rows is None or self.tokenizer is None or not count:
            return count, self._assumed_lengths(part)
        from helpers.training.batches import encode_texts

        sample = rows.sample(min(count, _SAMPLE), random_state=0)
        pairs = sample["text_pair"].tolist() if self.facts.is_pair else None
        longest = self.experiment.recipe.max_length
        encoded = encode_texts(self.tokenizer, sample["text"].tolist(), pairs, max_length=longest)
        return count, encoded.lengths

    def _assumed_rows(self, part: Part) -> int:
        profile, dataset = self.experiment.settings, self.experiment.dataset
        if part == "external":
            return profile.language_identification.per_language * len(self.facts.languages)
        if part == "explained":
            return profile.shap_texts(dataset) or self._assumed_rows("test")
        size = getattr(profile.settings(dataset), part) or _LARGEST.get(self.family, {}).get(part)
        if size is None:
            raise self._not_at_hand()
        return int(size)

    def _assumed_lengths(self, part: Part) -> Integers:
        rates = _MBERT_RATES if self.experiment.model == "mbert" else _XLMR_RATES
        characters = _CHARACTERS.get(self.family, dict.fromkeys(self.facts.languages, 150))
        if part == "external":
            source = self.experiment.settings.language_identification.external
            characters = dict.fromkeys(characters, _EXTERNAL_CHARACTERS[source])
        means = [count * rates.get(language, 0.3) for language, count in characters.items()]
        drawn = np.random.default_rng(0).gamma(1 / _SPREAD**2, _SPREAD**2, _SAMPLE)
        pieces = drawn * np.resize(means, _SAMPLE) + self.special
        lengths: Integers = pieces.round().clip(max=self.experiment.recipe.max_length).astype(int)
        return lengths


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one stage of one experiment computes: each count has a throughput of its own."""

    trained: float = 0  # tokens passed forwards and back
    read: float = 0  # tokens passed forwards
    explained: float = 0  # tokens of masked copies, in the precision of the SHAP values
    probed: float = 0  # rows times fits of a logistic regression
    evaluations: float = 0

    @property
    def tokens(self) -> float:
        """Tokens in all evaluations."""
        return TRAINING_PASSES * self.trained + self.read + self.explained


def count_work(texts: Texts, experiment: Experiment, stage: str, *, first: bool = True) -> Work:
    """Return the work of a stage; none for one that only reads and writes.

    ``first``: whether the experiment probes the model before fine-tuning, once for all.
    """
    match stage:
        case "finetuning":
            return _finetuning(texts, experiment)
        case "predictions" | "last_step":
            return _reading(texts, "test")
        case "language_identification":
            # The test rows' features are there from the predictions.
            parts: list[Part] = ["external", "external", "test"] if first else ["external"]
            rows = texts.lengths("test")[0] + texts.lengths("external")[0]
            return _reading(texts, *parts, probed=_FITS * rows * (2 if first else 1))
        case "shap_values":
            return _explaining(texts, "explained")
        case "shap_examples":
            return _explaining(texts, "examples")
        case "representations":
            return _representations(texts)
        case "head_refit":
            return _reading(texts, "validation")
        case "erasure":
            rows = texts.lengths("test")[0] + texts.lengths("external")[0]
            return _reading(texts, "train", "external", probed=_FITS * rows)
        case "integrated_gradients":
            return _gradients(texts)
    return Work()


def _reading(texts: Texts, *parts: Part, probed: float = 0) -> Work:
    found = [texts.lengths(part) for part in parts]
    return Work(
        read=sum(rows * float(lengths.mean()) for rows, lengths in found),
        evaluations=sum(rows for rows, _ in found),
        probed=probed,
    )


def _explaining(texts: Texts, part: Part) -> Work:
    from helpers.analysis.partition import planned_masks

    rows, lengths = texts.lengths(part)
    masks = planned_masks(lengths, texts.experiment.settings.shap.max_evals)
    tokens, evaluations = (rows * float(np.mean(each)) for each in (masks * lengths, masks))
    return Work(explained=tokens, evaluations=evaluations)


def _representations(texts: Texts) -> Work:
    lengths = texts.lengths("test")[1]
    rows = SOURCE_ROWS * len(texts.facts.languages)
    return Work(read=rows * float(lengths.mean()), evaluations=rows)


def _gradients(texts: Texts) -> Work:
    rows, lengths = texts.lengths("explained")
    slopes = rows * STEPS * len(explained_classes(texts.facts.labels))
    return Work(trained=slopes * float(lengths.mean()), evaluations=TRAINING_PASSES * slopes)


def _finetuning(texts: Texts, experiment: Experiment) -> Work:
    from helpers.training.trainer import validation_steps

    recipe = experiment.recipe
    (rows, lengths), (validated, validation) = map(texts.lengths, ("train", "validation"))
    step_rows = recipe.batch_size * recipe.accumulation
    steps_an_epoch = math.ceil(rows / step_rows)
    steps = math.ceil(recipe.epochs * steps_an_epoch)
    epochs, left = divmod(steps, steps_an_epoch)
    evaluations = epochs * rows + min(left * step_rows, rows)
    tokens = evaluations * float(lengths.mean())
    if experiment.options.mie:
        # One all-mask input a batch, of 1 piece to the most.
        mean = (1 + recipe.max_length + texts.special) / 2
        batches = epochs * math.ceil(rows / recipe.batch_size) + left * recipe.accumulation
        evaluations, tokens = evaluations + batches, tokens + batches * mean
    times = len(validation_steps(rows, step_rows, steps, recipe.validations))
    return Work(
        trained=tokens,
        read=times * validated * float(validation.mean()),
        evaluations=TRAINING_PASSES * evaluations + times * validated,
    )
