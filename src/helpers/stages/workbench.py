"""One experiment with its inputs and its model, each made when first asked for."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.data.corpora import Corpus, Sources, load_corpus
from helpers.data.example_texts import example_texts
from helpers.data.external_texts import lacking_languages, load_external_texts
from helpers.data.share_tables import share_table
from helpers.data.subsets import Subsets, balanced_sample, make_subsets
from helpers.foundation import hardware
from helpers.foundation.datasets import Skew, all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import family_of
from helpers.foundation.setups import all_setups

# Test rows, texts to explain and probe folds are the same for every seed of training.
FIXED_SEED = 0


@dataclass(frozen=True)
class Workbench:
    """An experiment with its inputs; each is made once, when first asked for."""

    experiment: Experiment
    sources: Sources
    progress: bool = True

    @functools.cached_property
    def corpus(self) -> Corpus:
        """The texts."""
        skew = self.experiment.settings.skew_of(self.experiment.dataset)
        return _corpus(
            self.experiment.dataset,
            tuple(sorted(self.sources.items())),
            None if skew is None else tuple(skew.items()),
        )

    @functools.cached_property
    def skew(self) -> Skew:
        """For each language a weight for each label: of the imbalanced training subset.

        Where the subset has the rows' own joint distribution, the weights are counts.
        """
        corpus = self.corpus
        if not self.experiment.settings.settings(self.experiment.dataset).as_is:
            return corpus.skew
        counts = pd.crosstab(corpus.train["language"], corpus.train["label"]).reindex(
            index=list(corpus.languages), columns=range(len(corpus.labels)), fill_value=0
        )
        return {str(language): tuple(map(float, cells)) for language, cells in counts.T.items()}

    def subsets(self, split: str) -> Subsets:
        """Return the balanced and the imbalanced subset of ``train`` or ``validation``."""
        experiment, corpus = self.experiment, self.corpus
        settings = experiment.settings.settings(experiment.dataset)
        check_variant(experiment)
        # Without a skew there is the balanced subset alone.
        even = {language: (1.0,) * len(corpus.labels) for language in corpus.languages}
        if not self.skew and all_setups()[experiment.setup].subset != "balanced":
            raise CompanionError(
                f"dataset {experiment.dataset!r} has no skew, so no imbalanced subset can be drawn "
                f"from it: give one in configs/{experiment.profile}.yaml (datasets: "
                f"{corpus.family}: skew), a weight for each of its labels ("
                f"{', '.join(corpus.labels)}) in each of {', '.join(corpus.languages)}, or as_is: "
                "true for their own joint distribution"
            )
        skew, shares = corpus.skew or even, experiment.options.shares
        return make_subsets(
            getattr(corpus, split),
            None if settings.as_is else skew,
            size=getattr(settings, split),
            labels=range(len(corpus.labels)),
            label_names=corpus.labels,
            severity=experiment.options.severity,
            rule=self.rule,
            with_translations=settings.with_translations,
            table=None if shares is None else share_table(shares, skew),
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

    def _of_setup(self, subsets: Subsets) -> pd.DataFrame:
        subset = all_setups()[self.experiment.setup].subset
        drawn = subsets.balanced if subset == "balanced" else subsets.imbalanced
        if drawn.empty:
            raise CompanionError(
                f"{self.experiment}: a language has too few rows of a label for a balanced subset "
                "of this size: ask for fewer rows, or leave out the balanced setup"
            )
        return drawn

    @functools.cached_property
    def test(self) -> pd.DataFrame:
        """The balanced test rows, the same for every setup and seed."""
        settings = self.experiment.settings.settings(self.experiment.dataset)
        return balanced_sample(
            self.corpus.test,
            settings.test,
            labels=range(len(self.corpus.labels)),
            label_names=self.corpus.labels,
            seed=FIXED_SEED,
        )

    @functools.cached_property
    def explained(self) -> pd.DataFrame:
        """The test rows whose SHAP values are computed."""
        from helpers.analysis.shap_frames import stratified_sample

        count = self.experiment.settings.shap_texts(self.experiment.dataset)
        if count is None:
            return self.test
        return stratified_sample(self.test, count, seed=FIXED_SEED)

    @functools.cached_property
    def examples(self) -> pd.DataFrame:
        """The book's own texts, whose SHAP values are computed too."""
        return examples_of(self.experiment)

    @functools.cached_property
    def without_external(self) -> tuple[str, ...]:
        """The languages of a reader's own data that the external texts are too few of."""
        about = all_datasets()[self.corpus.family]
        settings = self.experiment.settings.language_identification
        if about.languages or settings.external != "eld":
            return ()
        return lacking_languages(self.corpus.languages, per_language=settings.per_language)

    @functools.cached_property
    def external(self) -> pd.DataFrame:
        """The external texts of the language identification (section 2.2)."""
        settings = self.experiment.settings.language_identification
        return load_external_texts(
            self.corpus.languages,
            per_language=settings.per_language,
            source=settings.external,
            sources=self.sources,
            seed=FIXED_SEED,
        )

    @functools.cached_property
    def model(self) -> tuple[Any, Any]:
        """The fine-tuned model and its tokenizer."""
        return self.load_model()

    def load_model(self) -> tuple[Any, Any]:
        """Return the fine-tuned model and its tokenizer, free to be changed."""
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

    def explain(self, rows: pd.DataFrame, *, cache: Path | None = None) -> Any:
        """Return the SHAP values of some rows; what is finished is kept in ``cache``."""
        from helpers.analysis.shap_values import explain_corpus

        settings = self.experiment.settings.shap
        model, tokenizer = self.model
        return explain_corpus(
            model,
            tokenizer,
            rows["text"].tolist(),
            rows["text_pair"].tolist() if self.corpus.is_pair else None,
            max_evals=settings.max_evals,
            max_length=self.experiment.recipe.max_length,
            precision=settings.precision,
            cache=cache,
            progress=self.progress,
        )

    @functools.cached_property
    def test_outputs(self) -> Any:
        """Probabilities and features of the test rows."""
        return self.outputs(*self.model, self.test, "test rows")

    def test_predictions(self, probabilities: npt.NDArray[np.floating]) -> pd.DataFrame:
        """Return the test rows, without their text, with probabilities and what is predicted.

        Parameters
        ----------
        probabilities : array, shape (test rows, labels)
        """
        frame = self.test[["id", "group", "language", "label"]].reset_index(drop=True)
        frame["predicted"] = probabilities.argmax(axis=1)
        for index, label in enumerate(self.corpus.labels):
            frame[f"p_{label}"] = probabilities[:, index].astype(np.float32)
        return frame


@functools.lru_cache(maxsize=1)
def _corpus(
    dataset: str,
    sources: tuple[tuple[str, Path], ...],
    skew: tuple[tuple[str, tuple[float, ...]], ...] | None,
) -> Corpus:
    return load_corpus(dataset, sources=dict(sources), skew=None if skew is None else dict(skew))


def check_variant(experiment: Experiment) -> None:
    """Refuse a variant that changes the skew of data that are taken as they are.

    Raises
    ------
    CompanionError
        Naming the variant and the data set.
    """
    changed = experiment.options
    if experiment.settings.settings(experiment.dataset).as_is and (
        (changed.severity, changed.recipe, changed.shares) != (1.0, "paper", None)
    ):
        raise CompanionError(
            f"variant {experiment.variant!r} of {experiment.dataset!r}: severity, recipe "
            "and shares change a skew, and these data are taken as they are"
        )


def examples_of(experiment: Experiment) -> pd.DataFrame:
    """Return the book's own texts for the task and languages of an experiment's data set."""
    about = all_datasets()[family_of(experiment.dataset)]
    skew = experiment.settings.skew_of(experiment.dataset)
    return example_texts(about.languages if skew is None else skew, is_pair=about.is_pair)
