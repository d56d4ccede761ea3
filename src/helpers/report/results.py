"""What the experiments left, read from the store for the claims and the tables."""

from collections.abc import Iterable

from helpers.analysis.quantities import RunResults
from helpers.foundation import store
from helpers.foundation.experiment import Experiment
from helpers.stages.freshness import check_one_corpus


def setup_key(experiment: Experiment) -> str:
    """Return the setup, with ``+variant`` where there is one."""
    return experiment.setup + (f"+{experiment.variant}" if experiment.variant else "")


def collect(experiments: Iterable[Experiment]) -> list[RunResults]:
    """Read the verified results of some experiments, one entry for each model and data set.

    Parameters
    ----------
    experiments : iterable of Experiment
        Of one profile. What an experiment has not left is absent.

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
    check_one_corpus(experiments)
    grouped: dict[tuple[str, str], list[Experiment]] = {}
    for experiment in experiments:
        grouped.setdefault((experiment.dataset, experiment.model), []).append(experiment)
    found = []
    for (dataset, model), members in grouped.items():
        predictions, identification, shap_difference = {}, {}, {}
        subsets = None
        for member in members:
            key = (setup_key(member), member.seed)
            subsets = subsets or store.read_json(member.folder, "subsets.json")
            if (frame := store.read_frame(member.folder, "predictions.parquet")) is not None:
                predictions[key] = frame
            if (
                scores := store.read_json(member.folder, "language_identification.json")
            ) is not None:
                identification[key] = scores
            if (frame := store.read_frame(member.folder, "shap_difference.parquet")) is not None:
                shap_difference[key] = frame
            if (sweep := store.read_frame(member.folder, "threshold_sweep.parquet")) is not None:
                # As the claims of A.4 name them: imbalanced@threshold=0.05.
                for threshold, rows in sweep.groupby("threshold"):
                    name = f"{setup_key(member)}@threshold={threshold:g}"
                    shap_difference[name, member.seed] = rows.drop(columns="threshold").reset_index(
                        drop=True
                    )
        if subsets is not None:
            found.append(
                RunResults(
                    dataset=dataset,
                    model=model,
                    labels=tuple(subsets["labels"]),
                    skew=subsets["skew"],
                    predictions=predictions,
                    identification=identification,
                    shap_difference=shap_difference,
                )
            )
    return found
