"""The verdicts on some experiments, with the published ones beside those of another profile."""

from collections.abc import Sequence

from helpers.foundation.experiment import Experiment
from helpers.foundation.names import Place
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.report.claim_list import CLAIMS, HEADLINES
from helpers.report.claims import Claim
from helpers.report.counted import Counted
from helpers.report.evidence import Verdicts, evaluate
from helpers.report.places import POOLED, place_names, places
from helpers.report.results import collect, published


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
        beside = evaluate(claims, [one for one in shared if one.place in wanted])
    return evaluate(
        claims, collect(experiments), family=HEADLINES, lenders=lenders, published=beside
    )


def columns(experiments: Sequence[Experiment], found: Verdicts) -> dict[Place, str]:
    """Return where verdicts stand, with the headings: each data set, then all of a model's."""
    among = places(experiments)
    models = dict.fromkeys(model for _, model in among)
    among += [Place(POOLED, model) for model in models if found.has(POOLED, model)]
    return place_names(among)
