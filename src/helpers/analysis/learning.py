"""Whether a model has learned its task, as a number a seed (rule 4 of the analysis plan)."""

from functools import cache

from helpers.analysis.predictions import learning_bound
from helpers.analysis.quantities import Measure, Observation, RunResults


@cache
def learned(setup: str) -> Measure:
    """How much more accurate a setup is than the language alone could make it: the lower bound.

    The model has learned where it is above 0 (`helpers.analysis.predictions.has_learned`).
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        frame = results.predictions.get((setup, seed))
        return None if frame is None else Observation(learning_bound(frame), len(frame))

    return measure
