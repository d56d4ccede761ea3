"""The notebooks: one reviewable text source each, and an output-free twin for Colab.

The sources are percent scripts in ``notebooks/``. Their ``.ipynb`` twins are generated, byte for
byte, by ``python -m helpers.notebooks``, with the set-up cell that all of them share.
"""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.foundation import paths
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import MODELS, check_choice
from helpers.foundation.profiles import profile_names
from helpers.foundation.provenance import repository_url

if TYPE_CHECKING:
    import nbformat

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_SHELL_NAMES = {"In", "Out"}
# Colab's own torch and numpy fit its drivers, and are not to be replaced: to ask for just their
# versions leaves them as they are, or fails with a word on why.
_SETUP = """\
import sys

if "google.colab" in sys.modules:  # fetch the repository, install; elsewhere, do nothing
    import os
    import subprocess
    from importlib.metadata import version

{fetch}
    kept = [f"{{name}}=={{version(name)}}" for name in ("torch", "numpy")]
    install = [sys.executable, "-m", "pip", "install", "--quiet", "./{folder}[all]", *kept]
    subprocess.run(install, check=True)
    os.chdir("{folder}")"""
_CLONE = """\
    subprocess.run(["git", "clone", "--depth=1", "{url}"], check=True)"""
_UNPACK = """\
    import shutil

    from google.colab import files

    shutil.unpack_archive(next(iter(files.upload())))"""
_LINK = "[Open in Colab](https://colab.research.google.com/github/{place}/blob/main/notebooks/{name}.ipynb)"
_UPLOAD = (
    "*To run this in Colab, download this notebook, upload it there, and give its first cell an "
    "archive of the repository; “How to run it” says how.*"
)


def notebooks_dir() -> Path:
    """Return the folder of the sources."""
    return paths.repository_root() / "notebooks"


def source_paths() -> list[Path]:
    """Return the sources, in reading order: a question's tenth page comes after its ninth."""
    return sorted(notebooks_dir().glob("*.py"), key=_numbered)


def _numbered(path: Path) -> list[tuple[str, int]]:
    """Return what orders a name by the numbers in it."""
    return [(words, int(number or 0)) for words, number in re.findall(r"(\D*)(\d*)", path.stem)]


def setup_cell() -> "nbformat.NotebookNode":
    """Return the cell that installs the companion in Colab, and does nothing elsewhere."""
    import nbformat

    url = repository_url()
    folder = url.rpartition("/")[2] if url else "companion"
    fetch = _CLONE.format(url=url) if url else _UNPACK
    source = _SETUP.format(fetch=fetch, folder=folder)
    return nbformat.v4.new_code_cell(source, metadata={"tags": ["remove-cell", "setup"]})


def _how_to_run(name: str) -> str:
    """Return the line of a notebook's first cell that says how it is opened in Colab."""
    url = repository_url()
    return (
        _LINK.format(place=url.removeprefix("https://github.com/"), name=name) if url else _UPLOAD
    )


def read_source(path: Path) -> "nbformat.NotebookNode":
    """Return a source as a notebook without outputs, with fixed cell ids.

    The set-up cell comes after the first cell, which holds the title and how to run it in Colab.
    There, the parameters are fields of a form.
    """
    import jupytext
    import nbformat

    notebook = jupytext.read(path, fmt="py:percent")
    if notebook.cells[0].cell_type == "markdown":
        notebook.cells[0].source += f"\n\n{_how_to_run(path.stem)}"
    notebook.cells.insert(1, setup_cell())
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{path.stem}-{number:02d}".replace("_", "-")
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = as_form(cell.source)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def twin_text(path: Path) -> str:
    """Return the text of a source's ``.ipynb`` twin."""
    return json.dumps(read_source(path), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write_twins() -> list[Path]:
    """Write every source's twin beside it; return those that changed."""
    changed = []
    for source in source_paths():
        twin, text = source.with_suffix(".ipynb"), twin_text(source)
        if not twin.is_file() or twin.read_text(encoding="utf-8") != text:
            twin.write_text(text, encoding="utf-8", newline="\n")
            changed.append(twin)
    return changed


# --- parameters -----------------------------------------------------------------------------


def parameters_of(notebook: "nbformat.NotebookNode") -> dict[str, Any]:
    """Return a notebook's parameters with their defaults, from the tagged cell.

    Raises
    ------
    CompanionError
        If no cell is tagged ``parameters``.
    """
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            return {
                target.id: ast.literal_eval(statement.value)
                for statement in ast.parse(cell.source).body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            }
    raise CompanionError("the notebook has no cell tagged parameters")


def as_form(source: str) -> str:
    """Return a cell of parameters with a field for each in Colab's form; elsewhere it is the same.

    A field offers what can be chosen and takes any other value; a comment stands above it.

    Examples
    --------
    >>> print(as_form("compute = True  # False: only show what is there"))
    # @markdown False: only show what is there
    compute = True  # @param {type: "boolean"}
    """
    lines = source.split("\n")
    for statement in reversed(ast.parse(source).body):
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            continue
        if field := _field(statement.targets[0].id):
            number = statement.lineno - 1
            comment = lines[number].encode()[statement.end_col_offset :].decode().strip(" #")
            lines[number : number + 1] = [
                *([f"# @markdown {comment}"] if comment else []),
                f"{ast.get_source_segment(source, statement)}  # {field}",
            ]
    return "\n".join(lines)


def _field(parameter: str) -> str | None:
    """Return a parameter's field in Colab's form; None where a form has no field for it."""
    if parameter == "compute":
        return '@param {type: "boolean"}'
    choices = {
        "profile": list(profile_names()),
        "model": list(MODELS),
        "dataset": list(all_datasets()),
    }
    if parameter not in choices:
        return None
    return f"@param {json.dumps(choices[parameter])} {{allow-input: true}}"


# What a parameter is, by its name; of others any plain value will do.
_TYPES: Mapping[str, type] = {
    "profile": str,
    "model": str,
    "dataset": str,
    "sources": dict,
    "compute": bool,
}


def check_parameters(namespace: Mapping[str, Any], *allowed: str) -> None:
    """Refuse, inside a notebook, a parameter that papermill set and nothing reads, or misreads.

    Parameters
    ----------
    namespace : mapping
        The notebook's ``globals()``, before it has made any other value.
    *allowed : str
        The notebook's parameters.

    Raises
    ------
    CompanionError
        If there is another plain value in the namespace, or a parameter's value is of another type;
        the message lists what is allowed.
    """
    plain = (str, int, float, bool, list, dict, tuple, type(None))
    for name, value in namespace.items():
        if isinstance(value, plain) and not name.startswith("_") and name not in _SHELL_NAMES:
            check_choice("parameter", name, allowed)
            wanted = _TYPES.get(name, object)
            if not isinstance(value, wanted):
                raise CompanionError(
                    f"parameter {name}={value!r}: expected {wanted.__name__}, not "
                    f"{type(value).__name__}"
                )


if __name__ == "__main__":
    write_twins()
