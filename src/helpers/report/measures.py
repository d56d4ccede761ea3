"""Whether many measures of how far apart languages lie order the setups alike."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.analysis.quantities import RunResults
from helpers.analysis.representations import same_order, separation_measures
from helpers.foundation.setups import PAPER_SETUPS
from helpers.report.display import counted
from helpers.report.figures import GREY, panels
from helpers.report.labels import setup_label
from helpers.report.questions import NOT_YET, Description

REFERENCE = "both texts: log loss, C=1"
_SCORES = {"accuracy": ("accuracy", 1), "macro_f1": ("macro-F1", 1), "log_loss": ("log loss", -1)}


def measures(results: RunResults, setup: str, seed: int) -> dict[str, float]:
    """Return every measure of a model, signs turned so that more is further apart.

    Parameters
    ----------
    results : RunResults
        With the file ``representations.json``, where there is one.
    setup, seed
        Of the model.

    Returns
    -------
    dict
        The stored probes' scores, mean of test set and external texts, then the measures of
        parallel texts. Empty where there is no result.
    """
    found: dict[str, float] = {}
    stored = results.identification.get((setup, seed))
    if stored is not None:
        sources = list(stored["sources"].values())
        for probe in sources[0]["probes"]:
            for score, (words, sign) in _SCORES.items():
                values = [source["probes"][probe].get(score, np.nan) for source in sources]
                found[f"both texts: {words}, {probe}"] = sign * float(np.mean(values))
    content = results.file("representations.json").get((setup, seed))
    if content is not None:
        found |= {
            f"parallel texts: {name}": value for name, value in separation_measures(content).items()
        }
    return found


def agreement(results: RunResults) -> pd.DataFrame:
    """Say for each measure and seed whether it orders the setups as the log loss does.

    Returns
    -------
    DataFrame
        Index the measure, a column for each seed that has every setup; 1 where it agrees, 0 where
        not, NaN where the seed lacks the measure.
    """
    columns = {}
    for seed in results.seeds:
        by_setup = {setup: measures(results, setup, seed) for setup in PAPER_SETUPS}
        if not all(REFERENCE in found for found in by_setup.values()):
            continue
        names = [name for name in by_setup["balanced"] if name != REFERENCE]
        reference = {setup: found[REFERENCE] for setup, found in by_setup.items()}
        columns[seed] = {
            name: float(
                same_order({setup: found[name] for setup, found in by_setup.items()}, reference)
            )
            for name in names
            if all(name in found for found in by_setup.values())
        }
    return pd.DataFrame(columns)


def answer(found: pd.DataFrame) -> str:
    """Return the answer in a sentence.

    Parameters
    ----------
    found : DataFrame
        From `agreement`.

    Examples
    --------
    >>> answer(pd.DataFrame({0: {"a": 1.0, "b": 1.0, "c": 0.0}, 1: {"a": 1.0, "b": 0.0}}))
    'The same order as by the log loss: of 2 measures with 2 seeds, 1 in every seed, 1 in some \
and 0 in none; of 1 measure with 1 seed, 0.'
    """
    if found.empty:
        return NOT_YET
    share, seeds = found.mean(axis=1), found.notna().sum(axis=1)
    parts = []
    for number in sorted(set(seeds), reverse=True):
        mine = share[seeds == number]
        every, none = int((mine == 1).sum()), int((mine == 0).sum())
        told = f"of {counted(len(mine), 'measure')} with {counted(number, 'seed')}, {every}"
        some = f" in every seed, {len(mine) - every - none} in some and {none} in none"
        parts.append(told + some * (number > 1))
    return f"The same order as by the log loss: {'; '.join(parts)}."


def described(results: RunResults) -> Description:
    """Return the answer, and how many seeds it rests on.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    """
    found = agreement(results)
    return Description(
        answer(found),
        f"Up to {counted(found.shape[1], 'seed')}; a description, no verdict."
        if len(found)
        else "",
    )


def levels(results: RunResults) -> pd.DataFrame:
    """Return each measure of each setup, and the control task's, mean over the seeds that have it.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    """
    columns = {}
    for setup in PAPER_SETUPS:
        by_seed = {seed: measures(results, setup, seed) for seed in results.seeds}
        for seed in by_seed:
            content = results.file("representations.json").get((setup, seed))
            if content is not None:
                bits = content["description_length"]["control_bits"]
                by_seed[seed]["parallel texts: description length, control task"] = -bits
        columns[setup_label(setup)] = pd.DataFrame(by_seed).mean(axis=1)
    return pd.DataFrame(columns)


def alt_text(found: pd.DataFrame) -> str:
    """Return the figure's text alternative: in how many seeds each measure agrees.

    Parameters
    ----------
    found : DataFrame
        From `agreement`.
    """
    counts = [f"{name}: {row.sum():.0f} of {row.notna().sum()}" for name, row in found.iterrows()]
    return f"Seeds in which a measure orders the setups as the log loss does. {'; '.join(counts)}."


def figure(found: pd.DataFrame) -> Axes | None:
    """Draw a line for each measure and a mark for each seed: filled where it agrees.

    Parameters
    ----------
    found : DataFrame
        From `agreement`.
    """
    if found.empty:
        return None
    ax = panels(1, width=7.2, height=0.2 * len(found) + 1.2)[0]
    names: Sequence[str] = list(found.index)[::-1]
    for y, name in enumerate(names):
        for x, agrees in enumerate(found.loc[name]):
            if not np.isnan(agrees):
                ax.plot(x, y, "o", color="#00694c" if agrees else GREY, markersize=6,
                        markerfacecolor="#00694c" if agrees else "none")  # fmt: skip
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_xticks(range(found.shape[1]), [f"seed {seed}" for seed in found.columns])
    ax.set_xlim(-0.6, found.shape[1] - 0.4)
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.grid(visible=False)
    return ax
