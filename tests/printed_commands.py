"""The commands that prose and pages print, and a trial of each: it must do what it says."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import papermill
import typer.main
from typer.testing import CliRunner

from helpers.cli import app

REPOSITORY = Path(__file__).resolve().parents[1]
_PROGRAM = r"(?:\.venv/bin/)?(?:companion|make|papermill|snakemake|torchrun|pip)"
_COMMAND = re.compile(rf"{_PROGRAM}(?: .+)?", flags=re.S)
_DRY = ("run", "reproduce")
_TOLD = ("claims", "checklist")  # read only, and quick


def in_text(text: str) -> list[str]:
    """Return the commands in a page's Markdown: in its blocks of code, and inline."""
    fences = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.S | re.M)
    lines = [line for fence in fences for line in fence.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.S | re.M)
    inline = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    return _commands([*lines, *inline])


def in_notebook(text: str) -> list[str]:
    """Return the commands in the Markdown cells of a notebook's percent format."""
    cells = re.split(r"^# %%", text, flags=re.M)
    prose = [cell.partition("\n")[2] for cell in cells if cell.startswith(" [markdown]")]
    return in_text("\n\n".join(re.sub(r"^# ?", "", cell, flags=re.M) for cell in prose))


def in_page(html: str) -> list[str]:
    """Return the commands in the code of a built page."""
    found = re.findall(r"<(code|pre)\b[^>]*>(.*?)</\1>", html, flags=re.S)
    texts = [unescape(re.sub(r"<[^>]+>", "", code)) for _, code in found]
    return _commands([line for text in texts for line in text.replace("\\\n", " ").splitlines()])


def _commands(lines: list[str]) -> list[str]:
    """Return the lines that call a program with something; a bare name is no command."""
    plain = (re.sub(r"\s+#.*$", "", line).strip() for line in lines)
    return list(dict.fromkeys(line for line in plain if _COMMAND.fullmatch(line) and " " in line))


def try_out(command: str, *, placeholders: Mapping[str, str], root: Path = REPOSITORY) -> str:
    """Try a command without the work that it would do, and return what it printed.

    A call of the companion runs dry where it can, for real where it only reads, and else has its
    options checked; of other programs what they name must be there.

    Parameters
    ----------
    command : str
    placeholders : mapping
        What stands for something that a reader fills in, and what this trial fills in.
    root : Path
        The folder that the command is about.
    """
    if placeholders:
        any_of = "|".join(map(re.escape, placeholders))
        command = re.sub(any_of, lambda found: placeholders[found[0]], command)
    program, *arguments = shlex.split(command.partition(" > ")[0])
    return _TRIALS[program.removeprefix(".venv/bin/")](arguments, root)


def _companion(arguments: list[str], root: Path) -> str:
    name = arguments[0]
    group = typer.main.get_command(app)
    assert name == "--help" or name in group.commands, name  # type: ignore[attr-defined]
    if arguments == ["diagnose"]:
        return ""  # the command's name, in a sentence
    if name in _DRY or name in _TOLD or (name == "diagnose" and "--model" not in arguments):
        dry = ["--dry-run"] if name in _DRY else []
        done = CliRunner().invoke(app, [*arguments, *dry])
        assert done.exit_code == 0, f"{shlex.join(arguments)}: {done.output} {done.exception}"
        return done.output
    if name != "--help":
        group.commands[name].make_context(name, arguments[1:])  # type: ignore[attr-defined]
    return ""


def _make(arguments: list[str], root: Path) -> str:
    dry = ["make", "--dry-run", "--directory", str(root), *arguments]
    done = subprocess.run(dry, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _papermill(arguments: list[str], root: Path) -> str:
    known = papermill.inspect_notebook(str(root / arguments[0]))
    named = [arguments[place + 1] for place, word in enumerate(arguments) if word == "-p"]
    assert named and set(named) <= set(known)
    return ""


def _snakemake(arguments: list[str], root: Path) -> str:
    profile = arguments[arguments.index("--profile") + 1]
    assert (root / profile / "config.yaml").is_file()
    return ""


def _torchrun(arguments: list[str], root: Path) -> str:
    module = arguments.index("-m")
    assert arguments[module + 1] == "helpers.cli"
    return _companion(arguments[module + 2 :], root)


def _pip(arguments: list[str], root: Path) -> str:
    if arguments[0] != "install":
        return ""
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    named = re.findall(r"\[(.*?)\]", " ".join(arguments))
    assert {name for each in named for name in each.split(",")} <= set(extras)
    if "--constraint" in arguments:
        assert (root / arguments[arguments.index("--constraint") + 1]).is_file()
    return ""


_TRIALS = {
    "companion": _companion,
    "make": _make,
    "papermill": _papermill,
    "pip": _pip,
    "snakemake": _snakemake,
    "torchrun": _torchrun,
}
