"""What holds: the paper's claims with their verdicts on the runs at hand, in words.

No sentence here states an outcome: verdicts are those of `helpers.report.evidence`.
"""

import html
from collections.abc import Sequence

import pandas as pd

from helpers.analysis.label_priors import PRIORS
from helpers.analysis.predictions import has_learned
from helpers.analysis.quantities import RunResults
from helpers.foundation.datasets import all_datasets
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, family_of, model_label
from helpers.report import claims, plain_words
from helpers.report.claim_cells import (
    interval,
    our_cell,
    paper_cell,
    paper_words,
    sentence,
    verdict_mark,
)
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.claim_quantities import accuracy_under, difference_words
from helpers.report.display import MISSING, Html, counted, rows_by_two, signed, table
from helpers.report.evidence import Finding, Verdicts, evaluate
from helpers.report.labels import model_names
from helpers.report.places import POOLED, place_label, places
from helpers.report.priors import COMPARISONS, PRIOR_LABELS
from helpers.report.results import collect
from helpers.report.verdicts import columns, verdicts

_BY_ID = {claim.id: claim for claim in CLAIMS}


def section(experiments: Sequence[Experiment], *sections: str) -> Html:
    """Return the takeaway of a page: its claims, each with its verdict here and in the paper.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one model and data set.
    *sections : str
        The paper's sections, such as ``"4.1"``.
    """
    found = verdicts(experiments, [claim for claim in CLAIMS if claim.section in sections])
    told = [each for each in found.findings if each.numbers is not None]
    if not told:
        return Html(
            '<p class="companion-missing">The results that these claims rest on have not been '
            "computed here.</p>",
            "not computed",
        )
    lines = [
        f"<li>{verdict_mark(each.numbers.verdict)} {html.escape(each.claim.statement)} "
        f'<span class="companion-detail">{sentence(each)} '
        f"On the paper's own numbers: {paper_words(found.paper[each.claim.id])}.</span></li>"
        for each in told
        if each.numbers is not None
    ]
    where = html.escape(place_label(*experiments[0].place))
    verdicts_told = plain_words.counted(each.numbers for each in told)
    summary = f"Of the {len(told)} claims tested here ({where}): {verdicts_told}."
    content = f'<p>{summary}</p><ul class="companion-claims">{"".join(lines)}</ul>'
    if names := unlearned(collect(experiments)):
        content += (
            f"<p>Not learned: {names}. Accuracy is no better than the language alone allows, "
            "so these models say nothing of the task, and their seeds count for no verdict.</p>"
        )
    return Html(f'<div class="companion-takeaway">{content}</div>', summary)


def unlearned(results: Sequence[RunResults]) -> str:
    """Name the models that have not learned the task; empty where there is none."""
    found = sorted(
        (*key.partition("+")[::2], seed)
        for one in results
        for (key, seed), frame in one.predictions.items()
        if not has_learned(frame)
    )
    return model_names(found)


# --- the root page --------------------------------------------------------------------------


def headline_table(experiments: Sequence[Experiment], found: Verdicts) -> pd.DataFrame:
    """Return the main findings: the paper's numbers beside those of every data set.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.

    Returns
    -------
    DataFrame
        Cells are HTML. A row for each finding; columns the paper, where there are several data sets
        all together, and every data set and model.
    """
    in_order = sorted(columns(experiments, found).items(), key=lambda one: one[0][0] != POOLED)
    headings = dict(in_order)  # what decides comes first
    rows = {
        f"{short}<small>{html.escape(_measured(_BY_ID[name]))}</small>": {
            "Paper": paper_cell(found.paper[name]),
            **{heading: our_cell(found.of(name, *place)) for place, heading in headings.items()},
        }
        for name, short in HEADLINES.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _measured(claim: claims.Claim) -> str:
    """Return what the numbers beside a finding are, and where it holds."""
    return f"{claim.quantity.words}; ruler: {claim.quantity.ruler.name}; holds {claim.region}"


def headline(experiments: Sequence[Experiment], found: Verdicts, *, number: str) -> Html:
    """Return `headline_table` as it stands on the root page, with its legend below.

    Parameters
    ----------
    experiments, found
        As in `headline_table`.
    number : str
        The table's, such as ``"Table C-1"``.
    """
    together = (
        "“Together” is the mean over the data sets; there Holm's correction over all findings of "
        "this table decides, while each data set by itself is not corrected. "
        if any(dataset == POOLED for dataset, _ in columns(experiments, found))
        else ""
    )
    legend = (
        "Numbers are differences between setups, in brackets their 95 % interval over seeds. A "
        "finding <b>holds</b> where all of the interval lies on the side, or inside the margin, "
        "that the finding names, <b>does not hold</b> where all of it lies outside, and else "
        f"<b>cannot be told</b>. {together}The paper's numbers span its models and data sets, one "
        "seed each, without intervals: they are judged with the spread between our seeds. "
        "Languages are told apart by two rulers: the paper's own, and the log loss, which goes on "
        "falling where accuracy ends."
    )
    shown = table(
        headline_table(experiments, found),
        caption=f"<b>{number}. What the paper finds, and what was found here.</b>",
        markup=True,
    )
    return Html(f'{shown.html}<p class="companion-note">{legend}</p>', shown.text)


def evidence(experiments: Sequence[Experiment], found: Verdicts) -> Html:
    """Return, for each data set, what was run on it and how many findings hold; and how sure.

    Parameters
    ----------
    experiments, found
        As in `headline_table`.
    """
    first = experiments[0]
    results = {one.place: one for one in collect(experiments)}
    if not results:
        return Html('<p class="companion-missing">No result has been computed yet.</p>')
    lines = []
    for place in places(experiments):
        dataset, model = place
        name = f"<b>{dataset_label(dataset)}</b> ({html.escape(model_label(model))})"
        if place not in results:
            lines.append(f"{name}: no result yet.")
            continue
        one = results[place]
        lines.append(f"{name}: {_findings(found, dataset, model)}. {_what_was_run(one)}.")
        if names := unlearned([one]):
            lines[-1] += (
                f" Not learned, accuracy no better than the language alone allows: {names}."
            )
    how_sure = _how_sure(found)
    abouts = [all_datasets()[family_of(dataset)] for dataset, _ in results]
    how_sure += "".join(
        f" {remark}" for remark in dict.fromkeys(a.remark for a in abouts) if remark
    )
    items = "".join(f"<li>{line}</li>" for line in lines)
    text = f"{' '.join(lines)} {how_sure}"
    return Html(
        f'<div class="companion-note"><p><b>On what data, and how sure.</b> Profile '
        f"<code>{first.profile}</code>. {how_sure}</p><ul>{items}</ul></div>",
        text,
    )


def _how_sure(found: Verdicts) -> str:
    """Say what the intervals stand for, given how many seeds the numbers rest on."""
    numbers = [
        each.numbers
        for each in found.findings
        if each.claim.id in HEADLINES and each.numbers is not None
    ]
    several = "Intervals are over seeds, on paired differences, for these test rows."
    single = (
        "One seed gives no verdict: its number stands beside the published one, with whether it "
        "lies in the published interval."
    )
    return " ".join(
        [several] * any(one.seeds > 1 for one in numbers)
        + [single] * any(one.seeds == 1 for one in numbers)
    )


def _findings(found: Verdicts, dataset: str, model: str) -> str:
    """Say how many of the findings hold, and for how many there is no result."""
    mine = [found.of(name, dataset, model) for name in HEADLINES]
    told = [each for each in mine if each is not None and each.numbers is not None]
    missing = len(mine) - len(told)
    parts = [plain_words.counted(each.numbers for each in told)] * bool(told) + [
        f"{missing} missing"
    ] * bool(missing)
    return f"of the {len(mine)} findings, {', '.join(parts)}"


def _what_was_run(one: RunResults) -> str:
    seeds = len({seed for setup, seed in one.predictions if "+" not in setup})
    rows = next((len(frame) for frame in one.predictions.values()), 0)
    explained = next((frame["text"].nunique() for frame in one.shap_difference.values()), 0)
    with_shap = len({seed for setup, seed in one.shap_difference if "+" not in setup})
    fewer = f" in {counted(with_shap, 'seed')}" * (0 < with_shap < seeds)
    return (
        f"{len(one.skew)} languages, {counted(seeds, 'seed')}, "
        f"{rows:,} test texts, {f'{explained:,}' if explained else 'none'} explained by SHAP{fewer}"
    )


def under_priors(experiments: Sequence[Experiment]) -> Verdicts:
    """Return the differences of accuracy under each prior of the test set, judged against 0.

    A claim's id is prior, setup and the setup that is subtracted, with slashes between them.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    """
    asked = [
        claims.Claim(
            id=f"{prior}/{setup}/{minus}",
            place="",
            statement="",
            quantity=accuracy_under(setup, minus, prior),
            region=claims.Region(low=0),
        )
        for prior in PRIORS
        for setup, minus in COMPARISONS
    ]
    return evaluate(asked, collect(experiments, of_claims=False))


def priors_table(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Return differences of accuracy under three shares of labels in the test set.

    Returns
    -------
    DataFrame
        Text: numbers with their intervals, a row for each share and difference; columns every data
        set and model, and where there are several data sets, all together.
    """
    found = under_priors(experiments)
    if not found.findings:
        return pd.DataFrame()
    headings = columns(experiments, found)
    rows = {
        (PRIOR_LABELS[prior], difference_words(setup, minus)): {
            heading: _difference(found.of(f"{prior}/{setup}/{minus}", *place))
            for place, heading in headings.items()
        }
        for prior in PRIORS
        for setup, minus in COMPARISONS
    }
    return rows_by_two(rows)


def _difference(finding: Finding | None) -> str:
    numbers = finding.numbers if finding else None
    return f"{signed(numbers.estimate)} {interval(numbers)}".rstrip() if numbers else MISSING


def priors(experiments: Sequence[Experiment], *, number: str) -> Html:
    """Return `priors_table` with its caption, as the table of some number."""
    return table(
        priors_table(experiments),
        caption=f"<b>{number}. On which test texts do weights pay?</b> Differences of accuracy "
        "with 95 % intervals over seeds, where every label is equally frequent in every language "
        "(the test set), where labels are skewed as in training, and where they are skewed the "
        "other way: the same predictions, weighted.",
    )
