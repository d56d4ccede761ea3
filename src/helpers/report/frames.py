"""What came out: tidy frames of numbers, for tables and figures.

Every function takes the experiments of one model and data set, as `helpers.stages.load` returns
them, and leaves out what the store does not hold. Where several seeds are there, intervals are
t-intervals over seeds; with one seed they are bootstraps over source rows, or absent where the
measurement keeps no rows.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import SETUPS
from helpers.report.results import read
from helpers.stages.selection import compared_models

Experiments = Sequence[Experiment]


def setups(experiments: Experiments) -> list[str]:
    """Return the setups of some experiments, in the order of tables and figures."""
    found = {experiment.setup for experiment in experiments}
    return [name for name in SETUPS if name in found]


def chosen(experiments: Experiments, *, variant: str = "") -> list[Experiment]:
    """Return the experiments of one variant, without a balanced model that only serves the null.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    variant : str
        The variant; by default the profile itself.
    """
    return [
        experiment
        for experiment in experiments
        if experiment.variant == variant
        and experiment.seed in experiment.settings.seeds_of(experiment.dataset)
    ]


def missing(experiments: Experiments, name: str, *, variant: str = "") -> list[Experiment]:
    """Return the experiments that lack a result file.

    A balanced model without a null has no SHAP difference: there is none to compare it with.
    """
    no_null = name == "shap_difference.parquet"
    return [
        experiment
        for experiment in chosen(experiments, variant=variant)
        if store.verified_path(experiment.folder, name) is None
        and not (no_null and compared_models(experiment) is None)
    ]


def each(
    experiments: Experiments, name: str, *, variant: str = ""
) -> Iterator[tuple[Experiment, Any]]:
    """Give each of `chosen` that has a result file, with its content."""
    return read(chosen(experiments, variant=variant), name)


def by_setup(records: Sequence[Any], columns: list[str]) -> pd.DataFrame:
    """Return records as a frame, setups in their order."""
    frame = pd.DataFrame(list(records), columns=columns)
    frame["setup"] = pd.Categorical(frame["setup"], SETUPS, ordered=True)
    return frame.sort_values("setup", kind="stable", ignore_index=True)


def interval(values: pd.Series) -> tuple[float, float]:
    """Return the t-interval over seeds; none for one seed."""
    from helpers.analysis.statistics import over_seeds

    if len(values) < 2:
        return np.nan, np.nan
    return over_seeds(values.to_numpy(dtype=float)).interval()


def share_interval(shares: pd.Series) -> tuple[float, float]:
    """Return `interval` of some shares, cut off at 0 and 1, which no share can pass.

    Examples
    --------
    >>> share_interval(pd.Series([0.01, 0.09]))[0]
    0.0
    """
    low, high = np.clip(interval(shares), 0.0, 1.0)
    return float(low), float(high)


def interval_over_rows(values: pd.Series, groups: pd.Series) -> tuple[float, float]:
    """Return the bootstrap interval of a mean over rows; none for one source row."""
    from helpers.analysis.statistics import over_groups

    if groups.nunique() < 2:
        return np.nan, np.nan
    found = over_groups(values.to_numpy(dtype=float), groups)
    return found.ci_low, found.ci_high


# --- section 2.1 ----------------------------------------------------------------------------


def subsets(experiments: Experiments) -> dict[str, Any] | None:
    """Return ``subsets.json`` of the first experiment that has one; sizes do not vary by seed."""
    for _, content in each(experiments, "subsets.json"):
        return dict(content)
    return None


def joint_counts(experiments: Experiments) -> pd.DataFrame:
    """Return the rows of each cell of language and label in training (Table 1).

    Returns
    -------
    DataFrame
        ``subset, language, label, rows, share`` (of the language's rows), in label order.
    """
    found = subsets(experiments)
    columns = ["subset", "language", "label", "rows", "share"]
    if found is None:
        return pd.DataFrame(columns=columns)
    records = [
        (subset, language, label, rows, rows / sum(cells))
        for subset, counts in found["counts"]["train"].items()
        for language, cells in counts.items()
        for label, rows in zip(found["labels"], cells, strict=True)
    ]
    return pd.DataFrame(records, columns=columns)


def imbalanced_counts(experiments: Experiments) -> pd.DataFrame:
    """Return `joint_counts` of the imbalanced training subset alone."""
    counts = joint_counts(experiments)
    return counts[counts["subset"] == "imbalanced"]


def split_sizes(experiments: Experiments) -> pd.DataFrame:
    """Return rows, overlap and distinct source rows of each split (Table 5).

    Returns
    -------
    DataFrame
        ``split, rows, overlap``, and for each subset ``<subset>_sources``, its distinct source
        rows, and ``<subset>_repeated``, those that stand in several languages.
    """
    found = subsets(experiments)
    names = [f"{s}_{what}" for what in ("sources", "repeated") for s in ("balanced", "imbalanced")]
    columns = ["split", "rows", "overlap", *names]
    if found is None:
        return pd.DataFrame(columns=columns)
    records = [
        (
            split,
            rows,
            found["overlap"].get(split, np.nan),
            *(
                found.get(kind, {}).get(split, {}).get(subset, np.nan)
                for kind in ("source_rows", "in_several_languages")
                for subset in ("balanced", "imbalanced")
            ),
        )
        for split, rows in found["size"].items()
    ]
    return pd.DataFrame(records, columns=columns)


# --- section 3 ------------------------------------------------------------------------------


def training_curves(experiments: Experiments) -> pd.DataFrame:
    """Return every validation: ``setup, seed, best``, and the columns of the training history."""
    records: list[dict[str, Any]] = []
    for experiment, metrics in each(experiments, "metrics.json"):
        training = metrics["training"]
        about = {"setup": experiment.setup, "seed": experiment.seed}
        for point in training["curve"]:
            records.append({**about, "best": point["step"] == training["best_step"], **point})
    columns = ["setup", "seed", "best", "step", "validation_loss"]
    columns = list(dict.fromkeys([*columns, *(records[0] if records else [])]))
    return by_setup(records, columns).astype({"best": bool})  # a mask, without a row too


# --- section 4.1 ----------------------------------------------------------------------------


def accuracy_by_seed(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return ``setup, seed, accuracy, macro_f1, n_test``, a row for each experiment."""
    columns = ["setup", "seed", "accuracy", "macro_f1", "n_test"]
    records = [
        (experiment.setup, experiment.seed, *(metrics[name] for name in columns[2:]))
        for experiment, metrics in each(experiments, "metrics.json", variant=variant)
    ]
    return by_setup(records, columns)


def accuracy(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return mean test accuracy with its interval (Tables 3 and 6); variants as in `chosen`.

    Returns
    -------
    DataFrame
        ``setup, accuracy, low, high, macro_f1, n_test, seeds``.
    """
    records = []
    by_seed = accuracy_by_seed(experiments, variant=variant)
    for setup, rows in by_seed.groupby("setup", observed=True):
        bounds = share_interval(rows["accuracy"])
        if len(rows) == 1:
            bounds = _accuracy_interval(experiments, str(setup), variant)
        means = rows[["accuracy", "macro_f1"]].mean()
        n_test = int(rows["n_test"].iloc[0])
        records.append((setup, means["accuracy"], *bounds, means["macro_f1"], n_test, len(rows)))
    columns = ["setup", "accuracy", "low", "high", "macro_f1", "n_test", "seeds"]
    return by_setup(records, columns)


def _accuracy_interval(experiments: Experiments, setup: str, variant: str) -> tuple[float, float]:
    found = each(experiments, "predictions.parquet", variant=variant)
    for experiment, rows in found:
        if experiment.setup == setup:
            return interval_over_rows(rows["label"] == rows["predicted"], rows["group"])
    return np.nan, np.nan


def accuracy_by_language(experiments: Experiments) -> pd.DataFrame:
    """Return ``setup, language, accuracy``, the mean over seeds."""
    records = [
        (experiment.setup, language, value)
        for experiment, metrics in each(experiments, "metrics.json")
        for language, value in metrics["accuracy_by_language"].items()
    ]
    found = subsets(experiments)
    frame = by_setup(records, ["setup", "language", "accuracy"])
    frame = frame.groupby(["setup", "language"], observed=True, sort=False, as_index=False).mean()
    if found is not None:
        order = {language: place for place, language in enumerate(found["languages"])}
        frame = frame.sort_values("language", key=lambda names: names.map(order), kind="stable")
    return frame.sort_values("setup", kind="stable", ignore_index=True)


def predicted_share(experiments: Experiments) -> pd.DataFrame:
    """Return how often each label is predicted for each group of languages (Table 2).

    Returns
    -------
    DataFrame
        ``setup, languages, label, share, low, high, training_share``; the last is the label's
        share in the imbalanced training subset.
    """
    records = [
        (experiment.setup, languages, label, share)
        for experiment, metrics in each(experiments, "metrics.json")
        for languages, shares in metrics["predicted_share"].items()
        for label, share in shares.items()
    ]
    keys = ["setup", "languages", "label"]
    frame = by_setup(records, [*keys, "share"])
    trained = _training_shares(experiments)
    rows = [
        (
            setup,
            languages,
            label,
            cell.mean(),
            *share_interval(cell),
            trained.get((str(languages), str(label)), np.nan),
        )
        for (setup, languages, label), cell in frame.groupby(keys, observed=True, sort=False)[
            "share"
        ]
    ]
    return by_setup(rows, [*keys, "share", "low", "high", "training_share"])


def _training_shares(experiments: Experiments) -> dict[tuple[str, str], float]:
    """Return each label's share in the imbalanced subset, by group of languages."""
    from helpers.analysis.predictions import training_share

    found = subsets(experiments)
    if found is None:
        return {}
    shares = training_share(labels=found["labels"], skew=found["skew"])
    return {
        (str(languages), str(label)): float(shares.loc[languages, label])
        for languages in shares.index
        for label in shares.columns
    }


# --- section 4.2 ----------------------------------------------------------------------------


def identification_by_seed(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return ``source, probe, setup, seed, accuracy``, a row for each probe."""
    records = [
        (source, probe, experiment.setup, experiment.seed, scores["accuracy"])
        for experiment, content in each(
            experiments, "language_identification.json", variant=variant
        )
        for source, found in content["sources"].items()
        for probe, scores in found["probes"].items()
    ]
    return by_setup(records, ["source", "probe", "setup", "seed", "accuracy"])


def identification(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return accuracy of language identification with its interval (Tables 4 and 7).

    Returns
    -------
    DataFrame
        ``source`` (test or external), ``name`` of the texts, ``probe``, ``setup``, ``accuracy,
        low, high, seeds, chance, pretrained``; the last two do not depend on the setup.
    """
    about: dict[tuple[str, str], tuple[str, float, float]] = {}
    for _, content in each(experiments, "language_identification.json", variant=variant):
        for source, found in content["sources"].items():
            for probe in found["probes"]:
                before = found.get("pretrained", {}).get(probe, {}).get("accuracy", np.nan)
                about[source, probe] = (found.get("name", source), found["chance"], before)
    records = []
    by_seed = identification_by_seed(experiments, variant=variant)
    for (source, probe, setup), rows in by_seed.groupby(
        ["source", "probe", "setup"], observed=True, sort=False
    ):
        name, chance, pretrained = about[str(source), str(probe)]
        mean, bounds = rows["accuracy"].mean(), share_interval(rows["accuracy"])
        records.append((source, name, probe, setup, mean, *bounds, len(rows), chance, pretrained))
    columns = ["source", "name", "probe", "setup", "accuracy", "low", "high", "seeds"]
    return by_setup(records, [*columns, "chance", "pretrained"])
