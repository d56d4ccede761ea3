"""Runs of an experiment in processes that can be killed, on the smallest texts and encoder.

``COMPANION_SOAK=1`` (``make soak``) makes every number of cases large, and runs all stages. A
number below one makes them that share of it.
"""

import multiprocessing
import os
from pathlib import Path

import pandas as pd

from helpers import stages
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from sentences import SENTENCES
from tiny_sources import write_checkout, write_sources

SOAK = float(os.environ.get("COMPANION_SOAK", 0))
KILLS = round(200 * SOAK) or 2
CASES = round(10_000 * SOAK) or 120

# Streaming articles waits for seconds, so language identification is run in the long form only;
# so are the stages that few seeds have.
STAGES = tuple(
    name
    for name, stage in stages.all_stages().items()
    if SOAK >= 1 or not (stage.only_where_named or name == "language_identification")
)
# Loaded once: a process then starts in milliseconds, and can be killed while it works.
_PRELOADED = (
    "torch",
    "helpers.analysis.shap_values",
    "helpers.analysis.language_identification",
    "helpers.training.finetuning",
    "helpers.training.inference",
)


class Rig:
    """A checkout with a tiny encoder and its sources, and the processes that work on it."""

    def __init__(self, folder: Path, encoder: Path) -> None:
        self.root = write_checkout(
            folder / "checkout",
            encoder,
            language_identification={"external": "wikipedia", "per_language": 10},
        )
        self.sources = write_sources(folder) | {"wikipedia": write_wikipedia(folder / "wikipedia")}
        self.encoder = str(encoder)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(list(_PRELOADED))

    def experiment(self, setup: str = "imbalanced") -> Experiment:
        """Return the experiment; its data set has the source's own name."""
        return Experiment(self.encoder, "xnli_tiny", setup)

    def start(self, output: Path, *, user: int | None = None):
        """Start a process that runs every stage; return it and the end of a pipe for its answer."""
        receiver, sender = self.context.Pipe(duplex=False)
        arguments = (str(self.root), str(output), self.encoder, self.sources, user, sender)
        process = self.context.Process(target=_work, args=arguments)
        process.start()
        sender.close()
        return process, receiver

    def run(self, output: Path, *, user: int | None = None) -> str:
        """Run every stage in a process of its own; return its last word."""
        process, receiver = self.start(output, user=user)
        try:
            return receiver.recv()
        finally:
            process.join()

    def results(self, output: Path) -> dict[str, bytes]:
        """Return every result file but the records, which hold times."""
        found = (output / "results").rglob("*")
        return {
            path.relative_to(output).as_posix(): path.read_bytes()
            for path in sorted(found)
            if path.is_file() and path.name != store.RUN_FILE and not path.name.startswith(".")
        }


def _work(root, output, encoder, sources, user, sender):
    os.environ |= {paths.ROOT_VARIABLE: root, paths.OUTPUT_VARIABLE: output}
    os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "TOKENIZERS_PARALLELISM": "false"}
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    try:
        experiment = Experiment(encoder, "xnli_tiny", "imbalanced")
        stages.run(experiment, stages=STAGES, sources=sources, progress=False)
    except CompanionError as error:
        sender.send(str(error))
    except BaseException as error:
        sender.send(f"traceback: {error!r}")
    else:
        sender.send("done")


def write_wikipedia(folder: Path) -> Path:
    """Write articles in the layout of the dump: more than the ten of each language."""
    for language in ("fr", "en"):
        articles = [f"{text} {n}" for n in range(10) for text in SENTENCES[language]]
        (folder / f"20231101.{language}").mkdir(parents=True)
        table = pd.DataFrame({"text": articles})
        table.to_parquet(folder / f"20231101.{language}" / "train.parquet")
    return folder
