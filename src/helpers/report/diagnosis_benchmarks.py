"""What the benchmarks of the diagnosis measured: its speed, its errors, a newcomer's path."""

import pandas as pd

from helpers.report import benchmarks
from helpers.report.display import percent


@benchmarks.of("diagnosis", otherwise=pd.DataFrame)
def speed(report: benchmarks.Report) -> pd.DataFrame:
    """Return time and memory of a diagnosis beside Arrow's own read and group-by."""
    rows = {}
    for name, found in report["results"].items():
        ours, arrow = found["companion"], found["arrow"]
        rows[f"{report['rows'][name.split(',')[0]]:,} rows of {name}"] = {
            "seconds": ours["seconds"],
            "times Arrow's": found["ratio_seconds"],
            "times Arrow's, of the processor": found["ratio_processor_seconds"],
            "memory, MiB": ours["peak_memory_mib"],
            "on a quarter of the rows, MiB": ours["peak_memory_mib_shorter"],
            "Arrow's memory, MiB": arrow["peak_memory_mib"],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@benchmarks.of("diagnosis_pages", otherwise=pd.DataFrame)
def pages(report: benchmarks.Report) -> pd.DataFrame:
    """Return what a report on the same CSV file takes here and in other packages."""
    rows = {}
    for package, found in report["results"].items():
        measured = {} if isinstance(found, str) else found
        rows["this companion" if package == "companion" else package] = {
            "seconds": measured.get("seconds", found),
            "processor's seconds": measured.get("processor_seconds", found),
            "memory, MiB": measured.get("peak_memory_mib", found),
            "page, KiB": measured.get("page_kib", found),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@benchmarks.of("newcomer", otherwise=pd.DataFrame)
def newcomer_steps(report: benchmarks.Report) -> pd.DataFrame:
    """Return what each step takes from nothing to the diagnosis of a file of one's own."""
    rows = {
        step: {"seconds": took["seconds"], "processor's seconds": took["processor_seconds"]}
        for step, took in report["steps"].items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


@benchmarks.of("newcomer", otherwise=str)
def newcomer_size(report: benchmarks.Report) -> str:
    """Return in a sentence what the core takes on the disk; empty where not measured."""
    return (
        f"The environment then holds {report['packages']} packages and takes "
        f"{report['environment_mib']:,} MiB."
    )


@benchmarks.of("diagnosis_coverage", otherwise=pd.DataFrame)
def errors(report: benchmarks.Report) -> pd.DataFrame:
    """Return how often the diagnosis is wrong on simulated tables, by their true Cohen's w.

    Returns
    -------
    DataFrame
        A row for each w: tables, the share of intervals that cover the true V, the smallest such
        share over shapes and numbers of rows, the share of intervals that lie above it, and the
        share of each status.
    """
    found = pd.json_normalize(report["results"]).fillna(0.0)
    weight = found["repeats"]
    statuses = [str(name) for name in found if str(name).startswith("statuses.")]
    rows = {}
    for w, part in found.groupby("w"):
        n = weight.loc[part.index]
        rows[w] = {
            "tables": n.sum(),
            "interval covers": percent((part["covers"] * n).sum() / n.sum()),
            "at the least": percent(part["covers"].min()),
            "interval lies above": percent((part["above"] * n).sum() / n.sum()),
            **{
                name.removeprefix("statuses."): percent((part[name] * n).sum() / n.sum())
                for name in statuses
            },
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Cohen's w")


@benchmarks.of("diagnosis_coverage", otherwise=str)
def tables(report: benchmarks.Report) -> str:
    """Return in a sentence which tables were simulated; empty where none were."""
    found = pd.DataFrame(report["results"])
    ranges = [
        f"{found[name].min():,} to {found[name].max():,} {name}"
        for name in ("languages", "labels", "rows")
    ]
    return f"Simulated tables of {', '.join(ranges)}."
