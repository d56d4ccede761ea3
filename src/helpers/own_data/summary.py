"""What fine-tuning on a reader's own data shows: the numbers of the paper's section 4."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from helpers.analysis.label_priors import prior_weights
from helpers.analysis.paired_shap import separation
from helpers.analysis.predictions import has_learned
from helpers.analysis.quantities import RunResults, identification_level
from helpers.analysis.skew_slope import skew_scores
from helpers.analysis.statistics import over_groups, over_seeds
from helpers.foundation.experiment import Experiment
from helpers.report.display import bound
from helpers.report.results import collect

AS_IS = "imbalanced"
SETUP_WORDS: Mapping[str, str] = MappingProxyType(
    {"imbalanced": "as is", "imbalanced_cw": "weighted", "balanced": "balanced"}
)
NOTHING = "–"
# Of a measure in one model: its value in each test row, or the one value there is.
_Reader = Callable[[RunResults, str, int], "pd.Series | float | None"]


@dataclass(frozen=True, eq=False)
class FineTuned:
    """What models that were fine-tuned on a reader's own data show.

    Parameters
    ----------
    model : str
        Its name.
    rows : mapping of str to int
        Rows of each split, the same for every setup.
    seeds : int
        Models of each setup.
    measures : DataFrame
        ``measure, setup, value``, means over seeds; and ``difference, low, high``: from the model
        trained on the data as they are, with its 95 % interval over seeds or, with one seed, over
        the groups of test rows where the measure is a mean over rows.
    notes : tuple of str
        What was left out, and what the numbers do not say; sentences.
    """

    model: str
    rows: Mapping[str, int]
    seeds: int
    measures: pd.DataFrame
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return the measures as text: a row each, and a column for each setup."""
        shown = self.measures.assign(
            text=[
                _text(*row)
                for row in self.measures[["value", "difference", "low", "high"]].to_numpy()
            ]
        )
        wide = shown.pivot(index="measure", columns="setup", values="text")
        order = [name for name in SETUP_WORDS.values() if name in wide.columns]
        return wide.reindex(index=shown["measure"].unique(), columns=order).fillna(NOTHING)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        plain = self.measures.astype(object).where(self.measures.notna(), None)
        return {
            "model": self.model,
            "rows": dict(self.rows),
            "seeds": self.seeds,
            "measures": plain.to_dict("records"),
            "notes": list(self.notes),
        }

    def about(self) -> str:
        """Return what was trained on what, in a sentence."""
        seeds = "one seed" if self.seeds == 1 else f"{self.seeds} seeds"
        rows = {name: f"{count:,}" for name, count in self.rows.items()}
        return (
            f"{self.model}, fine-tuned on {rows['train']} rows, chosen on {rows['validation']}, "
            f"tested on {rows['test']} held-out rows with every label equally often in every "
            f"language; {seeds}. In brackets: the difference from the data as they are, with its "
            "95 % interval where there is one."
        )

    def to_text(self) -> str:
        """Return a summary for a terminal."""
        return "\n".join(
            [
                self.about(),
                "",
                self.table().rename_axis(index=None, columns=None).to_string(),
                "",
                *self.notes,
            ]
        )


def summarise(
    listed: Sequence[Experiment], *, rows: Mapping[str, int], notes: Sequence[str]
) -> FineTuned:
    """Read what the experiments of one model and data set left.

    Parameters
    ----------
    listed : sequence of Experiment
        Finished ones.
    rows : mapping of str to int
        Rows of each split.
    notes : sequence of str
        What is known of them already.
    """
    (results,) = collect([each for each in listed if not each.variant])
    seeds = sorted({seed for setup, seed in results.predictions if setup == AS_IS})
    setups = [name for name in SETUP_WORDS if (name, seeds[0]) in results.predictions]
    records = []
    for words, read in _readers(results).items():
        for setup in setups:
            value = _mean(results, read, setup, seeds)
            if value is not None:
                apart = _apart(results, read, setup, seeds) if setup != AS_IS else None
                records.append((words, SETUP_WORDS[setup], value, *(apart or (np.nan,) * 3)))
    columns = ["measure", "setup", "value", "difference", "low", "high"]
    return FineTuned(
        model=listed[0].model,
        rows=rows,
        seeds=len(seeds),
        measures=pd.DataFrame(records, columns=columns),
        notes=(*notes, *_cautions(results, setups, seeds)),
    )


def _cautions(results: RunResults, setups: Sequence[str], seeds: Sequence[int]) -> list[str]:
    """Return what the numbers do not say."""
    found = []
    unlearned = [
        f"{SETUP_WORDS[setup]}, seed {seed}"
        for setup in setups
        for seed in seeds
        if not has_learned(results.predictions[setup, seed])
    ]
    if unlearned:
        found.append(
            f"Not learned: {'; '.join(unlearned)}. Their accuracy is no better than the language "
            "alone allows, so they say nothing of the task; more rows or a longer profile may help."
        )
    if len(seeds) == 1:
        found.append(
            "One seed decides nothing: another draw of rows and weights moves these numbers too, "
            "by an amount that no interval here includes. --profile embedded trains three."
        )
    return found


# --- measures -------------------------------------------------------------------------------


def _readers(results: RunResults) -> dict[str, _Reader]:
    """Return the measures in the order of the summary."""
    readers: dict[str, _Reader] = {
        "accuracy, even labels": _right,
        "accuracy, labels as in training": _right_as_trained,
    }
    for language in results.skew:
        readers[f"accuracy, {language}"] = _right_in(language)
    readers["slope of predicted on training shares"] = _slope
    for source, words in (("test", "test texts"), ("external", "external texts")):
        readers[f"language identified, {words}"] = _identified(source)
    readers["SHAP of neutral tokens, over − under"] = _neutral
    return readers


def _predicted(results: RunResults, setup: str, seed: int) -> pd.DataFrame:
    return results.predictions[setup, seed].sort_values("id", ignore_index=True)


def _right(results: RunResults, setup: str, seed: int) -> pd.Series:
    frame = _predicted(results, setup, seed)
    return (frame["label"] == frame["predicted"]).astype(float)


def _right_as_trained(results: RunResults, setup: str, seed: int) -> pd.Series | None:
    frame = _predicted(results, setup, seed)
    weights = prior_weights(frame, skew=results.skew, prior="training")
    return None if weights is None else weights * _right(results, setup, seed)


def _right_in(language: str) -> _Reader:
    def read(results: RunResults, setup: str, seed: int) -> pd.Series:
        here = _predicted(results, setup, seed)["language"] == language
        return _right(results, setup, seed)[here]

    return read


def _slope(results: RunResults, setup: str, seed: int) -> pd.Series | None:
    shares = np.array([np.divide(weights, sum(weights)) for weights in results.skew.values()])
    if np.allclose(shares, 1 / shares.shape[1]):
        return None  # there is nothing to follow
    return pd.Series(skew_scores(_predicted(results, setup, seed), skew=results.skew))


def _identified(source: Any) -> _Reader:
    def read(results: RunResults, setup: str, seed: int) -> float | None:
        found = identification_level(setup, source)(results, seed)
        return None if found is None else found.value

    return read


def _neutral(results: RunResults, setup: str, seed: int) -> float | None:
    if setup == "balanced":  # it is what the others are compared with
        return None
    found = separation(results, setup, seed, category="neutral")
    return None if found is None else found.value


def _mean(results: RunResults, read: _Reader, setup: str, seeds: Sequence[int]) -> float | None:
    found = [value for seed in seeds if (value := read(results, setup, seed)) is not None]
    return float(np.mean([np.mean(value) for value in found])) if found else None


def _apart(
    results: RunResults, read: _Reader, setup: str, seeds: Sequence[int]
) -> tuple[float, float, float] | None:
    """Return a setup's difference from the data as they are, with its interval."""
    pairs = [
        (one, other, seed)
        for seed in seeds
        if (one := read(results, setup, seed)) is not None
        and (other := read(results, AS_IS, seed)) is not None
    ]
    if not pairs:
        return None
    if len(pairs) > 1:
        mean = over_seeds([float(np.mean(one) - np.mean(other)) for one, other, _ in pairs])
        return (mean.value, *mean.interval())
    (one, other, seed), *_ = pairs
    if isinstance(one, pd.Series) and isinstance(other, pd.Series):
        groups = _predicted(results, setup, seed).loc[one.index, "group"]
        if groups.nunique() > 1:
            bounds = over_groups((one - other).to_numpy(), groups)
            return float((one - other).mean()), bounds.ci_low, bounds.ci_high
    return float(np.mean(one) - np.mean(other)), np.nan, np.nan


def _text(value: float, difference: float, low: float, high: float) -> str:
    parts = f"{value:.3f}"
    if not np.isnan(difference):
        bounds = "" if np.isnan(low) else f", {bound(low, sign='+')} to {bound(high, sign='+')}"
        parts += f" ({difference:+.3f}{bounds})"
    return parts.replace("-", "−")
