"""Answers that describe: on which side of 0 numbers lie, without a verdict.

Questions with one seed are answered so (``book/plan.md``). A `Statement` says of several models
that a number of theirs lies on one side of 0; the answer counts the models for which it does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.analysis.quantities import Measure, RunResults
from helpers.report.claims import Region
from helpers.report.counted import Counted
from helpers.report.display import MISSING, capitalised, interval_text
from helpers.report.question_figures import by_seed, means
from helpers.report.questions import NOT_YET, Description


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is said of several models by the side of 0 on which a number of theirs lies.

    Parameters
    ----------
    words : str
        What is true of those on the stated side; their count follows.
    noun : str
        What a model is called, in the plural.
    panel : str
        What the number is called in tables and figures.
    region : Region
        The stated side.
    measure : callable
        Returns the measure of the number, given a model's setups.
    models : mapping of str to sequence of str
        Each model's name for a reader, and its setups.
    also_unlearned : bool
        Whether it is said of models that have not learned, too.
    """

    words: str
    noun: str
    panel: str
    region: Region
    measure: Callable[..., Measure]
    models: Mapping[str, Sequence[str]]
    also_unlearned: bool = False


def frame(statements: Sequence[Statement], results: RunResults) -> pd.DataFrame:
    """Return the numbers of some statements.

    Parameters
    ----------
    statements : sequence of Statement
    results : RunResults
        Of one model and data set.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``; a line is a model's name.
    """
    learned = Counted(results).results
    return pd.concat(
        [
            by_seed(
                results if each.also_unlearned else learned,
                ((each.panel, name, each.measure(*setups)) for name, setups in each.models.items()),
            )
            for each in statements
        ],
        ignore_index=True,
    )


def describe(statements: Sequence[Statement], results: RunResults) -> Description:
    """Return the answer: of how many models each statement is true.

    Parameters
    ----------
    statements, results
        As in `frame`.
    """
    found = frame(statements, results)
    if found.empty:
        return Description(NOT_YET, "")
    numbers = means(found)
    said = []
    for each in statements:
        of_each = numbers[numbers["panel"] == each.panel].set_index("line")["mean"]
        if len(of_each):
            said.append(f"{capitalised(each.words)} {_counted(of_each, each)}.")
    seeds = int(numbers["seeds"].max())
    basis = "One seed: signs, no verdict." if seeds == 1 else f"{seeds} seeds: signs, no verdict."
    return Description(" ".join(said), basis)


def _counted(numbers: pd.Series, statement: Statement) -> str:
    true = [str(name) for name, value in numbers.items() if statement.region.holds_for(value)]
    false = [str(name) for name in numbers.index if name not in true]
    count = f"{len(true)} of {len(numbers)} {statement.noun}"
    if not true or not false:
        return count
    named = f"all but {'; '.join(false)}" if len(false) < len(true) else "; ".join(true)
    return f"{count} ({named})"


def differences(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of `helpers.report.question_figures.by_seed` as text.

    Returns
    -------
    DataFrame
        A row a line, a column a panel: the mean over seeds with its 95 % interval, which one seed
        has not; and the number of seeds.
    """
    found = means(frame)
    if found.empty:
        return pd.DataFrame()
    lines, panels = (list(dict.fromkeys(found[name])) for name in ("line", "panel"))
    found["text"] = [
        interval_text(*row) for row in found[["mean", "low", "high"]].itertuples(index=False)
    ]
    wide = found.pivot(index="line", columns="panel", values="text")
    shown = wide.reindex(index=lines, columns=panels).fillna(MISSING)
    shown["Seeds"] = found.groupby("line")["seeds"].max().astype(str)
    return shown.rename_axis(index=None, columns=None)


def seeds_in_words(frame: pd.DataFrame) -> str:
    """Say on how many seeds each line of a frame of `by_seed` rests.

    Examples
    --------
    >>> rows = [("P", "one", 0, 0.1), ("P", "one", 1, 0.1), ("P", "other", 0, 0.2)]
    >>> seeds_in_words(pd.DataFrame(rows, columns=["panel", "line", "seed", "value"]))
    'Seeds: one: 2; other: 1.'
    """
    counts = frame.groupby("line", sort=False)["seed"].nunique()
    listed = "; ".join(f"{line}: {seeds}" for line, seeds in counts.items())
    return f"Seeds: {listed}." if listed else ""
