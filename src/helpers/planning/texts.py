"""How long the texts of a data set are: counted where they are at hand, assumed where not.

A data set of the hub is not fetched for a plan. Its rows, languages and labels are known; of its
texts the plan takes the mean number of characters from a published table, and word pieces per
character as measured on texts that are at hand. What was assumed is named in the plan.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers import stages
from helpers.data.corpora import Corpus, load_corpus
from helpers.data.families import FAMILY_FACTS
from helpers.data.offline_assets import ASSETS
from helpers.foundation import paths
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import family_of
from helpers.planning.models import local_tokenizer

Integers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, kw_only=True)
class AssumedTexts:
    """What is assumed of the texts of a data set that is out of reach.

    Parameters
    ----------
    rows : mapping of str to int
        Rows of a language in each split.
    characters : mapping of str to float
        Mean characters of a text, or of both texts of a pair, for each language.
    spread : float
        Standard deviation of the characters over their mean.
    source : str
        Where the numbers come from.
    """

    rows: Mapping[str, int]
    characters: Mapping[str, float]
    spread: float
    source: str


ASSUMED: Mapping[str, AssumedTexts] = MappingProxyType(
    {
        "amazon_reviews": AssumedTexts(
            rows={"train": 200_000, "validation": 5_000, "test": 5_000},
            characters={
                "fr": 159.4, "es": 151.3, "ja": 101.4, "de": 207.9, "en": 178.8, "zh": 51.0
            },
            spread=0.8,
            source="characters: Keung et al. (2020), Table 1; spread: as MultiEmo's",
        ),
        "xnli": AssumedTexts(
            rows={"train": 392_702, "validation": 2_490, "test": 5_010},
            characters={"fr": 183.0, "en": 158.0},
            spread=0.4,
            source="characters: mean of some 2,500 pairs a language of XNLI-7500",
        ),
        "multiemo": AssumedTexts(
            rows={"train": 26_700, "validation": 4_690, "test": 15_480},
            characters={"fr": 118, "es": 106, "ja": 46, "de": 121, "en": 100, "zh": 32},
            spread=0.8,
            source="characters: mean of MultiEmo's own texts",
        ),
        "multiemo_pairs": AssumedTexts(
            rows={"train": 12_000, "validation": 1_700, "test": 3_400},
            characters={"fr": 236, "en": 200},
            spread=0.6,
            source="characters: mean of MultiEmo's own texts",
        ),
    }
)  # fmt: skip

# Word pieces per character, from MultiEmo and XNLI. mBERT's table is half the size of XLM-R's, and
# splits Chinese into characters; its rates are an assumption on top of XLM-R's.
_XLMR_RATES = {"fr": 0.26, "es": 0.242, "ja": 0.54, "de": 0.236, "en": 0.244, "zh": 0.667}
PIECES_PER_CHARACTER: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "xlmr": _XLMR_RATES,
        "e5_small": _XLMR_RATES,  # the same vocabulary
        "mbert": {"fr": 0.29, "es": 0.27, "ja": 0.75, "de": 0.27, "en": 0.26, "zh": 1.0},
    }
)
_PIECES_PER_CHARACTER_ELSEWHERE = 0.3
_EXTERNAL_CHARACTERS = {"eld": 120.0, "wikipedia": 4000.0}  # articles fill the longest input
_SPECIAL_PIECES = {False: 2, True: 4}  # around a text, around and between a pair
_COUNT_AT_MOST = 60_000  # texts that are tokenized; of more, a sample gives pieces per character


# --- is it at hand? -------------------------------------------------------------------------


def at_hand(dataset: str, *, sources: stages.Sources) -> bool:
    """Say whether a data set can be read without fetching anything."""
    family = family_of(dataset)
    if family in sources:
        return True
    if family in ("multiemo", "multiemo_pairs"):
        return asset_at_hand("reviews")
    return family in FAMILY_FACTS and _hub_at_hand(family)


def asset_at_hand(name: str) -> bool:
    """Say whether an offline asset lies in the cache."""
    folder = paths.cache_dir() / "assets" / name
    return all((folder / member.file).is_file() for member in ASSETS[name].members)


def _hub_at_hand(family: str) -> bool:
    from helpers.data import hub_tables

    for table in FAMILY_FACTS[family].hub:
        commit, files = hub_tables._paths(table, FAMILY_FACTS[family].languages)
        if all(path.is_file() for path in (commit, *files.values())):
            return True
    return False


# --- the rows -------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedBench(stages.Workbench):
    """An experiment's inputs, chosen by the rules of a real run, without fetching anything."""

    @functools.cached_property
    def corpus(self) -> Corpus:
        """The texts, or rows that stand for them."""
        return planned_corpus(self.experiment.dataset, tuple(sorted(self.sources.items())))

    @functools.cached_property
    def external(self) -> pd.DataFrame:
        """The external texts of the language identification, or rows that stand for them."""
        settings = self.experiment.settings.language_identification
        if settings.external == "eld" and asset_at_hand("language_identification"):
            return super().external
        if settings.external == "wikipedia" and "wikipedia" in self.sources:
            return super().external
        mean = _EXTERNAL_CHARACTERS[settings.external]
        random = np.random.default_rng(0)
        parts = [
            _rows(language, settings.per_language, mean, spread=0.8, labels=1, random=random)
            for language in self.corpus.languages
        ]
        return _frame(parts)


@functools.lru_cache(maxsize=2)
def planned_corpus(dataset: str, sources: tuple[tuple[str, Any], ...]) -> Corpus:
    """Return a data set, or one of the same rows, languages and labels without its texts.

    Raises
    ------
    CompanionError
        If it is out of reach and nothing is assumed of it.
    """
    if at_hand(dataset, sources=dict(sources)):
        return load_corpus(dataset, sources=dict(sources))
    family = family_of(dataset)
    if family not in ASSUMED or dataset != family:
        raise CompanionError(
            f"dataset {dataset!r} is not at hand: name its folder with --source {family}=FOLDER"
        )
    assumed, facts = ASSUMED[family], FAMILY_FACTS[family]
    random = np.random.default_rng(0)
    splits = {
        split: _frame(
            [
                _rows(
                    language,
                    rows,
                    assumed.characters[language],
                    spread=assumed.spread,
                    labels=len(facts.labels),
                    random=random,
                    parallel=family != "amazon_reviews",
                    pairs_of_a_premise=3 if family == "xnli" else 1,
                )
                for language in facts.languages
            ],
        )
        for split, rows in assumed.rows.items()
    }
    return Corpus(
        name=dataset,
        family=family,
        languages=facts.languages,
        labels=facts.labels,
        is_pair=facts.is_pair,
        skew=facts.skew,
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        fingerprint="assumed",
        source=f"assumed ({assumed.source})",
        licence=facts.licence,
    )


def _rows(
    language: str,
    count: int,
    characters: float,
    *,
    spread: float,
    labels: int,
    random: np.random.Generator,
    parallel: bool = False,
    pairs_of_a_premise: int = 1,
) -> pd.DataFrame:
    """Return rows of a language that have an id, a group, a label and a length."""
    shape = 1 / spread**2
    drawn = random.gamma(shape, characters / shape, count)
    number = pd.Series(np.arange(count))
    group = (number // pairs_of_a_premise).astype(str)
    return pd.DataFrame(
        {
            "id": f"{language}-" + number.astype(str),
            "group": group if parallel else f"{language}-" + group,
            "language": language,
            "label": np.arange(count) % labels,
            "characters": np.maximum(drawn.round().astype(int), 1),
        }
    )


def _frame(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


# --- their lengths --------------------------------------------------------------------------


class PieceCounter:
    """Counts a model's word pieces: with its tokenizer where that is at hand, else by rate.

    Parameters
    ----------
    model : str
        As in `Experiment`.
    is_pair : bool

    Attributes
    ----------
    vocabulary : set of int
        The pieces that were counted so far.
    """

    def __init__(self, model: str, *, is_pair: bool) -> None:
        self.model = model
        self.is_pair = is_pair
        self.tokenizer = local_tokenizer(model)
        self.vocabulary: set[int] = set()
        self._known: dict[str, int] = {}  # by the text itself: splits share few

    @property
    def basis(self) -> Literal["counted", "estimated"]:
        """Whether pieces are counted or estimated from characters."""
        return "estimated" if self.tokenizer is None else "counted"

    @property
    def special(self) -> int:
        """Special pieces around a text, or around and between a pair."""
        return self._special(self.is_pair)

    def lengths(
        self, rows: pd.DataFrame, *, max_length: int, is_pair: bool | None = None
    ) -> Integers:
        """Return each row's word pieces, special ones included, cut at ``max_length``."""
        pair = self.is_pair if is_pair is None else is_pair
        if "characters" in rows or self.tokenizer is None or len(rows) > _COUNT_AT_MOST:
            pieces = self._estimated(rows, pair)
        else:
            pieces = self._counted(rows, pair)
        return np.minimum(pieces + self._special(pair), max_length)

    def _special(self, pair: bool) -> int:
        if self.tokenizer is None:
            return _SPECIAL_PIECES[pair]
        return int(self.tokenizer.num_special_tokens_to_add(pair=pair))

    def _counted(self, rows: pd.DataFrame, pair: bool) -> Integers:
        from helpers.training.encoders import quiet

        assert self.tokenizer is not None
        texts = rows["text"].tolist()
        if pair:
            texts += rows["text_pair"].tolist()
        new = list({text for text in texts if text not in self._known})
        with quiet():  # of texts that are longer than the model's limit: they are cut later
            for start in range(0, len(new), 4096):
                part = new[start : start + 4096]
                pieces = self.tokenizer(part, add_special_tokens=False)["input_ids"]
                self._known.update(zip(part, map(len, pieces), strict=True))
                self.vocabulary.update(*pieces)
        counts = np.array([self._known[text] for text in texts])
        whole: Integers = counts.reshape(-1, len(rows)).sum(axis=0)
        return whole

    def _estimated(self, rows: pd.DataFrame, pair: bool) -> Integers:
        if "characters" in rows:
            characters = rows["characters"].to_numpy()
        else:
            characters = rows["text"].str.len().to_numpy()
            if pair:
                characters = characters + rows["text_pair"].str.len().to_numpy()
        known = PIECES_PER_CHARACTER.get(self.model, {})
        rates = rows["language"].map(lambda code: known.get(code, _PIECES_PER_CHARACTER_ELSEWHERE))
        if self.tokenizer is not None and "characters" not in rows:
            sample = rows.sample(_COUNT_AT_MOST // 10, random_state=0)
            counted, chosen = self._counted(sample, pair), rows.index.get_indexer(sample.index)
            by_language = pd.DataFrame(
                {"language": sample["language"], "n": counted, "c": characters[chosen]}
            ).groupby("language")
            rates = rows["language"].map(by_language["n"].sum() / by_language["c"].sum())
        pieces = np.maximum((characters * rates.to_numpy(float)).round().astype(int), 1)
        return np.asarray(pieces)
