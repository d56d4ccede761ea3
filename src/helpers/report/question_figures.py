"""The frames, figures and tables of the open questions' pages."""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from sklearn.metrics import f1_score, log_loss

from helpers.analysis import paired_shap, remedies, token_rules
from helpers.analysis.calibration import calibration_error
from helpers.analysis.label_priors import PRIORS
from helpers.analysis.prior_correction import marginal_class_weights
from helpers.analysis.quantities import (
    BY_LOG_LOSS,
    Measure,
    RunResults,
    identification,
    skew_slope,
    values_by_seed,
)
from helpers.analysis.shap_difference import TOKEN_CATEGORIES
from helpers.foundation.names import SETUPS, dataset_label
from helpers.report.display import rows_by_two
from helpers.report.figures import INK, SETUP_COLOURS, panels
from helpers.report.frames import Experiments, each, interval
from helpers.report.labels import setup_label
from helpers.report.priors import PRIOR_LABELS
from helpers.report.questions import Question
from helpers.report.tables import SOURCE_LABELS

Rows = Iterable[tuple[str, str | float, Measure]]  # panel, line, what is computed
_REMEDY_COLOUR = "#cc79a7"
_THRESHOLD = 0.01
_WIDTH = 24  # letters of a label's line


def beside_accuracy(setup: str, minus: str) -> dict[str, Measure]:
    """Return what pages show beside accuracy: the slope, and both rulers of separation."""
    return {
        "Slope": skew_slope(setup, minus),
        "Identification, C = 1e-4": identification(setup, minus),
        "Identification, log loss": identification(setup, minus, by=BY_LOG_LOSS),
    }


def by_seed(results: RunResults, rows: Rows, *, line: str = "line") -> pd.DataFrame:
    """Return ``panel, line, seed, value``: what `forest` draws.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    rows : iterable
        Panel, line and measure.
    line : str
        What the column of the lines is called.
    """
    records = [
        (panel, name, seed, value)
        for panel, name, measure in rows
        for seed, value in values_by_seed(results, measure).by_seed.items()
    ]
    return pd.DataFrame(records, columns=["panel", line, "seed", "value"])


def means(frame: pd.DataFrame, *, line: str = "line") -> pd.DataFrame:
    """Return ``panel, line, mean, low, high, seeds`` of a frame of `by_seed`."""
    records = [
        (*key, values.mean(), *interval(values), len(values))
        for key, values in frame.groupby(["panel", line], sort=False)["value"]
    ]
    return pd.DataFrame(records, columns=["panel", line, "mean", "low", "high", "seeds"])


def forest(
    frame: pd.DataFrame,
    *,
    unit: str | Mapping[str, str],
    colour: Callable[[str], str] = lambda line: INK,
) -> list[Axes] | None:
    """Draw means with their 95 % intervals over seeds, and every seed as a tick.

    Parameters
    ----------
    frame : DataFrame
        From `by_seed`; a panel for each value of ``panel``, from left to right.
    unit : str or mapping of str to str
        What the values are, for all panels or for each.
    colour : callable
        A line's colour.
    """
    if frame.empty:
        return None
    names = list(dict.fromkeys(frame["line"]))[::-1]
    shown = list(dict.fromkeys(frame["panel"]))
    same = isinstance(unit, str)
    axes = panels(len(shown), height=0.42 * len(names) + 1.5, sharey=True, sharex=same)
    found = means(frame)
    for ax, panel in zip(axes, shown, strict=True):
        for row in found[found["panel"] == panel].itertuples():
            y, ink = names.index(str(row.line)), colour(str(row.line))
            seeds = frame[(frame["panel"] == panel) & (frame["line"] == row.line)]["value"]
            ax.plot([row.low, row.high], [y, y], color=ink, linewidth=2.2, alpha=0.6)
            ax.plot(row.mean, y, "o", color=ink, markersize=6)
            ax.plot(seeds, [y - 0.25] * len(seeds), "|", color=ink, markersize=6)
        ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
        ax.set_yticks(range(len(names)), [textwrap.fill(name, _WIDTH) for name in names])
        ax.set_ylim(-0.7, len(names) - 0.4)
        ax.set_title(panel)
        ax.locator_params(axis="x", nbins=4)
        ax.grid(visible=False, axis="y")
        if not isinstance(unit, str):
            ax.set_xlabel(textwrap.fill(unit[panel], _WIDTH))
    if isinstance(unit, str):
        axes[len(axes) // 2].set_xlabel(unit)
    return axes


# --- without training -----------------------------------------------------------------------


def remedy_colour(line: str) -> str:
    """Return a setup's own colour, and one for all remedies."""
    by_label = {setup_label(name): colour for name, colour in SETUP_COLOURS.items()}
    return by_label.get(line, _REMEDY_COLOUR)


def gains(results: RunResults, *, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return what each setup and remedy gains on the imbalanced model, under three test priors.

    Parameters
    ----------
    results : RunResults
        Of one model and data set.
    names : sequence of str, optional
        Setups and remedies; by default all but the erasures of language.
    """
    listed = names or [
        *(setup for setup in SETUPS if setup != remedies.TREATED),
        *(name for name in remedies.REMEDIES if "erasure" not in remedies.REMEDIES[name].file),
    ]
    return by_seed(
        results,
        (
            (
                PRIOR_LABELS[prior],
                setup_label(name),
                remedies.accuracy_with(name, remedies.TREATED, prior),
            )
            for prior in PRIORS
            for name in listed
        ),
    )


def classification_scores(results: RunResults) -> pd.DataFrame:
    """Return accuracy, macro-F1, log loss and calibration error of each setup and remedy.

    Even shares of labels; means over the seeds that have the setup or remedy.
    """
    columns = [f"p_{label}" for label in results.labels]
    rows: dict[str, list[dict[str, float]]] = {}
    for name in [*SETUPS, *remedies.REMEDIES]:
        for seed in results.seeds:
            found = remedies.predictions_with(results, name, seed)
            if found is None:
                continue
            label, predicted = found["label"].to_numpy(), found["predicted"].to_numpy()
            probabilities = found[columns].to_numpy(dtype=float)
            probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
            scores = {
                "Accuracy": float((label == predicted).mean()),
                "Macro-F1": float(f1_score(label, predicted, average="macro")),
                "Log loss": float(log_loss(label, probabilities, labels=range(len(columns)))),
                "Calibration error": calibration_error(probabilities, label == predicted),
            }
            rows.setdefault(setup_label(name), []).append({"Seeds": 1.0, **scores})
    frame = pd.DataFrame({name: pd.DataFrame(each).mean() for name, each in rows.items()}).T
    if not frame.empty:
        frame["Seeds"] = [len(each) for each in rows.values()]
    return frame


def marginal_weights(experiments: Experiments) -> pd.DataFrame:
    """Return the class weights that do not know languages: a row for each data set's labels."""
    rows = {}
    for experiment, content in each(experiments, "subsets.json"):
        counts = content["counts"]["train"]["imbalanced"]
        weights = marginal_class_weights(counts)
        for label, weight in zip(content["labels"], weights.tolist(), strict=True):
            rows[dataset_label(experiment.dataset), label] = {"Class weight": weight}
    return rows_by_two(rows)


# --- tokens ---------------------------------------------------------------------------------


def rules(question: Question, results: RunResults) -> pd.DataFrame:
    """Return the neutral tokens' separation by every rule of a question."""
    return by_seed(
        results,
        (
            ("Neutral tokens", part.claim.quantity.words.split(", over-")[0].partition(", ")[2],
             part.claim.quantity.measure)
            for part in question.parts
        ),
    )  # fmt: skip


def value_slopes(results: RunResults) -> pd.DataFrame:
    """Return slopes by setup, language and label, means over seeds."""
    frames = [
        found.assign(setup=setup_label(setup), seed=seed)
        for setup in SETUPS
        if setup != "balanced"
        for seed in results.seeds
        if (found := token_rules.value_slopes(results, setup, seed)) is not None
    ]
    if not frames:
        return pd.DataFrame()
    keys = ["setup", "language", "class", "represented"]
    found = pd.concat(frames).groupby(keys, sort=False)[["slope", "balanced"]].mean()
    found["difference"] = found["slope"] - found["balanced"]
    return found


def attributions(results: RunResults) -> pd.DataFrame:
    """Return the paired differences by category and side, of SHAP and of Integrated Gradients."""
    methods = {
        "Partition SHAP": token_rules.SHAP_TOKENS,
        "Integrated Gradients": token_rules.GRADIENTS,
    }
    sides = {"over": "over-represented", "under": "under-represented"}
    frames = []
    for method, file in methods.items():
        tokens = results.file(file)
        wanted = {
            key: frame for key, frame in tokens.items() if key[0] in ("balanced", "imbalanced")
        }
        paired = paired_shap.paired_differences(wanted, labels=results.labels, threshold=_THRESHOLD)
        given = RunResults(
            dataset=results.dataset,
            model=results.model,
            labels=results.labels,
            skew=results.skew,
            shap_difference=paired,
        )
        rows = (
            (
                method,
                f"{category}, {words}",
                paired_shap.paired_shap_difference("imbalanced", category, side),
            )
            for category in TOKEN_CATEGORIES
            for side, words in sides.items()
        )
        frames.append(by_seed(given, rows))
    return pd.concat(frames, ignore_index=True)


def attribution_agreement(results: RunResults) -> pd.DataFrame:
    """Return the rank agreement of the two attributions: a row a setup, with its interval."""
    rows = {}
    for setup in SETUPS:
        values = pd.Series(
            values_by_seed(results, token_rules.attribution_agreement(setup)).by_seed
        )
        if len(values):
            low, high = interval(values)
            rows[setup_label(setup)] = {"Rank agreement": values.mean(), "Low": low, "High": high,
                           "Seeds": len(values)}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


# --- language erased ------------------------------------------------------------------------

ERASURE_UNITS: Mapping[str, str] = {
    "Accuracy": "change of accuracy",
    "As in the paper": "change of accuracy of language identification, C = 1e-4",
    "Separation": "change of its log loss at C = 1, sign turned",
}


def erasures(results: RunResults) -> pd.DataFrame:
    """Return what erasing the language changes: accuracy, and both rulers of separation."""
    rows: list[tuple[str, str, Measure]] = []
    for name in ("leace", "centring"):
        label = setup_label(name)
        rows += [
            ("Accuracy", label, remedies.accuracy_with(name, remedies.TREATED)),
            ("As in the paper", label, remedies.separation_without(name)),
            (
                "Separation",
                label,
                remedies.separation_without(name, by=BY_LOG_LOSS),
            ),
        ]
    return by_seed(results, sorted(rows, key=lambda row: list(ERASURE_UNITS).index(row[0])))


def erased_by_source(results: RunResults) -> pd.DataFrame:
    """Return how easily languages are told apart before and after an erasure, by kind of text."""
    records = []
    for key, content in results.file("erasure.json").items():
        before = results.identification.get(key)
        if key[0] != remedies.TREATED or before is None:
            continue
        for source, probes in before["sources"].items():
            states = {"Before": probes["probes"]} | {
                setup_label(eraser): after[source] for eraser, after in content["probes"].items()
            }
            for state, scores in states.items():
                records.append(
                    {
                        "source": SOURCE_LABELS[source],
                        "state": state,
                        "Accuracy, C = 1e-4": scores["C=1e-4"]["accuracy"],
                        "Accuracy, C = 1": scores["C=1"]["accuracy"],
                        "Log loss, C = 1": scores["C=1"]["log_loss"],
                        "Chance": 1 / len(results.skew),
                        "Seeds": 1.0,
                    }
                )
    if not records:
        return pd.DataFrame()
    found = pd.DataFrame(records).groupby(["source", "state"], sort=False)
    frame: pd.DataFrame = found.mean().rename_axis([None, None])
    return frame.assign(Seeds=found["Seeds"].sum())
