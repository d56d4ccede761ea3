"""A linear layer fitted anew, on a frozen encoder's features of a few balanced texts.

It separates two harms of a skewed training set: a layer that answers from the language, which a new
one repairs, and features that no longer say what the label is, which none can. Refitting the last
layer is known as deep feature reweighting (Kirichenko et al. 2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]

# From no more than the labels' shares to a layer that is as good as free.
STRENGTHS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
_FOLDS = 5
_MAX_ITERATIONS = 2000


@dataclass(frozen=True)
class LinearLayer:
    """A linear layer.

    Parameters
    ----------
    weight : array, shape (labels, d)
    bias : array, shape (labels,)
    C : float
        The inverse strength of the penalty it was fitted with.
    """

    weight: Floats
    bias: Floats
    C: float

    def probabilities(self, features: npt.ArrayLike) -> Floats:
        """Return each row's probabilities of the labels, shape (rows, labels)."""
        logits = np.asarray(features, dtype=float) @ self.weight.T + self.bias
        return np.asarray(softmax(logits, axis=1), dtype=float)


def refit_head(
    features: npt.ArrayLike,
    labels: Sequence[int] | npt.NDArray[np.integer],
    groups: Sequence[Any] | pd.Series,
    *,
    strengths: Sequence[float] = STRENGTHS,
    seed: int = 0,
) -> LinearLayer:
    """Fit a linear layer on some texts' features.

    A logistic regression on standardised features. Its penalty is the one with the smallest log
    loss in five folds that do not split a group.

    Parameters
    ----------
    features : array, shape (texts, d)
        Of texts that have every label equally often in every language.
    labels : sequence of int
        Codes.
    groups : sequence
        Source row of each text.
    strengths : sequence of float
        Inverse strengths (``C``) to choose from.
    seed : int
        Shuffles the folds.

    Raises
    ------
    CompanionError
        If there are fewer than two labels, or fewer groups than folds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> features = np.concatenate([rng.normal(0, 1, (50, 3)), rng.normal(9, 1, (50, 3))])
    >>> layer = refit_head(features, [0] * 50 + [1] * 50, range(100))
    >>> layer.probabilities([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]]).argmax(axis=1).tolist()
    [0, 1]
    """
    x, y, units = np.asarray(features, dtype=float), np.asarray(labels), np.asarray(groups)
    found = np.unique(y)
    if len(found) < 2 or len(np.unique(units)) < _FOLDS:
        raise CompanionError(
            f"labels: a linear layer needs two, and {_FOLDS} groups of texts; got {len(found)} "
            f"labels and {len(np.unique(units))} groups"
        )
    folds = list(StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed).split(x, y, units))

    def loss(strength: float) -> float:
        probabilities = np.empty((len(y), len(found)))
        for train, test in folds:
            probabilities[test] = _fitted(x[train], y[train], strength).predict_proba(x[test])
        return float(log_loss(y, probabilities, labels=found))

    with threadpool_limits(1):  # small products: threads that wait for each other cost more
        chosen = min(strengths, key=loss)
        scaler, regression = (step for _, step in _fitted(x, y, chosen).steps)
    weight, bias = regression.coef_, regression.intercept_
    if len(found) == 2:  # scikit-learn keeps one row for two labels
        weight, bias = np.vstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    weight = weight / scaler.scale_
    return LinearLayer(weight=weight, bias=bias - weight @ scaler.mean_, C=float(chosen))


def _fitted(x: Floats, y: npt.NDArray[np.integer], strength: float) -> Any:
    regression = LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS)
    return make_pipeline(StandardScaler(), regression).fit(x, y)
