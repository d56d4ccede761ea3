"""A copy of the package that a test adds one file to, and runs in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import helpers

PACKAGE = Path(helpers.__file__).parent


def copy_package(folder: Path) -> Path:
    """Copy the package below ``folder`` and return the copy."""
    copied = folder / "src" / "helpers"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


def companion(copied: Path, *arguments: str) -> str:
    """Run ``companion`` of a copy and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "helpers.cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(copied.parent)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
