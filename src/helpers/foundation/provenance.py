"""Where a result comes from: code, packages, machine."""

import functools
import platform
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
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


_CODE = ("src", "configs")


def git_commit() -> str | None:
    """Return the commit of the code that runs, with ``+changes`` where the code differs from it.

    A file under ``src`` or ``configs`` that git does not know is a difference too. None where the
    code lies in no repository, or one that does not track it.
    """
    code = Path(__file__).resolve().parents[1]

    def git(folder: Path, *arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        git(code, "ls-files", "--error-unmatch", "__init__.py")
        root = Path(git(code, "rev-parse", "--show-toplevel"))
        commit = git(root, "rev-parse", "HEAD")
        changed = git(root, "status", "--porcelain", "--untracked-files=all", "--", *_CODE)
    except (OSError, subprocess.CalledProcessError):
        return None
    # Settings are read from the checkout that one works in.
    other = paths.repository_root() != root
    return f"{commit}+changes" if changed or other else commit


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


def repository_url() -> str | None:
    """Return the repository's public address, from ``pyproject.toml``; None where there is none."""
    file = paths.repository_root() / "pyproject.toml"
    content = file.read_text(encoding="utf-8") if file.is_file() else "[project]"
    url: str | None = tomllib.loads(content)["project"].get("urls", {}).get("Repository")
    return url
