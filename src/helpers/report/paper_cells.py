"""What the paper's tables say about each claim: its quantity, cell by cell.

Every function gives a function without arguments, or is one, that returns the numbers by the name
of the table, data set and source they come from.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.report import paper

Cells = Callable[[], Mapping[str, float]]


def accuracy_gap(numbers: Sequence[str], setup: str, minus: str) -> Cells:
    """Test accuracy of one setup minus another's, from Tables 3 and 6."""

    def cells() -> dict[str, float]:
        return {
            f"Table {number}, {dataset}": float(column[setup] - column[minus])
            for number in numbers
            for dataset, column in paper.table(number).cells.items()
        }

    return cells


def identification_gap(
    numbers: Sequence[str], setup: str, minus: str, sources: Sequence[str] = ("test", "external")
) -> Cells:
    """Language identification of one setup minus another's, from Tables 4 and 7."""

    def cells() -> dict[str, float]:
        return {
            f"Table {number}, {dataset}, {source}": float(
                table.loc[(dataset, setup), source] - table.loc[(dataset, minus), source]
            )
            for number in numbers
            for table in [paper.table(number).cells]
            for dataset in table.index.unique("dataset")
            for source in sources
        }

    return cells


def gap_left(number: str) -> Cells:
    """Share of the imbalanced model's excess in language identification that weights leave."""

    def cells() -> dict[str, float]:
        weighed = identification_gap([number], "imbalanced_cw", "balanced")()
        whole = identification_gap([number], "imbalanced", "balanced")()
        return {name: weighed[name] / whole[name] for name in whole}

    return cells


def _shares(task: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return trained and predicted shares: Tables 1 and 2, part a or b."""
    return paper.table(f"1{task}").cells, paper.table(f"2{task}").cells


def predicted_gap(task: str, labels: Sequence[str]) -> Cells:
    """How much more some labels are predicted where training had more of them, from Table 2."""

    def cells() -> dict[str, float]:
        trained, predicted = (table[list(labels)].sum(axis=1) for table in _shares(task))
        more = str(trained.idxmax())
        value = float(predicted[more] - predicted.drop(more).mean())
        return {f"Table 2{task}, label {' and '.join(labels)}": round(value, 4)}

    return cells


def each_label_gap() -> dict[str, float]:
    """How much more each label is predicted where training had more of it, from Table 2."""
    found: dict[str, float] = {}
    for task in "ab":
        trained, _ = _shares(task)
        for label in trained.columns:
            if np.ptp(trained[label].to_numpy()) > 0:  # a label with equal shares has no skew
                found |= predicted_gap(task, [str(label)])()
    return found


def skew_slope() -> dict[str, float]:
    """Slope of the predicted shares of Table 2 on the trained shares of Table 1."""
    return {
        f"Table 2{task} on Table 1{task}": float(
            np.polyfit(trained.to_numpy().ravel(), predicted.to_numpy().ravel(), 1)[0]
        )
        for task in "ab"
        for trained, predicted in [_shares(task)]
    }
