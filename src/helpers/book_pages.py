"""The pages of the book: which notebooks, with which parameters, in which order and titles."""

import html
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml

from helpers import notebooks, stages
from helpers.foundation import paths
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import (
    Place,
    dataset_label,
    model_label,
    section_number,
    section_title,
)
from helpers.report.places import place_label, place_names
from helpers.stages.commands import command_line
from helpers.stages.selection import book_experiments as experiments
from helpers.stages.selection import originals, places

_WHOLE_RUN = "00_"  # what the names of the notebooks about the whole run begin with
_INDEX = "open_questions"
_READ_FIRST = ("book/how_to_read", "book/data")
_PAPER = (
    "book/_generated/claims",
    "book/_generated/number_by_number",
    "book/_generated/how_sure",
    "book/deviations",
    "book/_generated/not_reproduced",
    "book/limitations",
    "book/plan",
    "book/_generated/checklist",
)
_USE = (
    "book/how_to_run",
    "book/_generated/diagnose",
    "book/_generated/status",
    "book/_generated/cost",
)
_BUILD_ON_IT = ("book/architecture", "book/api")
_BACKGROUND = (
    "book/security",
    "book/_generated/reliability",
    "book/glossary",
    "book/references",
)
_QUESTIONS = "questions"  # the folder of the pages that each answer some, notebooks named Q_…
_SECTIONS = "sections"  # the folder of the pages that set all data sets beside each other
_SECTION_NOTEBOOK = "S_section"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A notebook to execute: its source, its parameters, and where it goes.

    The page of a section begins with the title and the claim of the notebook ``of``, and ends with
    the pages that this notebook makes for each data set. ``beside_others``: whether the book has
    the page of the section, too.
    """

    source: Path
    target: Path
    parameters: Mapping[str, Any]
    place: Place | None = None
    of: Path | None = None
    beside_others: bool = True
    experiments: Sequence[Experiment] = field(default=(), repr=False)

    def __str__(self) -> str:
        """Return the notebook's name, for messages."""
        where = f" ({self.place.dataset}, {self.place.model})" if self.place else ""
        where = f" ({self.of.stem})" if self.of else where
        return f"{self.source.stem}{where}"


# --- what belongs to a profile's book -------------------------------------------------------


def generated_dir() -> Path:
    """Return the folder of the executed notebooks."""
    return paths.repository_root() / "book" / "_generated"


def pages(profile: str, *, datasets: Iterable[str] = ()) -> list[Page]:
    """Return the notebooks of a profile's book, with their parameters."""
    datasets = list(datasets)
    from helpers.report import question_list, question_runs

    listed = experiments(profile, datasets=datasets)
    asked = question_runs.experiments(question_list.all_questions().values(), profile)
    by_section, found = [], []
    for source in notebooks.source_paths():
        of_one_question = source.stem.startswith("Q_")
        name = source.stem.removeprefix(_WHOLE_RUN)
        if of_one_question or name != source.stem:
            of_questions = of_one_question or name == _INDEX
            name = f"{_QUESTIONS}/{name}" if of_one_question else name
            found.append(
                Page(
                    source=source,
                    target=generated_dir() / f"{name}.ipynb",
                    parameters={"profile": profile},
                    experiments=list(
                        dict.fromkeys([*listed, *originals(), *(asked if of_questions else ())])
                    ),
                )
            )
        elif source.stem != _SECTION_NOTEBOOK:
            by_section.append(source)
    found += [
        Page(
            source=source.with_stem(_SECTION_NOTEBOOK),
            target=generated_dir() / _SECTIONS / f"{source.stem}.ipynb",
            parameters={"profile": profile, "section": section_number(source.stem)},
            of=source,
            # The slider of section 2.1 shows the severities of an open question.
            experiments=[*listed, *asked],
        )
        for source in by_section
    ]
    for place in places(profile, datasets=datasets):
        found += pages_of_place(by_section, place, profile)
    return found


def pages_of_place(
    sources: Iterable[Path], place: Place, profile: str, *, beside_others: bool = True
) -> list[Page]:
    """Return the pages that the notebooks of sections make for one model and data set.

    Parameters
    ----------
    sources : iterable of Path
        The notebooks.
    place : Place
        Model and data set.
    profile : str
        A file in ``configs/``.
    beside_others : bool
        Whether the book has the pages that set all data sets beside each other.
    """
    listed = stages.experiments(profile=profile, model=place.model, dataset=place.dataset)
    folder = generated_dir().joinpath(*listed[0].relative_folder.parts[:3])
    parameters = {"profile": profile, "model": place.model, "dataset": place.dataset}
    return [
        Page(
            source=source,
            target=folder / f"{source.stem}.ipynb",
            parameters={**parameters, "sources": {}, "compute": False},
            place=place,
            beside_others=beside_others,
            experiments=listed,
        )
        for source in sources
    ]


# --- introductions ---------------------------------------------------------------------------


def introduce(notebook: nbformat.NotebookNode, page: Page) -> None:
    """Say in the title and below it what the page is about."""
    if page.of is not None:
        from helpers.report.exercises import as_markdown

        notebook.cells[0].source = notebooks.read_source(page.of).cells[0].source
        if exercises := as_markdown(section_number(page.of.stem)):
            notebook.cells.append(nbformat.v4.new_markdown_cell(exercises))
        notebook.cells.append(nbformat.v4.new_markdown_cell(_links(page)))
    title, _, rest = notebook.cells[0].source.partition("\n")
    profile = page.parameters["profile"]
    if page.place is not None:
        from helpers.report.runs import recipe_line

        # A page is Markdown, where a folder's name could pass for a tag.
        dataset = dataset_label(page.place.dataset)
        model = html.escape(model_label(page.place.model))
        section = os.path.relpath(
            generated_dir() / _SECTIONS / f"{page.source.stem}.ipynb", page.target.parent
        )
        others = f" [All data sets side by side]({section})." if page.beside_others else ""
        recipe = recipe_line(page.experiments[0])
        about = (
            f"*{dataset}, {model}, profile `{profile}`.*{others}"
            f"\n\n:::{{dropdown}} How these models were fine-tuned\n{recipe[0].upper()}"
            f"{recipe[1:]}.\n:::"
        )
        notebook.cells[0].source = f"{title} ({dataset})\n\n{about}\n{rest}"
        return
    # A section's notebook says it itself, for its own experiments.
    mine = [each for each in page.experiments if each.profile == profile]
    if outdated := stages.outdated(mine):
        about = (
            f":::{{warning}}\nSettings, data or code have changed since some of these results "
            f"were made ({len(outdated)} of {len(mine)} experiments). "
            f"`{command_line('reproduce', '--profile', profile)}` makes them again.\n:::"
        )
        notebook.cells[0].source = f"{title}\n\n{about}\n{rest}"


def _links(page: Page) -> str:
    """Return links from a section's page to the pages of its data sets."""
    assert page.of is not None
    names = {
        each.relative_folder.parts[:3]: html.escape(place_label(*each.place))
        for each in page.experiments
    }
    lines = []
    for folder, name in names.items():
        target = generated_dir().joinpath(*folder, f"{page.of.stem}.ipynb")
        lines.append(f"* [{name}]({os.path.relpath(target, page.target.parent)})")
    return "\n".join(["## Each data set with all its tables", "", *lines])


# --- table of contents ----------------------------------------------------------------------


def table_of_contents(profile: str, *, datasets: Iterable[str] = ()) -> str:
    """Return the book's table of contents as YAML: prose, and the pages of each section."""
    root = paths.repository_root()
    parts: list[dict[str, Any]] = [
        {"caption": caption, "chapters": [{"file": name} for name in names]}
        for caption, names in (("Read", _READ_FIRST), ("The paper, checked", _PAPER))
    ]
    questions: list[dict[str, Any]] = [{"file": f"book/_generated/{_INDEX}"}]
    by_section: dict[str, dict[str, Any]] = {}
    listed = pages(profile, datasets=datasets)
    titles = place_names([page.place for page in listed if page.place])
    for page in listed:
        file = page.target.relative_to(root).with_suffix("").as_posix()
        stem = page.source.stem
        if page.of is not None:
            title = section_title(page.of.stem)
            by_section[page.of.stem] = {"file": file, "title": title, "sections": []}
        elif page.place is not None:
            title = titles[page.place]
            by_section[stem]["sections"].append({"file": file, "title": title})
        elif page.target.parent.name == _QUESTIONS:
            questions.append({"file": file, "title": section_title(stem)})
    parts.insert(
        1, {"caption": "The paper, section by section", "chapters": list(by_section.values())}
    )
    parts.append({"caption": "Open questions", "chapters": questions})
    for caption, names in (
        ("Run", _USE),
        ("Build on it", _BUILD_ON_IT),
        ("Background", _BACKGROUND),
    ):
        parts.append({"caption": caption, "chapters": [{"file": name} for name in names]})
    content = {"format": "jb-book", "root": "index", "parts": parts}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return f"# The pages of profile {profile}, written by `companion book`.\n{text}"
