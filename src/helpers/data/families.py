"""What is fixed for each family of data sets: labels, languages and the skew of Table 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from helpers.data.offline_assets import ASSETS
from helpers.data.offline_corpora import LABELS, LANGUAGES, PAIR_LABELS, PAIR_LANGUAGES

Skew = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Family:
    """What is fixed for a family of data sets.

    Parameters
    ----------
    labels : tuple of str
        In the order of their codes.
    skew : mapping of str to tuple of int
        For each language a weight for each label.
    is_pair : bool
        Whether its texts are pairs.
    licence : str
        Of the texts.
    """

    labels: tuple[str, ...]
    skew: Skew
    is_pair: bool
    licence: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in the order of the skew."""
        return tuple(self.skew)


def _up_and_down(languages: Sequence[str], weights: tuple[int, ...]) -> Skew:
    """Return the weights for the first half of the languages, reversed for the second."""
    half = len(languages) // 2
    return {
        language: weights if position < half else weights[::-1]
        for position, language in enumerate(languages)
    }


FAMILY_FACTS: Mapping[str, Family] = MappingProxyType(
    {
        "amazon_reviews": Family(
            labels=("1", "2", "3", "4", "5"),
            skew=_up_and_down(LANGUAGES, (1, 2, 3, 4, 5)),
            is_pair=False,
            licence="for non-commercial research only, withdrawn by its owner",
        ),
        "xnli": Family(
            labels=("entailment", "neutral", "contradiction"),
            skew=_up_and_down(("fr", "en"), (3, 2, 1)),
            is_pair=True,
            licence="CC BY-NC 4.0",
        ),
        "multiemo": Family(
            labels=LABELS,
            skew=_up_and_down(LANGUAGES, (1, 2, 3, 4)),
            is_pair=False,
            licence=ASSETS["reviews"].licence,
        ),
        "multiemo_pairs": Family(
            labels=PAIR_LABELS,
            skew=_up_and_down(PAIR_LANGUAGES, (3, 2, 1)),
            is_pair=True,
            licence=ASSETS["reviews"].licence,
        ),
    }
)
