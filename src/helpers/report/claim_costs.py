"""What it takes to compute a claim again: the command, and what its stages took.

Which results a claim reads is not written down anywhere: its measure is asked, on results of which
there are none, and what it reaches for is noted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from helpers import stages
from helpers.analysis.paired_shap import PAIRED
from helpers.analysis.quantities import Key, RunResults
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.report import benchmarks
from helpers.report.claims import Claim
from helpers.stages.commands import command_line

_MB_PER_GIB = 2**30 / 1e6
_PAIRED_FILE = "shap_tokens.parquet"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What some stages of a profile took, with all that they need.

    Parameters
    ----------
    command : str
        Computes them.
    stages : tuple of str
        Those that the command names.
    steps, finished : int
        Stages of experiments that the command runs, and how many of them have a record.
    minutes : float or None
        Of all steps, one after the other: where one has no record, the mean of those of its stage.
        None where a stage has no record at all.
    memory_mb : float
        The largest peak of a process.
    results_mb : float
        The size of the result files of the named stages.
    planned_gpu_hours : float or None
        The same stages of the paper's own grid, from the plan; None where there is no plan.
    """

    command: str
    stages: tuple[str, ...]
    steps: int
    finished: int
    minutes: float | None
    memory_mb: float
    results_mb: float
    planned_gpu_hours: float | None


class _Asked(dict[Key, Any]):
    """A mapping with nothing in it that notes the file behind each key that is asked for."""

    def __init__(self, file: str, files: set[str]) -> None:
        super().__init__()
        self._file, self._files = file, files

    def get(self, key: Key, default: Any = None) -> Any:
        """Note the file; there is no value."""
        self._files.add(_PAIRED_FILE if key[0].endswith(PAIRED) else self._file)
        return default


def stages_behind(claim: Claim) -> tuple[str, ...]:
    """Return the stages whose results a claim reads, in order.

    Examples
    --------
    >>> from helpers.report.claim_list import CLAIMS
    >>> by_id = {claim.id: claim for claim in CLAIMS}
    >>> stages_behind(by_id["abstract/performance"]), stages_behind(by_id["A.3/base-values"])
    (('predictions',), ('shap_difference',))
    """
    files: set[str] = set()
    nothing = RunResults(
        dataset="",
        model="",
        labels=("first", "last"),
        skew={},
        predictions=_Asked("predictions.parquet", files),
        identification=_Asked("language_identification.json", files),
        shap_difference=_Asked("shap_difference.parquet", files),
    )
    claim.quantity.measure(nothing, 0)
    return tuple(name for name, stage in stages.all_stages().items() if files & set(stage.files))


def costs(claims: Sequence[Claim], listed: Sequence[Experiment]) -> Mapping[str, Cost]:
    """Return what each claim costs.

    Parameters
    ----------
    claims : sequence of Claim
    listed : sequence of Experiment
        All of a profile, from `helpers.stages.profile_experiments`.

    Returns
    -------
    mapping of str to Cost
        By the claim's id; claims that read the same stages have the same one. A claim about a
        model that the profile does not have costs what it does in the paper's own grid.
    """
    originals = stages.originals()
    found: dict[tuple[str, tuple[str, ...]], Cost] = {}
    by_claim = {}
    for claim in claims:
        here = claim.models is None or any(each.model in claim.models for each in listed)
        runs = listed if here or not originals else originals
        key = runs[0].profile, stages_behind(claim)
        if key not in found:
            found[key] = _cost(key[1], runs)
        by_claim[claim.id] = found[key]
    return by_claim


def _cost(names: tuple[str, ...], listed: Sequence[Experiment]) -> Cost:
    wanted = stages.wanted_stages(listed, names)
    steps = [(experiment, name) for experiment, all_of in wanted.items() for name in all_of]
    seconds: dict[str, list[float]] = {name: [] for _, name in steps}
    memory, size = 0.0, 0
    for experiment, name in steps:
        record = store.stage_records(experiment.folder).get(name)
        if record is None:
            continue
        seconds[name].append(record["seconds"])
        memory = max(memory, record["peak_memory_gib"])
        if name in names:
            found = (experiment.folder / file for file in record["files"])
            size += sum(path.stat().st_size for path in found if path.is_file())
    counts = Counter(name for _, name in steps)
    known = all(seconds.values())
    whole = sum(counts[name] * mean(took) for name, took in seconds.items()) if known else None
    profile = listed[0].profile
    return Cost(
        command=command_line(
            "reproduce", "--profile", profile, "--stages", ",".join(names), "--no-book"
        ),
        stages=names,
        steps=len(steps),
        finished=sum(map(len, seconds.values())),
        minutes=None if whole is None else round(whole / 60, 1),
        memory_mb=round(memory * _MB_PER_GIB),
        results_mb=round(size / 1e6, 1),
        planned_gpu_hours=_planned_hours(set(seconds)),
    )


def _planned_hours(names: set[str]) -> float | None:
    """Return the hours of some stages of the paper's own grid."""
    plan = benchmarks.load("plan_paper")
    if plan is None:
        return None
    seconds = sum(each["seconds"] or 0 for each in plan["stages"] if each["stage"] in names)
    return round(seconds / 3600, 1)
