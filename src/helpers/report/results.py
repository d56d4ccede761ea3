"""What the experiments left, read from the store: for frames one by one, for claims together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from helpers import stages
from helpers.analysis.paired_shap import paired_differences
from helpers.analysis.quantities import Key, RunResults
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.folders import with_variant
from helpers.report.places import by_place

_PREDICTIONS = "predictions.parquet"
# What the claims read.
_FILES = (
    _PREDICTIONS,
    "language_identification.json",
    "shap_difference.parquet",
    "shap_tokens.parquet",
    "threshold_sweep.parquet",
)


def read(experiments: Iterable[Experiment], name: str) -> Iterator[tuple[Experiment, Any]]:
    """Give each experiment that has a result file, with its verified content.

    Parameters
    ----------
    experiments : iterable of Experiment
        Of one profile.
    name : str
        Of the file; ``.json`` is read as what it holds, ``.parquet`` as a frame.

    Raises
    ------
    CompanionError
        If a result was changed, is another experiment's, or is made from other texts than the rest.
    """
    experiments = list(experiments)
    stages.check_one_corpus(experiments)
    yield from _contents(experiments, name)


def _contents(experiments: Iterable[Experiment], name: str) -> Iterator[tuple[Experiment, Any]]:
    reader = store.read_json if name.endswith(".json") else store.read_frame
    for experiment in experiments:
        content = reader(experiment.folder, name)
        if content is not None:
            yield experiment, content


def collect(experiments: Iterable[Experiment], *, of_claims: bool = True) -> list[RunResults]:
    """Read the results of some experiments, one entry for each model and data set.

    Parameters
    ----------
    experiments : iterable of Experiment
        Of one profile. What an experiment has not left is absent.
    of_claims : bool
        Read the claims' files, SHAP values among them, at once; else the predictions alone. Other
        files are read when they are asked for.

    Returns
    -------
    list of RunResults
        Models and data sets without any result are left out.

    Raises
    ------
    CompanionError
        As `read`.
    """
    experiments = list(experiments)
    stages.check_one_corpus(experiments)
    found = []
    for (dataset, model), members in by_place(experiments).items():
        _, subsets = next(_contents(members, "subsets.json"), (None, None))
        if subsets is None:
            continue
        labels = tuple(subsets["labels"])
        known = {
            name: _by_key(members, name) for name in (_FILES if of_claims else (_PREDICTIONS,))
        }
        # As the claims of A.4 name them: imbalanced@threshold=0.05.
        sweeps = {
            (f"{setup}@threshold={threshold:g}", seed): rows.drop(columns="threshold").reset_index(
                drop=True
            )
            for (setup, seed), sweep in known.get("threshold_sweep.parquet", {}).items()
            for threshold, rows in sweep.groupby("threshold")
        }
        paired = paired_differences(
            known.get("shap_tokens.parquet", {}),
            labels=labels,
            threshold=members[0].settings.shap.threshold,
        )
        found.append(
            RunResults(
                dataset=dataset,
                model=model,
                labels=labels,
                skew=subsets["skew"],
                predictions=known[_PREDICTIONS],
                identification=known.get("language_identification.json", {}),
                shap_difference=known.get("shap_difference.parquet", {}) | sweeps | paired,
                files=_WhenAsked(members),
            )
        )
    return found


def _by_key(members: Sequence[Experiment], name: str) -> dict[Key, Any]:
    return {
        (with_variant(member.setup, member.variant), member.seed): content
        for member, content in _contents(members, name)
    }


class _WhenAsked(dict[str, Mapping[Key, Any]]):
    """Result files by name, each read once, when it is first asked for."""

    def __init__(self, members: Sequence[Experiment]) -> None:
        super().__init__()
        self._members = members

    def __missing__(self, name: str) -> Mapping[Key, Any]:
        self[name] = _by_key(self._members, name)
        return self[name]


def published() -> list[RunResults]:
    """Read the published results; nothing where the published profile is not there."""
    return collect(stages.published_experiments())
