"""What rival weightings are compared by beside accuracy: rare cells, and calibration."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from helpers.analysis.calibration import calibration_error
from helpers.analysis.quantities import Measure, Observation, RunResults, gain, mean_over_rows
from helpers.analysis.remedies import compared
from helpers.data.cells import rare_cell_weights, skew_shares


@cache
def rare_cell_accuracy(name: str, minus: str) -> Measure:
    """Accuracy of the cells that are rare in training, with one setup minus with another.

    Cells as in `helpers.data.cells.rare_cell_weights`.

    Parameters
    ----------
    name, minus : str
        As in `helpers.analysis.remedies.predictions_with`.
    """

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = compared(results, name, minus, seed)
        if pair is None:
            return None
        one = pair[0]
        weights = rare_cell_weights(skew_shares(results.skew), one["language"], one["label"])
        return mean_over_rows(weights * len(one) * gain(*pair), one["group"])

    return measure


@cache
def calibration(name: str, minus: str) -> Measure:
    """Calibration error with one setup minus with another; arguments as in `rare_cell_accuracy`."""

    def measure(results: RunResults, seed: int) -> Observation | None:
        pair = compared(results, name, minus, seed)
        if pair is None:
            return None
        one, other = (_error(frame, results.labels) for frame in pair)
        return Observation(one - other, len(pair[0]))

    return measure


def _error(predictions: pd.DataFrame, labels: Sequence[str]) -> float:
    probabilities = predictions[[f"p_{label}" for label in labels]].to_numpy(dtype=float)
    right = (predictions["label"] == predictions["predicted"]).to_numpy()
    return calibration_error(probabilities, right)
