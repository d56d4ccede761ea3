"""Which rows fill the cells of two subsets (paper, section 2.1), on parallel data too.

A *cell* is one label in one language. Both subsets ask for a number of rows of every cell. Three
wishes rank above chance, in this order:

1. the subsets share as many rows as the cells allow, ``min(balanced, imbalanced)`` of each;
2. within a subset, a source row (``group``) is used once; where the pool is too small for that,
   again in the language it is used in already; only then, another of its rows in another
   language; last, a translation of a row that is in the subset;
3. the rows that only one subset holds are translations of those that only the other one holds, so
   that both hold the same content.

Groups with the same cells are interchangeable, so wish 2 is a small integer program over *types*
of groups, and a million rows take about a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_SHARED, _BALANCED, _IMBALANCED = range(3)  # what a row is wanted for: both subsets, or one
_SECONDS = 30.0  # a limit for odd inputs: what is not found by then is left to the next tier


@dataclass(frozen=True)
class Pool:
    """Rows to choose from, as codes.

    Parameters
    ----------
    language, label : array of int, shape (n,)
        Codes of each row.
    group : array of int, shape (n,), or None
        Source row of each row; None where no two rows share one.
    n_languages, n_labels : int
        How many codes there are.
    """

    language: Integers
    label: Integers
    group: Integers | None
    n_languages: int
    n_labels: int

    @property
    def n_cells(self) -> int:
        """Languages times labels."""
        return self.n_languages * self.n_labels

    @property
    def cell(self) -> Integers:
        """Cell of each row; the cells of a label are neighbours."""
        return self.label * self.n_languages + self.language

    def source_row(self) -> Integers:
        """Return what a row shares with nothing but its translations.

        A group may hold several source rows: the pairs of one premise, or equal texts. Rows of
        one group, label and language are numbered; equal numbers are taken for translations.
        """
        if self.group is None:
            return np.arange(len(self.language))
        occurrence = ranks(self.group * self.n_cells + self.cell)
        source = self.group * self.n_labels + self.label
        key = source * (int(occurrence.max(initial=0)) + 1) + occurrence
        codes: Integers = np.unique(key, return_inverse=True)[1]
        return codes


def allocate(
    pool: Pool, balanced: Integers, imbalanced: Integers, *, seed: int
) -> tuple[Booleans, Booleans]:
    """Choose the rows of two subsets.

    Parameters
    ----------
    pool : Pool
        Rows to choose from; each cell holds at least the larger of its two sizes.
    balanced, imbalanced : array of int, shape (languages, labels)
        Rows wanted of each cell.
    seed : int
        Seed of the choice among equally good rows.

    Returns
    -------
    tuple of two arrays of bool, shape (n,)
        Which rows are in the balanced and which in the imbalanced subset.
    """
    generator = np.random.default_rng(seed)
    cell = pool.cell
    chosen = np.zeros((2, len(cell)), dtype=bool)
    need = _needs(balanced, imbalanced)
    every_row = np.arange(len(cell))
    source_row = pool.source_row()
    tiers: list[tuple[Integers, bool]] = [(every_row, False)]
    if pool.group is not None:
        tiers = [(pool.group, False), (source_row, True), (source_row, False), *tiers]
    for unit, same_language in tiers:
        if not need.any():
            break
        free = ~_used(unit, chosen)
        if same_language and pool.group is not None:
            free &= _used(pool.group * pool.n_languages + pool.language, chosen)
        candidates = generator.permutation(np.flatnonzero(free.any(axis=0)))
        types = _Types.of(unit[candidates], cell[candidates], free[:, candidates], pool.n_cells)
        counts = types.most(need)
        for kind, entries in enumerate(types.place(counts)):
            rows = candidates[entries]
            if kind != _IMBALANCED:
                chosen[0, rows] = True
            if kind != _BALANCED:
                chosen[1, rows] = True
            need[kind] -= np.bincount(cell[rows], minlength=pool.n_cells)
    return chosen[0], chosen[1]


def once_checker(pool: Pool) -> Callable[[Integers, Integers], bool]:
    """Return a function that says whether two tables of cells can be filled without reuse.

    That is, without a row and its own translation in one subset.
    """
    free = np.ones((2, len(pool.language)), dtype=bool)
    types = _Types.of(pool.source_row(), pool.cell, free, pool.n_cells)

    def fits(balanced: Integers, imbalanced: Integers) -> bool:
        need = _needs(balanced, imbalanced)
        return sum(int(count.sum()) for count in types.most(need)) == int(need.sum())

    return fits


def ranks(key: Integers) -> Integers:
    """Return each row's number among those of its key, in order.

    Examples
    --------
    >>> ranks(np.array([5, 3, 5, 5])).tolist()
    [0, 0, 1, 2]
    """
    return np.asarray(pd.Series(key).groupby(key).cumcount(), dtype=np.int64)


def _needs(balanced: Integers, imbalanced: Integers) -> Integers:
    """Return the rows wanted of each cell, shape (3, cells): for both subsets, or for one."""
    shared = np.minimum(balanced, imbalanced)
    stacked = np.stack([shared, balanced - shared, imbalanced - shared]).astype(np.int64)
    return stacked.transpose(0, 2, 1).reshape(3, -1)  # cells of a label are neighbours


def _used(key: Integers, chosen: Booleans) -> Booleans:
    """Say for each row and subset whether a row with its key is chosen; shape (2, n)."""
    table = np.zeros((2, int(key.max(initial=0)) + 1), dtype=bool)
    for subset in range(2):
        table[subset, key[chosen[subset]]] = True
    used: Booleans = table[:, key]
    return used


@dataclass(frozen=True)
class _Types:
    """Units (groups, or source rows) sorted into types with the same cells.

    ``entry_*`` describe one row for each unit and cell; ``option_*`` one for each type and cell.
    """

    entry_row: Integers
    entry_key: Integers
    unit_code: Integers  # (units,), sorted by type
    unit_start: Integers  # (types + 1,)
    option_type: Integers
    option_cell: Integers
    option_free: Booleans  # (2, options)
    n_cells: int

    @classmethod
    def of(cls, unit: Integers, cell: Integers, free: Booleans, n_cells: int) -> "_Types":
        key, row = np.unique(unit * n_cells + cell, return_index=True)
        code, cells = np.divmod(key, n_cells)
        start = np.flatnonzero(np.r_[True, np.diff(code) != 0][: len(code)])
        state = free[0, row] + 2 * free[1, row]
        # A sum of random 64-bit numbers, one for each cell and state, stands for a set of cells.
        words = np.random.default_rng(0).integers(2**63, size=(n_cells, 4), dtype=np.uint64)
        signature = np.add.reduceat(words[cells, state], start) if len(start) else words[:0, 0]
        _, example, kind, size = np.unique(
            signature, return_index=True, return_inverse=True, return_counts=True
        )
        length = np.diff(np.r_[start, len(key)])
        option = np.concatenate(
            [np.arange(start[e], start[e] + length[e]) for e in example] or [start]
        ).astype(np.int64)
        # Units of one type in random order: in the order of the rows, which come shuffled.
        order = np.lexsort((np.minimum.reduceat(row, start) if len(start) else start, kind))
        return cls(
            entry_row=row,
            entry_key=key,
            unit_code=code[start][order],
            unit_start=np.r_[0, np.cumsum(size)],
            option_type=np.repeat(np.arange(len(example)), length[example]),
            option_cell=cells[option],
            option_free=free[:, row[option]],
            n_cells=n_cells,
        )

    def most(self, need: Integers) -> list[Integers]:
        """Return how many units of each option to use for both subsets or for one.

        The integer program: as many rows as are wanted, each unit once a subset at most.
        """
        n_types = len(self.unit_start) - 1
        allowed = [self.option_free.all(axis=0), self.option_free[0], self.option_free[1]]
        chosen = [
            np.flatnonzero(ok & (need[kind, self.option_cell] > 0))
            for kind, ok in enumerate(allowed)
        ]
        counts = [np.zeros(len(self.option_cell), dtype=np.int64) for _ in chosen]
        sizes = [len(options) for options in chosen]
        if not sum(sizes):
            return counts
        option = np.concatenate(chosen)
        kind = np.repeat(np.arange(3), sizes)
        variable = np.arange(len(option))
        in_balanced, in_imbalanced = kind != _IMBALANCED, kind != _BALANCED
        rows = np.concatenate(
            [
                self.option_type[option[in_balanced]],
                n_types + self.option_type[option[in_imbalanced]],
                2 * n_types + kind * self.n_cells + self.option_cell[option],
            ]
        )
        columns = np.concatenate([variable[in_balanced], variable[in_imbalanced], variable])
        capacity = np.diff(self.unit_start)
        limits = np.concatenate([capacity, capacity, need.ravel()])
        matrix = coo_array((np.ones(len(rows)), (rows, columns)), (len(limits), len(option)))
        solution = milp(
            -np.where(kind == _SHARED, 2.0, 1.0),
            integrality=np.ones(len(option), dtype=np.int64),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(matrix.tocsc(), -np.inf, limits),
            options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
        )
        if solution.x is not None:
            values = np.round(solution.x).astype(np.int64)
            for index, options in enumerate(chosen):
                counts[index][options] = values[kind == index]
        return counts

    def place(self, counts: list[Integers]) -> list[Integers]:
        """Return the rows of each kind: units in order, first those that both subsets use.

        The rows of only one subset start at the same unit as those of only the other, so that
        the same units serve both.
        """
        n_types = len(self.unit_start) - 1
        shared = np.bincount(self.option_type, counts[_SHARED], minlength=n_types).astype(np.int64)
        offsets = [self.unit_start[:-1], *2 * [self.unit_start[:-1] + shared]]
        return [self._rows(count, offset) for count, offset in zip(counts, offsets, strict=True)]

    def _rows(self, count: Integers, offset: Integers) -> Integers:
        kind = np.repeat(self.option_type, count)
        unit = self.unit_code[offset[kind] + ranks(kind)]
        key = unit * self.n_cells + np.repeat(self.option_cell, count)
        rows: Integers = self.entry_row[np.searchsorted(self.entry_key, key)]
        return rows
