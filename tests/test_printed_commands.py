"""Every command in the README, the book's prose and the notebooks is tried."""

from pathlib import Path

import pytest

import printed_commands
from helpers.foundation import paths
from helpers.report import question_list, question_runs
from printed_commands import REPOSITORY
from tiny_sources import write_xnli

PROSE = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
PROSE += sorted((REPOSITORY / "book").glob("*.md"))
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.py"))


def printed(path: Path) -> list[str]:
    read = printed_commands.in_notebook if path.suffix == ".py" else printed_commands.in_text
    return read(path.read_text(encoding="utf-8"))


COMMANDS = [
    pytest.param(command, id=f"{path.name}: {command}")
    for path in [*PROSE, *NOTEBOOKS]
    for command in printed(path)
]


@pytest.fixture(scope="module")
def placeholders(tmp_path_factory):
    """What a reader fills in: files and folders of their own, names of what they added."""
    folder = tmp_path_factory.mktemp("of_a_reader")
    reviews = folder / "reviews.csv"
    rows = [
        f"a text {number},{label},{language}"
        for number in range(20)
        for label in ("good", "bad")
        for language in ("en", "fr")
    ]
    reviews.write_text("\n".join(["text,label,language", *rows]))
    return {
        "=FOLDER": f"={write_xnli(folder / 'xnli')}",
        "FILE": str(reviews),
        "--dataset custom --source custom=texts/reviews": "--dataset multiemo",  # in tests/own_data
        "reviews.csv": str(reviews),
        "report.html": str(folder / "report.html"),
        "weights.csv": str(folder / "weights.csv"),
        "--dataset NAME": "--dataset multiemo",
        "--stages NAME": "--stages predictions",
        "owner/name": "e5_small",
        "imbalanced_focal": "imbalanced_sqrt",
        "<index>": "INDEX",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_a_printed_command_does_what_it_says(command, placeholders, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(REPOSITORY))
    monkeypatch.setenv(paths.OUTPUT_VARIABLE, str(tmp_path))  # nothing is there yet
    told = printed_commands.try_out(command, placeholders=placeholders)
    assert "nothing to compute" not in told
    assert not list(tmp_path.iterdir())


def test_commands_are_found_in_blocks_inline_and_in_notebooks():
    text = "Call `companion\nplan`, not `companion`.\n\n```console\nmake book  # pages\n```\n"
    assert printed_commands.in_text(text) == ["make book", "companion plan"]
    notebook = "# %% [markdown]\n# `companion plan`\n\n# %%\nx = 1  # `companion claims`\n"
    assert printed_commands.in_notebook(notebook) == ["companion plan"]
    page = "<p><code>companion <b>plan</b></code> <code>x</code></p>"
    assert printed_commands.in_page(page) == ["companion plan"]
    assert len(COMMANDS) > 30


@pytest.mark.parametrize(
    "name", [n for n, each in question_list.all_questions().items() if each.runs]
)
def test_a_question_s_command_runs_its_models(name, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.OUTPUT_VARIABLE, str(tmp_path))
    question = question_list.question(name)
    told = printed_commands.try_out(question_runs.command(question, "embedded"), placeholders={})
    listed = question_runs.experiments([question], "embedded")
    assert all(f"{experiment}: " in told for experiment in listed)


def test_a_command_with_an_unknown_option_fails():
    with pytest.raises(AssertionError, match="No such option"):
        printed_commands.try_out("companion run --colour red", placeholders={})
