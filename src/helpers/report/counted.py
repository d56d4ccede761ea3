"""The seeds that verdicts rest on."""

from helpers.analysis.quantities import (
    Quantity,
    RunResults,
    SeedValues,
    left_out,
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
