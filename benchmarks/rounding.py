"""How far numbers move when other hardware rounds otherwise: the same seeds, fine-tuned again.

    python benchmarks/rounding.py [--profile quick] [--dataset multiemo] [--json]
    python benchmarks/rounding.py --published

Runs the first seed of the balanced and the imbalanced setup as this machine does, and again

``fp32``        without bf16, as a machine that cannot multiply it,
``one_thread``  with sums in another order, as a machine with other cores.

With ``--published``, after that, one published experiment is run here and compared with its
committed files, which another kind of processor has made: ``other_processor``. It is the balanced
model of the first seed of which that is so. The rest of the file stays.

Writes ``results/benchmarks/rounding.json``: by kind of number (`helpers.verification.TOLERANCES`)
the largest distance between the two runs.
"""

import argparse
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import torch

from helpers import reproduction, verification
from helpers.foundation import hardware, paths, store
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.stages import profile_experiments

SETUPS = ("balanced", "imbalanced")


@contextmanager
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def fp32():
    return mock.patch.object(hardware, "preferred_precision", lambda device: "fp32")


MACHINES = {"fp32": fp32, "one_thread": one_thread}


def largest(listed, before):
    """Return the largest distance of each kind of number."""
    found = dict.fromkeys(verification.TOLERANCES, 0.0)
    for experiment in listed:
        for path in verification.result_files(experiment):
            pairs = verification.number_pairs(before / experiment.relative_folder / path.name, path)
            for one, other in pairs.values():
                found[one.kind] = max(found[one.kind], abs(one.value - other.value))
    return {kind: round(value, 4) for kind, value in found.items()}


def made_on(experiment):
    """Return the hardware that a published model was fine-tuned on; None where there is none."""
    run = store.read_run(experiment.folder)
    if run is None:
        return None
    return run["environments"][run["stages"]["finetuning"]["environment"]]["hardware"]


def against_published():
    """Run a published balanced model here, all but its SHAP values, and compare."""
    published = paths.results_dir()
    here = hardware.describe()["processor"]
    listed = [
        each
        for each in profile_experiments(PUBLISHED_PROFILE)
        if (each.dataset, each.setup, each.variant) == ("multiemo", "balanced", "")
    ]
    made = {experiment: found for experiment in listed if (found := made_on(experiment))}
    others = [each for each, there in made.items() if there["processor"] != here]
    if not others:
        raise SystemExit(f"every published balanced model was made on this processor, {here}")
    experiment = others[0]
    there = made[experiment]
    stages = ("subsets", "predictions", "language_identification")
    with tempfile.TemporaryDirectory(prefix="companion-") as name, paths.output_at(Path(name)):
        reproduction.run_experiments([experiment], stages=stages)
        distances = largest([experiment], published)
    path = paths.benchmark_file(__file__)
    report = json.loads(path.read_text(encoding="utf-8"))
    report["largest_distance"]["other_processor"] = distances | {"shap": None}  # not computed
    report["other_processor"] = {
        "experiment": str(experiment),
        "published": there,
        "hardware": hardware.describe(),
    }
    store.write_json(path, report)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--dataset", default="multiemo")
    parser.add_argument("--published", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.published:
        against_published()
        return

    listed = [
        each
        for each in profile_experiments(options.profile)
        if each.dataset == options.dataset
        and each.setup in SETUPS
        and each.seed == 0
        and not each.variant
    ]
    stages = ("subsets", "predictions", "language_identification", "shap_difference")
    with tempfile.TemporaryDirectory(prefix="companion-") as name:
        with paths.output_at(Path(name) / "ours"):
            reproduction.run_experiments(listed, stages=stages)
            ours = paths.results_dir()
        distances = {}
        for machine, as_if in MACHINES.items():
            with paths.output_at(Path(name) / machine), as_if():
                reproduction.run_experiments(listed, stages=stages)
                distances[machine] = largest(listed, ours)
    path = paths.benchmark_file(__file__)
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    kept = {}
    if "other_processor" in before:
        kept["other_processor"] = before["other_processor"]
        distances["other_processor"] = before["largest_distance"]["other_processor"]
    report = {
        "profile": options.profile,
        "dataset": options.dataset,
        "experiments": len(listed),
        "precision": hardware.preferred_precision(hardware.preferred_device()),
        "threads": torch.get_num_threads(),
        "hardware": hardware.describe(),
        "largest_distance": distances,
        **kept,
    }
    store.write_json(path, report)
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for kind, tolerance in verification.TOLERANCES.items():
        seen = ", ".join(f"{machine} {distances[machine][kind]:g}" for machine in MACHINES)
        print(f"{tolerance.what}: {seen} (tolerance {tolerance.value:g})")


if __name__ == "__main__":
    main()
