"""The pages of the paper's sections: what each shows of every data set, side by side.

A page of a section says in short what came out, draws the judged differences, and sets the data
sets beside each other. The pages of one model and data set hold the rest.
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from helpers.foundation import store
from helpers.foundation.names import check_choice
from helpers.report import (
    claim_figures,
    figures,
    frames,
    hands_on,
    plain_words,
    runs,
    shap_figures,
    shap_frames,
    shap_null,
    skew_figures,
    tables,
    takeaways,
)
from helpers.report import verdicts as verdicts_of
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.display import Html, Panel, folded, interval_text, multiples, note, table
from helpers.report.evidence import Verdicts
from helpers.report.frames import Experiments
from helpers.report.labels import labelled
from helpers.report.places import by_name, place_label
from helpers.report.results import collect

Part = Callable[[Experiments], Html]
Draw = Callable[[Experiments], tuple[Axes | Sequence[Axes] | None, str]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What a section's page shows.

    Parameters
    ----------
    claims : tuple of str
        Ids of the claims that are told in words and drawn first, each in
        `helpers.report.plain_words.WORDS`.
    of_paper : tuple of str
        The paper's sections whose other claims follow.
    parts : tuple of callable
        Figures and tables of all data sets.
    facts : callable, optional
        Sentences on what no claim is about.
    """

    claims: tuple[str, ...] = ()
    of_paper: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    facts: Callable[[Experiments], str] | None = None


# --- parts ----------------------------------------------------------------------------------


def _pictures(draw: Draw, caption: str, *, of: str = "metrics.json") -> Part:
    """Return a figure with a picture for each data set.

    The caption says the seeds that have the result file ``of``, which the pictures are drawn of.
    """

    def part(experiments: Experiments) -> Html:
        named = by_name(experiments)
        panels = [Panel(*draw(listed), name) for name, listed in named.items()]
        return multiples(panels, caption=f"{caption} {_seeds(named, of)}")

    return part


def _seeds(named: Mapping[str, Experiments], of: str = "metrics.json") -> str:
    """Say how many seeds of each data set have a result file."""
    seeds = {
        name: {each.seed for each in frames.chosen(listed) if store.verified_path(each.folder, of)}
        for name, listed in named.items()
    }
    words = ", ".join(f"{html.escape(name)} {len(found)}" for name, found in seeds.items())
    return f"Seeds: {words}."


def _tables(read: Callable[[Experiments], pd.DataFrame], caption: str) -> Part:
    """Return one table of the tables of all data sets, below each other."""

    def part(experiments: Experiments) -> Html:
        found = {name: read(listed) for name, listed in by_name(experiments).items()}
        whole = {name: frame for name, frame in found.items() if not frame.empty}
        return table(pd.concat(whole) if whole else pd.DataFrame(), caption=caption)

    return part


def _curves(experiments: Experiments) -> tuple[Axes | None, str]:
    curves = frames.training_curves(experiments)
    alt = figures.alt_text(
        "Validation loss against training step; the lowest of each model",
        curves[curves["best"]],
        name=["setup", "seed"],
        value="validation_loss",
    )
    return figures.training_curves(curves), alt


def _sweep(experiments: Experiments) -> tuple[Sequence[Axes] | None, str]:
    sweep, shares = shap_frames.threshold_sweep(experiments), shap_frames.token_shares(experiments)
    alt = figures.alt_text(
        "Token shares by threshold", shares, name=["threshold", "category"], value="share"
    )
    return shap_figures.threshold_sweep(sweep, shares, shap_frames.skew_ends(experiments)), alt


def _levels(experiments: Experiments) -> pd.DataFrame:
    """Return accuracy by setup, with what it rests on."""
    found = labelled(frames.accuracy(experiments))
    return _indexed(
        found["setup"],
        {
            "accuracy [95 %]": tables.intervals(found, "accuracy"),
            "macro F1": found["macro_f1"].map(interval_text),
            "test rows": found["n_test"].map("{:,}".format),
            "seeds": found["seeds"].map(str),
        },
    )


def _at_the_paper_s_c(experiments: Experiments) -> pd.DataFrame:
    """Return language identification at the paper's C, with chance and the encoder before."""
    found = frames.identification(experiments)
    found = labelled(found[found["probe"] == "C=1e-4"])
    return _indexed(
        found["source"].map(tables.SOURCE_LABELS) + ", " + found["setup"],
        {
            "accuracy [95 %]": tables.intervals(found, "accuracy"),
            "chance": found["chance"].map(interval_text),
            "before fine-tuning": found["pretrained"].map(interval_text),
            "seeds": found["seeds"].map(str),
        },
    )


def _indexed(names: Iterable[Any], cells: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: list(texts) for name, texts in cells.items()}, index=list(names))


def _recipes(experiments: Experiments) -> Html:
    found = {name: runs.recipe(listed) for name, listed in by_name(experiments).items()}
    beside = {name: frame["This run"] for name, frame in found.items()}
    beside["Paper"] = next(iter(found.values()))["Paper"]
    return table(
        pd.DataFrame(beside),
        caption="<b>Table 3-B.</b> How the models are fine-tuned, and the paper's (section 3)",
    )


def _nulls(experiments: Experiments) -> Html:
    return table(
        shap_null.table(experiments),
        caption="<b>Table 4.3-B.</b> Mean change of SHAP values a text, imbalanced minus balanced "
        "model; the same between two balanced models, which no imbalance can have made; and what "
        "is left",
    )


def _rulers(experiments: Experiments) -> Html:
    return claim_figures.rulers(
        experiments,
        caption="<b>Figure 4.2-B. How easily languages are told apart inside the model.</b> Means "
        "over seeds and over test and external texts; further right is easier. Accuracy cannot "
        "fall far below chance; the log loss still tells models apart whose accuracy would be 1. "
        + _seeds(by_name(experiments)),
    )


def _severities(experiments: Experiments) -> Html:
    return hands_on.severity_slider(
        experiments, caption="<b>Figure 2.1-C. From balanced to skewed.</b>"
    )


def _guesses(experiments: Experiments) -> Html:
    return hands_on.guess(
        next(iter(by_name(experiments).values()), []),
        caption="<b>Figure 4.3-D. Be the model.</b> All tokens are masked; only the language is "
        "told. Which label would you give?",
    )


def _priors(experiments: Experiments) -> Html:
    return takeaways.priors(experiments, number="Table 4.4-B")


# --- facts ----------------------------------------------------------------------------------


def _sizes(experiments: Experiments) -> str:
    lines = []
    for name, listed in by_name(experiments).items():
        sizes = frames.split_sizes(listed)
        for row in sizes[sizes["split"] == "train"].to_dict("records"):
            lines.append(
                f"{name}: each training subset has {row['rows']:,} rows, and "
                f"{100 * row['overlap']:.0f} % of them are in both."
            )
    return " ".join(lines)


def _learned(experiments: Experiments) -> str:
    results = collect(experiments)
    number = sum(len(one.predictions) for one in results)
    if not number:
        return ""
    failed = "; ".join(
        f"{place_label(*one.place)}: {names}"
        for one in results
        if (names := takeaways.unlearned([one]))
    )
    text = f"{number} models have been fine-tuned."
    if failed:
        return f"{text} Not learned, no better than the language alone allows: {failed}."
    return f"{text} Each classifies better than the language alone allows."


# --- the sections ---------------------------------------------------------------------------

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "2.1": Section(
            facts=_sizes,
            parts=(
                _pictures(
                    skew_figures.drawn_skew,
                    "<b>Figure 2.1-B.</b> The skew of the imbalanced training subset: label shares "
                    "of each language. In the balanced one they are even.",
                ),
                _severities,
            ),
        ),
        "3": Section(
            facts=_learned,
            parts=(
                _recipes,
                _pictures(
                    _curves,
                    "<b>Figure 3-B.</b> Validation loss during fine-tuning, a line for each model. "
                    "Markers: the state that is kept. Losses of different setups are not "
                    "comparable: each is validated on its own distribution.",
                ),
            ),
        ),
        "4.1": Section(
            claims=("abstract/performance", "4.1/follows-the-skew"),
            of_paper=("4.1",),
            parts=(
                _pictures(
                    skew_figures.drawn_follows,
                    "<b>Figure 4.1-B.</b> Predicted shares on the balanced test set against shares "
                    "in the imbalanced training subset, a point for each group of languages and "
                    "label; means over seeds. The slope is 0 where predictions ignore the skew, "
                    "and 1 where they repeat it.",
                ),
                _tables(_levels, "<b>Table 4.1-B.</b> Test accuracy"),
            ),
        ),
        "4.2": Section(
            claims=("abstract/separation", "abstract/further-apart"),
            of_paper=("4.2",),
            parts=(
                _rulers,
                _tables(
                    _at_the_paper_s_c,
                    "<b>Table 4.2-B.</b> Accuracy of language identification at the paper's "
                    "<i>C</i>",
                ),
            ),
        ),
        "4.3": Section(
            claims=(
                "abstract/uninformative",
                "abstract/uninformative-null",
                "4.3/positive",
                "4.3/negative",
            ),
            of_paper=("4.3.1", "4.3.2", "4.3"),
            parts=(_nulls, _guesses),
        ),
        "4.4": Section(
            claims=(
                "abstract/weights-performance",
                "4.4/accuracy-left",
                "4.4/slope",
                "abstract/closer-together",
                "4.4/smaller-differences",
            ),
            of_paper=("4.4",),
            parts=(_priors,),
        ),
        "A.3": Section(
            claims=("A.3/base-values", "A.3/no-harm-balanced", "A.3/no-harm-imbalanced"),
            of_paper=("A.3",),
            parts=(
                _tables(
                    tables.accuracy_by_loss,
                    "<b>Table A.3-B.</b> Test accuracy with and without masked input entropy, same "
                    "seeds",
                ),
            ),
        ),
        "A.4": Section(
            claims=("A.4/neutral-share", "A.4/higher-threshold", "A.4/similar-differences"),
            of_paper=("A.4",),
            parts=(
                _pictures(
                    _sweep,
                    "<b>Figure A.4-B.</b> Left: how many of all tokens are negative, neutral and "
                    "positive at each threshold. Right: the neutral tokens' mean cumulative "
                    "difference; dotted: the null, a balanced model of another seed, in the seeds "
                    "that have one.",
                    of="shap_difference.parquet",
                ),
                _tables(
                    tables.token_shares,
                    "<b>Table A.4-B.</b> Share of all tokens by threshold, texts and seeds pooled; "
                    "the paper says about 20, 60 and 20 % at 0.01",
                ),
            ),
        ),
    }
)


def section(number: str) -> Section:
    """Return what a section's page shows.

    Raises
    ------
    CompanionError
        If there is no page for it; the message lists the sections.
    """
    check_choice("section", number, SECTIONS)
    return SECTIONS[number]


def verdicts(page: Section, experiments: Experiments) -> Verdicts:
    """Return the verdicts on the page's claims, and on the main findings, one family of tests."""
    wanted = {*page.claims, *HEADLINES}
    listed = [claim for claim in CLAIMS if claim.id in wanted or claim.section in page.of_paper]
    return verdicts_of.verdicts(experiments, listed)


def in_short(page: Section, experiments: Experiments, found: Verdicts) -> Html:
    """Say what came out, in plain sentences chosen by the verdicts.

    Parameters
    ----------
    page : Section
        From `section`.
    experiments : sequence of Experiment
        Of one profile.
    found : Verdicts
        From `verdicts`.
    """
    said = plain_words.paragraph(experiments, found, page.claims)
    facts = page.facts(experiments) if page.facts else ""
    text = " ".join(filter(None, (said.text if said else "", facts)))
    text = text or "No result of this section has been computed yet."
    return Html(
        f'<div class="companion-takeaway"><p>{html.escape(text, quote=False)}</p></div>', text
    )


def judged(page: Section, experiments: Experiments, found: Verdicts, *, caption: str) -> Html:
    """Draw the differences that decide, on every data set and on all together."""
    listed = [claim for name in page.claims for claim in CLAIMS if claim.id == name]
    if not listed:
        return note("The paper states how this is done, and no result: nothing is judged here.")
    return claim_figures.shown(experiments, found, listed, caption=caption)


def side_by_side(page: Section, experiments: Experiments) -> Html:
    """Return the figures and tables of all data sets."""
    shown = [part(experiments) for part in page.parts]
    return Html("".join(one.html for one in shown), "\n\n".join(one.text for one in shown))


def further(
    page: Section, experiments: Experiments, found: Verdicts, *, caption: str
) -> Html | None:
    """Draw the section's other claims, folded; None where there are none."""
    told = {claim.test for claim in CLAIMS if claim.id in page.claims}
    listed = [
        claim for claim in CLAIMS if claim.section in page.of_paper and claim.test not in told
    ]
    if not listed:
        return None
    shown = claim_figures.shown(experiments, found, listed, caption=caption)
    return folded(shown, summary=f"The section's other claims: {len(listed)}")
