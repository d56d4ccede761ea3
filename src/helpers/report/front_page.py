"""The book's first page: three sentences and one figure, from the results at hand."""

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, model_label
from helpers.report import by_number, claims, frames, plain_words, skew_figures
from helpers.report.claim_list import HEADLINES
from helpers.report.display import Html, Panel, multiples
from helpers.report.evidence import Verdicts
from helpers.report.figures import STYLE
from helpers.report.places import by_place, places

PROBLEM_AND_CURE = (
    "abstract/performance",
    "4.1/follows-the-skew",
    "abstract/further-apart",
    "abstract/weights-performance",
    "4.4/slope",
)

_COUNTED: Mapping[claims.Verdict, str] = MappingProxyType(
    {claims.HOLDS: "hold", claims.FAILS: "do not hold", claims.UNKNOWN: "cannot be told"}
)


def in_short(
    experiments: Sequence[Experiment], found: Verdicts, originals: Sequence[Experiment]
) -> Html:
    """Say what was found, how sure that is, and what has not been computed.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.
    originals : sequence of Experiment
        Of profile ``paper``, as in `helpers.report.by_number.beside`.
    """
    said = plain_words.paragraph(experiments, found, PROBLEM_AND_CURE)
    sure = _how_sure(experiments, found)
    parts = {
        "What was found.": said.html if said else "No result has been computed yet.",
        "How sure.": sure,
        "What is missing.": _missing(experiments, originals),
    }
    told = {name: text for name, text in parts.items() if text}
    lines = [f"<p><b>{name}</b> {text}</p>" for name, text in told.items()]
    return Html(
        f'<div class="companion-short">{"".join(lines)}</div>',
        " ".join(f"{name} {text}" for name, text in told.items()),
    )


def _how_sure(experiments: Sequence[Experiment], found: Verdicts) -> str:
    """Say on how many data sets, models and seeds the findings rest, and how many hold."""
    lines = []
    among = places(experiments)
    for model in dict.fromkeys(model for _, model in among):
        read = [plain_words.read(experiments, found, name, model) for name in HEADLINES]
        told = [one.numbers for one in read if one is not None and one.numbers is not None]
        if not told:
            continue
        datasets = [dataset_label(name) for name, its_model in among if its_model == model]
        counts = {verdict: sum(one.verdict == verdict for one in told) for verdict in _COUNTED}
        counted = [f"{n} {_COUNTED[verdict]}" for verdict, n in counts.items() if n]
        missing = len(HEADLINES) - len(told)
        counted += [f"{missing} {'have' if missing > 1 else 'has'} no result yet"] * bool(missing)
        seeds = max(len(values) for one in told for values in one.values.values())
        lines.append(
            f"Of the paper's {len(HEADLINES)} main findings, {_listed(counted)} "
            f"({html.escape(model_label(model))} on {_listed(datasets)}, up to {seeds} "
            f"seed{'s' * (seeds > 1)} of each setup)."
        )
    rule = (
        "A finding holds only where the whole 95 % interval over seeds lies on its side; one seed "
        "decides nothing."
    )
    return " ".join([*lines, rule]) if lines else ""


def _listed(words: Sequence[str]) -> str:
    """Return words as in a sentence.

    Examples
    --------
    >>> _listed(["a"]), _listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _missing(experiments: Sequence[Experiment], originals: Sequence[Experiment]) -> str:
    """Say how many of the paper's numbers have been computed with its own models and data."""
    found = by_number.count(experiments, originals)
    if not originals or found.own == found.total:
        return ""
    own = "none" if found.own == 0 else str(found.own)
    been = "has" if found.own < 2 else "have"
    return (
        f"The paper's own models and data: {own} of its {found.total} numbers {been} been computed "
        "again with them yet. This command does it, on a GPU with access to the model hub: "
        f"<code>make reproduce PROFILE={originals[0].profile}</code>."
    )


# --- the figure -----------------------------------------------------------------------------

_SKEW, _EFFECT = "The skew: labels in training", "What models then predict"


def _first(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Return the experiments of the first data set and model with results."""
    for listed in by_place(experiments).values():
        if not frames.predicted_share(listed).empty:
            return listed
    return []


def figure(experiments: Sequence[Experiment], *, number: str) -> Html:
    """Return problem, effect and cure at a glance, on the first data set with results.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    number : str
        Of the figure.
    """
    listed = _first(experiments)
    counts = frames.imbalanced_counts(listed)
    tested = frames.accuracy_by_seed(listed)
    about = ""
    if listed:
        rows, seeds = int(counts["rows"].sum()), tested["seed"].nunique()
        about = (
            f" {dataset_label(listed[0].dataset)}, {html.escape(model_label(listed[0].model))}. "
            f"Left: the skew of the imbalanced training subset, {rows:,} texts. Right: predicted "
            "shares of each label, for each group of languages, on "
            f"{tested['n_test'].max():,.0f} test texts with even shares; means over {seeds} "
            f"seed{'s' * (seeds > 1)}. The slope is 0 where predictions ignore the skew, and 1 "
            "where they repeat it."
        )
    return multiples(
        [
            Panel(*skew_figures.drawn_skew(listed), _SKEW),
            Panel(*skew_figures.drawn_follows(listed), _EFFECT),
        ],
        caption=f"<b>{number}. Problem, effect and cure.</b>{about}",
    )


def canvas(experiments: Sequence[Experiment]) -> Figure:
    """Return the same figure on one canvas, for readers outside the book."""
    listed = _first(experiments)
    with plt.style.context(STYLE):
        drawn, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.6))
        left.set_title(_SKEW)
        right.set_title(_EFFECT)
        skew_figures.skew(frames.imbalanced_counts(listed), ax=left)
        skew_figures.follows(frames.predicted_share(listed), legend_columns=2, ax=right)
    return drawn
