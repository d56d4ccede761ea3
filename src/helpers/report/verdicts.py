"""The verdicts on some experiments, with the published ones beside those of another profile."""

from collections.abc import Sequence

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import dataset_label, model_label
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.claims import Claim
from helpers.report.counted import Counted
from helpers.report.evidence import POOLED, Verdicts, evaluate
from helpers.report.results import collect, published

Place = tuple[str, str]  # data set (or `POOLED`) and model


def verdicts(experiments: Sequence[Experiment], claims: Sequence[Claim] = CLAIMS) -> Verdicts:
    """Return the verdicts of some claims on some experiments, and on the paper's tables.

    Parameters
    ----------
    experiments : sequence of Experiment
        Of one profile.
    claims : sequence of Claim
        By default all.
    """
    shared = published()
    lenders = [Counted(each) for each in shared]
    beside = None
    if any(each.profile != PUBLISHED_PROFILE for each in experiments):
        wanted = set(places(experiments))
        beside = evaluate(claims, [one for one in shared if (one.dataset, one.model) in wanted])
    return evaluate(
        claims, collect(experiments), family=HEADLINES, lenders=lenders, published=beside
    )


def places(experiments: Sequence[Experiment]) -> list[Place]:
    """Return the data sets and models that the experiments are about, with results or without."""
    return list(dict.fromkeys((each.dataset, each.model) for each in experiments))


def columns(experiments: Sequence[Experiment], found: Verdicts) -> dict[Place, str]:
    """Return where verdicts stand, with the headings: each data set, then all of a model's.

    The model is named where there are several.
    """
    among = places(experiments)
    models = list(dict.fromkeys(model for _, model in among))
    among += [(POOLED, model) for model in models if found.has(POOLED, model)]
    return {
        (dataset, model): ("Together" if dataset == POOLED else dataset_label(dataset))
        + (f", {model_label(model)}" if len(models) > 1 else "")
        for dataset, model in among
    }
