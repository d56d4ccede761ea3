"""What moved: results that were computed again, compared file by file with those before.

Two ways lead here. `reproduce` fills the store and compares each file with what lay there before.
`recompute` leaves the store alone: it runs experiments once more, from the texts on, in
``_build/again/``, and compares what comes out with the store.

On one machine the same inputs give the same files. Another processor rounds otherwise, and
fine-tuning enlarges that to a slightly different model; `TOLERANCES` says how far its numbers may
lie from ours.
"""

import json
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from helpers import reproduction
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.stages import RESULT_STAGES, Sources, all_stages, unmade, wanted_stages

_log = logging.getLogger(__name__)
Outcome = Literal["same", "within tolerance", "moved", "new"]


@dataclass(frozen=True)
class Tolerance:
    """How far numbers of one kind may lie from ours on another machine."""

    what: str
    value: float


# By the number's kind. What is drawn from the texts does not depend on the machine.
TOLERANCES: Mapping[str, Tolerance] = {
    "count": Tolerance("rows drawn, overlap of the subsets", 0.0),
    "accuracy": Tolerance("test accuracy, macro F1", 0.02),
    "share": Tolerance("accuracy by language, shares of predicted labels", 0.05),
    "row": Tolerance("share of test rows with another prediction", 0.15),
    "identification": Tolerance("accuracy of language identification", 0.05),
    "shap": Tolerance("mean SHAP difference of a class and category", 0.05),
}

# The names of benchmarks/rounding.py.
_ROUNDINGS = {
    "fp32": "seen without bf16",
    "one_thread": "seen with one thread",
    "other_processor": "seen on another processor",
}


def tolerance_table(
    measured: Mapping[str, Mapping[str, float | None]] | None = None,
) -> pd.DataFrame:
    """Return `TOLERANCES` as a table for readers.

    Parameters
    ----------
    measured : mapping, optional
        Kind of rounding to the largest distance of each kind of number, as ``rounding.json`` of the
        benchmarks has it: a column each, None what was not computed.
    """
    labels = [tolerance.what.capitalize() for tolerance in TOLERANCES.values()]
    columns = {"tolerance": [f"±{tolerance.value:g}" for tolerance in TOLERANCES.values()]} | {
        _ROUNDINGS[name]: [
            "–" if (d := distances[kind]) is None else f"{d:.3g}" for kind in TOLERANCES
        ]
        for name, distances in (measured or {}).items()
    }
    return pd.DataFrame(columns, index=labels).replace({"±0": "none", "0": "none"})


@dataclass(frozen=True)
class Number:
    """A number of a result file and its kind, a key of `TOLERANCES`."""

    value: float
    kind: str


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """What became of one file.

    Parameters
    ----------
    file : str
        Its place below ``results/``.
    outcome : str
        ``same`` (byte for byte), ``within tolerance``, ``moved`` or ``new``.
    numbers : mapping of str to tuple of float
        The numbers that differ, by name: before and after; those furthest beyond first.
    """

    file: str
    outcome: Outcome
    numbers: Mapping[str, tuple[float, float]]

    def __str__(self) -> str:
        """Return a line: the file, its outcome, and the first numbers that differ."""
        head = f"results/{self.file}: {self.outcome}"
        shown = [f"{name} {a:.4g} -> {b:.4g}" for name, (a, b) in list(self.numbers.items())[:3]]
        more = len(self.numbers) - len(shown)
        return f"{head}{': ' if shown else ''}{', '.join(shown)}{f' and {more} more' * (more > 0)}"


# --- the two ways ---------------------------------------------------------------------------


def reproduce(
    listed: Sequence[Experiment],
    *,
    stages: Sequence[str] = RESULT_STAGES,
    sources: Sources | None = None,
) -> list[FileChange]:
    """Run what is pending, and compare every file with what lay there before.

    Parameters
    ----------
    listed, stages, sources
        As in `helpers.reproduction.run_experiments`.

    Returns
    -------
    list of FileChange
        A file each; all are ``same`` where nothing had to be computed.
    """
    with tempfile.TemporaryDirectory(prefix="companion-") as name:
        kept = Path(name)
        for experiment in listed:
            _keep(experiment, kept)
        reproduction.run_experiments(listed, stages=stages, sources=sources)
        return compare(listed, before=kept)


def recompute(
    listed: Sequence[Experiment],
    *,
    stages: Sequence[str] = RESULT_STAGES,
    sources: Sources | None = None,
) -> list[FileChange]:
    """Run experiments once more beside the store, and compare with the store.

    The store stays as it is. A run that was stopped goes on; one that was compared begins afresh.

    Parameters
    ----------
    listed, stages, sources
        As in `helpers.reproduction.run_experiments`.

    Returns
    -------
    list of FileChange
        A file each; ``new`` where the store has none.
    """
    store_dir = paths.results_dir()
    for experiment in listed:
        result_files(experiment)  # refuses a number that was changed by hand, before any work
    with paths.output_at(again_dir()):
        for experiment in wanted_stages(listed, stages):  # those that they are compared with, too
            if not experiment.checkpoint.is_dir():  # `recompute` ends by removing these
                shutil.rmtree(experiment.folder, ignore_errors=True)
        reproduction.run_experiments(listed, stages=stages, sources=sources)
        changes = compare(listed, before=store_dir)
        shutil.rmtree(paths.checkpoints_dir(), ignore_errors=True)
    return changes


def to_recompute(
    listed: Sequence[Experiment],
    *,
    stages: Sequence[str] = RESULT_STAGES,
    sources: Sources | None = None,
) -> dict[Experiment, list[str]]:
    """Return what `recompute` would compute, as `helpers.stages.unmade` does."""
    with paths.output_at(again_dir()):
        begun = [experiment for experiment in listed if experiment.checkpoint.is_dir()]
        found = unmade(begun, stages=stages, sources=sources)
    afresh = wanted_stages([each for each in listed if each not in begun], stages)
    return found | {experiment: list(names) for experiment, names in afresh.items()}


def _keep(experiment: Experiment, folder: Path) -> None:
    """Copy an experiment's result files; a damaged one is named and, alone, made again."""
    try:
        names = recorded_names(experiment)
    except CompanionError as error:
        _log.warning("%s", error)
        return
    for name in names:
        try:
            file = store.verified_path(experiment.folder, name)
        except CompanionError as error:
            _log.warning("%s; it is made again", str(error).partition(":")[0])
            continue
        if file is None:
            continue
        target = folder / experiment.relative_folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def again_dir() -> Path:
    """Return the folder of what `recompute` makes."""
    return paths.repository_root() / "_build" / "again"


def chosen(listed: Sequence[Experiment], only: str | None) -> list[Experiment]:
    """Return the experiments whose name has some consecutive parts, such as ``multiemo/balanced``.

    Parameters
    ----------
    listed : sequence of Experiment
        What to choose from.
    only : str or None
        Parts of ``profile/model/dataset/setup/seed``; a folder below ``results/`` will do. None
        chooses all.

    Raises
    ------
    CompanionError
        If there is none.
    """
    if not only:
        return list(listed)
    wanted = only.strip("/").removeprefix("results/")
    found = [each for each in listed if f"/{wanted}/" in f"/{each}/"]
    if not found:
        raise CompanionError(
            f"--only {only!r} names no experiment of this profile: give whole parts of a name such "
            f"as {listed[0]}"
        )
    return found


# --- comparing ------------------------------------------------------------------------------


def result_files(experiment: Experiment) -> list[Path]:
    """Return an experiment's result files that are published, each verified.

    Raises
    ------
    CompanionError
        If a file differs from its checksum.
    """
    found = [store.verified_path(experiment.folder, name) for name in recorded_names(experiment)]
    return [path for path in found if path is not None]


def recorded_names(experiment: Experiment) -> list[str]:
    """Return the names of an experiment's result files that are published, sorted."""
    return sorted(
        name
        for stage, record in store.stage_records(experiment.folder).items()
        if stage not in all_stages() or all_stages()[stage].published
        for name in record["files"]
    )


def compare(listed: Sequence[Experiment], *, before: Path) -> list[FileChange]:
    """Compare the experiments' result files with those in another folder.

    Parameters
    ----------
    listed : sequence of Experiment
        Whose files to compare.
    before : Path
        Laid out as ``results/``.
    """
    return [
        compare_file(
            before / experiment.relative_folder / path.name,
            path,
            name=(experiment.relative_folder / path.name).as_posix(),
        )
        for experiment in listed
        for path in result_files(experiment)
    ]


def compare_file(before: Path, after: Path, *, name: str) -> FileChange:
    """Compare a result file with an earlier one of the same name."""
    if not before.is_file():
        return FileChange(file=name, outcome="new", numbers={})
    if before.read_bytes() == after.read_bytes():
        return FileChange(file=name, outcome="same", numbers={})
    pairs = number_pairs(before, after)
    excess = {
        key: abs(a.value - b.value) - TOLERANCES[b.kind].value
        for key, (a, b) in pairs.items()
        if a.value != b.value
    }
    ordered = sorted(excess, key=lambda key: -excess[key])
    beyond = any(not value <= 0 for value in excess.values())  # not a number is no rounding
    return FileChange(
        file=name,
        outcome="moved" if beyond else "within tolerance",
        numbers={key: (pairs[key][0].value, pairs[key][1].value) for key in ordered},
    )


def number_pairs(before: Path, after: Path) -> dict[str, tuple[Number, Number]]:
    """Return the numbers of a result file before and after, by name.

    Parameters
    ----------
    before, after : Path
        Two files of one name. A number that one of them lacks is infinite there.
    """
    if after.name == "predictions.parquet":
        return _prediction_pairs(before, after)
    first, second = numbers(before), numbers(after)
    absent = Number(float("inf"), "count")
    return {key: (first.get(key, absent), second.get(key, absent)) for key in {**first, **second}}


def _prediction_pairs(before: Path, after: Path) -> dict[str, tuple[Number, Number]]:
    first, second = (pd.read_parquet(path).set_index("id")["predicted"] for path in (before, after))
    both = first.index.intersection(second.index)
    other = float((first[both] != second[both]).mean()) if len(both) else 1.0
    return {
        "rows": (Number(len(first), "count"), Number(len(second), "count")),
        "rows in common": (Number(len(first), "count"), Number(len(both), "count")),
        "share of rows with another prediction": (Number(0.0, "row"), Number(other, "row")),
    }


def numbers(path: Path) -> dict[str, Number]:
    """Return the numbers of a result file that are compared, by name.

    Parameters
    ----------
    path : Path
        Any result file of an experiment.
    """
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        if "difference" not in frame:
            columns = frame.select_dtypes("number").mean()
            return {str(key): Number(float(value), "shap") for key, value in columns.items()}
        keys = [key for key in ("threshold", "class", "category") if key in frame]
        means = {
            ", ".join(map(str, key)): float(rows["difference"].mean())
            for key, rows in frame.groupby(keys, observed=True)
        }
        return {name: Number(value, "shap") for name, value in means.items()}
    content = json.loads(path.read_text(encoding="utf-8"))
    if path.name == "subsets.json":
        return {key: Number(value, "count") for key, value in _leaves(content).items()}
    if path.name == "metrics.json":
        whole = {key: Number(content[key], "accuracy") for key in ("accuracy", "macro_f1")}
        parts = {key: content[key] for key in ("accuracy_by_language", "predicted_share")}
        return whole | {key: Number(value, "share") for key, value in _leaves(parts).items()}
    if path.name == "language_identification.json":
        return {
            key: Number(value, "identification")
            for key, value in _leaves(content).items()
            if key.endswith(".accuracy")
        }
    return {key: Number(value, "shap") for key, value in _leaves(content).items()}


def _leaves(content: Any, prefix: str = "") -> dict[str, float]:
    """Return the numbers of nested mappings and lists, each under its path."""
    if isinstance(content, bool) or content is None or isinstance(content, str):
        return {}
    if isinstance(content, (int, float)):
        return {prefix: float(content)}
    items = content.items() if isinstance(content, Mapping) else enumerate(content)
    return {
        name: value
        for key, inner in items
        for name, value in _leaves(inner, f"{prefix}.{key}".lstrip(".")).items()
    }


def changes_text(changes: Sequence[FileChange], *, everything: bool = True) -> str:
    """Return what moved as lines, and a last line that counts.

    Parameters
    ----------
    changes : sequence of FileChange
        From `reproduce` or `recompute`.
    everything : bool
        Also the files that are the same.
    """
    outcomes = [change.outcome for change in changes]
    counts = {name: outcomes.count(name) for name in ("same", "within tolerance", "moved", "new")}
    listed = [str(change) for change in changes if everything or change.outcome != "same"]
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return "\n".join([*listed, f"Result files: {summary or 'none'}."])
