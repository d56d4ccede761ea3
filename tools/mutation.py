"""Mutation testing: change one place of the code, run its tests, see whether one fails.

    pip install --target _build/mutation --no-deps cosmic-ray==8.7.0 stevedore coverage
    python tools/mutation.py                   # 400 mutants, drawn by the published seed
    python tools/mutation.py --mutants 20      # the first twenty of them
    python tools/mutation.py --only claims     # those of one target
    python tools/mutation.py --survivors       # those of the report that have no reason, again

A mutant is killed where a test fails, survives where all pass, and is counted apart where the tests
take much more time than without it. Only tests that run the changed statement are asked, the
quickest first: no other can tell. Outcomes are kept in ``_build/mutation.jsonl`` as they come, and
what was stopped goes on. A change of a target makes its mutants be tried again, and a change of
its tests those that survived.
The report is ``results/reliability/mutation.json``, where survivors have their reasons from
``tools/survivors.yaml``. Once a test of one is added, its reason goes, and ``--survivors`` tries it
again where its line stands as it did; the report keeps the commit of both.
"""

import argparse
import ast
import difflib
import hashlib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "_build" / "mutation"))  # behind the pinned packages

from cosmic_ray.ast import ast_nodes, get_ast  # noqa: E402
from cosmic_ray.mutating import mutate_code  # noqa: E402
from cosmic_ray.plugins import get_operator, operator_names  # noqa: E402

SEED = 2402_13016
TIME_LIMIT_FACTOR = 3
WAITED_AT_MOST = 1200  # seconds, for a mutant that waits and computes nothing
MEMORY = 12 * 2**30
OUTCOMES = ROOT / "_build" / "mutation.jsonl"
REPORT = ROOT / "results" / "reliability" / "mutation.json"
REASONS = ROOT / "tools" / "survivors.yaml"
NO_REASON = "not looked at yet"

# What is mutated, and the tests that are to notice; paths below src/helpers and tests. Doctests of
# the target itself are run too.
TARGETS = {
    "data/subsets.py": ["data/test_subsets.py"],
    "training/class_weights.py": ["training/test_class_weights.py"],
    "training/objectives.py": ["training/test_objectives.py", "training/test_finetuning.py"],
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


@dataclass(frozen=True)
class Tests:
    """The tests of a target: seconds of the processor each takes, and the lines each runs.

    ``always`` are lines that run outside a test, when a module is imported or a fixture is made.
    """

    seconds: dict[str, float]
    lines: dict[str, list[int]]
    always: list[int]
    modules: list[str]

    def asked(self, statement: range) -> list[str]:
        """Return those that run a statement, the quickest first."""
        running = {test for test, lines in self.lines.items() if set(lines) & set(statement)}
        if set(self.always) & set(statement) or not running:
            running = set(self.seconds)
        return sorted(running, key=lambda test: (test not in self.lines, self.seconds[test]))


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


def statement_at(source: str, line: int) -> range:
    """Return the lines of the innermost statement at a line; of a block, those of its head."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", None)
            end = max(body[0].lineno, node.lineno + 1) if body else (node.end_lineno or line) + 1
            if line < end:
                found = range(node.lineno, end)
    return found


def forked(work: Callable[[], None], *, seconds: int) -> int:
    """Do some work in a child of this process, within some processor time; return its status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(WAITED_AT_MOST)
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def run_tests(checkout: Path, tests: list[str], *plugins: object) -> None:
    """Run tests in a copy of the checkout; raise where one fails."""
    import pytest

    os.chdir(checkout)
    sys.path.insert(0, str(checkout / "src"))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not real"]
    options += ["--hypothesis-seed=0", "-W", "ignore"]
    if pytest.main([*options, *tests], plugins=plugins) != 0:
        raise SystemExit(1)


def observed(checkout: Path, file: str) -> Tests:
    """Run all tests of a target, unchanged; return what each takes and runs."""
    answer = checkout.parent / "tests.json"
    target = source_of(file, root=checkout)
    everything = [*(f"tests/{name}" for name in TARGETS[file]), f"src/helpers/{file}"]

    def work() -> None:
        import coverage
        import pytest

        # What is compiled now is not compiled for each mutant.
        sys.dont_write_bytecode = False
        tracer = coverage.Coverage(data_file=None, include=[str(target)])
        seconds: dict[str, float] = {}

        class Observer:
            @pytest.hookimpl(wrapper=True)
            def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
                started = time.process_time()
                yield
                name = item.nodeid.split("[")[0]
                seconds[name] = seconds.get(name, 0) + time.process_time() - started
                return True

            @pytest.hookimpl(wrapper=True)
            def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
                tracer.switch_context(item.nodeid.split("[")[0])
                yield
                tracer.switch_context("")

        tracer.start()
        try:
            run_tests(checkout, everything, Observer())
        finally:
            tracer.stop()
        lines: dict[str, list[int]] = {}
        always = []
        for line, contexts in tracer.get_data().contexts_by_lineno(str(target)).items():
            for context in contexts:
                lines.setdefault(context, []).append(line)
        always = lines.pop("", [])
        installed = [
            name
            for name, module in list(sys.modules.items())
            if "site-packages" in str(getattr(module, "__file__", None))
        ]
        answer.write_text(json.dumps([seconds, lines, always, installed]), encoding="utf-8")

    if forked(work, seconds=1200) != 0:
        raise SystemExit(f"mutation: the tests of {file} fail without any change")
    whole = target.read_bytes()
    target.write_text("broken = 1 / 0\n", encoding="utf-8")
    if forked(lambda: run_tests(checkout, everything), seconds=1200) == 0:
        raise SystemExit(f"mutation: the tests of {file} do not notice when all of it is gone")
    target.write_bytes(whole)
    tests = Tests(*json.loads(answer.read_text(encoding="utf-8")))
    print(f"{file}: {len(tests.seconds)} tests, {sum(tests.seconds.values()):.0f} s")
    for name in tests.modules:  # a child then starts with them
        if not name.startswith("helpers"):
            try:
                importlib.import_module(name)
            except Exception:
                continue
    return tests


def outcome_of(checkout: Path, file: str, line: int, changed: str, tests: Tests) -> str:
    """Try a target that is changed at a line: killed, survived or timed out."""
    target = source_of(file, root=checkout)
    whole = target.read_bytes()
    asked = tests.asked(statement_at(whole.decode("utf-8"), line))
    target.write_text(changed, encoding="utf-8")
    limit = TIME_LIMIT_FACTOR * sum(tests.seconds[test] for test in asked) + 10
    status = forked(lambda: run_tests(checkout, asked), seconds=int(limit))
    target.write_bytes(whole)
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if ended_by in (signal.SIGTERM, signal.SIGINT):
        raise SystemExit("mutation: stopped")
    if ended_by in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM):
        return "timed out"
    return "survived" if status == 0 else "killed"


def state_of(file: str, *, root: Path = ROOT) -> dict[str, str]:
    """Return the checksums of a target and of its tests."""
    tests = [root / "tests" / name for name in TARGETS[file]]
    return {
        "source": hashlib.sha256(source_of(file, root=root).read_bytes()).hexdigest(),
        "tests": hashlib.sha256(b"".join(path.read_bytes() for path in tests)).hexdigest(),
    }


def finished(*, older_tests: bool = False) -> dict[Mutant, str]:
    """Return the outcomes that still hold; of several tries of a mutant, the last.

    With ``older_tests`` also those of mutants that survived tests which were changed since.
    """
    if not OUTCOMES.exists():
        return {}
    states = {file: state_of(file) for file in TARGETS}
    found = {}
    for line in OUTCOMES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mutant, now = Mutant(**row["mutant"]), states[row["mutant"]["file"]]
        if row["state"]["source"] == now["source"] and (
            older_tests or row["outcome"] == "killed" or row["state"]["tests"] == now["tests"]
        ):
            found[mutant] = row["outcome"]
    return found


@contextmanager
def copied() -> Iterator[Path]:
    """Copy the checkout, for as long as it is changed."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        ignored = shutil.ignore_patterns(".venv", ".git", "_build", "checkpoints", "__pycache__")
        shutil.copytree(ROOT, checkout, ignore=ignored)
        yield checkout


def try_mutants(drawn: list[Mutant]) -> None:
    """Try each mutant that was not tried before, target by target; keep what became of it."""
    before = finished()
    left = [mutant for mutant in drawn if mutant not in before]
    with copied() as checkout:
        for file in dict.fromkeys(mutant.file for mutant in left):
            tests = observed(checkout, file)
            state = state_of(file, root=checkout)
            for mutant in (each for each in left if each.file == file):
                outcome = outcome_of(checkout, file, mutant.line, mutated(mutant), tests)
                row = {"mutant": asdict(mutant), "outcome": outcome, "state": state}
                with OUTCOMES.open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(row) + "\n")
                print(f"{outcome}: {file}:{mutant.line} {mutant.operator}", flush=True)


def change_of(mutant: Mutant) -> dict[str, str]:
    """Return the line that a mutant takes away, and the one that it puts there."""
    before = source_of(mutant.file).read_text(encoding="utf-8").splitlines()
    after = mutated(mutant).splitlines()
    lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    return {
        name: " ".join(line[1:].strip() for line in lines if line.startswith(sign))
        for name, sign in (("was", "-"), ("became", "+"))
    }


def standing(survivor: dict[str, str]) -> int | None:
    """Return at which line a survivor's stands as it did; None where it does not, or twice."""
    lines = source_of(survivor["file"]).read_text(encoding="utf-8").splitlines()
    places = [number for number, line in enumerate(lines, 1) if line.strip() == survivor["was"]]
    return places[0] if len(places) == 1 else None


def try_survivors() -> None:
    """Try again the report's survivors that have no reason; write what became of them, and when."""
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    left, observations, tried = [], {}, []
    with copied() as checkout:
        for survivor in with_reasons(report["survivors"]):
            file, line = survivor["file"], standing(survivor)
            if survivor["reason"] != NO_REASON or line is None:
                left.append(survivor)
                continue
            if file not in observations:
                observations[file] = observed(checkout, file)
            lines = source_of(file).read_text(encoding="utf-8").splitlines(keepends=True)
            lines[line - 1] = lines[line - 1].replace(survivor["was"], survivor["became"])
            outcome = outcome_of(checkout, file, line, "".join(lines), observations[file])
            print(f"{outcome}: {file}:{line} {survivor['became']}", flush=True)
            if outcome == "survived":
                left.append(survivor)
            tried.append(outcome)
            report["targets"][file]["survived"] -= 1
            report["targets"][file][outcome] += 1
    report["survivors"] = left
    if tried:
        again = {"tried": len(tried), "noticed": tried.count("killed")}
        report.setdefault("tried_again", []).append({**this_run("--survivors"), **again})
    save(report)


def with_reasons(survivors: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return survivors in order, each with its reason."""
    reasons = yaml.safe_load(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    for each in survivors:
        each["reason"] = reasons.get(each["file"], {}).get(each["became"], NO_REASON)
    return sorted(survivors, key=lambda each: (each["file"], each["was"]))


def this_run(options: str) -> dict[str, Any]:
    """Return the command that has run, the day and the commit."""
    from helpers.foundation import provenance  # no child after this would import a copy's helpers

    return {
        "command": f"python tools/mutation.py {options}",
        "day": datetime.now(UTC).date().isoformat(),
        "git_commit": provenance.git_commit(),
    }


def save(report: dict[str, Any]) -> None:
    """Write the report."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_report(outcomes: dict[Mutant, str], drawn: list[Mutant]) -> None:
    """Write what became of the mutants that were drawn, survivors with their reasons."""
    tried = [mutant for mutant in drawn if mutant in outcomes]
    endings = ("killed", "survived", "timed out")
    counts = {file: dict.fromkeys(endings, 0) for file in TARGETS}
    for mutant in tried:
        counts[mutant.file][outcomes[mutant]] += 1
    survivors = [
        {"file": mutant.file, **change_of(mutant)}
        for mutant in tried
        if outcomes[mutant] == "survived"
    ]
    report = {
        **this_run(f"--mutants {len(drawn)}"),
        "seed": SEED,
        "drawn": len(drawn),
        "targets": {file: found for file, found in counts.items() if any(found.values())},
        "survivors": with_reasons(survivors),
    }
    save(report)


def main() -> None:
    """Draw mutants, try each, and write what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=400)
    parser.add_argument("--only", default="", help="try those of targets with this in their name")
    parser.add_argument("--report", action="store_true", help="write what is known, try none")
    parser.add_argument("--survivors", action="store_true", help="try again those without a reason")
    arguments = parser.parse_args()
    if arguments.survivors:
        try_survivors()
        return
    drawn = mutants()[: arguments.mutants]
    OUTCOMES.parent.mkdir(exist_ok=True)
    if not arguments.report:
        try_mutants([each for each in drawn if arguments.only in each.file])
    write_report(finished(older_tests=True), drawn)


if __name__ == "__main__":
    main()
