"""The book's first page: a few sentences and one figure, from the results at hand."""

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, model_label
from helpers.report import by_number, claims, frames, plain_words, skew_figures, takeaways
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.display import Html, Panel, listed_words, multiples, signed
from helpers.report.evidence import Finding, Verdicts
from helpers.report.figures import STYLE
from helpers.report.places import POOLED, by_place, place_label, places

PROBLEM_AND_CURE = (
    "abstract/performance",
    "4.1/follows-the-skew",
    "abstract/further-apart",
    "abstract/uninformative",
    "abstract/weights-performance",
    "4.4/slope",
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
    said = plain_words.paragraph(experiments, found, PROBLEM_AND_CURE, sizes=True)
    parts = {
        "What was found.": said.html if said else "No result has been computed yet.",
        "On other test texts.": _other_texts(experiments),
        "How sure.": _how_sure(experiments, found),
        "What is missing.": _missing(experiments, originals),
    }
    told = {name: text for name, text in parts.items() if text}
    lines = [f"<p><b>{name}</b> {text}</p>" for name, text in told.items()]
    return Html(
        f'<div class="companion-short">{"".join(lines)}</div>',
        " ".join(f"{name} {text}" for name, text in told.items()),
    )


_MORE_ACCURATE: Mapping[claims.Verdict, str] = MappingProxyType(
    {
        claims.HOLDS: "the imbalanced model is more accurate than the balanced one",
        claims.FAILS: "the imbalanced model is less accurate than the balanced one",
        claims.UNKNOWN: "it cannot be told which of the two models is more accurate",
    }
)
_SKEWED: Mapping[str, str] = MappingProxyType(
    {"training": "On texts skewed as in training", "reversed": "on texts skewed the other way"}
)


def _other_texts(experiments: Sequence[Experiment]) -> str:
    """Say how imbalanced and balanced models compare on texts whose shares are not even."""
    found = takeaways.under_priors(experiments)
    lines = []
    for model in _models(experiments):
        parts = []
        for prior, where in _SKEWED.items():
            name = f"{prior}/imbalanced/balanced"
            one = plain_words.read(experiments, found, name, model)
            if one is not None and one.numbers is not None:
                words, size = _MORE_ACCURATE[one.numbers.verdict], signed(one.numbers.estimate)
                parts.append(f"{where} {words} ({size})")
        lines += [f"{'; '.join(parts)}."] * bool(parts)
    even = "Accuracy above is on test texts with even shares of labels in every language."
    return " ".join([even, *lines]) if lines else ""


def _how_sure(experiments: Sequence[Experiment], found: Verdicts) -> str:
    """Say on how many data sets, models and seeds the findings rest, and how many hold."""
    raised = sum(claim.raised for claim in CLAIMS if claim.id in HEADLINES)
    whose = f"{len(HEADLINES) - raised} of the paper, {raised} that its results raise"
    lines = []
    for model in _models(experiments):
        datasets = [name for name, its_model in places(experiments) if its_model == model]
        read = [plain_words.read(experiments, found, name, model) for name in HEADLINES]
        told = [one for one in read if one is not None and one.numbers is not None]
        if not told:
            continue
        seeds = max(
            len(seeds) for one in told if one.numbers for seeds in one.numbers.values.values()
        )
        on = listed_words([dataset_label(dataset) for dataset in datasets])
        lines.append(
            f"Of {len(HEADLINES)} main findings ({whose}), {_by_where(told, len(datasets))} "
            f"({html.escape(model_label(model))} on {on}, "
            f"up to {seeds} seed{'s' * (seeds > 1)} of each setup)."
        )
        lines += [_on_new_seeds(found, dataset, model) for dataset in datasets]
    rule = (
        "A finding holds only where the whole 95 % interval over seeds lies on its side; one seed "
        "decides nothing."
    )
    return " ".join(line for line in [*lines, rule] if line) if lines else ""


def _by_where(told: Sequence[Finding], datasets: int) -> str:
    """Count verdicts: those on all data sets together, and those on one alone."""
    counts = []
    for dataset in dict.fromkeys(one.dataset for one in told):
        where = "all data sets together" if dataset == POOLED else f"{dataset_label(dataset)} alone"
        number = plain_words.counted(one.numbers for one in told if one.dataset == dataset)
        counts.append(f"{number}{f' on {where}' * (datasets > 1)}")
    missing = len(HEADLINES) - len(told)
    counts += [f"{missing} {'have' if missing > 1 else 'has'} no result yet"] * bool(missing)
    return listed_words(counts)


def _on_new_seeds(found: Verdicts, dataset: str, model: str) -> str:
    """Count the verdicts of the seeds that came after the rules; nothing without such seeds."""
    given = [found.of(name, dataset, model) for name in HEADLINES]
    new = [one.cohorts["confirming"] for one in given if one and "confirming" in one.cohorts]
    if not new:
        return ""
    return (
        f"By {dataset_label(dataset)}'s new seeds alone, which came after the rules, "
        f"{plain_words.counted(new)}."
    )


def _models(experiments: Sequence[Experiment]) -> list[str]:
    return list(dict.fromkeys(model for _, model in places(experiments)))


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
            f" {html.escape(place_label(*listed[0].place))}. "
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
