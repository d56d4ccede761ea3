"""How the experiments are run, and what was run, where and when: tables of recipes and runs."""

import math
from typing import Any

import pandas as pd

from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import model_label
from helpers.report.display import MISSING, percent, rows_by_two
from helpers.report.frames import Experiments
from helpers.report.labels import setup_label
from helpers.report.open_cells import absent_stages, in_words
from helpers.report.places import place_label
from helpers.stages import RESULT_STAGES, stages_of

# --- the recipe: section 3 --------------------------------------------------------------------


def recipe(experiments: Experiments) -> pd.DataFrame:
    """Return how the models are fine-tuned, beside the paper's section 3."""
    first = experiments[0]
    ours, settings = first.recipe, first.settings.settings(first.dataset)
    rows = {
        "Encoder": (model_label(first.model), "mBERT, XLM-R"),
        "Training rows": (_size(settings.train), "524k (XNLI), 719k (Amazon reviews)"),
        "Batch size × accumulation": (f"{ours.batch_size} × {ours.accumulation}", "16 × 8"),
        "Learning rate, encoder": (f"{ours.encoder_learning_rate:g}", "5e-05"),
        "Learning rate, head": (f"{ours.head_learning_rate:g}", "0.0005"),
        "Learning rate, course": (
            f"{percent(ours.warmup_share)} warm-up, then linear to "
            f"{ours.final_learning_rate_share:g} of its peak",
            "linear to 0",
        ),
        "Epochs": (f"{ours.epochs:g}", "not said"),
        "Optimizer": (f"{ours.optimizer}, weight decay {ours.weight_decay:g}", "not said"),
        "Gradient clipping": (f"norm {ours.max_grad_norm:g}", "not said"),
        "Longest input (tokens)": (f"{ours.max_length}", "not said"),
        "Validations an epoch": (f"{ours.validations}", "not said"),
        "Model kept": ("lowest validation loss", "lowest validation loss"),
        "Seeds": (", ".join(map(str, first.settings.seeds_of(first.dataset))), "not said"),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["This run", "Paper"])


def _size(rows: int | None) -> str:
    return "all" if rows is None else f"{rows:,}"


def recipe_line(experiment: Experiment) -> str:
    """Return the recipe in a sentence, for the top of every page."""
    settings, ours = experiment.settings, experiment.recipe
    sizes = settings.settings(experiment.dataset)
    seeds = settings.seeds_of(experiment.dataset)
    skew = settings.skew_of(experiment.dataset)
    own = "" if skew is None else f"languages {', '.join(skew)}, "
    return (
        f"{own}{_size(sizes.train)} training rows, epochs: {ours.epochs:g}, batches of "
        f"{ours.batch_size} × {ours.accumulation}, learning rates "
        f"{ours.encoder_learning_rate:g} (encoder) and {ours.head_learning_rate:g} (head), "
        f"{'seed' if len(seeds) == 1 else 'seeds'} {', '.join(map(str, seeds))}"
    )


# --- what was run ---------------------------------------------------------------------------


def finished_stages(experiments: Experiments) -> pd.DataFrame:
    """Return what was run: a row for each finished stage of each experiment."""
    records: list[dict[str, Any]] = []
    for experiment in experiments:
        run = store.read_run(experiment.folder)
        if run is None:
            continue
        for stage, record in run["stages"].items():
            place = run["environments"].get(record["environment"], {})
            records.append(
                {
                    "experiment": experiment,
                    "stage": stage,
                    "seconds": record["seconds"],
                    "peak_memory_gib": record["peak_memory_gib"],
                    "finished": record["finished"],
                    "environment": record["environment"],
                    "git_commit": place.get("git_commit"),
                    "hardware": place.get("hardware", {}),
                    "packages": place.get("packages", {}),
                }
            )
    return pd.DataFrame(records)


def progress(experiments: Experiments) -> pd.DataFrame:
    """Return what is finished, what is missing and what it took: a row a setup and variant."""
    found = finished_stages(experiments)
    by_setup: dict[tuple[str, str], list[Experiment]] = {}
    for experiment in experiments:
        where = place_label(*experiment.place)
        name = setup_label(experiment.setup, experiment.variant)
        by_setup.setdefault((where, name), []).append(experiment)
    rows = {}
    for place, members in by_setup.items():
        mine = found[found["experiment"].isin(members)] if len(found) else found
        absent = {member.seed: set(absent_stages(member)) for member in members}
        lacking_in_one = set().union(*absent.values())
        wanted = set().union(*map(stages_of, members))
        stages = sorted(lacking_in_one, key=RESULT_STAGES.index)
        done = [seed for seed, lacking in absent.items() if not lacking]
        took = peak = math.nan
        if len(mine):
            took = mine.groupby("experiment", sort=False)["seconds"].sum().mean() / 60
            peak = mine["peak_memory_gib"].max()
        rows[place] = {
            "seeds finished": f"{len(done)} of {len(members)}",
            "missing": "all" if lacking_in_one == wanted else in_words(stages) or "–",
            "minutes a seed": _or_missing(took),
            "peak memory (GiB)": _or_missing(peak),
            "last finished": mine["finished"].max()[:10] if len(mine) else MISSING,
            "machine": ", ".join(sorted(set(mine["environment"]))) if len(mine) else MISSING,
        }
    return rows_by_two(rows)


def _or_missing(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.1f}"


def environments(experiments: Experiments) -> pd.DataFrame:
    """Return the machines and package versions of the runs, a column each."""
    found = finished_stages(experiments)
    columns = {}
    for record in found.to_dict("records"):
        hardware, packages = record["hardware"], record["packages"]
        columns[record["environment"]] = {
            "processor": hardware.get("processor", MISSING),
            "cores": str(hardware.get("cores", MISSING)),
            "memory (GiB)": str(hardware.get("memory_gib", MISSING)),
            "GPU": hardware.get("gpu") or "none",
            "system": hardware.get("system", MISSING),
            "commit": (record["git_commit"] or MISSING)[:12],
            **{str(name): str(version) for name, version in packages.items()},
        }
    return pd.DataFrame(columns)
