"""Make the virtual environment: a fresh machine needs only Python and make.

Run by the Makefile with the system's Python; uses the standard library alone.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)
GIB = 2**30
NEEDED_GIB = 3.0


def torch_pin() -> str:
    """Return torch's exact version from ``constraints.txt``."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("torch=="):
            return line.split("#")[0].split(";")[0].strip()
    raise SystemExit("setup: constraints.txt pins no torch")


def main() -> None:
    """Create the environment and install the pinned packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--torch-index", default="", help="index to take torch from")
    arguments = parser.parse_args()

    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SystemExit(
            f"setup: Python {sys.version.split()[0]} found, 3.11 to 3.13 needed: "
            "call make PYTHON=/path/to/python3.12"
        )
    if shutil.disk_usage(ROOT).free < NEEDED_GIB * GIB:
        raise SystemExit(f"setup: less than {NEEDED_GIB:.0f} GiB free on the disk of {ROOT}")

    python = arguments.venv / "bin" / "python"

    def pip(*words: str) -> None:
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", *words]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit(
                "setup: pip could not install the packages; the lines above say which. Where no "
                "package index can be reached, set PIP_INDEX_URL to a mirror and call make again."
            )

    if not python.exists():
        print(f"setup: making {arguments.venv} with Python {sys.version.split()[0]}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(arguments.venv)], check=True)
    # torch first and alone: a CPU build from its own index satisfies every later requirement.
    gpu = shutil.which("nvidia-smi") is not None
    where = "from " + arguments.torch_index if arguments.torch_index else "from the default index"
    if not (gpu or arguments.torch_index):
        where += " (on Linux this can be a CUDA build of several GB; TORCH_INDEX=... takes another)"
    print(f"setup: installing {torch_pin()} {where}", flush=True)
    pip(torch_pin(), *(["--index-url", arguments.torch_index] if arguments.torch_index else []))
    print("setup: installing the other packages, about 1 GB with what they need", flush=True)
    pip("-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[all,dev]")


if __name__ == "__main__":
    main()
