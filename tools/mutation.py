"""Mutation testing: change one place of the code, run its tests, see whether one fails.

    pip install --target _build/cosmic_ray cosmic-ray==8.7.0
    export PYTHONPATH=_build/cosmic_ray
    python tools/mutation.py                   # 400 mutants, drawn by the published seed
    python tools/mutation.py --mutants 20      # the first twenty of them
    python tools/mutation.py --only claims     # those of one target

A mutant is killed where a test fails, survives where all pass, and is counted apart where the tests
do not end in time. Writes ``_build/mutation.json``; survivors are listed with their change.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
SEED = 2402_13016
TIME_LIMIT_FACTOR = 5

# What is mutated, and the tests that are to notice; paths below src/helpers and tests.
TARGETS = {
    "data/subsets.py": ["data/test_subsets.py"],
    "training/class_weights.py": ["training/test_class_weights.py"],
    "training/objectives.py": ["training/test_finetuning.py"],
    "analysis/partition.py": ["analysis/test_partition.py", "analysis/test_shap_values.py"],
    "analysis/shap_difference.py": ["analysis/test_shap_difference.py"],
    "analysis/statistics.py": ["analysis/test_statistics.py"],
    "analysis/quantities.py": ["analysis/test_quantities.py"],
    "report/claims.py": ["report/test_claims.py", "report/test_evidence.py"],
    "report/evidence.py": ["report/test_evidence.py"],
}
# Annotations are full of "|", and no test can tell one from another; the last needs arguments.
_LEFT_OUT = ("BitOr", "RemoveDecorator", "Variable")


@dataclass(frozen=True)
class Mutant:
    """One change: an operator of cosmic-ray, which of its places, and the line of that."""

    file: str
    operator: str
    occurrence: int
    line: int


def source_of(file: str, *, root: Path = ROOT) -> Path:
    """Return the path of a target."""
    return root / "src" / "helpers" / file


def mutants() -> list[Mutant]:
    """Return every mutant of every target, in an order drawn by the published seed."""
    found = []
    names = [n for n in sorted(operator_names()) if not any(part in n for part in _LEFT_OUT)]
    for file in TARGETS:
        nodes = list(ast_nodes(get_ast(source_of(file).read_text(encoding="utf-8"))))
        for name in names:
            operator = get_operator(name)()
            places = (start for node in nodes for start, _ in operator.mutation_positions(node))
            found += [Mutant(file, name, number, line) for number, (line, _) in enumerate(places)]
    random.Random(SEED).shuffle(found)
    return found


def mutated(mutant: Mutant) -> str:
    """Return the source of a target with one change."""
    operator = get_operator(mutant.operator)()
    source = source_of(mutant.file).read_text(encoding="utf-8")
    return str(mutate_code(source, operator, mutant.occurrence))


def run_tests(checkout: Path, file: str, *, limit: float | None) -> str:
    """Run a target's tests in a copy of the checkout: killed, survived or timed out."""
    tests = [str(checkout / "tests" / name) for name in TARGETS[file]]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-m", "not real", "--hypothesis-seed=0", *tests]
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    try:
        done = subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    return "survived" if done.returncode == 0 else "killed"


def main() -> None:
    """Draw mutants, test each, and write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=400)
    parser.add_argument("--only", default="", help="part of a target's name")
    arguments = parser.parse_args()
    drawn = [each for each in mutants() if arguments.only in each.file][: arguments.mutants]
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        ignored = shutil.ignore_patterns(".venv", ".git", "_build", "checkpoints", "__pycache__")
        shutil.copytree(ROOT, checkout, ignore=ignored)
        limits = {}
        for file in dict.fromkeys(each.file for each in drawn):
            started = time.monotonic()
            if run_tests(checkout, file, limit=None) != "survived":
                raise SystemExit(f"mutation: the tests of {file} fail without any change")
            limits[file] = TIME_LIMIT_FACTOR * (time.monotonic() - started) + 10
        outcomes = []
        for number, mutant in enumerate(drawn, start=1):
            target = source_of(mutant.file, root=checkout)
            whole = target.read_bytes()
            target.write_text(mutated(mutant), encoding="utf-8")
            outcome = run_tests(checkout, mutant.file, limit=limits[mutant.file])
            target.write_bytes(whole)
            outcomes.append({**asdict(mutant), "outcome": outcome})
            where = f"{mutant.file}:{mutant.line} {mutant.operator.removeprefix('core/')}"
            print(f"{number} of {len(drawn)}: {outcome}: {where}", flush=True)
    ended = [each for each in outcomes if each["outcome"] != "timed out"]
    killed = sum(each["outcome"] == "killed" for each in ended)
    report = {"seed": SEED, "killed": killed, "of": len(ended), "mutants": outcomes}
    report["timed_out"] = len(outcomes) - len(ended)
    (ROOT / "_build").mkdir(exist_ok=True)
    (ROOT / "_build" / "mutation.json").write_text(json.dumps(report, indent=1))
    print(f"{killed} of {len(ended)} killed; {report['timed_out']} timed out")


if __name__ == "__main__":
    main()
