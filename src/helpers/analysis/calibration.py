"""Whether a classifier's probabilities mean what they say."""

import numpy as np
import numpy.typing as npt

BINS = 10


def calibration_error(
    probabilities: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]
) -> float:
    """Return the expected calibration error of the top prediction, in ten equal-width bins.

    Parameters
    ----------
    probabilities : array, shape (rows, classes)
        Rows sum to 1.
    right : array of bool, shape (rows,)
        Whether the most probable class is the right one.

    Examples
    --------
    Sure of itself with 80 %, and right half of the time:

    >>> round(calibration_error(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([True, False])), 2)
    0.3
    """
    confidence = probabilities.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == k].mean() - right[bins == k].mean()) * (bins == k).mean()
        for k in np.unique(bins)
    ]
    return float(np.sum(gaps))
