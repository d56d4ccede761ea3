"""Every number of the paper's Tables 1 to 7, once.

Source: Jung and van der Plas, Findings of EACL 2024, arXiv 2402.13016. Shares and accuracies are
fractions. Models, data sets and setups have the names of `helpers.foundation.experiment`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from helpers.foundation.datasets import all_datasets
from helpers.foundation.names import check_choice
from helpers.foundation.setups import PAPER_SETUPS

FRENCH_SPANISH_JAPANESE = "fr, es, ja"
GERMAN_ENGLISH_CHINESE = "de, en, zh"

_STARS = ("1", "2", "3", "4", "5")
_ENTAILMENT = ("entailment", "neutral", "contradiction")


@dataclass(frozen=True)
class PaperTable:
    """One table of the paper: its number, its caption in our words, and its cells."""

    number: str
    caption: str
    cells: pd.DataFrame


def _by_group(rows: Mapping[str, tuple[float, ...]], labels: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(labels)) / 100
    return frame.round(4).rename_axis(index="languages", columns="label")


def _accuracy(xnli: tuple[float, ...], amazon: tuple[float, ...]) -> pd.DataFrame:
    frame = pd.DataFrame({"xnli": xnli, "amazon_reviews": amazon}, index=list(PAPER_SETUPS))
    return frame.rename_axis(index="setup", columns="dataset")


def _identification(rows: Mapping[str, tuple[tuple[float, float], ...]]) -> pd.DataFrame:
    cells = {
        (dataset, setup): pair
        for dataset, pairs in rows.items()
        for setup, pair in zip(PAPER_SETUPS, pairs, strict=True)
    }
    # "Original" is the test set of the fine-tuning data, "Wikipedia" the external texts.
    frame = pd.DataFrame.from_dict(cells, orient="index", columns=["test", "external"])
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["dataset", "setup"])
    return frame


TABLES: Mapping[str, PaperTable] = MappingProxyType(
    {
        table.number: table
        for table in (
            PaperTable(
                "1a",
                "Label shares of the imbalanced training and validation subset, Amazon reviews",
                _by_group(
                    {
                        FRENCH_SPANISH_JAPANESE: (6.6, 13.3, 20.0, 26.7, 33.3),
                        GERMAN_ENGLISH_CHINESE: (33.3, 26.7, 20.0, 13.3, 6.6),
                    },
                    _STARS,
                ),
            ),
            PaperTable(
                "1b",
                "Label shares of the imbalanced training and validation subset, XNLI",
                _by_group({"fr": (50, 33.33, 16.67), "en": (16.67, 33.33, 50)}, _ENTAILMENT),
            ),
            PaperTable(
                "2a",
                "Shares of the imbalanced model's predictions on the test set, Amazon reviews",
                _by_group(
                    {
                        FRENCH_SPANISH_JAPANESE: (13.9, 20.6, 20.1, 19.6, 25.8),
                        GERMAN_ENGLISH_CHINESE: (27.3, 20.7, 16.9, 20.4, 14.7),
                    },
                    _STARS,
                ),
            ),
            PaperTable(
                "2b",
                "Shares of the imbalanced model's predictions on the test set, XNLI",
                _by_group({"fr": (32.8, 39.0, 28.1), "en": (23.1, 35.8, 41.1)}, _ENTAILMENT),
            ),
            PaperTable(
                "3",
                "Test accuracy, mBERT",
                _accuracy(xnli=(0.810, 0.783, 0.795), amazon=(0.580, 0.556, 0.569)),
            ),
            PaperTable(
                "4",
                "Accuracy of language identification, mBERT",
                _identification(
                    {
                        "amazon_reviews": ((0.613, 0.480), (0.847, 0.646), (0.709, 0.569)),
                        "xnli": ((0.615, 0.614), (0.928, 0.899), (0.585, 0.679)),
                    }
                ),
            ),
            PaperTable(
                "5",
                "Rows of the training, validation and test splits, in thousands",
                pd.DataFrame(
                    {"xnli": (524.0, 3.3, 6.6), "amazon_reviews": (719.0, 18.0, 30.0)},
                    index=["train", "validation", "test"],
                ).rename_axis(index="split", columns="dataset"),
            ),
            PaperTable(
                "6",
                "Test accuracy, XLM-R",
                _accuracy(xnli=(0.829, 0.812, 0.828), amazon=(0.596, 0.586, 0.594)),
            ),
            PaperTable(
                "7",
                "Accuracy of language identification, XLM-R",
                _identification(
                    {
                        "amazon_reviews": ((0.309, 0.389), (0.381, 0.744), (0.412, 0.503)),
                        "xnli": ((0.556, 0.582), (0.838, 0.865), (0.605, 0.607)),
                    }
                ),
            ),
        )
    }
)

# Which table reports what for which of the paper's models.
ACCURACY_TABLE: Mapping[str, str] = MappingProxyType({"mbert": "3", "xlmr": "6"})
IDENTIFICATION_TABLE: Mapping[str, str] = MappingProxyType({"mbert": "4", "xlmr": "7"})
# The paper's data set that stands beside each family of ours: the same shape of task.
COUNTERPART: Mapping[str, str] = MappingProxyType(
    {name: about.counterpart for name, about in all_datasets().items() if about.counterpart}
)


def table(number: str) -> PaperTable:
    """Return one of the paper's tables.

    Parameters
    ----------
    number : str
        ``"1a"``, ``"1b"``, ``"2a"``, ``"2b"`` or ``"3"`` to ``"7"``.

    Returns
    -------
    PaperTable
        Number, caption and a copy of the cells.

    Raises
    ------
    CompanionError
        If the paper has no such table.

    Examples
    --------
    >>> float(table("3").cells.loc["balanced", "xnli"])
    0.81
    """
    check_choice("table", number, TABLES)
    found = TABLES[number]
    return PaperTable(found.number, found.caption, found.cells.copy())
