"""From results to verdicts: a data set by itself, and all of a run's data sets together.

Rules as in the analysis plan (``book/plan.md``). Seeds are the only unit: intervals are *t*
intervals over seeds, on differences between setups that share a seed, and one seed gives no
verdict. Each data set by itself is unadjusted. Pooled, the headline findings are one family, and
Holm's correction decides there.
"""

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from helpers.analysis.power import seeds_needed
from helpers.analysis.quantities import RunResults, SeedValues
from helpers.analysis.statistics import Mean, holm, over_data_sets, over_seeds, upper_spread
from helpers.report.claims import LEVEL, UNKNOWN, Claim, Region, Test, Verdict
from helpers.report.counted import Counted
from helpers.report.paper_side import PaperSide, paper_side
from helpers.report.places import POOLED

FAMILY = "headline findings, pooled over data sets"
# Seeds 0 to 2 found the rules, the next ones confirm them (book/plan.md). A replication is never
# mixed with these.
SEEN = range(3)
_REPLICATION = 100
COHORTS: Mapping[str, range] = MappingProxyType(
    {"confirming": range(SEEN.stop, _REPLICATION), "replication": range(_REPLICATION, 2**32)}
)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A claim's quantity over some seeds, and the verdict.

    Parameters
    ----------
    verdict : str
        See `helpers.report.claims`.
    estimate, ci_low, ci_high : float
        Mean over seeds and its interval; no bounds for one seed.
    p_value, p_adjusted : float
        Of the verdict that is nearer; adjusted by Holm within the family, else NaN.
    values : mapping of str to mapping of int to float
        For each data set, every seed's value.
    on_claimed_side : int
        How many seeds lie there.
    seeds_needed : int or None
        How many would show the smallest effect that matters with a power of 80 %, from the upper
        80 % bound of the standard deviation; None where the ruler has none, or for several data
        sets.
    n : int
        Texts in one seed.
    method : str
        How the interval is made.
    """

    verdict: Verdict
    estimate: float
    ci_low: float = math.nan
    ci_high: float = math.nan
    p_value: float = math.nan
    p_adjusted: float = math.nan
    values: Mapping[str, Mapping[int, float]]
    on_claimed_side: int
    seeds_needed: int | None = None
    n: int
    method: str

    @property
    def seeds(self) -> int:
        """How many seeds there are, of all data sets."""
        return sum(len(values) for values in self.values.values())


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one data set, or all together (`POOLED`), say of a claim.

    Parameters
    ----------
    claim : Claim
        Any.
    model, dataset : str
        Names.
    numbers : Numbers or None
        Over all seeds; None where there is no value.
    cohorts : mapping of str to Numbers
        The same over the seeds of `COHORTS` alone, where these are some but not all.
    left_out : mapping of int to str
        Seeds that do not count, and why.
    published : Numbers or None
        For another profile than the published one: the published numbers, to compare with.
    note : str
        Why there are no numbers.
    """

    claim: Claim
    model: str
    dataset: str
    numbers: Numbers | None = None
    cohorts: Mapping[str, Numbers] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)
    published: Numbers | None = None
    note: str = ""

    @property
    def inside_published(self) -> bool | None:
        """Whether the number lies in the published interval; None where there is none."""
        if self.numbers is None or self.published is None or math.isnan(self.published.ci_low):
            return None
        return self.published.ci_low <= self.numbers.estimate <= self.published.ci_high


NO_RESULT = "no result"
OTHER = "about another data set or model"
NOT_LEARNED = "not learned"


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on some claims: the paper's by claim, ours in the order of evaluation."""

    paper: Mapping[str, PaperSide]
    findings: tuple[Finding, ...]

    def of(self, claim: str, dataset: str, model: str) -> Finding | None:
        """Return what a data set of a model says of a claim; None where it has no result."""
        found = (
            each
            for each in self.findings
            if (each.claim.id, each.dataset, each.model) == (claim, dataset, model)
        )
        return next(found, None)

    def has(self, dataset: str, model: str) -> bool:
        """Say whether there is anything of a data set and model."""
        return any((each.dataset, each.model) == (dataset, model) for each in self.findings)


def evaluate(
    claims: Iterable[Claim],
    results: Iterable[RunResults],
    *,
    family: Collection[str] = (),
    lenders: Sequence[Counted] = (),
    published: Verdicts | None = None,
) -> Verdicts:
    """Return the verdicts of some claims on some results, and on the paper's tables.

    Parameters
    ----------
    claims : iterable of Claim
        Such as `helpers.report.claim_list.CLAIMS`.
    results : iterable of RunResults
        Of one profile, from `helpers.report.results.collect` or made by hand.
    family : collection of str
        Claims that Holm's correction is over, pooled.
    lenders : sequence of Counted
        Published results whose spread between seeds is borrowed for the paper's numbers.
    published : Verdicts, optional
        The published verdicts, to set those of another profile beside.
    """
    listed = list(claims)
    findings: list[Finding] = []
    by_model: dict[str, list[Counted]] = {}
    for each in results:
        by_model.setdefault(each.model, []).append(Counted(each))
    for counted in by_model.values():
        findings += [_by_itself(claim, one, published) for one in counted for claim in listed]
        if len(counted) > 1:
            tests = {claim.test for claim in listed if claim.id in family}
            findings += adjusted([_pooled(claim, counted) for claim in listed], tests)
    return Verdicts(
        paper={claim.id: paper_side(claim, lenders) for claim in listed}, findings=tuple(findings)
    )


# --- one data set ---------------------------------------------------------------------------


def _by_itself(claim: Claim, counted: Counted, published: Verdicts | None) -> Finding:
    about = Finding(claim=claim, model=counted.model, dataset=counted.dataset)
    if not claim.concerns(counted.given):
        return dataclasses.replace(about, note=OTHER)
    values, left_out = counted.values(claim.quantity), counted.left_out(claim.quantity)
    main = values.among(_main_seeds(values.by_seed))
    beside = published and published.of(claim.id, counted.dataset, counted.model)
    failed = any(reason.startswith(NOT_LEARNED) for reason in left_out.values())
    return dataclasses.replace(
        about,
        numbers=_numbers({counted.dataset: main}, claim),
        cohorts={
            name: found
            for name, seeds in COHORTS.items()
            if (some := values.among(seeds)).by_seed.keys() != main.by_seed.keys()
            and (found := _numbers({counted.dataset: some}, claim)) is not None
        },
        left_out=left_out,
        published=beside.numbers if beside else None,
        note="" if main.by_seed else NOT_LEARNED if failed else NO_RESULT,
    )


def _main_seeds(seeds: Iterable[int]) -> list[int]:
    """Return all seeds but a replication's, unless there are no others."""
    listed = list(seeds)
    return [seed for seed in listed if seed < _REPLICATION] or listed


def _numbers(values: Mapping[str, SeedValues], claim: Claim) -> Numbers | None:
    """Return the numbers of one data set, or of several together."""
    samples = [list(each.by_seed.values()) for each in values.values()]
    flat = [value for sample in samples for value in sample]
    if not flat:
        return None
    found = Numbers(
        verdict=UNKNOWN,
        estimate=sum(flat) / len(flat),
        values={name: dict(each.by_seed) for name, each in values.items()},
        on_claimed_side=sum(claim.region.holds_for(value) for value in flat),
        n=max(each.n for each in values.values()),
        method="one seed: no verdict",
    )
    if min(map(len, samples)) < 2:
        return found
    mean = over_seeds(samples[0]) if len(samples) == 1 else over_data_sets(samples)
    low, high = mean.interval(claim.region.confidence)
    return dataclasses.replace(
        found,
        verdict=claim.region.verdict(low, high),
        estimate=mean.value,
        ci_low=low,
        ci_high=high,
        p_value=min(claim.region.p_values(mean)),
        seeds_needed=_seeds_needed(samples[0], claim) if len(samples) == 1 else None,
        method=_method(samples, claim.region, mean),
    )


def _method(samples: Sequence[Sequence[float]], region: Region, mean: Mean) -> str:
    bounds = "one-sided 95 % bounds" if region.one_sided else "95 % interval"
    if len(samples) == 1:
        return f"t over {len(samples[0])} seeds, {bounds}"
    return f"Welch over {len(samples)} data sets, {mean.freedom:.1f} degrees of freedom, {bounds}"


def _seeds_needed(values: Sequence[float], claim: Claim) -> int | None:
    """Return how many seeds would show the smallest effect, or sameness within the margin."""
    spread, margin = upper_spread(values), claim.region.margin
    if margin is not None:  # both bounds must be passed
        return seeds_needed(margin, spread=spread, power=0.9)
    effect = claim.quantity.ruler.smallest_effect
    if effect is None:
        return None
    return seeds_needed(effect, spread=spread, one_sided=claim.region.one_sided)


# --- data sets together ---------------------------------------------------------------------


def _pooled(claim: Claim, counted: Sequence[Counted]) -> Finding:
    """Return what the data sets that a claim is about say together; each needs two seeds."""
    about = Finding(claim=claim, model=counted[0].model, dataset=POOLED)
    concerned = [each for each in counted if claim.concerns(each.given)]
    values = {each.dataset: each.values(claim.quantity) for each in concerned}

    def together(seeds: range | None) -> Numbers | None:
        some = {
            name: found.among(_main_seeds(found.by_seed) if seeds is None else seeds)
            for name, found in values.items()
        }
        if len(some) < 2 or any(len(found.by_seed) < 2 for found in some.values()):
            return None
        return _numbers(some, claim)

    main = together(None)
    note = "" if main else "fewer than two data sets with two seeds" if concerned else OTHER
    cohorts = {name: found for name, seeds in COHORTS.items() if (found := together(seeds))}
    return dataclasses.replace(
        about,
        numbers=main,
        cohorts={
            name: found
            for name, found in cohorts.items()
            if main is None or found.values != main.values
        },
        note=note,
    )


def adjusted(findings: Sequence[Finding], tests: Collection[Test]) -> list[Finding]:
    """Let Holm's correction decide a family of tests, over all seeds and in each cohort of seeds.

    Parameters
    ----------
    findings : sequence of Finding
        Of one data set, or pooled. Those of other tests, and those without a p-value, stay as they
        are; claims with one test count once.
    tests : collection
        `helpers.report.claims.Claim.test` of each member of the family.
    """
    changed = list(findings)
    for cohort in (None, *COHORTS):
        family: dict[Test, list[int]] = {}
        for place, finding in enumerate(findings):
            if finding.claim.test in tests and _of_cohort(finding, cohort) is not None:
                family.setdefault(finding.claim.test, []).append(place)
        members = [_of_cohort(findings[places[0]], cohort) for places in family.values()]
        p_values = holm([one.p_value for one in members if one is not None])
        for places, one, p_value in zip(family.values(), members, p_values, strict=True):
            assert one is not None
            if math.isnan(p_value):
                continue
            verdict = one.verdict if p_value < LEVEL else UNKNOWN
            decided = dataclasses.replace(one, verdict=verdict, p_adjusted=float(p_value))
            for place in places:
                changed[place] = _with_cohort(changed[place], cohort, decided)
    return changed


def _of_cohort(finding: Finding, cohort: str | None) -> Numbers | None:
    return finding.numbers if cohort is None else finding.cohorts.get(cohort)


def _with_cohort(finding: Finding, cohort: str | None, numbers: Numbers) -> Finding:
    if cohort is None:
        return dataclasses.replace(finding, numbers=numbers)
    return dataclasses.replace(finding, cohorts={**finding.cohorts, cohort: numbers})
