"""The models that open questions need: which, which are there, and the command that makes them."""

import html
from collections.abc import Iterable, Sequence

from helpers import stages
from helpers.foundation import store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_choice, dataset_label
from helpers.foundation.profiles import load_profile
from helpers.report import benchmarks
from helpers.report.display import MISSING, Html, note
from helpers.report.labels import experiment_names
from helpers.report.question_list import all_questions
from helpers.report.questions import Question
from helpers.report.runs import finished_stages
from helpers.stages.commands import command_line

ALL = "all"
Work = list[tuple[tuple[str, ...], list[Experiment]]]  # stages, and the experiments to run them for


def chosen(names: str, profile: str) -> list[Question]:
    """Return the questions of an option: names by comma, or all that need models of their own.

    Raises
    ------
    CompanionError
        If a question is unknown or needs no model of its own, or the profile does not run its data
        set.
    """
    needy = {name: each for name, each in all_questions().items() if each.runs}
    listed = [name.strip() for name in names.split(",")]
    for name in listed:
        check_choice("question that needs models of its own", name, [*needy, ALL])
    found = list(needy.values()) if ALL in listed else [needy[name] for name in listed]
    for each in found:
        if each.dataset not in load_profile(profile).matrix:
            raise CompanionError(
                f"question {each.name!r} is about {each.dataset!r}, which profile {profile!r} does "
                "not run: give another --profile"
            )
    return list(dict.fromkeys(found))


def work(questions: Iterable[Question], profile: str) -> Work:
    """Return what some questions need of a profile: stages with their experiments, in order.

    Parameters
    ----------
    questions : iterable of Question
    profile : str
        A file in ``configs/``; of one that does not run a question's data set nothing is needed.
    """
    settings = load_profile(profile)
    return [
        (
            runs.stages,
            [
                Experiment(model, question.dataset, setup, seed, profile, variant)
                for model in settings.models
                for seed in runs.seeds
                if seed in settings.seeds_of(question.dataset)
                for variant in runs.variants
                for setup in runs.setups
            ],
        )
        for question in questions
        if question.dataset in settings.matrix
        for runs in question.runs
    ]


def experiments(questions: Iterable[Question], profile: str) -> list[Experiment]:
    """Return the experiments of `work`, each once."""
    return list(dict.fromkeys(each for _, listed in work(questions, profile) for each in listed))


def beside(question: Question, profile: str, setups: Sequence[str]) -> list[Experiment]:
    """Return the profile's own models of some setups, in the seeds of a question's models."""
    return list(
        dict.fromkeys(
            each.replace(setup=setup, variant="")
            for each in experiments([question], profile)
            for setup in setups
        )
    )


def owed(question: Question, profile: str) -> list[Experiment]:
    """Return a question's experiments that lack a result, in the order in which they are run."""
    return [
        experiment
        for names, listed in work([question], profile)
        for experiment in listed
        if not set(names) <= set(store.stage_records(experiment.folder))
    ]


def command(question: Question, profile: str) -> str:
    """Return the command that makes what a question needs and has not yet."""
    return command_line("reproduce", "--profile", profile, "--questions", question.name)


def minutes(question: Question, profile: str) -> float | None:
    """Return what a model of a question takes, as the profile's own models took it; None: unknown.

    The mean over the models of its data set that have each of its stages, fine-tuning included.
    """
    wanted = {"finetuning", *(stage for runs in question.runs for stage in runs.stages)}
    taken = []
    for model in load_profile(profile).models:
        for each in stages.experiments(profile=profile, model=model, dataset=question.dataset):
            records = store.stage_records(each.folder)
            if wanted <= set(records):
                taken.append(sum(records[stage]["seconds"] for stage in wanted) / 60)
    return sum(taken) / len(taken) if taken else None


def told(question: Question, profile: str) -> str:
    """Say, as HTML, which models a question lacks, which command makes them and what it costs.

    Empty where it lacks none.
    """
    if not question.runs:
        return ""
    listed, absent = experiments([question], profile), owed(question, profile)
    if not listed:
        return (
            f"Profile <code>{profile}</code> does not run {dataset_label(question.dataset)}, which "
            "this question is about."
        )
    if not absent:
        return ""
    each = minutes(question, profile)
    cost = "" if each is None else f" About {each:.0f} minutes each, as the profile's other models."
    return (
        f"{len(absent)} of {len(listed)} models of this question are not here: "
        f"{html.escape(experiment_names(absent))}. <code>{command(question, profile)}</code> makes "
        f"them.{cost}"
    )


def missing_note(question: Question, profile: str) -> Html | None:
    """Return `told` as a page's note; None where nothing is missing."""
    words = told(question, profile)
    return note(words, kind="missing") if words else None


def processors_note(question: Question, profile: str, setups: Sequence[str]) -> Html | None:
    """Say which models were fine-tuned on which kind of processor; None where there is one kind.

    Another kind adds numbers up in another order, so that its rounding differs.

    Parameters
    ----------
    question : Question
        With models of its own.
    profile : str
        A file in ``configs/``.
    setups : sequence of str
        Those of the profile's models that they are compared with (`beside`).
    """
    compared = [*beside(question, profile, setups), *experiments([question], profile)]
    kinds: dict[str, list[Experiment]] = {}
    for one in finished_stages(compared).to_dict("records"):
        if one["stage"] == "finetuning":
            kind = one["hardware"].get("gpu") or one["hardware"].get("processor", MISSING)
            kinds.setdefault(kind, []).append(one["experiment"])
    if len(kinds) < 2:
        return None
    listed = (
        f"{html.escape(kind)}: {html.escape(experiment_names(kinds[kind]))}"
        for kind in sorted(kinds)
    )
    words = f"Fine-tuned on {len(kinds)} kinds of processor. {'. '.join(listed)}."
    return note(f"{words} {benchmarks.between_processors(kinds)}".strip())
