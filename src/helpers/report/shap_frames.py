"""What came out of the SHAP analysis: tidy frames of numbers (section 4.3, A.3, A.4).

As in `helpers.report.frames`: every function takes the experiments of one model and data set, and
leaves out what the store does not hold.
"""

from typing import Any

import pandas as pd

from helpers.analysis.shap_difference import with_representation
from helpers.report.frames import (
    Experiments,
    by_setup,
    each,
    interval,
    interval_over_rows,
    subsets,
)

# Words for readers: a label may itself be called positive or negative.
CATEGORY_LABELS = {
    "positive": "for the label",
    "neutral": "neutral",
    "negative": "against it",
    "base": "base value",
}
LOSSES = {"cross-entropy": "", "with masked input entropy": "mie=1"}


# --- section 4.3 ----------------------------------------------------------------------------


def _with_sides(experiments: Experiments, frames: list[pd.DataFrame]) -> pd.DataFrame | None:
    """Return all rows with a column ``represented``; None without rows, or without the skew."""
    found = subsets(experiments)
    if not frames or found is None:
        return None
    rows = pd.concat(frames, ignore_index=True)
    return with_representation(rows, found["skew"], classes=found["labels"])


def skew_ends(experiments: Experiments) -> list[str]:
    """Return the two labels that Figure 1 shows: the first and the last."""
    found = subsets(experiments)
    return [] if found is None else [found["labels"][0], found["labels"][-1]]


def shap_difference(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return the mean cumulative difference in SHAP value a text (Figures 1 to 3).

    A text without a token of a category has no difference in it: its sum is 0.

    Returns
    -------
    DataFrame
        ``setup, class, represented, category, difference, low, high, seeds, n_texts``. The rows
        with setup balanced are the null: a balanced model of another seed minus this one.
    """
    keys = ["setup", "class", "represented", "category"]
    numbers = ["difference", "low", "high", "seeds", "n_texts"]
    frames = [
        rows.assign(setup=experiment.setup, seed=experiment.seed)
        for experiment, rows in each(experiments, "shap_difference.parquet", variant=variant)
    ]
    everything = _with_sides(experiments, frames)
    if everything is None:
        return pd.DataFrame(columns=keys + numbers)
    texts = ["setup", "seed", "class", "represented", "group", "text"]
    sums: Any = everything.pivot_table(
        index=texts, columns="category", values="difference", aggfunc="sum", fill_value=0.0
    )
    by_text = sums.stack().rename("difference").reset_index()
    records = [
        (*key, *_shap_mean(rows)) for key, rows in by_text.groupby(keys, observed=True, sort=False)
    ]
    return by_setup(records, keys + numbers)


def _shap_mean(rows: pd.DataFrame) -> tuple[float, float, float, int, int]:
    by_seed = rows.groupby("seed")["difference"].mean()
    bounds = interval(by_seed)
    if len(by_seed) == 1:
        bounds = interval_over_rows(rows["difference"], rows["group"])
    return float(by_seed.mean()), *bounds, len(by_seed), rows["text"].nunique()


# --- A.3 and A.4 ----------------------------------------------------------------------------


def base_values(experiments: Experiments) -> pd.DataFrame:
    """Return the size of the base value's difference from the balanced model (A.3).

    Returns
    -------
    DataFrame
        ``loss`` (without or with masked input entropy), ``setup, class, difference, seeds``: the
        mean over seeds and texts of the absolute difference. Where both losses are there, the seeds
        are those that have both.
    """
    records = []
    for loss, variant in LOSSES.items():
        for experiment, rows in each(experiments, "shap_difference.parquet", variant=variant):
            if experiment.setup != "balanced":
                base = rows[rows["category"] == "base"]
                for label, values in base.groupby("class", sort=False)["difference"]:
                    gap = values.abs().mean()
                    records.append((loss, experiment.setup, experiment.seed, label, gap))
    keys = ["loss", "setup", "class"]
    frame = by_setup(records, ["loss", "setup", "seed", "class", "difference"])
    if frame["loss"].nunique() == len(LOSSES):
        frame = _with_both_losses(frame)
    means: pd.DataFrame = frame.groupby(keys, observed=True, sort=False, as_index=False).agg(
        difference=("difference", "mean"), seeds=("seed", "nunique")
    )
    return means


def accuracy_by_loss(experiments: Experiments) -> pd.DataFrame:
    """Return ``loss, setup, seed, accuracy`` for the seeds that have both losses (A.3)."""
    records = [
        (loss, experiment.setup, experiment.seed, metrics["accuracy"])
        for loss, variant in LOSSES.items()
        for experiment, metrics in each(experiments, "metrics.json", variant=variant)
    ]
    frame = by_setup(records, ["loss", "setup", "seed", "accuracy"])
    return _with_both_losses(frame).reset_index(drop=True)


def _with_both_losses(frame: pd.DataFrame) -> pd.DataFrame:
    losses = frame.groupby(["setup", "seed"], observed=True)["loss"].transform("nunique")
    return frame.loc[losses == len(LOSSES)]


def threshold_sweep(experiments: Experiments) -> pd.DataFrame:
    """Return SHAP differences and token shares for several thresholds (A.4).

    Returns
    -------
    DataFrame
        ``setup, class, represented, category, threshold, difference, n_tokens``; the difference
        is the mean over texts and seeds.
    """
    keys = ["setup", "class", "represented", "category", "threshold"]
    frames = [
        rows.assign(setup=experiment.setup)
        for experiment, rows in each(experiments, "threshold_sweep.parquet")
    ]
    rows = _with_sides(experiments, frames)
    if rows is None:
        return pd.DataFrame(columns=[*keys, "difference", "n_tokens"])
    means = rows.groupby(keys, observed=True, sort=False, as_index=False).agg(
        difference=("difference", "mean"), n_tokens=("n_tokens", "sum")
    )
    return by_setup(means.to_dict("records"), [*keys, "difference", "n_tokens"])


def token_shares(experiments: Experiments) -> pd.DataFrame:
    """Return ``threshold, category, share``: how many tokens each threshold sorts where (A.4).

    Shares of all tokens, as in the paper's "20/60/20": a long text counts more than a short one.
    """
    sweep = threshold_sweep(experiments)
    tokens = sweep[(sweep["setup"] == "imbalanced") & (sweep["category"] != "base")]
    counts = tokens.groupby(["threshold", "category"])["n_tokens"].sum()
    shares = counts / counts.groupby("threshold").transform("sum")
    return shares.rename("share").reset_index()
