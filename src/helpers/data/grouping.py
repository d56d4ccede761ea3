"""Groups of rows that belong together, and splits that never tear one apart.

Translations of one sentence, texts that occur twice, and pairs that share a premise are not
independent. They share a ``group``; splits, probe folds and every resampling go by group.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from helpers.foundation.errors import CompanionError

Integers = npt.NDArray[np.int64]
Values: TypeAlias = "Sequence[Any] | pd.Series[Any]"

SPLITS = ("train", "validation", "test")
# Shares of the groups where a source has no splits of its own.
SPLIT_SHARES: Mapping[str, float] = {"train": 0.57, "validation": 0.10, "test": 0.33}


def connected_groups(*keys: Values) -> Integers:
    """Group rows that share a value of any key, directly or through other rows.

    Parameters
    ----------
    *keys : sequence
        One value per row each; a missing value (None, NaN) joins nothing.

    Returns
    -------
    ndarray of shape (rows,)
        For each row, the position of the first row of its group.

    Examples
    --------
    >>> connected_groups([0, 1, 2, 3], ["a", "b", "b", "c"]).tolist()
    [0, 1, 1, 3]
    """
    n = len(keys[0])
    rows, nodes, used = [np.arange(n)], [np.arange(n)], n
    for key in keys:
        codes, values = pd.factorize(pd.Series(key))
        there = np.flatnonzero(codes >= 0)
        rows.append(there)
        nodes.append(used + codes[there])
        used += len(values)
    ends = np.concatenate(rows), np.concatenate(nodes)
    graph = coo_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(used, used))
    _, component = connected_components(graph, directed=False)
    component = component[:n]
    _, first = np.unique(component, return_index=True)
    # Components are numbered in any order; look the first row of each up by its number.
    first_of = np.zeros(used, dtype=np.int64)
    first_of[component[first]] = first
    return first_of[component]


def assign_splits(
    groups: Values,
    strata: Values,
    *,
    shares: Mapping[str, float] = SPLIT_SHARES,
    seed: int = 0,
) -> npt.NDArray[np.str_]:
    """Draw a split for each row, the same for a whole group, stratified.

    Parameters
    ----------
    groups : sequence
        The group of each row.
    strata : sequence
        The label of each row; a group counts under that of its first row.
    shares : mapping of str to float
        Share of the groups of each stratum for each split; they sum to 1.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of str
        The split of each row.

    Examples
    --------
    >>> splits = assign_splits(range(10), [0] * 10, shares={"train": 0.7, "test": 0.3})
    >>> np.unique(splits, return_counts=True)[1].tolist()
    [3, 7]
    """
    frame = pd.DataFrame({"group": pd.factorize(pd.Series(groups))[0], "stratum": list(strata)})
    stratum_of = frame.drop_duplicates("group")["stratum"]
    random = np.random.default_rng(seed)
    names = np.array(list(shares))
    bounds = np.cumsum(list(shares.values()))[:-1]
    split_of = np.empty(len(stratum_of), dtype=names.dtype)
    for stratum in sorted(stratum_of.unique()):
        members = random.permutation(np.flatnonzero(stratum_of == stratum))
        parts = np.split(members, np.rint(bounds * len(members)).astype(int))
        for name, part in zip(names, parts, strict=True):
            split_of[part] = name
    assigned: npt.NDArray[np.str_] = split_of[frame["group"].to_numpy()]
    return assigned


def keep_apart(
    splits: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Drop rows so that no group is in two splits: from train first, then from validation.

    Parameters
    ----------
    splits : mapping of str to DataFrame
        Frames with a column ``group``: train, validation, test.

    Returns
    -------
    kept : dict of str to DataFrame
        The same frames without those rows.
    dropped : dict of str to int
        How many rows each split lost, where it lost any.

    Examples
    --------
    >>> frames = {s: pd.DataFrame({"group": list(g)}) for s, g in zip(SPLITS, ("abc", "bd", "cd"))}
    >>> kept, dropped = keep_apart(frames)
    >>> [list(kept[split]["group"]) for split in SPLITS], dropped
    ([['a'], ['b'], ['c', 'd']], {'train': 2, 'validation': 1})
    """
    kept, dropped = {}, {}
    for position, split in enumerate(SPLITS):
        frame = splits[split]
        later = [splits[name]["group"] for name in SPLITS[position + 1 :]]
        leaks = frame["group"].isin(pd.concat(later)) if later else frame["group"].isin([])
        kept[split] = frame[~leaks].reset_index(drop=True)
        if leaks.any():
            dropped[split] = int(leaks.sum())
    return kept, dropped


def check_not_empty(splits: Mapping[str, pd.DataFrame], dropped: Mapping[str, int]) -> None:
    """Refuse splits of which nothing is left.

    Parameters
    ----------
    splits, dropped : mapping
        From `keep_apart`.

    Raises
    ------
    CompanionError
        Naming the split, and whether its rows are in a later split too.
    """
    for split, rows in splits.items():
        if rows.empty and split in dropped:
            raise CompanionError(
                f"nothing is left of the {split} split: each of its {dropped[split]} rows has its "
                "text or source row in a later split too"
            )
        if rows.empty:
            raise CompanionError(f"the {split} split has no rows")
