"""Where a result comes from: code, packages, machine."""

import functools
import platform
import subprocess
from importlib import metadata
from typing import Any

from helpers.foundation import hardware, paths

PACKAGES = (
    "accelerate",
    "datasets",
    "matplotlib",
    "numpy",
    "pandas",
    "scikit-learn",
    "shap",
    "statsmodels",
    "tokenizers",
    "torch",
    "transformers",
)


def git_commit() -> str | None:
    """Return the checkout's commit, with ``+changes`` where the tree differs from it."""
    root = str(paths.repository_root())

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", root, *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "configs")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit}+changes" if changed else commit


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers depend on."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


@functools.cache
def environment() -> dict[str, Any]:
    """Return commit, package versions and hardware of this process."""
    return {
        "git_commit": git_commit(),
        "packages": package_versions(),
        "hardware": hardware.describe(),
    }
