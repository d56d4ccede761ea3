"""What the benchmarks measured: tables of speed, memory and exactness.

Each script in ``benchmarks/`` leaves one file in ``results/benchmarks/``. All numbers of a file
come from one run on one machine, so their ratios mean something and their seconds little.
"""

import functools
import json
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import pandas as pd

from helpers.foundation import paths
from helpers.report.display import percent

SHAP_WAYS = {
    "companion": "this companion",
    "bare": "the model alone, on the same batches",
    "shap_best": "shap, same precision, best batch size",
    "shap": "shap, same precision, its own batch size",
    "companion_fp32": "this companion, full precision",
    "shap_fp32": "shap as its documentation calls it, full precision",
    "authors": "the authors' configuration, padded to 512",
}
FINETUNING_WAYS = {
    "companion": "this companion, validation and saving included",
    "fp32": "the same in full precision",
    "eager": "the same without fused attention",
    "compiled": "the same with torch.compile, its warm-up included",
    "default": "Trainer with its defaults, training alone",
    "authors": "the authors' configuration, padded to 512, training alone",
}
FEATURE_WAYS = {
    "companion": "this companion",
    "companion_fp32": "this companion, full precision",
    "pipeline": "a pipeline, one text at a time",
}
EXACT_VALUES = {
    "owen": "the same tree, every mask tried",
    "shapley": "Shapley values, without a tree",
}

Report = dict[str, Any]
_T = TypeVar("_T")
_WITHOUT_MODEL = ("diagnosis", "diagnosis_coverage", "diagnosis_pages", "newcomer")


def load(name: str) -> Report | None:
    """Return what a benchmark left, or None.

    Parameters
    ----------
    name : str
        The script's name without its ending.
    """
    path = paths.benchmark_file(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def of(
    name: str, *, otherwise: Callable[[], _T]
) -> Callable[[Callable[[Report], _T]], Callable[[], _T]]:
    """Return a decorator that gives a function what a benchmark left.

    Parameters
    ----------
    name : str
        The script's name without its ending.
    otherwise : type
        What to return, empty, where the benchmark left nothing.
    """

    def decorate(tell: Callable[[Report], _T]) -> Callable[[], _T]:
        def told() -> _T:
            report = load(name)
            return otherwise() if report is None else tell(report)

        return functools.update_wrapper(told, tell)

    return decorate


def conditions(name: str) -> str:
    """Return in a sentence what was measured where; empty where nothing was."""
    report = load(name)
    if report is None:
        return ""
    hardware = report.get("hardware", {})
    machine = hardware.get("gpu") or f"{hardware.get('processor')}, {hardware.get('cores')} cores"
    parts = [f"Data: {report['dataset']}"]
    if name not in _WITHOUT_MODEL:
        parts.append(f"model: {report.get('model', 'e5_small')}")
    if isinstance(report.get("texts"), int):
        parts.append(f"{report['texts']} texts")
    if "precision" in report:
        parts.append(f"precision: {report['precision']}")
    return "; ".join([*parts, f"machine: {machine}"]) + "."


@of("shap_corpus", otherwise=pd.DataFrame)
def shap_speed(report: Report) -> pd.DataFrame:
    """Return texts and masks per second of each way to compute SHAP values."""
    rows = {}
    fastest = report["results"]["companion"]
    for name, way in SHAP_WAYS.items():
        found = report["results"][name]
        cost, ours = (each["seconds"] / each["evaluations"] for each in (found, fastest))
        rows[way] = {
            "seconds a text": found["seconds"] / found["texts"],
            "masks answered a second": found["evaluations_per_second"],
            "memory beyond the model, MiB": found["peak_memory_mib"],
            "times the companion's time": cost / ours,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@of("shap_bookkeeping", otherwise=str)
def bookkeeping(found: Report) -> str:
    """Return in a sentence what the companion's own work takes; empty where not measured."""
    return (
        "Choosing masks, filling batches and adding up values take the companion "
        f"{found['milliseconds_a_text']:.1f} ms of one core a text (mean of {found['texts']} "
        f"texts, fastest of {found['repetitions']} repetitions); the rest is the model's time."
    )


@of("shap_corpus", otherwise=pd.DataFrame)
def shap_growth(report: Report) -> pd.DataFrame:
    """Return how time grows with the number of texts and with their length."""
    rows = {}
    for what in ("texts", "tokens"):
        first = report["growth"][what][0]
        for found in report["growth"][what]:
            rows[what, f"{found['times']}×"] = {
                "seconds": found["seconds"],
                "times the first": found["seconds"] / first["seconds"],
                "masks at the model": found["masks_at_the_model"],
                "memory beyond the model, MiB": found["peak_memory_mib"],
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["grows", "by"])
    return frame


@of("shap_corpus", otherwise=pd.DataFrame)
def shap_cheaper(report: Report) -> pd.DataFrame:
    """Return what cheaper settings save, and how far their values are from the exact ones."""
    exact = report["results"]["companion_fp32"]
    rows = {
        setting: {
            "times faster": exact["seconds"] / found["seconds"],
            "share of the model calls": percent(
                found["masks_at_the_model"] / exact["masks_at_the_model"]
            ),
            "mean error of a value": found["mean_absolute_error"],
            "largest error": found["largest_error"],
            "correlation": found["correlation"],
            "tokens in another category": percent(found["share_of_tokens_in_another_category"]),
        }
        for setting, found in report["cheaper"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


@of("shap_exact", otherwise=pd.DataFrame)
def exactness(report: Report) -> pd.DataFrame:
    """Return how far SHAP values are from exact ones that another library computes."""
    rows = {
        words: {
            "mean difference of a value": found["mean_distance"],
            "largest difference": found["largest_distance"],
            "rank correlation in a text": found["rank_correlation"],
            "values with the same sign": percent(found["share_with_the_same_sign"]),
        }
        for name, words in EXACT_VALUES.items()
        for found in [report["against"][name]]
    }
    return pd.DataFrame.from_dict(rows, orient="index")


@of("shap_exact", otherwise=str)
def exactness_conditions(report: Report) -> str:
    """Return in a sentence which values were compared; empty where none were."""
    return (
        f"{report['values']:,} values of {report['texts']} texts of at most "
        f"{report['most_tokens']} tokens, of mean size {report['mean_size']:.3f}; signs: of values "
        f"from {report['threshold']} on. shapiq {report['shapiq']}. " + conditions("shap_exact")
    )


@of("shap_string_path", otherwise=pd.DataFrame)
def string_path(report: Report) -> pd.DataFrame:
    """Return, for each language, how shap's path through strings differs from token ids."""
    rows = {
        language: {
            "masks that the tokenizer reads otherwise": percent(masks["share_that_differ"]),
            "more tokens, mean": masks["additional_tokens"],
            "mean size of a value": report["values"][language]["mean_absolute_value"],
            "mean difference of a value": report["values"][language]["mean_absolute_difference"],
            "correlation": report["values"][language]["correlation"],
            "tokens in another category": percent(
                report["values"][language]["share_in_another_category"]
            ),
        }
        for language, masks in report["masks"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


@of("shap_string_path", otherwise=pd.DataFrame)
def string_path_figure(report: Report) -> pd.DataFrame:
    """Return Figure 1's bars by category on both paths, and how much they differ."""
    bars = pd.DataFrame(report["figure_1"]["bars"])
    frame = bars.groupby(["class", "category"], sort=False).agg(
        ids=("ids", "mean"), strings=("strings", "mean")
    )
    bars["apart"] = (bars["ids"] - bars["strings"]).abs()
    bars["flipped"] = bars["ids"] * bars["strings"] < 0
    by_bar = bars.groupby(["class", "category"], sort=False)
    frame["largest difference in a language"] = by_bar["apart"].max()
    frame["languages with another sign"] = by_bar["flipped"].sum()
    return frame.rename(columns={"ids": "over token ids", "strings": "through strings"})


@of("finetuning", otherwise=pd.DataFrame)
def finetuning_speed(report: Report) -> pd.DataFrame:
    """Return tokens of real text that each way trains on in a second."""
    return _rates(report["results"], FINETUNING_WAYS, "tokens_per_second", "tokens a second")


@of("features", otherwise=pd.DataFrame)
def feature_speed(report: Report) -> pd.DataFrame:
    """Return texts that each way turns into first-token features in a second."""
    found = {name: {"texts_per_second": rate} for name, rate in report["texts_per_second"].items()}
    return _rates(found, FEATURE_WAYS, "texts_per_second", "texts a second")


def _rates(
    found: dict[str, dict[str, float]], ways: dict[str, str], key: str, column: str
) -> pd.DataFrame:
    fastest = found["companion"][key]
    rows = {
        way: {column: found[name][key], "companion's rate over this": fastest / found[name][key]}
        for name, way in ways.items()
        if name in found
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def rounding() -> dict[str, dict[str, float]]:
    """Return the largest distances between machines, for `helpers.verification.tolerance_table`."""
    report = load("rounding")
    return report["largest_distance"] if report else {}


def between_processors(kinds: Collection[str]) -> str:
    """Say how far a model that was fine-tuned on both of two kinds of processor moved.

    Parameters
    ----------
    kinds : collection of str
        Names of processors.

    Returns
    -------
    str
        A sentence; empty where no model was fine-tuned on just these.
    """
    report = load("rounding") or {}
    found = report.get("other_processor")
    if found is None or {found[key]["processor"] for key in ("published", "hardware")} != {*kinds}:
        return ""
    distance = report["largest_distance"]["other_processor"]
    return (
        "A model that was fine-tuned on both differs by at most "
        f"{distance['accuracy']:.3f} in test accuracy and macro F1, and by "
        f"{distance['identification']:.3f} in accuracy of language identification."
    )
