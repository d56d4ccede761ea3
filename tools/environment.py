"""Write ``environment.yml`` from ``pyproject.toml`` and ``constraints.txt``, for conda users."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

EXTRAS = ("train", "book", "dev")  # what tools/setup.py installs

HEADER = """\
# conda env create -f environment.yml && conda activate language-class-imbalance
# The same versions as constraints.txt. Written by tools/environment.py.
name: language-class-imbalance
channels: [conda-forge]
dependencies:
  - python >=3.11,<3.14
  - make
  - pip
  - pip:
"""


def direct_requirements() -> list[str]:
    """Return what the project asks for itself, with its range of versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return project["dependencies"] + [item for extra in EXTRAS for item in extras[extra]]


def pinned_versions() -> dict[str, str]:
    """Return ``constraints.txt`` as package name to exact version."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.lower().replace("_", "-"): version.strip() for name, version in pairs}


def environment() -> str:
    """Return the text of ``environment.yml``."""
    versions = pinned_versions()
    names = sorted(
        re.split(r"[^\w.-]", item, maxsplit=1)[0].lower() for item in direct_requirements()
    )
    pins = [f"      - {name}=={versions[name]}\n" for name in names]
    return HEADER + "".join(pins) + "      - --constraint constraints.txt\n      - -e .\n"


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment(), encoding="utf-8")
