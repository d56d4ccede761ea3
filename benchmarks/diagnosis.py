"""The diagnosis against Arrow's own read and group-by of the same columns, in one run.

    python benchmarks/diagnosis.py [--csv-rows 1000000] [--parquet-rows 10000000]

Each way runs in a process of its own, on the same file, some times by turns; the fastest counts,
without imports. The companion's time is that of the whole diagnosis, statistics included. Seconds
of the processor are told too: other programs on the machine disturb them less.
Beside each time stands the peak memory of the process and how it grows when the file is four times
as long. Writes ``results/benchmarks/diagnosis.json``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from helpers.foundation import hardware, paths, store

REPETITIONS = 5
SHORTER = 4  # times: the file that memory is compared on
LANGUAGES, LABELS = ("de", "en", "es", "fr", "ja", "zh"), ("1", "2", "3", "4", "5")
IMPORTS = {
    "companion": "from helpers.diagnosis import diagnose; import pyarrow.dataset",
    "arrow": "import pyarrow as pa, pyarrow.csv, pyarrow.dataset",
}
WAYS = {
    "companion": """
found = diagnose({path!r})
rows = found.rows
""",
    "arrow": """
columns = {columns!r}
if {path!r}.endswith(".csv"):
    table = pa.csv.read_csv(
        {path!r},
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(include_columns=columns),
    )
else:
    table = pa.dataset.dataset({path!r}).to_table(columns=columns)
counted = table.group_by(["language", "label"]).aggregate([([], "count_all")])
rows = sum(counted["count_all"].to_pylist())
""",
}
MEASURE = """
import json, time
{imports}
start, before = time.perf_counter(), time.process_time()
{way}
seconds, processor = time.perf_counter() - start, time.process_time() - before
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([seconds, processor, int(peak.split()[1]) / 1024, rows]))
"""


def write(folder, kind, rows, *, with_text):
    """Write a file of rows in parts; return it."""
    path = folder / f"{rows}{'_text' if with_text else ''}.{kind}"
    rng = np.random.default_rng(0)
    schema = pa.schema([(name, pa.string()) for name in columns_of(with_text)])
    opened = pa.csv.CSVWriter if kind == "csv" else pa.parquet.ParquetWriter
    with opened(path, schema) as writer:
        for start in range(0, rows, 250_000):
            n = min(250_000, rows - start)
            columns = {
                "language": rng.choice(LANGUAGES, n),
                "label": rng.choice(LABELS, n),
            }
            if with_text:
                numbers = rng.integers(0, 3 * rows, n).astype(str)
                columns["text"] = np.char.add(
                    "The room was clean, and we liked the view of ", numbers
                )
            writer.write_table(pa.table(columns, schema=schema))
    return path


def columns_of(with_text):
    return ["language", "label", *(["text"] if with_text else [])]


def measure(imports, way, python=sys.executable):
    """Return seconds, processor seconds, peak memory in MiB and ``rows`` of one process."""
    program = MEASURE.format(imports=imports, way=way)
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def run(way, path, columns):
    """Return `measure` of one way to count a file."""
    return measure(IMPORTS[way], WAYS[way].format(path=str(path), columns=columns))


def compare(folder, kind, rows, *, with_text):
    """Return what both ways took on a file, and on one that is a quarter as long."""
    columns = columns_of(with_text)
    shorter = write(folder, kind, rows // SHORTER, with_text=with_text)
    longer = write(folder, kind, rows, with_text=with_text)
    results = {}
    found = {way: [] for way in WAYS}
    for _ in range(REPETITIONS):
        for way in WAYS:
            found[way].append(run(way, longer, columns))
    for way, runs in found.items():
        assert {counted for *_, counted in runs} == {rows}
        seconds, processor, memory, _ = zip(*runs, strict=True)
        results[way] = {
            "seconds": round(min(seconds), 3),
            "processor_seconds": round(min(processor), 3),
            "peak_memory_mib": round(max(memory), 1),
            "peak_memory_mib_shorter": round(run(way, shorter, columns)[2], 1),
        }
    for name in ("seconds", "processor_seconds"):
        results[f"ratio_{name}"] = round(results["companion"][name] / results["arrow"][name], 2)
    results["file_mib"] = round(longer.stat().st_size / 2**20, 1)
    for path in (shorter, longer):
        path.unlink()
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv-rows", type=int, default=1_000_000)
    parser.add_argument("--parquet-rows", type=int, default=10_000_000)
    options = parser.parse_args()
    sizes = {"csv": options.csv_rows, "parquet": options.parquet_rows}
    report = {
        "dataset": "simulated rows",
        "rows": sizes,
        "shorter": SHORTER,
        "hardware": hardware.describe(),
        "load": round(os.getloadavg()[0], 1),
        "results": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for kind, rows in sizes.items():
            for with_text in (False, True):
                name = f"{kind}, {'with' if with_text else 'without'} texts"
                report["results"][name] = compare(Path(folder), kind, rows, with_text=with_text)
                print(name, report["results"][name], flush=True)
    target = paths.benchmark_file(__file__)
    store.write_json(target, report)
    print(f"The result: {target}")


if __name__ == "__main__":
    main()
