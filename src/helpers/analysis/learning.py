"""Whether models have learned their task, as a number a seed (rule 4 of the analysis plan)."""

from functools import cache

from helpers.analysis.predictions import learning_bound
from helpers.analysis.quantities import Measure, Observation, RunResults


@cache
def learned(*setups: str) -> Measure:
    """How much more accurate setups are than the language alone could make them: the lower bound.

    All have learned where it is above 0 (`helpers.analysis.predictions.has_learned`).

    Parameters
    ----------
    *setups : str
        One or more; of several, the bound that is lowest.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        frames = [results.predictions.get((setup, seed)) for setup in setups]
        known = [frame for frame in frames if frame is not None]
        if len(known) < len(frames):
            return None
        return Observation(min(map(learning_bound, known)), len(known[0]))

    return measure
