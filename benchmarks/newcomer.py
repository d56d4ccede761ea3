"""How long a newcomer waits: from nothing to the diagnosis of a CSV file of their own.

    python benchmarks/newcomer.py

Clones this checkout's commit, makes an environment, installs the core into it without pip's cache,
and runs ``companion diagnose`` on a small file. Writes ``results/benchmarks/newcomer.json``.
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers.foundation import hardware, paths, store

ROWS = 1000


def main():
    with tempfile.TemporaryDirectory(prefix="companion-newcomer-") as name:
        folder = Path(name)
        clone, environment, data = folder / "clone", folder / "environment", folder / "reviews.csv"
        write(data)
        python, companion = environment / "bin" / "python", environment / "bin" / "companion"
        pip = [python, "-m", "pip", "install", "--quiet", "--no-cache-dir"]
        page = folder / "report.html"
        steps = {
            "git clone": ["git", "clone", "--quiet", paths.repository_root(), clone],
            "python -m venv": [sys.executable, "-m", "venv", environment],
            "pip install of the core": [*pip, "--disable-pip-version-check", clone],
            "companion diagnose, first call": [companion, "diagnose", data, "--html", page],
            "companion diagnose, second call": [companion, "diagnose", data, "--html", page],
        }
        found = {step: timed(command, folder) for step, command in steps.items()}
        assert page.is_file()
        listed = [path for path in environment.rglob("*") if path.is_file()]
        packages = [path for path in environment.rglob("*.dist-info")]
        size = sum(path.stat().st_size for path in listed)
    target = paths.benchmark_file(__file__)
    report = {
        "dataset": f"a CSV file of {ROWS:,} simulated rows",
        "hardware": hardware.describe(),
        "load": round(os.getloadavg()[0], 1),
        "packages": len(packages),
        "environment_mib": round(size / 2**20),
        "steps": found,
    }
    store.write_json(target, report)
    print(f"The result: {target}")


def write(path):
    """Write rows in two languages whose labels differ."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["language", "label", "text"])
        for number in range(ROWS):
            language = ("en", "fr")[number % 2]
            label = "good" if (number % 8 < 6) == (language == "en") else "bad"
            rows.writerow([language, label, f"This is the text of row {number}"])


def timed(command, folder):
    """Return the seconds that a command takes, and those of the processor."""
    before, started = processor_seconds(), time.perf_counter()
    free = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(command, check=True, cwd=folder, env=free, stdout=subprocess.DEVNULL)
    found = {
        "seconds": round(time.perf_counter() - started, 1),
        "processor_seconds": round(processor_seconds() - before, 1),
    }
    print(command[0], found, flush=True)
    return found


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
