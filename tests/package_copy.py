"""A copy of the package that a test adds one file to, and runs in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import helpers

PACKAGE = Path(helpers.__file__).parent
REPOSITORY = Path(__file__).resolve().parents[1]


def copy_package(folder: Path) -> Path:
    """Copy the package below ``folder`` and return the copy."""
    copied = folder / "src" / "helpers"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


def companion(copied: Path, *arguments: str) -> str:
    """Run ``companion`` of a copy and return what it printed."""
    return python(copied, "-m", "helpers.cli", *arguments)


def python(copied: Path, *arguments: str) -> str:
    """Run Python on a copy and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(copied.parent)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_EXECUTE = """
import sys
from helpers import book
section, dataset = sys.argv[1:]
for page in book.pages("quick", datasets=[dataset]):
    if page.source.stem == section and page.place is not None and page.place.dataset == dataset:
        book.execute_notebooks([page])
        print(page.target.read_text(encoding="utf-8"))
"""


def executed_page(copied: Path, section: str, *, root: Path, dataset: str) -> str:
    """Execute a section's notebook on a copy's results in a checkout, and return its content."""
    (root / "notebooks").mkdir(exist_ok=True)
    shutil.copy(REPOSITORY / "notebooks" / f"{section}.py", root / "notebooks")
    page = python(copied, "-c", _EXECUTE, section, dataset)
    assert page, f"no page of {section}"
    return page
