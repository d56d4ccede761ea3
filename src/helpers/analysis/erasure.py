"""Taking the language out of features, after training.

Two ways that need no new training. *Centring* moves every language's centroid to one place; it has
to know a text's language. *LEACE* (least-squares concept erasure; Belrose et al. 2023) is the
smallest linear change after which no linear layer can tell languages apart better than by chance;
it is one map for all texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]

_NOTHING = 1e-9  # a direction with less than this share of the largest variance has none


@dataclass(frozen=True)
class Eraser:
    """A map ``x -> x - (x - centre) @ removed.T``.

    Parameters
    ----------
    centre : array, shape (d,)
        Mean of the features it was fitted on.
    removed : array, shape (d, d)
        What is taken out of a feature.
    """

    centre: Floats
    removed: Floats

    def __call__(self, features: npt.ArrayLike) -> Floats:
        """Return features without the concept, shape (texts, d)."""
        x = np.asarray(features, dtype=float)
        erased: Floats = x - (x - self.centre) @ self.removed.T
        return erased


def fit_leace(features: npt.ArrayLike, concept: Sequence[Any] | pd.Series) -> Eraser:
    """Return the eraser of a categorical concept.

    Parameters
    ----------
    features : array, shape (texts, d)
        Of texts in which the concept is independent of what should stay.
    concept : sequence, length texts
        Such as the texts' languages.

    Raises
    ------
    CompanionError
        If the lengths differ, or the concept has one value only.

    Examples
    --------
    >>> features = np.array([[1.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [-1.0, 1.0]])
    >>> erased = fit_leace(features, ["en", "en", "fr", "fr"])(features)
    >>> (erased.round(6) + 0.0).tolist()
    [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 1.0]]
    """
    x, z = _checked(features, concept)
    one_hot = (z[:, None] == np.unique(z)[None, :]).astype(float)
    centre = x.mean(axis=0)
    deviations = x - centre
    variances, directions = np.linalg.eigh(deviations.T @ deviations / len(x))
    kept = variances > _NOTHING * variances.max()
    roots, directions = np.sqrt(variances[kept]), directions[:, kept]
    whiten, unwhiten = directions / roots @ directions.T, directions * roots @ directions.T
    shared = whiten @ (deviations.T @ (one_hot - one_hot.mean(axis=0)) / len(x))
    left, sizes, _ = np.linalg.svd(shared, full_matrices=False)
    known = left[:, sizes > _NOTHING * max(1.0, float(sizes.max()))]
    return Eraser(centre=centre, removed=unwhiten @ known @ known.T @ whiten)


@dataclass(frozen=True)
class Centring:
    """A map that gives every language one centroid.

    Parameters
    ----------
    shifts : mapping of str to array, shape (d,)
        For each language its centroid minus the mean of all centroids.
    """

    shifts: dict[str, Floats]

    def __call__(self, features: npt.ArrayLike, languages: Sequence[str] | pd.Series) -> Floats:
        """Return centred features, shape (texts, d).

        Raises
        ------
        CompanionError
            If a text's language was not there when it was fitted.
        """
        if unknown := sorted(set(languages) - set(self.shifts)):
            raise CompanionError(
                f"language {unknown[0]!r} has no centroid: there are {', '.join(self.shifts)}"
            )
        shifts = np.stack([self.shifts[language] for language in languages])
        centred: Floats = np.asarray(features, dtype=float) - shifts
        return centred


def fit_centring(features: npt.ArrayLike, languages: Sequence[str] | pd.Series) -> Centring:
    """Return the map that moves every language's centroid to their mean.

    Parameters
    ----------
    features, languages
        As in `fit_leace`.

    Examples
    --------
    >>> centring = fit_centring([[0.0], [2.0], [10.0], [12.0]], ["en", "en", "fr", "fr"])
    >>> centring([[0.0], [12.0]], ["en", "fr"]).tolist()
    [[5.0], [7.0]]
    """
    x, z = _checked(features, languages)
    centroids = {str(name): x[z == name].mean(axis=0) for name in np.unique(z)}
    middle = np.mean(list(centroids.values()), axis=0)
    return Centring({name: centroid - middle for name, centroid in centroids.items()})


def _checked(
    features: npt.ArrayLike, concept: Sequence[Any] | pd.Series
) -> tuple[Floats, npt.NDArray[Any]]:
    x, z = np.asarray(features, dtype=float), np.asarray(concept)
    if x.ndim != 2 or len(x) != len(z) or len(np.unique(z)) < 2:
        raise CompanionError(
            f"concept: need one value a text and two values at least; got {len(z)} for features of "
            f"shape {x.shape}, with {len(np.unique(z))} values"
        )
    return x, z
