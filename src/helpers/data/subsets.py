"""The balanced and the imbalanced subset (paper, section 2.1 and Table 1).

In both, every language and every label has the same share of the rows. In the imbalanced subset a
label is frequent in some languages and rare in others; in the balanced one it is not.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.data.allocation import Pool, allocate, once_checker, ranks
from helpers.data.cells import (
    RULES,
    Floats,
    Integers,
    Skew,
    cell_sizes,
    check_size,
    own_cells,
    round_cells,
    skew_shares,
)
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice
from helpers.foundation.profiles import Rule


@dataclass(frozen=True, eq=False)
class Subsets:
    """Two subsets of the same rows of a split.

    Parameters
    ----------
    balanced, imbalanced : DataFrame
        Rows of the examples, in their order and with their index.
    overlap : float
        Share of the balanced subset's rows that the imbalanced one holds too.
    languages, labels : tuple
        In the order of the skew.
    """

    balanced: pd.DataFrame
    imbalanced: pd.DataFrame
    overlap: float
    languages: tuple[str, ...]
    labels: tuple[Any, ...]

    def counts(self) -> dict[str, pd.DataFrame]:
        """Return the rows of each cell: a frame (languages, labels) for each subset."""
        return {
            name: pd.crosstab(frame["language"], frame["label"])
            .reindex(index=list(self.languages), columns=list(self.labels), fill_value=0)
            .astype(int)
            for name, frame in self._named()
        }

    def source_rows(self) -> dict[str, int]:
        """Return how many distinct source rows (``group``) each subset holds."""
        return {
            name: int(frame["group"].nunique()) if "group" in frame else len(frame)
            for name, frame in self._named()
        }

    def in_several_languages(self) -> dict[str, int]:
        """Return how many source rows each subset holds in more than one language."""
        return {
            name: int(frame.groupby("group")["language"].nunique().gt(1).sum())
            if "group" in frame
            else 0
            for name, frame in self._named()
        }

    def _named(self) -> list[tuple[str, pd.DataFrame]]:
        return [("balanced", self.balanced), ("imbalanced", self.imbalanced)]


def make_subsets(
    examples: pd.DataFrame,
    skew: Skew | None,
    *,
    size: int | None = None,
    labels: Sequence[Any] | None = None,
    label_names: Sequence[str] | None = None,
    severity: float = 1.0,
    rule: Rule = "paper",
    with_translations: bool = False,
    table: Floats | None = None,
    seed: int = 0,
) -> Subsets:
    """Draw the balanced and the imbalanced subset of a split.

    Both have the same size and overlap as much as they can. On parallel data (column ``group``) a
    source row is used once, in one language of a subset, wherever the pool allows.

    Parameters
    ----------
    examples : DataFrame
        Columns ``id``, ``language``, ``label`` and, where rows are parallel, ``group``.
    skew : mapping of str to sequence of float, or None
        For each language, a weight for each label, as in Table 1. None: the imbalanced subset has
        the joint distribution of the examples, and the balanced one, of the same size, is empty
        where a cell has too few rows for it. Severity and rule then say nothing.
    size : int, optional
        Rows of each subset. By default the most there can be; without a skew, all examples.
    labels : sequence, optional
        Labels in the order of the weights. By default those of the examples, sorted.
    label_names : sequence of str, optional
        What messages call them.
    severity : float
        0 is balanced, 1 the skew itself; see `skew_shares`.
    rule : {"paper", "authors_code"}
        ``"authors_code"``: the first rows of each cell in file order, as many as the authors'
        code takes (see `cell_sizes`), wherever their translations are.
    with_translations : bool
        Without a size: whether a subset grows beyond what it can hold without a row and its own
        translation, to what the cells allow. A row is still used once wherever the size allows.
    table : array of float, shape (languages, labels), optional
        The share of all rows that each cell of the imbalanced subset has, in place of what skew
        and severity say (`helpers.data.share_tables`); a cell may have none.
    seed : int
        Seed of the draw. ``"authors_code"`` draws nothing.

    Returns
    -------
    Subsets
        The two frames and their overlap.

    Raises
    ------
    CompanionError
        If a column, a language or a label is missing or unknown, the severity or the rule is not
        allowed, or a cell has fewer rows than are needed.

    Examples
    --------
    >>> rows = [(f"{g}-{a}", g, a, g % 2) for g in range(40) for a in ("en", "fr")]
    >>> examples = pd.DataFrame(rows, columns=["id", "group", "language", "label"])
    >>> subsets = make_subsets(examples, {"en": [3, 1], "fr": [1, 3]}, size=40)
    >>> subsets.counts()["imbalanced"].to_numpy().tolist()
    [[15, 5], [5, 15]]
    >>> subsets.overlap, subsets.source_rows()
    (0.75, {'balanced': 40, 'imbalanced': 40})
    """
    check_choice("rule", rule, RULES)
    languages = sorted(examples["language"].unique()) if skew is None else list(skew)
    classes = _check_examples(examples, languages, labels)
    names = label_names or classes
    pool = _pool(examples, languages, classes)
    available = _count(pool)
    if skew is not None:
        shares = skew_shares(skew, severity=severity)
        if shares.shape[1] != len(names):
            raise CompanionError(
                f"skew has {shares.shape[1]} weights a language, but there are {len(names)} labels"
            )
        _check_cells(available, np.ones_like(available), languages, names, "the subsets")
    if skew is None:
        balanced, imbalanced = own_cells(available, size)
    elif rule == "authors_code":
        balanced, imbalanced = cell_sizes(
            skew, size=size, severity=severity, rule=rule, rows=available.sum(axis=1), table=table
        )
    else:
        sizes = functools.partial(cell_sizes, skew, severity=severity, table=table)
        if size is None:
            expected = shares.to_numpy() / len(shares) if table is None else table
            fits = None if pool.group is None or with_translations else once_checker(pool)
            size = _largest(available, expected, sizes, fits)
        balanced, imbalanced = sizes(size=size)
    needed = np.maximum(balanced, imbalanced)
    _check_cells(available, needed, languages, names, f"{int(balanced.sum()):,} rows")
    if rule == "authors_code":
        in_balanced, in_imbalanced = (_first(pool, cells) for cells in (balanced, imbalanced))
    else:
        in_balanced, in_imbalanced = allocate(pool, balanced, imbalanced, seed=seed)
    return Subsets(
        balanced=examples[in_balanced],
        imbalanced=examples[in_imbalanced],
        overlap=float((in_balanced & in_imbalanced).sum() / max(in_balanced.sum(), 1)),
        languages=tuple(languages),
        labels=tuple(classes),
    )


def balanced_sample(
    examples: pd.DataFrame,
    size: int | None,
    *,
    labels: Sequence[Any] | None = None,
    label_names: Sequence[str] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Draw a test set: as many rows of every label in every language.

    Parameters
    ----------
    examples : DataFrame
        As in `make_subsets`.
    size : int or None
        Rows in all; None takes as many as there can be, translations included.
    labels : sequence, optional
        Labels. By default those of the examples, sorted.
    label_names : sequence of str, optional
        What messages call them.
    seed : int
        Seed of the draw.

    Returns
    -------
    DataFrame
        Rows of the examples, in their order. A source row is used once where that is possible.

    Raises
    ------
    CompanionError
        As in `make_subsets`.
    """
    languages = sorted(examples["language"].unique()) if "language" in examples else []
    classes = _check_examples(examples, languages, labels)
    names = label_names or classes
    pool = _pool(examples, languages, classes)
    available = _count(pool)
    cells = len(languages) * len(names)
    size = int(available.min()) * cells if size is None else check_size(size)
    _check_cells(available, np.ones_like(available), languages, names, "a balanced sample")
    wanted = round_cells(np.full(available.shape, size / cells))
    _check_cells(available, wanted, languages, names, f"{size:,} rows")
    return examples[allocate(pool, wanted, np.zeros_like(wanted), seed=seed)[0]]


def _largest(
    available: Integers,
    shares: Floats,
    sizes: Callable[..., tuple[Integers, Integers]],
    fits: Callable[[Integers, Integers], bool] | None,
) -> int:
    """Return the largest size of both subsets: what the cells have rows for, and what fits."""
    largest_share = np.maximum(shares, 1 / shares.size)
    low, high = 0, int(np.floor((available / largest_share).min() + 1e-6))
    size = high
    while low < high:
        if fits is None or fits(*sizes(size=size)):
            low = size
        else:
            high = size - 1
        size = (low + high + 1) // 2
    return max(low, 1)


# --- checks ---------------------------------------------------------------------------------


def _check_examples(
    examples: pd.DataFrame, languages: Sequence[str], labels: Sequence[Any] | None
) -> list[Any]:
    """Refuse examples that do not fit the languages and labels; return the labels."""
    missing = [name for name in ("id", "language", "label") if name not in examples]
    if missing:
        raise CompanionError(
            f"examples lack the column {missing[0]!r}: they need id, language and label"
        )
    found = set(examples["language"].unique())
    if unknown := sorted(found - set(languages), key=str):
        raise CompanionError(
            f"examples hold language {unknown[0]!r}, for which the skew has no weights: "
            f"it has {', '.join(languages)}"
        )
    if absent := [language for language in languages if language not in found]:
        raise CompanionError(f"skew names language {absent[0]!r}, of which there are no rows")
    present = set(examples["label"].unique())
    names = sorted(present) if labels is None else list(labels)
    if unknown := sorted(present - set(names), key=str):
        raise CompanionError(
            f"examples hold label {unknown[0]}: labels are {', '.join(map(str, names))}"
        )
    return names


def _check_cells(
    available: Integers, needed: Integers, languages: Sequence[str], labels: Sequence[Any], of: str
) -> None:
    short = np.argwhere(needed > available)
    if len(short):
        language, label = short[np.argmax((needed - available)[tuple(short.T)])]
        raise CompanionError(
            f"language {languages[language]!r}, label {labels[label]}: {of} need "
            f"{needed[language, label]:,} rows of it, and there are "
            f"{available[language, label]:,}"
        )


# --- rows -----------------------------------------------------------------------------------


def _pool(examples: pd.DataFrame, languages: Sequence[str], labels: Sequence[Any]) -> Pool:
    def codes(column: str, values: Sequence[Any]) -> Integers:
        return np.asarray(pd.Index(values).get_indexer(examples[column]), dtype=np.int64)

    group = None
    if "group" in examples:
        group = pd.factorize(examples["group"], use_na_sentinel=False)[0].astype(np.int64)
        if len(group) and int(group.max()) + 1 == len(group):
            group = None  # every row is its own source row
    return Pool(
        language=codes("language", languages),
        label=codes("label", labels),
        group=group,
        n_languages=len(languages),
        n_labels=len(labels),
    )


def _count(pool: Pool) -> Integers:
    flat = np.bincount(pool.cell, minlength=pool.n_cells)
    return flat.reshape(pool.n_labels, pool.n_languages).T


def _first(pool: Pool, cells: Integers) -> npt.NDArray[np.bool_]:
    """Return the first rows of each cell, in file order."""
    wanted = cells.T.ravel()
    return ranks(pool.cell) < wanted[pool.cell]
