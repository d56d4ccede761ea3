"""The subsets that an experiment is trained, validated and tested on."""

from typing import Any

import pandas as pd

from helpers.foundation.experiment import Experiment
from helpers.stages.fingerprints import Upstream
from helpers.stages.record import Stage
from helpers.stages.workbench import Workbench


def _inputs(experiment: Experiment, upstream: Upstream) -> dict[str, Any]:
    settings = experiment.settings.settings(experiment.dataset)
    shares = experiment.options.shares
    # Named only where they are set: results from before the settings keep their fingerprints.
    since = {name: True for name in ("with_translations", "as_is") if getattr(settings, name)}
    return {
        "data": upstream.texts(experiment),
        "sizes": [settings.train, settings.validation, settings.test],
        "rule": settings.rule,
        "recipe": experiment.options.recipe,
        "severity": experiment.options.severity,
        "seed": experiment.seed,
        **since,
        **({} if shares is None else {"shares": shares}),
    }


def _compute(bench: Workbench) -> dict[str, Any]:
    corpus, test = bench.corpus, bench.test
    shares = bench.experiment.options.shares
    drawn = {split: bench.subsets(split) for split in ("train", "validation")}
    counts = {split: subsets.counts() for split, subsets in drawn.items()}
    test_counts = pd.crosstab(test["language"], test["label"]).reindex(list(corpus.languages))
    counts["test"] = {"balanced": test_counts}
    return {
        "subsets.json": {
            "dataset": corpus.name,
            "source": corpus.source,
            "licence": corpus.licence,
            "languages": list(corpus.languages),
            "labels": list(corpus.labels),
            "skew": {language: list(weights) for language, weights in bench.skew.items()},
            "severity": bench.experiment.options.severity,
            **({} if shares is None else {"shares": shares}),
            "rule": bench.rule,
            "size": {
                **{split: len(subsets.balanced) for split, subsets in drawn.items()},
                "test": len(test),
            },
            "counts": {
                split: {
                    name: {str(row): cells.tolist() for row, cells in table.T.items()}
                    for name, table in tables.items()
                }
                for split, tables in counts.items()
            },
            "overlap": {split: subsets.overlap for split, subsets in drawn.items()},
            "source_rows": {
                **{split: subsets.source_rows() for split, subsets in drawn.items()},
                "test": {"balanced": int(test["group"].nunique())},
            },
            "in_several_languages": {
                split: subsets.in_several_languages() for split, subsets in drawn.items()
            },
        }
    }


STAGE = Stage(
    name="subsets",
    version=1,
    order=10,
    paper="section 2.1, Tables 1 and 5",
    files=("subsets.json",),
    inputs=_inputs,
    compute=_compute,
    first_guess_seconds=2,
)
