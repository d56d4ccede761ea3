"""The plan: every job of a profile with its work, its time and its memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from helpers import jobs, stages
from helpers.foundation import hardware
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import load_profile
from helpers.planning import calibration, devices
from helpers.planning.calibration import Points, Throughput
from helpers.planning.models import model_config
from helpers.planning.texts import PieceCounter, PlannedBench, at_hand
from helpers.planning.work import Batches, Work, WorkCounter

# Iterations of a logistic regression, mean over the four probes: of a model that was fine-tuned,
# and of one that was not; on MultiEmo's features.
_ITERATIONS, _ITERATIONS_BEFORE = 70, 200
_PROBES, _FOLDS = 4, 5  # of `helpers.analysis.language_identification.probe_all`
_SECONDS_A_COMPARED_TEXT = 0.003
# A multilingual vocabulary's share in a corpus of several languages that cannot be counted.
_SHARE_IN_USE = 0.4
_SHORTEST = 12  # word pieces that are measured, and that measurements are apart
_BYTES_A_PIECE = 5  # of the encoded training rows
_BYTES_A_ROW = 400  # of a row that was not loaded, besides its characters


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """One stage of one experiment.

    Parameters
    ----------
    experiment : Experiment
    stage, job : str
        The job is the command that runs the stage (`helpers.jobs`).
    work : Work
    seconds, memory_gib : float
        Predicted; the memory is the GPU's on a device that is one, else the process's.
    """

    experiment: Experiment
    stage: str
    job: str
    work: Work
    seconds: float
    memory_gib: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A profile's stages, and what their numbers rest on.

    Parameters
    ----------
    profile, device : str
    measured : bool
        Whether throughput was measured here and now, or is a device's stated one.
    stages : tuple of PlannedStage
    notes : tuple of str
        What was counted and what was assumed.
    """

    profile: str
    device: str
    measured: bool
    stages: tuple[PlannedStage, ...]
    notes: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return a row for each stage of each experiment."""
        return pd.DataFrame(
            [
                {
                    "model": each.experiment.model,
                    "dataset": each.experiment.dataset,
                    "setup": each.experiment.setup,
                    "variant": each.experiment.variant,
                    "seed": each.experiment.seed,
                    "stage": each.stage,
                    "job": each.job,
                    "tokens": each.work.tokens,
                    "evaluations": each.work.evaluations,
                    "seconds": round(each.seconds, 1),
                    "memory_gib": round(each.memory_gib, 2),
                }
                for each in self.stages
            ]
        )

    def summary(self) -> pd.DataFrame:
        """Return a row for each model, data set and stage, over all experiments."""
        groups = self.frame().groupby(["model", "dataset", "stage"], sort=False)
        table = groups.agg(
            jobs=("job", "size"),
            tokens=("tokens", "sum"),
            evaluations=("evaluations", "sum"),
            seconds=("seconds", "sum"),
            memory_gib=("memory_gib", "max"),
        )
        return table.reset_index()


def make_plan(
    profile: str,
    *,
    model: str | None = None,
    datasets: Sequence[str] | None = None,
    device: str | None = None,
    sources: stages.Sources | None = None,
    progress: bool = True,
) -> Plan:
    """Predict what a profile costs.

    Nothing is fetched. Rows are drawn and texts counted where they are at hand.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    model : str, optional
        One model only.
    datasets : sequence of str, optional
        By default those of the profile's matrix.
    device : str, optional
        A device of `helpers.planning.devices`; by default this machine, measured.
    sources : mapping, optional
        Data set family to a local folder.
    progress : bool
        Show a progress bar.

    Raises
    ------
    CompanionError
        If an option is not allowed, or a model or data set is neither here nor known.
    """
    sources = dict(sources or {})
    settings = load_profile(profile)
    stated = None if device is None else devices.check_device(device)
    planned: list[PlannedStage] = []
    notes: list[str] = []
    names = list(datasets or settings.matrix)
    pairs = [(each, name) for each in ([model] if model else settings.models) for name in names]
    with tqdm(pairs, desc="plan", disable=not progress, leave=False) as bar:
        for each, name in bar:
            bar.set_postfix_str(f"{each}, {name}")
            listed = stages.experiments(profile=profile, model=each, dataset=name)
            found, about = _plan_pair(listed, stated, sources)
            planned += found
            notes += about
    if stated is not None:
        notes.append(f"{stated.label}: {stated.source}")
        notes.append("memory: on the GPU; activations after Korthikanti et al. (2022)")
    return Plan(
        profile=profile,
        device=stated.label if stated else _here(),
        measured=stated is None,
        stages=tuple(planned),
        notes=tuple(dict.fromkeys(notes)),
    )


def _here() -> str:
    about = hardware.describe()
    return f"{about['gpu'] or about['processor']}, {about['cores']} cores (measured)"


def _plan_pair(
    listed: list[Experiment], stated: devices.Device | None, sources: stages.Sources
) -> tuple[list[PlannedStage], list[str]]:
    """Plan the experiments of one model and data set."""
    from helpers.training.inference import default_tokens_per_batch

    first = listed[0]
    bench = PlannedBench(first, sources, progress=False)
    is_pair = bench.corpus.is_pair
    most = (
        default_tokens_per_batch(hardware.preferred_device())
        if stated is None
        else stated.tokens_per_batch
    )
    counter = WorkCounter(first.model, is_pair=is_pair, tokens_per_batch=most)
    of_job = {
        (job.experiment, stage): job.name for job in jobs.jobs_of(listed) for stage in job.stages
    }
    work = {
        (experiment, stage): counter.work(experiment, stage, sources=sources)
        for experiment, names in jobs.wanted_stages(listed).items()
        for stage in names
    }
    config = model_config(first.model)
    if config is None:
        raise CompanionError(
            f"the shape of model {first.model!r} is not known here: fetch the model once"
        )
    if first.options.layers is not None:
        config.num_hidden_layers = first.options.layers
    training = [each.training for each in work.values() if len(each.training.length)]
    lengths = _lengths_to_measure(training)
    used = len(counter.pieces.vocabulary) or round(_SHARE_IN_USE * config.vocab_size)
    throughput = _throughput(bench, stated, config, lengths, used, sources)
    extra = _unloaded_gib(bench, sources)
    planned = []
    for (experiment, stage), each in work.items():
        memory = throughput.memory.get(stage, 0.0)
        if stated is None:
            memory += extra
            if stage == "finetuning":
                memory += _BYTES_A_PIECE * each.tokens / 3 / hardware.GIB
        planned.append(
            PlannedStage(
                experiment=experiment,
                stage=stage,
                job=of_job[experiment, stage],
                work=each,
                seconds=seconds(stage, each, throughput, experiment, features=config.hidden_size),
                memory_gib=memory,
            )
        )
    return planned, _notes(bench, counter.pieces, sources)


def _lengths_to_measure(training: Iterable[Batches]) -> tuple[int, ...]:
    """Return a usual, a long and the longest batch's length."""
    lengths = np.concatenate([batches.length for batches in training])
    found = [max(_SHORTEST, int(lengths.max()))]
    for share in (90, 40):
        length = max(_SHORTEST, int(np.percentile(lengths, share)))
        if length <= found[0] - _SHORTEST:
            found.insert(0, length)
    return tuple(found)


def _throughput(
    bench: PlannedBench,
    stated: devices.Device | None,
    config: Any,
    lengths: tuple[int, ...],
    used: int,
    sources: stages.Sources,
) -> Throughput:
    experiment = bench.experiment
    explaining = experiment.settings.shap.precision
    if stated is not None:
        return devices.stated_throughput(
            stated, config, experiment.recipe, lengths, explaining=explaining, pieces_in_use=used
        )
    loaded = at_hand(experiment.dataset, sources=sources)
    return calibration.calibrate(
        calibration.Request(
            model=experiment.model,
            layers=experiment.options.layers,
            dataset=experiment.dataset if loaded else None,
            sources={family: str(folder) for family, folder in sources.items()},
            labels=len(bench.corpus.labels),
            recipe=experiment.recipe,
            explaining=explaining,
            lengths=lengths,
            pieces_in_use=used,
        )
    )


def _unloaded_gib(bench: PlannedBench, sources: stages.Sources) -> float:
    """Return the memory of rows that a run would load, and the calibration did not."""
    if at_hand(bench.experiment.dataset, sources=sources):
        return 0.0
    corpus = bench.corpus
    rows = pd.concat([corpus.train, corpus.validation, corpus.test])
    return float(2 * rows["characters"].sum() + _BYTES_A_ROW * len(rows)) / hardware.GIB


def _notes(bench: PlannedBench, pieces: PieceCounter, sources: stages.Sources) -> list[str]:
    dataset, model = bench.experiment.dataset, bench.experiment.model
    rows = "its rows" if at_hand(dataset, sources=sources) else bench.corpus.source
    counted = pieces.basis == "counted" and at_hand(dataset, sources=sources)
    return [f"{dataset}, {model}: {rows}; word pieces {'counted' if counted else 'estimated'}"]


# --- time -----------------------------------------------------------------------------------


def seconds(
    stage: str, work: Work, throughput: Throughput, experiment: Experiment, *, features: int
) -> float:
    """Return the predicted seconds of a stage.

    Parameters
    ----------
    stage : str
    work : Work
    throughput : Throughput
    experiment : Experiment
    features : int
        Size of the first token's vector.
    """
    size = experiment.recipe.batch_size
    total = work.rows * throughput.rows + work.steps * throughput.step
    # By padded tokens, so that a batch of few texts costs what a batch of short ones does.
    points = tuple((size * length, each) for length, each in throughput.training)
    total += float(_at(points, work.training.texts * work.training.length).sum())
    for batches, rates in (
        (work.inference, throughput.inference),
        (work.explained, throughput.explaining),
    ):
        tokens = batches.texts * batches.length
        total += float((tokens * _at(rates, batches.length)).sum())
    for number, (rows, languages) in enumerate(work.probed):
        iterations = _ITERATIONS if number < 2 else _ITERATIONS_BEFORE
        fits = _PROBES * _FOLDS * (1 - 1 / _FOLDS)
        total += fits * iterations * rows * features * languages * throughput.probe
    if stage in ("finetuning", "predictions", "last_step"):
        total += throughput.model
    if len(work.probed) > 2:  # the model before fine-tuning, for the test and the external texts
        total += 2 * throughput.model
    return total + work.compared * _SECONDS_A_COMPARED_TEXT


def _at(points: Points, x: Any) -> Any:
    """Return a piecewise linear curve at some places, its ends drawn out."""
    at, value = (np.array(each, dtype=float) for each in zip(*points, strict=True))
    if len(at) == 1:
        return np.full(np.shape(x), value[0])
    found = np.interp(x, at, value)
    slopes = np.diff(value) / np.diff(at)
    found = np.where(x > at[-1], value[-1] + slopes[-1] * (x - at[-1]), found)
    below = np.maximum(value[0] + slopes[0] * (x - at[0]), value[0] * x / at[0])
    return np.where(x < at[0], below, found)


# --- as text and as JSON --------------------------------------------------------------------


def as_records(plan: Plan) -> dict[str, Any]:
    """Return a plan for machines; `helpers.jobs.resources` reads it."""
    frame = plan.frame()
    return {
        "profile": plan.profile,
        "device": plan.device,
        "measured": plan.measured,
        "notes": list(plan.notes),
        "stages": frame.to_dict("records"),
        "total": {
            "tokens": int(frame["tokens"].sum()),
            "evaluations": int(frame["evaluations"].sum()),
            "hours": round(float(frame["seconds"].sum()) / 3600, 2),
            "memory_gib": float(frame["memory_gib"].max()),
        },
    }


def as_text(plan: Plan) -> str:
    """Return a plan as plain tables: every stage, then totals, then what they rest on."""
    frame = plan.frame()
    lines = [f"{plan.profile} on {plan.device}", ""]
    for (model, dataset), part in frame.groupby(["model", "dataset"], sort=False):
        lines += [f"{model}, {dataset}", _table(part), ""]
    by_stage = frame.groupby("stage", sort=False)["seconds"].sum()
    lines += [f"{stage}: {_time(taken)}" for stage, taken in by_stage.items()]
    lines += [
        f"in all: {_count(frame['tokens'].sum())} tokens, "
        f"{_count(frame['evaluations'].sum())} evaluations, {_time(frame['seconds'].sum())}, "
        f"{frame['memory_gib'].max():.1f} GiB at most",
        "",
        *(f"- {note}" for note in plan.notes),
    ]
    return "\n".join(lines)


def _table(part: pd.DataFrame) -> str:
    experiment = part["setup"] + part["variant"].map(lambda text: f"+{text}" if text else "")
    shown = pd.DataFrame(
        {
            "experiment": experiment + "/seed" + part["seed"].astype(str),
            "stage": part["stage"],
            "tokens": part["tokens"].map(_count),
            "evaluations": part["evaluations"].map(_count),
            "time": part["seconds"].map(_time),
            "memory": part["memory_gib"].map("{:.1f} GiB".format),
        }
    )
    return shown.to_string(index=False)


def _count(number: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.1f} {unit}"
    return f"{number:.0f}"


def _time(taken: float) -> str:
    if taken >= 3600:
        return f"{taken / 3600:.1f} h"
    return f"{taken / 60:.1f} min" if taken >= 60 else f"{taken:.1f} s"


def summary_records(plan: Plan) -> Mapping[str, Any]:
    """Return a plan's sums by model, data set and stage, small enough to be published."""
    records = as_records(plan)
    return {**records, "stages": plan.summary().to_dict("records")}
