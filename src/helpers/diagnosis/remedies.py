"""What can be done about a skew: weights, a correction after training, a balanced subset.

Everything follows from one question: which labels will the model meet in each language?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.data.csv_rows import read_csv
from helpers.diagnosis.counting import names_of
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice
from helpers.training.class_weights import of_mean_one, weights_of_cells

LARGEST_CLIPPED = 10.0
CLIPPED = f"weight_clipped_{LARGEST_CLIPPED:.0f}"
# Without an answer, all of these are shown.
EXPECTATIONS: Mapping[str, str] = {
    "even": "Every label is as frequent as any other, in every language",
    "as-is": "Each language has the labels that it has here",
    "reversed": "In each language the most frequent label becomes the rarest, and so on",
}
ADVICE: Mapping[str, str] = {
    "even": "What a model learns from the language will be wrong there: weight the rows, or "
    "correct its probabilities after training.",
    "as-is": "The language is a fair cue there: leave the data as they are. Weights would cost "
    "accuracy.",
    "file": "Correct the probabilities after training to the shares of that file. The weights of "
    "eq. 2 would prepare the model for even labels instead.",
}
_COLUMNS = ("language", "label", "share")


@dataclass(frozen=True, eq=False)
class Expectation:
    """What guessing from the language, learnt here, is worth on other data.

    Parameters
    ----------
    name : str
        ``even``, ``as-is``, ``reversed`` or ``file``.
    description : str
        What it means.
    nearest : str
        Which of the first three its shares are nearest to.
    shares : DataFrame
        Share of each label in each language there.
    language_accuracy : float
        Accuracy there of guessing each language's most frequent label here.
    majority_accuracy : float
        Accuracy there of always guessing the most frequent label here.
    """

    name: str
    description: str
    nearest: str
    shares: pd.DataFrame
    language_accuracy: float
    majority_accuracy: float


def class_weights(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of every cell, as a table with a row for each.

    Parameters
    ----------
    counts : DataFrame
        Rows by language and label.

    Returns
    -------
    DataFrame
        ``language, label, rows, weight`` (eq. 2), and ``weight_clipped_10``: at most 10 before
        each language's weights are scaled back to a mean of 1 over its rows.

    Raises
    ------
    CompanionError
        If a cell is empty: no weight can make up for it.
    """
    weight = weights_of_cells(counts)
    clipped = of_mean_one(weight.clip(upper=LARGEST_CLIPPED), counts)
    parts = {"rows": counts, "weight": weight, CLIPPED: clipped}
    table = pd.concat({name: part.stack() for name, part in parts.items()}, axis=1)
    return table.rename_axis(["language", "label"]).reset_index()


def label_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each label in each language."""
    return counts.div(counts.sum(axis=1), axis=0)


def check_expectation(expect: str | Path | None) -> None:
    """Refuse what is neither a named expectation nor a file of shares, before anything is counted.

    Raises
    ------
    CompanionError
        Naming it and what is allowed.
    """
    if expect is None or str(expect) in ("even", "as-is"):
        return
    try:
        found = Path(expect).is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise CompanionError(
            f"--expect {str(expect)[:200]!r}: give even, as-is, or a CSV file with the columns "
            f"{', '.join(_COLUMNS)}"
        )
    _share_rows(Path(expect))


def expectations(counts: pd.DataFrame, expect: str | Path | None) -> list[Expectation]:
    """Return what is shown of a named expectation, or of all.

    Parameters
    ----------
    counts : DataFrame
        Rows by language and label.
    expect : str, Path or None
        ``even``, ``as-is``, a CSV file with columns ``language, label, share``, or None for all.

    Raises
    ------
    CompanionError
        If the file cannot be read, lacks a column or a language, or a share is not allowed.
    """
    here = label_shares(counts)
    ranked = np.argsort(np.argsort(here.to_numpy(), axis=1, kind="stable"), axis=1)
    descending = -np.sort(-here.to_numpy(), axis=1)
    shares = {
        "even": pd.DataFrame(1 / here.shape[1], index=here.index, columns=here.columns),
        "as-is": here,
        "reversed": pd.DataFrame(
            np.take_along_axis(descending, ranked, axis=1), index=here.index, columns=here.columns
        ),
    }
    described = dict(EXPECTATIONS)
    names = list(EXPECTATIONS)
    if expect is not None:
        names = [str(expect)] if str(expect) in ("even", "as-is") else ["file"]
        if names == ["file"]:
            shares["file"] = _read_shares(Path(expect), counts)
            described["file"] = f"The shares of {expect}"
    best = counts.to_numpy().argmax(axis=1)
    majority = int(counts.sum(axis=0).to_numpy().argmax())
    of_language = (counts.sum(axis=1) / counts.to_numpy().sum()).to_numpy()

    def distance(one: pd.DataFrame, other: pd.DataFrame) -> float:
        """Return the total variation distance, mean over rows."""
        return float(of_language @ (one - other).abs().to_numpy().sum(axis=1) / 2)

    def accuracy(there: pd.DataFrame, guess: np.ndarray) -> float:
        return float(of_language @ there.to_numpy()[np.arange(len(guess)), guess])

    return [
        Expectation(
            name=name,
            description=described[name],
            nearest=min(EXPECTATIONS, key=lambda known: distance(shares[name], shares[known])),
            shares=shares[name],
            language_accuracy=accuracy(shares[name], best),
            majority_accuracy=accuracy(shares[name], np.full(len(counts), majority)),
        )
        for name in names
    ]


def sample_weight(
    frame: pd.DataFrame, weights: pd.DataFrame, names: Mapping[str, Mapping[Any, str]]
) -> pd.Series:
    """Return each row's weight.

    Parameters
    ----------
    frame : DataFrame
        Rows with the language's and the label's column.
    weights : DataFrame
        From `class_weights`.
    names : mapping of str to mapping
        The language's column and the label's, each with what its values are called in ``weights``.

    Raises
    ------
    CompanionError
        If a row's language and label have no weight.
    """
    of_cell = weights.set_index(["language", "label"])["weight"]
    cells = pd.MultiIndex.from_arrays([frame[name].map(known) for name, known in names.items()])
    found = of_cell.reindex(cells).to_numpy()
    if np.isnan(found).any():
        language, label = cells[int(np.isnan(found).argmax())]
        raise CompanionError(f"language {language!r}, label {label!r}: there is no weight for it")
    return pd.Series(found, index=frame.index, name="sample_weight")


def balanced_subset(
    frame: pd.DataFrame,
    names: Mapping[str, Mapping[Any, str]],
    *,
    group: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Draw the largest subset with as many rows of every label in every language.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    names : mapping of str to mapping
        The language's column and the label's, each with what its values are called.
    group : str, optional
        The column of the source row.
    seed : int
        Of the draw.

    Returns
    -------
    DataFrame
        Rows of the frame, in their order.

    Raises
    ------
    CompanionError
        If a language has no row of a label.
    """
    from helpers.data.grouping import connected_groups
    from helpers.data.subsets import balanced_sample
    from helpers.data.tables import clean

    language, label = (frame[name].map(known).to_numpy() for name, known in names.items())
    examples = pd.DataFrame({"id": np.arange(len(frame)), "language": language, "label": label})
    if group is not None:
        given = clean(frame[group], where=f"column {group!r}")
        examples["group"] = connected_groups(given.where(given != ""))
    return frame.iloc[balanced_sample(examples, None, seed=seed)["id"].to_numpy()]


def _share_rows(path: Path) -> pd.DataFrame:
    """Return the rows of a file of shares: numbers, one for a label of a language."""
    try:
        table = read_csv(path, dtype={"language": str, "label": str})
    except (OSError, ValueError) as error:
        raise CompanionError(
            f"--expect {str(path)!r} is no CSV file with the columns {', '.join(_COLUMNS)}: "
            f"{' '.join(str(error).split())}"
        ) from error
    for name in _COLUMNS:
        check_choice(f"--expect {str(path)!r}: column", name, table.columns)
    for name in ("language", "label"):  # called as in the data
        table[name] = table[name].map(names_of(table[name].dropna().unique()))
    share = pd.to_numeric(table["share"], errors="coerce")
    if share.isna().any() or (share < 0).any() or np.isinf(share).any():
        row = int((share.isna() | (share < 0) | np.isinf(share)).to_numpy().argmax())
        raise CompanionError(
            f"--expect {str(path)!r}, row {row + 1}: share {str(table['share'].iloc[row])!r} is no "
            "number of at least 0"
        )
    twice = table.duplicated(["language", "label"])
    if twice.any():
        language, label = table.loc[twice, ["language", "label"]].iloc[0]
        raise CompanionError(
            f"--expect {str(path)!r} has two shares of label {label!r} in {language!r}: give one"
        )
    return table.assign(share=share)


def _read_shares(path: Path, counts: pd.DataFrame) -> pd.DataFrame:
    table = _share_rows(path)
    for part, known in (("language", counts.index), ("label", counts.columns)):
        for name in table[part].unique():
            check_choice(f"{part} in --expect {str(path)!r}", name, known)
    wide = table.pivot_table(index="language", columns="label", values="share", aggfunc="sum")
    wide = wide.reindex(index=counts.index, columns=counts.columns).fillna(0.0)
    with np.errstate(over="ignore"):
        sums = wide.sum(axis=1)
    if np.isinf(sums).any():
        raise CompanionError(f"--expect {str(path)!r}: the shares are too large to add up")
    lacking = wide.index[sums == 0]
    if len(lacking):
        raise CompanionError(f"--expect {str(path)!r}: language {lacking[0]!r} has no share")
    return label_shares(wide)
