"""How long a newcomer waits: set-up, `make reproduce` and `make test` in fresh clones of commits.

    python benchmarks/fresh_clone.py ac18473 main [--targets setup reproduce test] [--keep FOLDER]

The commits take turns, target by target, so that both see the same machine in the same hour. The
caches of pip and of the companion are used as they are: call ``companion assets`` once before.
Writes ``results/benchmarks/fresh_clone.json``.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from helpers.foundation import hardware, paths, store


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commits", nargs="+")
    parser.add_argument("--targets", nargs="+", default=["setup", "reproduce", "test"])
    parser.add_argument("--keep", type=Path, help="where the clones stay; by default they go")
    options = parser.parse_args()
    root = paths.repository_root()
    with tempfile.TemporaryDirectory(prefix="companion-clones-") as name:
        folder = options.keep or Path(name)
        found = {}
        for commit in options.commits:
            clone = folder / commit.replace("/", "-")
            git("clone", "--quiet", "--no-checkout", str(root), str(clone))
            sha = git("-C", str(root), "rev-parse", commit)
            git("-C", str(clone), "checkout", "--quiet", sha)
            found[commit] = {"commit": sha, "seconds": {}, "clone": clone}
        for target in options.targets:
            for commit, about in found.items():
                seconds = timed(target, about["clone"])
                about["seconds"][target] = round(seconds, 1)
                print(f"{commit}: make {target}: {seconds / 60:.1f} min", flush=True)
    for about in found.values():
        del about["clone"]
    target = paths.benchmark_file(__file__)
    store.write_json(target, {"machine": hardware.describe(), "clones": found})
    print(f"The result: {target}")


def git(*arguments):
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def timed(target, clone):
    """Return the seconds of a target; its output stays in the clone."""
    log = clone / f"{target}.log"
    started = time.perf_counter()
    with log.open("w") as output:
        done = subprocess.run(["make", target], cwd=clone, stdout=output, stderr=output)
    if done.returncode:
        raise SystemExit(f"make {target} failed in {clone}:\n{log.read_text()[-2000:]}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
