"""The diagnosis' page beside those of two packages that write a report on any table, in one run.

    python -m venv peers && peers/bin/pip install pandas pyarrow skrub fg-data-profiling
    python benchmarks/diagnosis_pages.py --peers peers/bin/python

All read the same CSV file with texts, in a process each, by turns; the fastest counts, without
imports. ``--peers`` is the Python that has the packages; one that is not there is told as such.
Writes ``results/benchmarks/diagnosis_pages.json``.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from diagnosis import measure, write
from helpers.foundation import hardware, paths, store

ROWS, REPETITIONS = 100_000, 2
# What each writes of the same CSV file: imports, then the page.
PAGES = {
    "companion": ("from helpers.diagnosis import diagnose", "diagnose({path!r}).to_html()"),
    "skrub": (
        "import pandas; from skrub import TableReport",
        "TableReport(pandas.read_csv({path!r}), verbose=0).html()",
    ),
    "fg-data-profiling": (
        "import pandas; from data_profiling import ProfileReport",
        "ProfileReport(pandas.read_csv({path!r}), progress_bar=False).to_html()",
    ),
}


def compare_pages(folder, python):
    """Return what each package takes for its report on a CSV file with texts."""
    path = write(folder, "csv", ROWS, with_text=True)
    found = {}
    for package, (imports, page) in PAGES.items():
        interpreter = sys.executable if package == "companion" else python
        way = f"rows = len({page.format(path=str(path))}.encode())"
        try:
            runs = [measure(imports, way, interpreter) for _ in range(REPETITIONS)]
        except subprocess.CalledProcessError as error:
            if "ModuleNotFoundError" not in error.stderr:
                raise
            found[package] = "not installed"
            continue
        seconds, processor, memory, size = zip(*runs, strict=True)
        found[package] = {
            "seconds": round(min(seconds), 3),
            "processor_seconds": round(min(processor), 3),
            "peak_memory_mib": round(max(memory), 1),
            "page_kib": round(size[0] / 1024),
        }
        print(package, found[package], flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the packages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare_pages(Path(folder), options.peers)
    target = paths.benchmark_file(__file__)
    report = {
        "dataset": f"{ROWS:,} simulated rows",
        "hardware": hardware.describe(),
        "load": round(os.getloadavg()[0], 1),
        "results": found,
    }
    store.write_json(target, report)
    print(f"The result: {target}")


if __name__ == "__main__":
    main()
