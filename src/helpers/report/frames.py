"""What came out: tidy frames of numbers, for tables and figures.

Every function takes the experiments of one model and data set, as `helpers.stages.load` returns
them, and leaves out what the store does not hold. Where several seeds are there, intervals are
t-intervals over seeds; with one seed they are bootstraps over source rows, or absent where the
measurement keeps no rows.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.foundation import store
from helpers.foundation.experiment import SETUPS, Experiment, setup_label

SETUP_ORDER = list(SETUPS.values())
CATEGORIES = ["positive", "neutral", "negative", "base"]
# The stages that leave result files; `helpers.stages` runs them.
RESULT_STAGES = ["subsets", "predictions", "language_identification", "shap_difference"]
PROBES = ["C=1", "C=1e-4", "C=1e-4 scaled", "standardised"]

LOSSES = {"cross-entropy": "", "with masked input entropy": "mie=1"}

Experiments = Sequence[Experiment]


def chosen(
    experiments: Experiments, *, variant: str = "", extra_seeds: bool = False
) -> list[Experiment]:
    """Return the experiments of one variant.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    variant : str
        The variant; by default the profile itself.
    extra_seeds : bool
        Also a balanced model that is there for the null only.
    """
    return [
        experiment
        for experiment in experiments
        if experiment.variant == variant
        and (extra_seeds or experiment.seed in experiment.settings.seeds)
    ]


def missing(experiments: Experiments, name: str, *, variant: str = "") -> list[Experiment]:
    """Return the experiments that lack a result file.

    The only balanced model of a run has no SHAP difference: there is none to compare it with.
    """
    balanced = [
        experiment
        for experiment in chosen(experiments, variant=variant, extra_seeds=True)
        if experiment.setup == "balanced"
    ]
    excused = balanced if name == "shap_difference.parquet" and len(balanced) == 1 else []
    return [
        experiment
        for experiment in chosen(experiments, variant=variant)
        if store.verified_path(experiment.folder, name) is None and experiment not in excused
    ]


def _each(
    experiments: Experiments, name: str, read: Callable[..., Any] = store.read_json, **options: Any
) -> Iterator[tuple[Experiment, Any]]:
    for experiment in chosen(experiments, **options):
        content = read(experiment.folder, name)
        if content is not None:
            yield experiment, content


def _by_setup(records: Sequence[Any], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(records), columns=columns)
    frame["setup"] = pd.Categorical(frame["setup"], SETUP_ORDER, ordered=True)
    return frame.sort_values("setup", kind="stable", ignore_index=True)


def _interval(values: pd.Series) -> tuple[float, float]:
    """Return the t-interval over seeds; none for one seed."""
    from helpers.analysis.statistics import over_seeds

    if len(values) < 2:
        return np.nan, np.nan
    found = over_seeds(values.to_numpy(dtype=float))
    return found.ci_low, found.ci_high


def _interval_over_rows(values: pd.Series, groups: pd.Series) -> tuple[float, float]:
    from helpers.analysis.statistics import over_groups

    if groups.nunique() < 2:
        return np.nan, np.nan
    found = over_groups(values.to_numpy(dtype=float), groups, resamples=1000)
    return found.ci_low, found.ci_high


# --- section 2.1 ----------------------------------------------------------------------------


def subsets(experiments: Experiments) -> dict[str, Any] | None:
    """Return ``subsets.json`` of the first experiment that has one; sizes do not vary by seed."""
    for _, content in _each(experiments, "subsets.json"):
        return dict(content)
    return None


def joint_counts(experiments: Experiments, *, split: str = "train") -> pd.DataFrame:
    """Return the rows of each cell of language and label (Table 1).

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
        (setup_label(subset), language, label, rows, rows / sum(cells))
        for subset, counts in found["counts"][split].items()
        for language, cells in counts.items()
        for label, rows in zip(found["labels"], cells, strict=True)
    ]
    return pd.DataFrame(records, columns=columns)


def split_sizes(experiments: Experiments) -> pd.DataFrame:
    """Return rows, overlap and distinct source rows of each split (Table 5)."""
    found = subsets(experiments)
    columns = ["split", "rows", "overlap", "balanced_sources", "imbalanced_sources"]
    if found is None:
        return pd.DataFrame(columns=columns)
    records = []
    for split, rows in found["size"].items():
        sources = found["source_rows"].get(split, {})
        numbers = (sources.get(subset, np.nan) for subset in ("balanced", "imbalanced"))
        records.append((split, rows, found["overlap"].get(split, np.nan), *numbers))
    return pd.DataFrame(records, columns=columns)


# --- section 3 ------------------------------------------------------------------------------


def training_curves(experiments: Experiments) -> pd.DataFrame:
    """Return every validation: ``setup, seed, best``, and the columns of the training history."""
    records: list[dict[str, Any]] = []
    for experiment, metrics in _each(experiments, "metrics.json"):
        training = metrics["training"]
        about = {"setup": setup_label(experiment.setup), "seed": experiment.seed}
        for point in training["curve"]:
            records.append({**about, "best": point["step"] == training["best_step"], **point})
    columns = ["setup", "seed", "best", "step", "validation_loss"]
    return _by_setup(records, list(dict.fromkeys([*columns, *(records[0] if records else [])])))


# --- section 4.1 ----------------------------------------------------------------------------


def accuracy_by_seed(experiments: Experiments) -> pd.DataFrame:
    """Return ``setup, seed, accuracy, macro_f1, n_test``, a row for each experiment."""
    columns = ["setup", "seed", "accuracy", "macro_f1", "n_test"]
    records = [
        (setup_label(experiment.setup), experiment.seed, *(metrics[name] for name in columns[2:]))
        for experiment, metrics in _each(experiments, "metrics.json")
    ]
    return _by_setup(records, columns)


def accuracy(experiments: Experiments) -> pd.DataFrame:
    """Return mean test accuracy with its interval (Tables 3 and 6).

    Returns
    -------
    DataFrame
        ``setup, accuracy, low, high, macro_f1, n_test, seeds``.
    """
    records = []
    for setup, rows in accuracy_by_seed(experiments).groupby("setup", observed=True):
        interval = _interval(rows["accuracy"])
        if len(rows) == 1:
            interval = _accuracy_interval(experiments, str(setup))
        means = rows[["accuracy", "macro_f1"]].mean()
        n_test = int(rows["n_test"].iloc[0])
        records.append((setup, means["accuracy"], *interval, means["macro_f1"], n_test, len(rows)))
    columns = ["setup", "accuracy", "low", "high", "macro_f1", "n_test", "seeds"]
    return _by_setup(records, columns)


def _accuracy_interval(experiments: Experiments, setup: str) -> tuple[float, float]:
    for experiment, rows in _each(experiments, "predictions.parquet", store.read_frame):
        if setup_label(experiment.setup) == setup:
            return _interval_over_rows(rows["label"] == rows["predicted"], rows["group"])
    return np.nan, np.nan


def accuracy_by_language(experiments: Experiments) -> pd.DataFrame:
    """Return ``setup, language, accuracy``, the mean over seeds."""
    records = [
        (setup_label(experiment.setup), language, value)
        for experiment, metrics in _each(experiments, "metrics.json")
        for language, value in metrics["accuracy_by_language"].items()
    ]
    found = subsets(experiments)
    frame = _by_setup(records, ["setup", "language", "accuracy"])
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
        (setup_label(experiment.setup), languages, label, share)
        for experiment, metrics in _each(experiments, "metrics.json")
        for languages, shares in metrics["predicted_share"].items()
        for label, share in shares.items()
    ]
    keys = ["setup", "languages", "label"]
    frame = _by_setup(records, [*keys, "share"])
    trained = _training_shares(experiments)
    rows = [
        (
            setup,
            languages,
            label,
            cell.mean(),
            *_interval(cell),
            trained.get((str(languages), str(label))),
        )
        for (setup, languages, label), cell in frame.groupby(keys, observed=True, sort=False)[
            "share"
        ]
    ]
    return _by_setup(rows, [*keys, "share", "low", "high", "training_share"])


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


def identification_by_seed(experiments: Experiments) -> pd.DataFrame:
    """Return ``source, probe, setup, seed, accuracy``, a row for each probe."""
    records = [
        (source, probe, setup_label(experiment.setup), experiment.seed, scores["accuracy"])
        for experiment, content in _each(experiments, "language_identification.json")
        for source, found in content["sources"].items()
        for probe, scores in found["probes"].items()
    ]
    return _by_setup(records, ["source", "probe", "setup", "seed", "accuracy"])


def identification(experiments: Experiments) -> pd.DataFrame:
    """Return accuracy of language identification with its interval (Tables 4 and 7).

    Returns
    -------
    DataFrame
        ``source`` (test or external), ``name`` of the texts, ``probe``, ``setup``, ``accuracy,
        low, high, seeds, chance, pretrained``; the last two do not depend on the setup.
    """
    about: dict[tuple[str, str], tuple[str, float, float]] = {}
    for _, content in _each(experiments, "language_identification.json"):
        for source, found in content["sources"].items():
            for probe in found["probes"]:
                before = found.get("pretrained", {}).get(probe, {}).get("accuracy", np.nan)
                about[source, probe] = (found.get("name", source), found["chance"], before)
    records = []
    by_seed = identification_by_seed(experiments)
    for (source, probe, setup), rows in by_seed.groupby(
        ["source", "probe", "setup"], observed=True, sort=False
    ):
        name, chance, pretrained = about[str(source), str(probe)]
        mean, interval = rows["accuracy"].mean(), _interval(rows["accuracy"])
        records.append((source, name, probe, setup, mean, *interval, len(rows), chance, pretrained))
    columns = ["source", "name", "probe", "setup", "accuracy", "low", "high", "seeds"]
    return _by_setup(records, [*columns, "chance", "pretrained"])


# --- section 4.3 ----------------------------------------------------------------------------


def representation(experiments: Experiments) -> pd.DataFrame:
    """Return ``language, class, represented``: over, under or equal, from the skew."""
    found = subsets(experiments)
    if found is None:
        return pd.DataFrame(columns=["language", "class", "represented"])
    records = []
    for language, weights in found["skew"].items():
        mean = sum(weights) / len(weights)
        for label, weight in zip(found["labels"], weights, strict=True):
            side = "equal" if np.isclose(weight, mean) else "over" if weight > mean else "under"
            records.append((language, label, side))
    return pd.DataFrame(records, columns=["language", "class", "represented"])


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
        with setup Balanced are the null: a balanced model of another seed minus this one.
    """
    keys = ["setup", "class", "represented", "category"]
    numbers = ["difference", "low", "high", "seeds", "n_texts"]
    sides = representation(experiments)
    frames = [
        rows.assign(setup=setup_label(experiment.setup), seed=experiment.seed)
        for experiment, rows in _each(
            experiments,
            "shap_difference.parquet",
            store.read_frame,
            variant=variant,
            extra_seeds=True,
        )
    ]
    if not frames or sides.empty:
        return pd.DataFrame(columns=keys + numbers)
    everything = pd.concat(frames, ignore_index=True).merge(sides, on=["language", "class"])
    texts = ["setup", "seed", "class", "represented", "group", "text"]
    sums = everything.pivot_table(
        index=texts, columns="category", values="difference", aggfunc="sum", fill_value=0.0
    )
    everything = sums.stack().rename("difference").reset_index()
    records = [
        (*key, *_shap_mean(rows))
        for key, rows in everything.groupby(keys, observed=True, sort=False)
    ]
    return _by_setup(records, keys + numbers)


def _shap_mean(rows: pd.DataFrame) -> tuple[float, float, float, int, int]:
    by_seed = rows.groupby("seed")["difference"].mean()
    interval = _interval(by_seed)
    if len(by_seed) == 1:
        interval = _interval_over_rows(rows["difference"], rows["group"])
    return float(by_seed.mean()), *interval, len(by_seed), rows["text"].nunique()


# --- A.3 and A.4 ----------------------------------------------------------------------------


def base_values(experiments: Experiments) -> pd.DataFrame:
    """Return the size of the base value's difference from the balanced model (A.3).

    Returns
    -------
    DataFrame
        ``loss`` (without or with masked input entropy), ``setup, class, difference``: the mean
        over seeds and texts of the absolute difference.
    """
    records = []
    for loss, variant in LOSSES.items():
        for experiment, rows in _each(
            experiments, "shap_difference.parquet", store.read_frame, variant=variant
        ):
            if experiment.setup != "balanced":
                base = rows[rows["category"] == "base"]
                for label, values in base.groupby("class", sort=False)["difference"]:
                    gap = values.abs().mean()
                    records.append((loss, setup_label(experiment.setup), label, gap))
    keys = ["loss", "setup", "class"]
    frame = _by_setup(records, [*keys, "difference"])
    means: pd.DataFrame = frame.groupby(keys, observed=True, sort=False, as_index=False).mean()
    return means


def accuracy_by_loss(experiments: Experiments) -> pd.DataFrame:
    """Return ``loss, setup, seed, accuracy`` for the seeds that have both losses (A.3)."""
    records = [
        (loss, setup_label(experiment.setup), experiment.seed, metrics["accuracy"])
        for loss, variant in LOSSES.items()
        for experiment, metrics in _each(experiments, "metrics.json", variant=variant)
    ]
    frame = _by_setup(records, ["loss", "setup", "seed", "accuracy"])
    losses = frame.groupby(["setup", "seed"], observed=True)["loss"].transform("nunique")
    return frame.loc[losses == len(LOSSES)].reset_index(drop=True)


def threshold_sweep(experiments: Experiments) -> pd.DataFrame:
    """Return SHAP differences and token shares for several thresholds (A.4).

    Returns
    -------
    DataFrame
        ``setup, class, represented, category, threshold, difference, n_tokens``; the difference
        is the mean over texts and seeds.
    """
    keys = ["setup", "class", "represented", "category", "threshold"]
    sides = representation(experiments)
    frames = [
        rows.assign(setup=setup_label(experiment.setup))
        for experiment, rows in _each(
            experiments, "threshold_sweep.parquet", store.read_frame, extra_seeds=True
        )
    ]
    if not frames or sides.empty:
        return pd.DataFrame(columns=[*keys, "difference", "n_tokens"])
    rows = pd.concat(frames, ignore_index=True).merge(sides, on=["language", "class"])
    rows["difference"] *= rows["n_texts"]
    sums = rows.groupby(keys, observed=True, sort=False, as_index=False).sum(numeric_only=True)
    sums["difference"] /= sums["n_texts"]
    return _by_setup(sums.to_dict("records"), [*keys, "difference", "n_tokens"])


def token_shares(experiments: Experiments) -> pd.DataFrame:
    """Return ``threshold, category, share``: how many tokens each threshold sorts where (A.4)."""
    sweep = threshold_sweep(experiments)
    tokens = sweep[(sweep["setup"] == "Imbalanced") & (sweep["category"] != "base")]
    sums = tokens.groupby(["threshold", "category"], as_index=False)["n_tokens"].sum()
    sums["share"] = sums["n_tokens"] / sums.groupby("threshold")["n_tokens"].transform("sum")
    return sums[["threshold", "category", "share"]]


# --- the runs -------------------------------------------------------------------------------


def runs(experiments: Experiments) -> pd.DataFrame:
    """Return what was run: a row for each finished stage of each experiment."""
    records: list[dict[str, Any]] = []
    for experiment in experiments:
        run = store.read_run(experiment.folder)
        if run is None:
            continue
        for stage, record in run["stages"].items():
            place = run["environments"].get(record["environment"], {})
            records.append(
                {
                    "experiment": experiment,
                    "stage": stage,
                    "seconds": record["seconds"],
                    "peak_memory_gib": record["peak_memory_gib"],
                    "finished": record["finished"],
                    "environment": record["environment"],
                    "git_commit": place.get("git_commit"),
                    "hardware": place.get("hardware", {}),
                    "packages": place.get("packages", {}),
                }
            )
    return pd.DataFrame(records)
