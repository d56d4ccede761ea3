"""The paper's tables beside ours: frames of text, ready to be shown.

Each function takes the experiments of one model and data set and returns a frame whose index and
columns a reader understands; `helpers.report.display.table` shows it. What has not been computed
reads "missing".
"""

import math
from typing import Any

import pandas as pd

from helpers.foundation.names import dataset_label, family_of, model_label
from helpers.foundation.setups import all_setups
from helpers.report import frames, paper, shap_frames
from helpers.report.display import MISSING, count_text, interval_text, percent
from helpers.report.frames import Experiments
from helpers.report.labels import setup_label
from helpers.report.places import place_label

SOURCE_LABELS = {"test": "Test set", "external": "External texts"}
_REFERENCES = {"Chance": "chance", "Before fine-tuning": "pretrained"}
PROBE_LABELS = {
    "C=1": "C = 1",
    "C=1e-4": "C = 1e-4",
    "C=1e-4 scaled": "C = 1e-4, scaled",
    "standardised": "standardised",
}


def _ours(experiments: Experiments) -> str:
    return f"This run: {place_label(*experiments[0].place)}"


def _counterpart(experiments: Experiments) -> str | None:
    """Return the paper's data set that stands beside ours."""
    return paper.COUNTERPART.get(family_of(experiments[0].dataset))


def _paper_models(experiments: Experiments) -> list[str]:
    """Return the paper's models to show: ours where it is one of them, else both."""
    model = experiments[0].model
    return [model] if model in paper.ACCURACY_TABLE else list(paper.ACCURACY_TABLE)


def _headed(columns: dict[tuple[str, str], Any], index: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame(columns, index=index)
    frame.columns = pd.MultiIndex.from_tuples(list(columns))
    return frame


# --- section 2.1 ----------------------------------------------------------------------------


def paper_training_shares(experiments: Experiments) -> pd.DataFrame:
    """Return Table 1a or 1b: the paper's label shares by group of languages."""
    return _paper_shares(experiments, "1")


def paper_predicted_shares(experiments: Experiments) -> pd.DataFrame:
    """Return Table 2a or 2b: the paper's shares of predicted labels."""
    return _paper_shares(experiments, "2")


def _paper_shares(experiments: Experiments, number: str) -> pd.DataFrame:
    counterpart = _counterpart(experiments)
    if counterpart is None:
        return pd.DataFrame()
    cells = paper.table(number + ("a" if counterpart == "amazon_reviews" else "b")).cells
    return cells.rename_axis(index=None, columns=None).map(percent)


def training_shares(experiments: Experiments) -> pd.DataFrame:
    """Return rows and label shares of the imbalanced training subset, by language."""
    counts = frames.imbalanced_counts(experiments)
    if counts.empty:
        return pd.DataFrame()
    texts = [
        f"{rows:,} ({percent(share)})"
        for rows, share in zip(counts["rows"], counts["share"], strict=True)
    ]
    frame = counts.assign(text=texts).pivot(index="language", columns="label", values="text")
    order = list(dict.fromkeys(counts["language"]))
    columns = list(dict.fromkeys(counts["label"]))
    return frame.loc[order, columns].rename_axis(index=None, columns=None)


def split_sizes(experiments: Experiments) -> pd.DataFrame:
    """Return the size of each split beside Table 5."""
    sizes = frames.split_sizes(experiments)
    if sizes.empty:
        return pd.DataFrame()
    index = pd.Index(sizes["split"].str.capitalize().tolist())
    ours = _ours(experiments)
    columns: dict[tuple[str, str], Any] = {
        (ours, "rows"): [f"{rows:,}" for rows in sizes["rows"]],
        (ours, "in both subsets"): [_or_dash(value, percent) for value in sizes["overlap"]],
    }
    for subset in ("balanced", "imbalanced"):
        sources, repeated = sizes[f"{subset}_sources"], sizes[f"{subset}_repeated"]
        columns[ours, f"source rows, {subset}"] = [_or_dash(n, "{:,.0f}".format) for n in sources]
        columns[ours, f"in several languages, {subset}"] = [
            _or_dash(n, "{:,.0f}".format) for n in repeated
        ]
    counterpart = _counterpart(experiments)
    if counterpart is not None:
        thousands = paper.table("5").cells[counterpart]
        heading = (f"Paper: {dataset_label(counterpart)}", "rows")
        columns[heading] = [f"{thousands[split]:g}k" for split in sizes["split"]]
    return _headed(columns, index)


def _or_dash(value: float, text: Any) -> str:
    return "–" if math.isnan(value) else str(text(value))


# --- section 4.1 ----------------------------------------------------------------------------


def accuracy(experiments: Experiments) -> pd.DataFrame:
    """Return test accuracy beside Tables 3 and 6."""
    setups = frames.setups(experiments)
    found = frames.accuracy(experiments).set_index("setup").reindex(setups)
    ours = _ours(experiments)
    columns: dict[tuple[str, str], Any] = {
        (ours, "accuracy [95 %]"): intervals(found, "accuracy"),
        (ours, "macro F1"): [interval_text(value) for value in found["macro_f1"]],
        (ours, "test rows"): [count_text(value) for value in found["n_test"]],
        (ours, "seeds"): [count_text(value) for value in found["seeds"]],
    }
    counterpart = _counterpart(experiments)
    if counterpart is not None:
        for model in _paper_models(experiments):
            number = paper.ACCURACY_TABLE[model]
            cells = paper.table(number).cells[counterpart]
            heading = f"Paper: {dataset_label(counterpart)}"
            columns[heading, f"{model_label(model)} (Table {number})"] = [
                _or_dash(value, interval_text) for value in cells.reindex(setups)
            ]
    return _headed(columns, pd.Index([setup_label(setup) for setup in setups]))


def intervals(frame: pd.DataFrame, column: str) -> list[str]:
    """Return the numbers of a column as text, with the bounds that stand in ``low, high``."""
    return [
        interval_text(*numbers)
        for numbers in frame[[column, "low", "high"]].astype(float).itertuples(index=False)
    ]


def accuracy_by_language(experiments: Experiments) -> pd.DataFrame:
    """Return test accuracy by language."""
    frame = frames.accuracy_by_language(experiments)
    if frame.empty:
        return pd.DataFrame()
    wide = frame.pivot(index="setup", columns="language", values="accuracy")
    wide = wide[list(dict.fromkeys(frame["language"]))].reindex(frames.setups(experiments))
    return wide.map(interval_text).rename(index=setup_label).rename_axis(index=None, columns=None)


def predicted_shares(experiments: Experiments) -> pd.DataFrame:
    """Return the shares of predicted labels, a row for each setup and group of languages."""
    frame = frames.predicted_share(experiments)
    if frame.empty:
        return pd.DataFrame()
    labels, groups = (list(dict.fromkeys(frame[name])) for name in ("label", "languages"))
    setups = list(dict.fromkeys(frame["setup"]))
    wide = frame.pivot(index=["setup", "languages"], columns="label", values="share")
    wide = wide.loc[[(setup, group) for setup in setups for group in groups], labels]
    trained = frame.drop_duplicates(["languages", "label"]).pivot(
        index="languages", columns="label", values="training_share"
    )
    trained = trained.loc[groups, labels]
    trained.index = pd.MultiIndex.from_product([["Imbalanced training subset"], trained.index])
    texts = pd.concat([trained, wide.rename(index=setup_label, level="setup")]).map(percent)
    texts.index = pd.MultiIndex.from_tuples([(str(a), str(b)) for a, b in texts.index])
    return texts.rename_axis(columns=None)


# --- section 4.2 ----------------------------------------------------------------------------


def identification(experiments: Experiments) -> pd.DataFrame:
    """Return accuracy of language identification beside Tables 4 and 7.

    The rows "Chance" and "Before fine-tuning" are what the scores are to be read against.
    """
    frame = frames.identification(experiments)
    if frame.empty:
        return pd.DataFrame()
    rows = [*_REFERENCES, *frames.setups(experiments)]
    index = pd.MultiIndex.from_product([list(dict.fromkeys(frame["source"])), rows])
    probes = [probe for probe in PROBE_LABELS if probe in set(frame["probe"])]
    columns: dict[tuple[str, str], Any] = {}
    for probe in probes:
        cells = {}
        for source, of_source in frame[frame["probe"] == probe].groupby("source", sort=False):
            first = of_source.iloc[0]
            for name, column in _REFERENCES.items():
                cells[source, name] = interval_text(first[column])
            texts = intervals(of_source, "accuracy")
            cells |= {
                (source, setup): text for setup, text in zip(of_source["setup"], texts, strict=True)
            }
        columns[_ours(experiments), PROBE_LABELS[probe]] = [
            cells.get(key, MISSING) for key in index
        ]
    counterpart = _counterpart(experiments)
    if counterpart is not None:
        for model in _paper_models(experiments):
            number = paper.IDENTIFICATION_TABLE[model]
            cells_of = paper.table(number).cells.loc[counterpart]
            printed = cells_of.T.stack().to_dict()
            heading = f"Paper: {dataset_label(counterpart)}"
            columns[heading, f"{model_label(model)} (Table {number})"] = [
                interval_text(printed[key]) if key in printed else "–" for key in index
            ]
    names = frame.drop_duplicates("source").set_index("source")["name"]
    shown = [
        (_source_label(source, names), row if row in _REFERENCES else setup_label(row))
        for source, row in index
    ]
    return _headed(columns, pd.MultiIndex.from_tuples(shown))


def _source_label(source: str, names: pd.Series) -> str:
    name = {"eld": "eld", "wikipedia": "Wikipedia"}.get(names[source])
    return SOURCE_LABELS[source] + (f" ({name})" if name else "")


# --- section 4.3 ----------------------------------------------------------------------------


def shap_difference(experiments: Experiments, *, variant: str = "") -> pd.DataFrame:
    """Return the mean cumulative differences for the two ends of the skew, with their null."""
    frame = shap_frames.shap_difference(experiments, variant=variant)
    ends = shap_frames.skew_ends(experiments)
    if frame.empty:
        return pd.DataFrame()
    frame = frame[frame["class"].isin(ends) & (frame["represented"] != "even")]
    frame = frame.assign(text=intervals(frame, "difference"))
    index = ["class", "represented", "setup"]
    order = pd.MultiIndex.from_product([ends, ["under", "over"], frames.setups(experiments)])
    wide = frame.pivot(index=index, columns="category", values="text")
    wide = wide.reindex(index=order, columns=list(shap_frames.CATEGORY_LABELS))
    wide["Seeds"] = frame.groupby(index, observed=True)["seeds"].max().map(str)
    wide = wide.fillna(MISSING)
    names = {"balanced": "Null", "imbalanced": setup_label("imbalanced")} | {
        name: f"With {setup.weighting.label}"
        for name, setup in all_setups().items()
        if setup.weighting is not None
    }
    wide.index = pd.MultiIndex.from_tuples(
        [(f"“{label}”", side, names[setup]) for label, side, setup in wide.index]
    )
    return wide.rename_axis(columns=None).rename(columns=shap_frames.CATEGORY_LABELS)


def accuracy_by_loss(experiments: Experiments) -> pd.DataFrame:
    """Return test accuracy with and without masked input entropy, same seeds (A.3)."""
    found = shap_frames.accuracy_by_loss(experiments)
    if found.empty:
        return pd.DataFrame()
    wide = found.pivot(index=["setup", "seed"], columns="loss", values="accuracy")
    wide = wide.reindex(columns=list(shap_frames.LOSSES))
    wide.index = pd.MultiIndex.from_tuples(
        [(setup_label(str(setup)), f"seed {seed}") for setup, seed in wide.index]
    )
    return wide.map(interval_text).rename_axis(columns=None)


def token_shares(experiments: Experiments) -> pd.DataFrame:
    """Return the shares of negative, neutral and positive tokens by threshold (A.4)."""
    shares = shap_frames.token_shares(experiments)
    if shares.empty:
        return pd.DataFrame()
    wide = shares.pivot(index="threshold", columns="category", values="share")
    wide.index = pd.Index([f"{threshold:g}" for threshold in wide.index])
    shown = wide[["negative", "neutral", "positive"]].map(percent).rename_axis(columns=None)
    return shown.rename(columns=shap_frames.CATEGORY_LABELS)
