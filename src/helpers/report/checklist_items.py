"""The items of three lists on reproducibility, in our words, and what answers each.

The lists are the Responsible NLP checklist of the ACL, the paper checklist of NeurIPS and the ACM's
badges for artifacts. An item is one function: it reads `Facts` and answers. No number stands here;
where there is nothing to count, the answer says so.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from helpers.data.asset_table import ASSETS
from helpers.foundation.datasets import all_datasets
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, family_of, model_label
from helpers.foundation.setups import all_setups
from helpers.report import claims, frames, plain_words, runs
from helpers.report.by_number import Tally
from helpers.report.claim_costs import Cost
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.display import counted
from helpers.report.evidence import Verdicts
from helpers.report.places import by_place
from helpers.stages import all_stages

Said = Literal["yes", "in part", "no"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the answers are computed from.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile, with those of data sets that a reader brought.
    finished : DataFrame
        From `helpers.report.runs.finished_stages`.
    outdated : mapping
        From `helpers.stages.outdated`.
    open_experiments : int
        How many lack a stage.
    found : Verdicts
        From `helpers.report.verdicts.verdicts`.
    costs : mapping of str to Cost
        From `helpers.report.claim_costs.costs`.
    numbers : Tally
        Of the paper's tables.
    address : str or None
        The repository's, where it is public.
    citation : mapping
        The content of ``CITATION.cff``; empty where there is none.
    limits, choices : str
        The text of the book's pages on limitations and on deviations; empty where there is none.
    """

    experiments: Sequence[Experiment]
    finished: pd.DataFrame
    outdated: Mapping[Experiment, list[str]]
    open_experiments: int
    found: Verdicts
    costs: Mapping[str, Cost]
    numbers: Tally
    address: str | None
    citation: Mapping[str, Any]
    limits: str
    choices: str

    @property
    def profile(self) -> str:
        """The profile's name."""
        return self.experiments[0].profile

    @property
    def by_place(self) -> dict[str, list[Experiment]]:
        """The experiments of each data set and model, by their names for readers."""
        return {
            f"{dataset_label(dataset)} ({model_label(model)})": members
            for (dataset, model), members in by_place(self.experiments).items()
        }

    @property
    def hours(self) -> float:
        """What all recorded stages took."""
        return float(self.finished["seconds"].sum()) / 3600 if len(self.finished) else 0.0

    @property
    def machines(self) -> list[str]:
        """The processors and GPUs of the runs."""
        listed = self.finished["hardware"] if len(self.finished) else ()
        return sorted({one.get("gpu") or f"{one['processor']}, {one['cores']} cores"
                       for one in listed})  # fmt: skip

    def headlines(self) -> dict[claims.Verdict, int]:
        """Return how many main findings have each verdict."""
        model = self.experiments[0].model
        read = [plain_words.read(self.experiments, self.found, one, model) for one in HEADLINES]
        given = [one.numbers.verdict for one in read if one is not None and one.numbers is not None]
        return {verdict: given.count(verdict) for verdict in claims.VERDICTS if verdict in given}

    def unsaid(self) -> tuple[int, int]:
        """Return how many choices a rerun needs, and how many of them the paper does not say."""
        rows = re.findall(r"^\| (?!topic|---)[^|]+\| ([^|]+)\|", self.choices, flags=re.MULTILINE)
        return len(rows), sum(text.startswith("Not ") for text in rows)


@dataclass(frozen=True)
class Answer:
    """An answer, what it rests on, and the page of the book that has the whole of it."""

    said: Said
    because: str
    page: str


@dataclass(frozen=True)
class Item:
    """A question of a list."""

    list: str
    question: str
    answer: Callable[[Facts], Answer]


# --- the ACL's ------------------------------------------------------------------------------


def _limits(facts: Facts) -> Answer:
    count = len(re.findall(r"^(?:\* )?\*\*", facts.limits, flags=re.MULTILINE))
    said: Said = "yes" if count else "no"
    return Answer(said, f"{counted(count, 'limit')} of paper and companion.", "limitations")


def _licences(facts: Facts) -> Answer:
    families = dict.fromkeys(family_of(each.dataset) for each in facts.experiments)
    terms = [f"{all_datasets()[name].title}: {all_datasets()[name].licence}" for name in families]
    terms += [f"{one.source}: {one.licence}" for one in ASSETS.values()]
    known = all(not term.endswith(": ") for term in terms)
    return Answer("yes" if known else "in part", "; ".join(dict.fromkeys(terms)) + ".", "data")


def _sizes(facts: Facts) -> Answer:
    told = []
    for name, listed in facts.by_place.items():
        rows = frames.split_sizes(listed)
        parts = [f"{each.rows:,} {each.split}" for each in rows.itertuples()]
        told += [f"{name}: {', '.join(parts)} rows"] * bool(parts)
    whole = len(told) == len(facts.by_place)
    return Answer("yes" if whole else "in part" if told else "no", ". ".join(told) + ".", "data")


def _computing(facts: Facts) -> Answer:
    where = "; ".join(facts.machines)
    text = f"{facts.hours:.1f} hours in {counted(len(facts.finished), 'step')} on {where}."
    return (
        Answer("yes", text, "_generated/status")
        if where
        else Answer("no", "Nothing was run.", "_generated/status")
    )


def _recipe(facts: Facts) -> Answer:
    told = [f"{name}: {runs.recipe_line(listed[0])}" for name, listed in facts.by_place.items()]
    return Answer("yes", ". ".join(told) + ".", "_generated/sections/03_fine_tuning")


def _spread(facts: Facts) -> Answer:
    numbers = [one.numbers for one in facts.found.findings if one.numbers is not None]
    with_interval = sum(not math.isnan(one.ci_low) for one in numbers)
    seeds = {
        name: len(set(frames.accuracy_by_seed(listed)["seed"]))
        for name, listed in facts.by_place.items()
    }
    words = "; ".join(f"{name}: {counted(count, 'seed')}" for name, count in seeds.items())
    text = f"{words}. {with_interval} of {len(numbers)} findings have an interval over seeds."
    said: Said = "yes" if numbers and with_interval == len(numbers) else "in part"
    return Answer(said if with_interval else "no", text, "_generated/how_sure")


def _versions(facts: Facts) -> Answer:
    packages = facts.finished["packages"].iloc[-1] if len(facts.finished) else {}
    text = ", ".join(f"{name} {version}" for name, version in packages.items())
    said: Said = "yes" if packages else "no"
    return Answer(said, f"{text}." if text else "Nothing was run.", "_generated/status")


# --- NeurIPS's ------------------------------------------------------------------------------


def _claims(facts: Facts) -> Answer:
    counts = ", ".join(f"{verdict}: {number}" for verdict, number in facts.headlines().items())
    tests = len({claim.test for claim in CLAIMS})
    text = (
        f"{len(CLAIMS)} sentences of the paper are {tests} tests, with the verdict beside each. "
        f"The {len(HEADLINES)} main findings: {counts or 'no result'}."
    )
    return Answer("yes" if counts else "no", text, "_generated/claims")


def _again(facts: Facts) -> Answer:
    old, done = len(facts.outdated), len(facts.experiments) - facts.open_experiments
    text = (
        f"make reproduce PROFILE={facts.profile}: {done} of {len(facts.experiments)} experiments "
        f"are finished, {old} of them from earlier settings, data or code."
    )
    return Answer("yes" if done and not old else "in part" if done else "no", text, "how_to_run")


def _open(facts: Facts) -> Answer:
    licence = facts.citation.get("license")
    where = facts.address or "no public address yet"
    said: Said = "yes" if facts.address and licence else "in part" if licence else "no"
    return Answer(said, f"Code: {licence or 'no licence'}, {where}.", "how_to_run")


def _tests(facts: Facts) -> Answer:
    text = (
        f"t intervals over seeds, on differences between setups that share a seed; level "
        f"{claims.LEVEL:g}, by Holm's method over the {len(HEADLINES)} main findings."
    )
    return Answer("yes", text, "plan")


def _each_claim(facts: Facts) -> Answer:
    minutes = [cost.minutes for cost in facts.costs.values() if cost.minutes is not None]
    if not minutes:
        return Answer("no", "Nothing was run.", "_generated/checklist")
    memory = max(cost.memory_mb for cost in facts.costs.values())
    text = (
        f"{min(minutes):,.0f} to {max(minutes):,.0f} minutes a claim, all seeds and data sets, "
        f"and at most {memory:,} MB of memory."
    )
    said: Said = "yes" if len(minutes) == len(facts.costs) else "in part"
    return Answer(said, text, "_generated/checklist")


# --- the ACM's ------------------------------------------------------------------------------


def _available(facts: Facts) -> Answer:
    doi = facts.citation.get("doi")
    archive = f"DOI {doi}" if doi else "no archive with a DOI yet"
    said: Said = "yes" if doi else "in part" if facts.address else "no"
    return Answer(said, f"{facts.address or 'No public address yet'}; {archive}.", "how_to_run")


def _functional(facts: Facts) -> Answer:
    total, missing = len(facts.experiments), facts.open_experiments
    text = f"{total - missing} of {total} experiments have all results; each is one command."
    said: Said = "yes" if not missing else "in part" if missing < total else "no"
    return Answer(said, text, "_generated/not_reproduced")


def _reusable(facts: Facts) -> Answer:
    weightings = [setup for setup in all_setups().values() if setup.weighting]
    text = (
        f"{counted(len(all_datasets()), 'data set')}, {counted(len(weightings), 'weighting')} "
        f"and {counted(len(all_stages()), 'stage')} of measurement, each of them one file."
    )
    return Answer("yes", text, "architecture")


def _reproduced(facts: Facts) -> Answer:
    own, total = facts.numbers.own, facts.numbers.total
    text = f"{own} of the paper's {total} numbers were computed again with its models and data."
    said: Said = "yes" if own == total else "in part" if own else "no"
    return Answer(said, text, "_generated/number_by_number")


def _replicated(facts: Facts) -> Answer:
    counts = facts.headlines()
    holds = counts.get(claims.HOLDS, 0)
    where = "; ".join(facts.by_place)
    text = f"{holds} of the paper's {len(HEADLINES)} main findings hold on other data: {where}."
    said: Said = "yes" if holds == len(HEADLINES) else "in part" if holds else "no"
    return Answer(said, text, "_generated/claims")


ITEMS = (
    Item("ACL A1", "Are the limits of the work stated?", _limits),
    Item("ACL B1, B2", "Are texts and models named with their makers and licences?", _licences),
    Item("ACL B6", "Are the sizes of the splits told?", _sizes),
    Item("ACL C1", "Is it told how much was computed, and on what?", _computing),
    Item("ACL C2", "Are the settings of fine-tuning told?", _recipe),
    Item("ACL C3", "Is it told how results vary, and over how many runs?", _spread),
    Item("ACL C4", "Are the versions of the packages told?", _versions),
    Item("NeurIPS 1", "Do the claims say what the results say?", _claims),
    Item("NeurIPS 4", "Can the results be computed again?", _again),
    Item("NeurIPS 5", "Are code and data open?", _open),
    Item("NeurIPS 7", "Is it told how sure the numbers are, and by which test?", _tests),
    Item("NeurIPS 8", "Is it told what each experiment takes?", _each_claim),
    Item("ACM Available", "Are the artifacts kept for good, in public?", _available),
    Item("ACM Functional", "Are they complete, and can they be run?", _functional),
    Item("ACM Reusable", "Can others build on them?", _reusable),
    Item("ACM Reproduced", "Were the numbers obtained again from the same material?", _reproduced),
    Item("ACM Replicated", "Were the findings obtained again by other means?", _replicated),
)
