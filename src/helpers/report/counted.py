"""The seeds that verdicts rest on."""

from helpers.analysis.predictions import has_learned
from helpers.analysis.quantities import (
    Quantity,
    RunResults,
    SeedValues,
    setup_family,
    values_by_seed,
)


class Counted:
    """The results of one model and data set that count; each quantity is computed once.

    Parameters
    ----------
    results : RunResults
        From `helpers.report.results.collect`, or made by hand.
    """

    def __init__(self, results: RunResults) -> None:
        self.given = results
        self.reasons = left_out(results)
        self.results = results.without(self.reasons)
        self._known: dict[Quantity, SeedValues] = {}

    @property
    def dataset(self) -> str:
        """The data set's name."""
        return self.given.dataset

    @property
    def model(self) -> str:
        """The model's name."""
        return self.given.model

    def values(self, quantity: Quantity) -> SeedValues:
        """Return a quantity in every seed that counts and has it."""
        if quantity not in self._known:
            self._known[quantity] = values_by_seed(self.results, quantity.measure)
        return self._known[quantity]

    def left_out(self, quantity: Quantity) -> dict[int, str]:
        """Return the seeds that have the quantity but do not count, and why."""
        return {
            seed: reason
            for (_, seed), reason in self.reasons.items()
            if seed not in self.values(quantity).by_seed
            and quantity.measure(self.given, seed) is not None
        }


def left_out(results: RunResults) -> dict[tuple[str, int], str]:
    """Return the families and seeds that no verdict rests on, and why.

    A seed counts once it has every setup of the family that other seeds have. A model that has not
    learned says nothing of the task, and leaves its seed out: its score would be that of a failed
    fine-tuning.

    Returns
    -------
    dict
        ``(family, seed)`` to the reason (`helpers.analysis.quantities.setup_family`); the family is
        empty for the profile itself.
    """
    setups: dict[str, set[str]] = {}
    for setup, _ in results.predictions:
        setups.setdefault(setup_family(setup), set()).add(setup)
    reasons: dict[tuple[str, int], str] = {}
    for family, wanted in setups.items():
        for seed in sorted({k for setup, k in results.predictions if setup in wanted}):
            found = {setup: results.predictions.get((setup, seed)) for setup in sorted(wanted)}
            absent = [setup for setup, frame in found.items() if frame is None]
            failed = [
                s for s, frame in found.items() if frame is not None and not has_learned(frame)
            ]
            if failed:
                reasons[family, seed] = f"not learned: {', '.join(failed)}"
            elif absent:
                reasons[family, seed] = f"not there: {', '.join(absent)}"
    return reasons
