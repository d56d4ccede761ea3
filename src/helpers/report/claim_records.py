"""The claims and their verdicts as plain values, for JSON, and as lines, for a terminal."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from helpers.foundation.experiment import Experiment
from helpers.report.claims import Claim
from helpers.report.display import bound, counted, p_text, signed
from helpers.report.evidence import FAMILY, NO_RESULT, Finding, Numbers, Verdicts
from helpers.report.paper_side import JudgedNumber
from helpers.report.places import POOLED


def as_records(
    claims: Sequence[Claim],
    found: Verdicts,
    *,
    family: Sequence[str] = (),
    places: Sequence[tuple[str, str]] = (),
    outdated: Collection[Experiment] = (),
) -> list[dict[str, Any]]:
    """Return claims and verdicts as plain values; missing numbers are None.

    Parameters
    ----------
    claims : sequence of Claim
        Those that were evaluated.
    found : Verdicts
        From `helpers.report.evidence.evaluate`.
    family : sequence of str
        Claims that Holm's correction is over, pooled.
    places : sequence of (str, str)
        Data sets and models that are named where they have no result, too.
    outdated : collection of Experiment
        Those whose settings, data or code have changed since they were run.

    Returns
    -------
    list of dict
        For each claim ``id, section, place, statement, quantity, ruler, smallest_effect, region,
        counts_with`` (the first claim that is the same test), ``paper`` and ``datasets``: for each
        data set, and ``pooled`` where there are several (with the model in front where there are
        several of these), ``verdict, estimate, ci_low, ci_high, confidence, unit`` (of resampling),
        ``seeds, on_claimed_side, seeds_needed, n, p_value, family, p_adjusted, per_seed, method``,
        the same for some seeds alone in ``cohorts``, ``left_out``, ``published``, and which of its
        experiments are ``outdated``.
    """
    first = {claim.test: claim.id for claim in reversed(claims)}
    tests = {claim.test for claim in claims if claim.id in family}
    absent = [place for place in places if not found.has(*place)]
    models = {each.model for each in found.findings} | {model for _, model in absent}
    return [
        {
            "id": claim.id,
            "section": claim.section,
            "place": claim.place,
            "statement": claim.statement,
            "quantity": claim.quantity.words,
            "ruler": claim.quantity.ruler.name,
            "smallest_effect": claim.quantity.ruler.smallest_effect,
            "region": str(claim.region),
            "counts_with": first[claim.test],
            "paper": {
                "verdict": found.paper[claim.id].verdict,
                "numbers": [_printed(one) for one in found.paper[claim.id].numbers],
                "exceptions": [_printed(one) for one in found.paper[claim.id].exceptions],
            },
            "datasets": {
                (f"{each.model}/{each.dataset}" if len(models) > 1 else each.dataset): _finding(
                    each,
                    FAMILY if each.dataset == POOLED and claim.test in tests else None,
                    [str(one) for one in outdated if _rests_on(each, one)],
                )
                for each in (
                    *(one for one in found.findings if one.claim.id == claim.id),
                    *(
                        Finding(claim=claim, dataset=dataset, model=model, note=NO_RESULT)
                        for dataset, model in absent
                    ),
                )
            },
        }
        for claim in claims
    ]


def _printed(number: JudgedNumber) -> dict[str, Any]:
    return {
        "place": number.printed.place,
        "value": number.printed.value,
        "borrowed_margin": _plain(number.margin),
        "borrowed_from": number.lender or None,
        "verdict": number.verdict,
    }


def _rests_on(finding: Finding, experiment: Experiment) -> bool:
    return finding.model == experiment.model and finding.dataset in (POOLED, experiment.dataset)


def _finding(finding: Finding, family: str | None, outdated: Sequence[str]) -> dict[str, Any]:
    published = None
    if finding.published is not None:
        published = {
            name: _plain(getattr(finding.published, name))
            for name in ("verdict", "estimate", "ci_low", "ci_high", "seeds")
        } | {"inside": finding.inside_published}
    return {
        **_numbers(finding, finding.numbers, family),
        "cohorts": {
            name: _numbers(finding, some, family) for name, some in finding.cohorts.items()
        },
        "left_out": {str(seed): reason for seed, reason in finding.left_out.items()},
        "published": published,
        "outdated": outdated,
    }


_NOTHING = Numbers(
    verdict="cannot be told", estimate=math.nan, values={}, on_claimed_side=0, n=0, method=""
)


def _numbers(finding: Finding, numbers: Numbers | None, family: str | None) -> dict[str, Any]:
    numbers = numbers or _NOTHING
    decided = not math.isnan(numbers.ci_low)
    pooled = finding.dataset == POOLED
    unit = "seed within each data set" if pooled else "seed"
    names = ("verdict", "estimate", "ci_low", "ci_high", "seeds", "on_claimed_side")
    return {
        **{name: _plain(getattr(numbers, name)) for name in names},
        "confidence": finding.claim.region.confidence,
        "unit": unit if decided else None,
        "seeds_needed": numbers.seeds_needed,
        "n": numbers.n,
        "p_value": _plain(numbers.p_value),
        "family": family,
        "p_adjusted": _plain(numbers.p_adjusted),
        "per_seed": {
            (f"{name}/{seed}" if pooled else str(seed)): value
            for name, values in numbers.values.items()
            for seed, value in values.items()
        },
        "method": numbers.method or finding.note,
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as plain lines: verdict on the paper, then on each data set."""
    old = {
        each
        for record in records
        for found in record["datasets"].values()
        for each in found["outdated"]
    }
    lines = []
    if old:  # first, since what follows rests on them
        runs = "1 experiment was" if len(old) == 1 else f"{len(old)} experiments were"
        lines.append(f"Settings, data or code have changed since {runs} run:")
        lines += [*(f"    {each}" for each in sorted(old)), ""]
    for record in records:
        lines.append(f"{record['id']}: {record['statement']}")
        lines.append(f"    {record['quantity']}: {record['region']}; ruler: {record['ruler']}")
        lines.append(f"    paper: {record['paper']['verdict']}")
        for name, found in record["datasets"].items():
            lines.append(f"    {name}: {_line(found)}")
            lines += [f"        {c}: {_line(some)}" for c, some in found["cohorts"].items()]
            if published := found["published"]:
                side = {True: "inside", False: "outside", None: "no interval"}
                lines.append(f"        published: {_line(published)}; {side[published['inside']]}")
    return "\n".join(lines)


def _line(found: Mapping[str, Any]) -> str:
    if found["estimate"] is None:
        return str(found["method"])
    text = f"{found['verdict']} ({signed(found['estimate'])}"
    if found["ci_low"] is not None:
        text += f" [{bound(found['ci_low'], sign='+')}, {bound(found['ci_high'], sign='+')}]"
    if found.get("p_adjusted") is not None:
        text += f", {p_text(found['p_adjusted'])} after Holm"
    return f"{text}, {counted(found['seeds'], 'seed')})"
