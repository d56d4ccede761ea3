"""Base values: what masked input entropy changes, and how they depend on the text's length."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.analysis.quantities import RunResults, accuracy
from helpers.analysis.shap_quantities import base_value_size
from helpers.analysis.token_rules import SHAP_TOKENS
from helpers.foundation.names import SETUPS
from helpers.report.claim_quantities import WITH_ENTROPY
from helpers.report.counted import Counted
from helpers.report.display import interval_text
from helpers.report.figures import GREY, alt_text, legend_below, panels, setups_of
from helpers.report.frames import share_interval
from helpers.report.labels import setup_label
from helpers.report.question_figures import beside_accuracy, by_seed

_COMPARED = ("balanced", "imbalanced")
# Of labels, in their order: Okabe and Ito's, dark and light in turn.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#4b2579")
_LOSSES = {"": "cross-entropy", WITH_ENTROPY: "masked input entropy"}
_MODELS = {"balanced": "Balanced models of two seeds", "imbalanced": "Imbalanced and balanced"}


def sizes(results: RunResults) -> pd.DataFrame:
    """Return how far base values differ, by loss: between two models, and in the null.

    Parameters
    ----------
    results : RunResults
        Of one model and data set, from `helpers.report.results.collect`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``, for `helpers.report.question_figures.forest`. Seeds without
        masked input entropy are those that have it.
    """
    counted = Counted(results).results
    rows = [
        (words, loss, base_value_size(f"{setup}{variant}"))
        for setup, words in _MODELS.items()
        for variant, loss in _LOSSES.items()
    ]
    return _paired(by_seed(counted, rows))


def _paired(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the seeds of a panel that have both losses."""
    losses = frame.groupby(["panel", "seed"])["line"].transform("nunique")
    return frame[losses == len(_LOSSES)].reset_index(drop=True)


def costs(results: RunResults) -> pd.DataFrame:
    """Return what masked input entropy changes in each setup: accuracy, slope, identification.

    Parameters
    ----------
    results : RunResults
        As in `sizes`.

    Returns
    -------
    DataFrame
        ``panel, line, seed, value``: with − without, a line a setup.
    """
    return by_seed(
        Counted(results).results,
        [
            (panel, setup_label(setup), measure)
            for setup in _COMPARED
            for panel, measure in {
                "Accuracy": accuracy(f"{setup}{WITH_ENTROPY}", setup),
                **beside_accuracy(f"{setup}{WITH_ENTROPY}", setup),
            }.items()
        ],
    )


# --- by length ------------------------------------------------------------------------------


def by_length(results: RunResults) -> pd.DataFrame:
    """Return what each model says of a text whose tokens are all masked, by the text's length.

    Parameters
    ----------
    results : RunResults
        With the file ``shap_tokens.parquet``.

    Returns
    -------
    DataFrame
        ``setup, seed, tokens`` (special ones included) and a column for each label: its
        probability, the base value. Texts of one length have one base value.
    """
    columns = ["setup", "seed", "tokens", *results.labels]
    frames = []
    for (setup, seed), values in sorted(results.file(SHAP_TOKENS).items()):
        if setup not in SETUPS:
            continue
        base = values["position"] < 0
        tokens = values[~base & (values["class"] == 0)].groupby("text").size().rename("tokens")
        wide = values[base].pivot(index="text", columns="class", values="value").astype(float)
        wide.columns = list(results.labels)
        found = wide.join(tokens).groupby("tokens").mean().reset_index()
        frames.append(found.assign(setup=setup, seed=seed))
    if not frames:
        return pd.DataFrame(columns=columns)
    whole: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return whole.reindex(columns=columns)


def spread(found: pd.DataFrame) -> pd.DataFrame:
    """Return how far base values lie from even shares, and how much lengths and seeds differ.

    A distance is the total variation distance: the share of the probability that would have to be
    moved from some labels to others. Each length counts alike.

    Parameters
    ----------
    found : DataFrame
        From `by_length`.

    Returns
    -------
    DataFrame
        Text, a row a setup: the mean distance from even shares and from the seed's mean over
        lengths, with intervals over seeds; and from the mean over seeds at the same length.
    """
    labels = list(found.columns[3:])
    rows = {}
    for setup in setups_of(found):
        mine = found[found["setup"] == setup].set_index(["seed", "tokens"])[labels]
        even = _distance(mine, 1 / len(labels)).groupby("seed").mean()
        lengths = _distance(mine, mine.groupby("seed").transform("mean")).groupby("seed").mean()
        seeds = _distance(mine, mine.groupby("tokens").transform("mean")).mean()
        rows[setup_label(setup)] = {
            "From even shares": interval_text(even.mean(), *share_interval(even)),
            "Between lengths": interval_text(lengths.mean(), *share_interval(lengths)),
            "Between seeds": interval_text(float(seeds)) if len(even) > 1 else "–",
            "Seeds": str(len(even)),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _distance(one: pd.DataFrame, other: pd.DataFrame | float) -> pd.Series:
    return (one - other).abs().sum(axis=1) / 2


def length_alt(found: pd.DataFrame) -> str:
    """Return the figure's text alternative: each seed's mean base value of the first label."""
    if found.empty:
        return ""
    first = str(found.columns[3])
    means = found.groupby(["setup", "seed"], sort=False, as_index=False)[[first]].mean()
    what = f"Base value of the label {first}, mean over lengths, by setup and seed"
    return alt_text(what, means, name=["setup", "seed"], value=first)


def length_figure(found: pd.DataFrame) -> list[Axes] | None:
    """Draw `by_length`: a panel a setup, a line for each seed and label."""
    if found.empty:
        return None
    labels = list(found.columns[3:])
    setups = setups_of(found)
    axes = panels(len(setups), height=3.4, sharey=True)
    for ax, setup in zip(axes, setups, strict=True):
        for _, line in found[found["setup"] == setup].groupby("seed"):
            for label, colour in zip(labels, _COLOURS, strict=False):
                ax.plot(line["tokens"], line[label], color=colour, linewidth=1.3, alpha=0.8)
        ax.axhline(1 / len(labels), color=GREY, linestyle=":", linewidth=1.5)
        ax.set_title(setup_label(setup))
        ax.set_xlabel("Tokens")
    axes[0].set_ylabel("Base value")
    handles = [
        Line2D([], [], color=colour, label=label)
        for label, colour in zip(labels, _COLOURS, strict=False)
    ]
    even = Line2D([], [], color=GREY, linestyle=":", label="even shares")
    legend_below(axes, [*handles, even], columns=3)
    return axes
