"""What has no result yet, and the command that fills it."""

import html
from collections.abc import Iterable, Mapping

import pandas as pd

from helpers.foundation import store
from helpers.foundation.datasets import all_datasets
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import FAMILIES, dataset_label, family_of
from helpers.foundation.profiles import load_profile
from helpers.report import display
from helpers.report.display import Html
from helpers.report.frames import Experiments
from helpers.report.labels import setup_label
from helpers.report.places import by_place, place_label
from helpers.stages import stages_of
from helpers.stages.commands import command_line, run_arguments


def absent_stages(experiment: Experiment) -> list[str]:
    """Return the stages without a result, in order."""
    done = store.stage_records(experiment.folder)
    return [stage for stage in stages_of(experiment) if stage not in done]


def in_words(stages: Iterable[str]) -> str:
    """Return what some stages leave, for a reader.

    Examples
    --------
    >>> in_words(["shap_values", "last_step"])
    'SHAP values, last step'
    """
    return ", ".join(stages).replace("_", " ").replace("shap", "SHAP")


ALL_SETUPS = "all setups"
Stages = Mapping[Experiment, list[str]]
_NONE: Stages = {}


def open_cells(experiments: Experiments, *, outdated: Stages = _NONE) -> pd.DataFrame:
    """Return what is missing: a row for each model, data set and setup with something open.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    outdated : mapping, optional
        Experiment to the stages whose inputs have changed since, from
        `helpers.stages.outdated`.

    Returns
    -------
    DataFrame
        ``missing`` (which results of which seeds) and ``command``; empty where nothing is missing.
    """
    rows = {}
    for place, members in _grouped(experiments).items():
        absent = {each: stages for each in members if (stages := absent_stages(each))}
        old = {each: outdated[each] for each in members if each in outdated}
        if not absent and not old:
            continue
        words = [*_by_seeds(absent), *(f"{text} (inputs changed since)" for text in _by_seeds(old))]
        rows[place] = {
            "missing": "; ".join(words),
            "command": display.shown_commands(list({**absent, **old})),
        }
    frame = pd.DataFrame(list(rows.values()), columns=["missing", "command"])
    if rows:
        frame.index = pd.MultiIndex.from_tuples(list(rows))
    return frame


def _grouped(experiments: Experiments) -> dict[tuple[str, str], list[Experiment]]:
    """Group experiments by place and setup; a place without any result is one group."""
    grouped: dict[tuple[str, str], list[Experiment]] = {}
    for place, members in by_place(experiments).items():
        where = place_label(*place)
        empty = all(len(absent_stages(each)) == len(stages_of(each)) for each in members)
        for each in members:
            setup = setup_label(each.setup, each.variant)
            grouped.setdefault((where, ALL_SETUPS if empty else setup), []).append(each)
    return grouped


def _by_seeds(absent: Stages) -> list[str]:
    """Say which results of which seeds, seeds with the same ones together."""
    by_stages: dict[str, list[str]] = {}
    for each, stages in absent.items():
        what = "all" if len(stages) == len(stages_of(each)) else in_words(stages)
        seeds = by_stages.setdefault(what, [])
        seeds += [str(each.seed)] * (str(each.seed) not in seeds)
    return [
        f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(seeds)}: {what}"
        for what, seeds in by_stages.items()
    ]


def shown(experiments: Experiments, *, caption: str, outdated: Stages = _NONE) -> Html:
    """Return `open_cells` as a table, or a sentence where nothing is missing.

    Parameters
    ----------
    experiments, outdated
        As in `open_cells`.
    caption : str
        As in `helpers.report.display.table`.
    """
    if not experiments:
        return display.note("This checkout has no such profile.", kind="missing")
    profile = experiments[0].profile
    found = open_cells(experiments, outdated=outdated)
    done = sum(not absent_stages(each) and each not in outdated for each in experiments)
    counted = f"{done} of the {len(experiments)} experiments of profile <code>{profile}</code>"
    if found.empty:
        return display.note(f"{counted} are finished: nothing is missing.")
    head = display.note(f"{counted} are finished. What is missing:")
    both = pd.DataFrame({"what is missing": found["missing"] + "<br>" + found["command"]})
    if rows := [tuple(map(html.escape, place)) for place in both.index]:
        both.index = pd.MultiIndex.from_tuples(rows)
    body = display.table(both, caption=caption, markup=True, prose=True)
    return Html(head.html + body.html, f"{head.text}\n{found.to_string()}")


def other_data(profile: str, experiments: Experiments, *, caption: str) -> Html:
    """Return the data sets that a profile can run but does not by itself, with the command.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    experiments : sequence of Experiment
        Of the profile, to say which of these data sets have results.
    caption : str
        As in `helpers.report.display.table`.
    """
    settings = load_profile(profile)
    run = {family_of(name): name for name in settings.matrix}
    there = {family_of(each.dataset): dataset_label(each.dataset) for each in experiments}
    rows = {}
    for family in settings.datasets:
        if family in run:
            continue
        example = Experiment(settings.models[0], family, "balanced", 0, profile)
        sources = {family: "FOLDER"} if all_datasets()[family].takes_folder else {}
        command = command_line(*run_arguments(example, sources=sources))
        rows[FAMILIES[family]] = {
            "here": f"a local copy: {there[family]}" if family in there else "no result",
            "command": f"<code>{html.escape(command)}</code>",
        }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["here", "command"])
    return display.table(frame, caption=caption, markup=True, prose=True)
