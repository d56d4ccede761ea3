"""The data sets there are: one record a file in ``helpers/data/datasets/``."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from helpers.foundation.hub import Columns, HubTable
from helpers.foundation.records import records_of

Skew = Mapping[str, tuple[float, ...]]


def up_and_down(languages: Sequence[str], weights: tuple[float, ...]) -> Skew:
    """Return the weights for the first half of the languages, reversed for the second.

    Examples
    --------
    >>> up_and_down(("fr", "en"), (3, 2, 1))
    {'fr': (3, 2, 1), 'en': (1, 2, 3)}
    """
    half = len(languages) // 2
    return {
        language: weights if position < half else weights[::-1]
        for position, language in enumerate(languages)
    }


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What is fixed for a family of data sets.

    A data set of the hub, or of a folder in the hub's layout, needs no code: ``hub`` and
    ``columns`` say how it is read. Any other gives ``read`` and ``made_from``.

    Parameters
    ----------
    name, title : str
        Its name in commands and folders, and for readers.
    order : int
        Where it stands among the data sets.
    task : {"graded", "relation"} or None
        Whether labels are grades of one thing, such as stars, or the relation of two texts.
    is_pair : bool
        Whether its texts are pairs.
    parallel : bool
        Whether rows of all languages are translations of each other, in the same order.
    labels, languages : tuple of str
        Labels in the order of their codes. Both empty where the files say them.
    weights : tuple of float
        The weight of each label in the first half of the languages; reversed in the second half.
    licence : str
        Of the texts.
    remark : str
        What a reader has to know of its texts, in a sentence, for the pages that show results.
    counterpart : str or None
        The paper's data set whose numbers stand beside its.
    sizes : mapping of str to int
        Rows of each split, where a profile does not say them.
    hub : tuple of HubTable
        Repositories at pinned revisions, tried in this order; the next only where one is gone or
        has other columns. Which was used, and its commit, is in each experiment's ``run.json``.
    columns : tuple of Columns
        The columns that a local folder may have; the first that fit are taken. Empty where none is
        read.
    full_rows : mapping of str to int
        Rows of a language in each split of the full data set: a folder of this size is no re-cut.
    probe_rows : mapping of str to int
        Texts of the paper's language identification on this data set, ``test`` and ``external``.
    read : callable, optional
        Returns its `helpers.data.corpora.Rows`, from a folder where one is given.
    made_from : callable, optional
        Returns what the rows are made from, as values that JSON can hold, without loading them.
    files : callable, optional
        Returns the files of a folder that are read; by default a folder each language.
    """

    name: str
    title: str
    order: int
    is_pair: bool
    licence: str
    task: Literal["graded", "relation"] | None = None
    parallel: bool = False
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    remark: str = ""
    counterpart: str | None = None
    sizes: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"train": 2880, "validation": 240, "test": 1200})
    )
    hub: tuple[HubTable, ...] = ()
    columns: tuple[Columns, ...] = ()
    full_rows: Mapping[str, int] = field(default_factory=dict)
    probe_rows: Mapping[str, int] = field(default_factory=dict)
    read: Callable[[Path | None], Any] | None = None
    made_from: Callable[[], object] | None = None
    files: Callable[[Path], list[Path]] | None = None

    @property
    def skew(self) -> Skew:
        """For each language a weight for each label (Table 1)."""
        return self.skew_in(self.languages)

    def skew_in(self, languages: Sequence[str]) -> Skew:
        """Return the skew that these languages have."""
        return up_and_down(languages, self.weights)

    @property
    def takes_folder(self) -> bool:
        """Whether it can be read from a local folder."""
        return bool(self.columns) or self.files is not None

    @property
    def needs_folder(self) -> bool:
        """Whether it can be read from nowhere else."""
        return not self.hub and self.made_from is None


@functools.cache
def all_datasets() -> Mapping[str, Dataset]:
    """Return every data set by its name, in order."""
    return MappingProxyType(records_of("helpers.data.datasets", "DATASET"))


def with_task(task: Literal["graded", "relation"]) -> tuple[str, ...]:
    """Return the names of the data sets of a task.

    Examples
    --------
    >>> with_task("relation")
    ('xnli', 'multiemo_pairs')
    """
    return tuple(about.name for about in all_datasets().values() if about.task == task)
