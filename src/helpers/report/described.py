"""Answers that describe: numbers and their order, without a verdict."""

import pandas as pd

from helpers.report.display import MISSING, interval_text
from helpers.report.question_figures import means


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
