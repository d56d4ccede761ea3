"""What the experiments left, read from the store for the claims and the tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from helpers import stages
from helpers.analysis.paired_shap import paired_differences
from helpers.analysis.quantities import Key, RunResults, with_variant
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import PUBLISHED_PROFILE, profile_names


def collect(experiments: Iterable[Experiment], *, files: Sequence[str] = ()) -> list[RunResults]:
    """Read the verified results of some experiments, one entry for each model and data set.

    Parameters
    ----------
    experiments : iterable of Experiment
        Of one profile. What an experiment has not left is absent.
    files : sequence of str
        Further result files to read, ``.parquet`` or ``.json``.

    Returns
    -------
    list of RunResults
        Models and data sets without any result are left out.

    Raises
    ------
    CompanionError
        If a result was changed, is another experiment's, or is made from other texts than the rest.
    """
    experiments = list(experiments)
    stages.check_one_corpus(experiments)
    grouped: dict[tuple[str, str], list[Experiment]] = {}
    for experiment in experiments:
        grouped.setdefault((experiment.dataset, experiment.model), []).append(experiment)
    found = []
    for (dataset, model), members in grouped.items():
        predictions, identification, shap_difference, tokens = {}, {}, {}, {}
        further: dict[str, dict[Key, Any]] = {name: {} for name in files}
        subsets = None
        for member in members:
            setup = with_variant(member.setup, member.variant)
            key = (setup, member.seed)
            subsets = subsets or store.read_json(member.folder, "subsets.json")
            if (frame := store.read_frame(member.folder, "predictions.parquet")) is not None:
                predictions[key] = frame
            if (
                scores := store.read_json(member.folder, "language_identification.json")
            ) is not None:
                identification[key] = scores
            if (frame := store.read_frame(member.folder, "shap_difference.parquet")) is not None:
                shap_difference[key] = frame
            if (frame := store.read_frame(member.folder, "shap_tokens.parquet")) is not None:
                tokens[key] = frame
            if (sweep := store.read_frame(member.folder, "threshold_sweep.parquet")) is not None:
                # As the claims of A.4 name them: imbalanced@threshold=0.05.
                for threshold, rows in sweep.groupby("threshold"):
                    name = f"{setup}@threshold={threshold:g}"
                    shap_difference[name, member.seed] = rows.drop(columns="threshold").reset_index(
                        drop=True
                    )
            for name in files:
                read = store.read_json if name.endswith(".json") else store.read_frame
                if (content := read(member.folder, name)) is not None:
                    further[name][key] = content
        if subsets is not None:
            shap_difference |= paired_differences(
                tokens, labels=subsets["labels"], threshold=members[0].settings.shap.threshold
            )
            found.append(
                RunResults(
                    dataset=dataset,
                    model=model,
                    labels=tuple(subsets["labels"]),
                    skew=subsets["skew"],
                    predictions=predictions,
                    identification=identification,
                    shap_difference=shap_difference,
                    files=further,
                )
            )
    return found


def published() -> list[RunResults]:
    """Read the published results; nothing where the published profile is not there."""
    if PUBLISHED_PROFILE not in profile_names():
        return []
    return collect(stages.book_experiments(PUBLISHED_PROFILE))
