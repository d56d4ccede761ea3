"""Findings in plain sentences, chosen by their verdicts; nothing here says what came out."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, model_label
from helpers.report.claims import FAILS, HOLDS, UNKNOWN, Verdict
from helpers.report.display import Html, signed
from helpers.report.evidence import Finding, Numbers, Verdicts
from helpers.report.places import POOLED, places

# What a claim says, and what its opposite says: the second is said where the claim does not hold.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "abstract/performance": (
            "models fine-tuned on imbalanced texts are less accurate",
            "models fine-tuned on imbalanced texts are more accurate",
        ),
        "4.1/follows-the-skew": (
            "they lean to the labels that were frequent in a text's language",
            "they lean away from the labels that were frequent in a text's language",
        ),
        "abstract/separation": (
            "languages are easier to tell apart inside the imbalanced model, by the paper's ruler",
            "languages are harder to tell apart inside the imbalanced model, by the paper's ruler",
        ),
        "abstract/further-apart": (
            "languages lie further apart inside the imbalanced model, by log loss",
            "languages lie closer together inside the imbalanced model, by log loss",
        ),
        "abstract/uninformative": (
            "tokens that hardly move the balanced model speak for the label frequent in their "
            "language",
            "tokens that hardly move the balanced model speak against the label frequent in their "
            "language",
        ),
        "abstract/uninformative-null": (
            "by the paper's own difference, tokens that hardly move the balanced model speak for "
            "the label frequent in their language",
            "by the paper's own difference, tokens that hardly move the balanced model speak "
            "against the label frequent in their language",
        ),
        "4.3/positive": (
            "tokens that speak for a label count less than they do for a balanced model",
            "tokens that speak for a label count more than they do for a balanced model",
        ),
        "4.3/negative": (
            "tokens that speak against a label count less than they do for a balanced model",
            "tokens that speak against a label count more than they do for a balanced model",
        ),
        "abstract/weights-performance": (
            "class weights win accuracy back",
            "class weights cost accuracy",
        ),
        "4.4/accuracy-left": (
            "class weights bring accuracy to within a point of the balanced model's",
            "class weights leave accuracy more than a point from the balanced model's",
        ),
        "4.4/slope": (
            "class weights make predictions lean less to the labels of a text's language",
            "class weights make predictions lean more to the labels of a text's language",
        ),
        "abstract/closer-together": (
            "class weights bring languages closer together, by log loss",
            "class weights drive languages further apart, by log loss",
        ),
        "4.4/smaller-differences": (
            "SHAP differences are smaller with class weights than without",
            "SHAP differences are larger with class weights than without",
        ),
        "A.3/base-values": (
            "masked input entropy makes base values differ less between models",
            "masked input entropy makes base values differ more between models",
        ),
        "A.3/no-harm-balanced": (
            "masked input entropy does no harm to the balanced model's accuracy",
            "masked input entropy harms the balanced model's accuracy",
        ),
        "A.3/no-harm-imbalanced": (
            "masked input entropy does no harm to the imbalanced model's accuracy",
            "masked input entropy harms the imbalanced model's accuracy",
        ),
        "A.4/neutral-share": (
            "about three fifths of the tokens are neutral at the paper's threshold",
            "the share of neutral tokens at the paper's threshold is not about three fifths",
        ),
        "A.4/similar-differences": (
            "a larger threshold shows differences of a similar size",
            "a larger threshold shows differences of another size",
        ),
        "A.4/higher-threshold": (
            "neutral tokens speak for the labels frequent in their language at a larger "
            "threshold, too",
            "neutral tokens speak against the labels frequent in their language at a larger "
            "threshold",
        ),
    }
)
# None: one seed, which gives no verdict.
_OPENINGS: Mapping[Verdict | None, str] = MappingProxyType(
    {
        HOLDS: "In line with the paper, ",
        FAILS: "Unlike in the paper, ",
        UNKNOWN: "It cannot be told ",
        None: "One seed gives no verdict on ",
    }
)


def read(
    experiments: Sequence[Experiment], found: Verdicts, claim: str, model: str
) -> Finding | None:
    """Return where a claim is read: all data sets together, else the one with most seeds.

    None where the model has no number for it.
    """
    names = [dataset for dataset, its_model in places(experiments) if its_model == model]
    given = [found.of(claim, name, model) for name in (POOLED, *names)]
    told = [each for each in given if each is not None and each.numbers is not None]
    together = [each for each in told if each.dataset == POOLED]
    return max(together or told, key=_seeds, default=None)


def _seeds(finding: Finding) -> int:
    return finding.numbers.seeds if finding.numbers else 0


def sentences(findings: Sequence[Finding], *, several: bool = False, sizes: bool = False) -> str:
    """Return findings in one sentence for each verdict, and one for those of a single seed.

    Parameters
    ----------
    findings : sequence of Finding
        With numbers.
    several : bool
        Name the data set of a finding that is not about all together.
    sizes : bool
        Put each finding's number in brackets.
    """
    told: dict[Verdict | None, list[str]] = {}
    for each in findings:
        if each.numbers is None:
            continue
        words = WORDS[each.claim.id][each.numbers.verdict == FAILS]
        single = math.isnan(each.numbers.ci_low)
        added = [signed(each.numbers.estimate)] * sizes
        if several and each.dataset != POOLED and not single:
            added.append(f"{dataset_label(each.dataset)} alone")
        words += f" ({', '.join(added)})" if added else ""
        told.setdefault(None if single else each.numbers.verdict, []).append(words)
    return " ".join(
        f"{opening}{_listed(told[verdict], asked=verdict not in (HOLDS, FAILS))}."
        for verdict, opening in _OPENINGS.items()
        if verdict in told
    )


def _listed(clauses: Sequence[str], *, asked: bool) -> str:
    """Join clauses, as indirect questions where they are asked.

    Examples
    --------
    >>> _listed(["A falls", "B rises"], asked=False), _listed(["A falls", "B rises"], asked=True)
    ('A falls, and B rises', 'whether A falls, or whether B rises')
    """
    if asked:
        clauses = [f"whether {clause}" for clause in clauses]
    *first, last = clauses
    if not first:
        return last
    return f"{'; '.join(first)}, {'or' if asked else 'and'} {last}"


_COUNTED: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {
        HOLDS: ("holds", "hold"),
        FAILS: ("does not hold", "do not hold"),
        UNKNOWN: ("cannot be told", "cannot be told"),
    }
)


def counted(numbers: Iterable[Numbers | None]) -> str:
    """Say how many findings hold, do not hold and cannot be told, where there are any."""
    given = [each.verdict for each in numbers if each is not None]
    counts = {verdict: given.count(verdict) for verdict in _COUNTED}
    return ", ".join(f"{n} {_COUNTED[verdict][n > 1]}" for verdict, n in counts.items() if n)


def paragraph(
    experiments: Sequence[Experiment],
    found: Verdicts,
    claims: Sequence[str],
    *,
    sizes: bool = False,
) -> Html | None:
    """Return what some claims come to, a model after the other; None where nothing is known.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.
    claims : sequence of str
        Ids, each in `WORDS`.
    sizes : bool
        As in `sentences`.
    """
    among = places(experiments)
    said = {}
    for model in dict.fromkeys(model for _, model in among):
        findings = [read(experiments, found, claim, model) for claim in claims]
        told = [each for each in findings if each is not None]
        if told:
            several = sum(its_model == model for _, its_model in among) > 1
            said[model] = sentences(told, several=several, sizes=sizes)
    if not said:
        return None
    text = " ".join(
        f"{model_label(model)}: {words}" if len(said) > 1 else words
        for model, words in said.items()
    )
    return Html(html.escape(text, quote=False), text)
