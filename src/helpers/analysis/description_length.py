"""How many bits the languages of texts take, given their features (Voita and Titov 2020).

A probe's accuracy says whether a language can be read from a feature, its description length also
how easily: a probe that learns from few texts gives short codes. Texts are sent in blocks, each
coded with a probe that was fitted on the blocks before it; the first is coded without one. Source
rows stay together, so no probe has seen a translation of what it codes.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from helpers.foundation.errors import CompanionError

# Where the blocks end, as shares of the source rows: each block is as large as all before it.
BLOCK_ENDS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)
_MAX_ITERATIONS = 2000


@dataclass(frozen=True)
class DescriptionLength:
    """The length of a code.

    Parameters
    ----------
    bits : float
        For one text: 0 where its language is certain.
    uniform_bits : float
        The same without any feature.
    """

    bits: float
    uniform_bits: float


def online_code(
    features: npt.ArrayLike,
    languages: Sequence[Any],
    rows: Sequence[Any],
    *,
    seed: int = 0,
) -> DescriptionLength:
    """Return the length of the online code of texts' languages.

    Parameters
    ----------
    features : array, shape (texts, d)
    languages, rows : sequence, length texts
        Of each text its language and its source row.
    seed : int
        Shuffles the source rows.

    Raises
    ------
    CompanionError
        If there are fewer than two languages, or the first blocks do not hold all of them.

    Examples
    --------
    >>> languages = ["en", "fr"] * 64
    >>> code = online_code([[9.0], [-9.0]] * 64, languages, [n // 2 for n in range(128)])
    >>> round(code.bits, 2), code.uniform_bits
    (0.02, 1.0)
    """
    x, names = np.asarray(features, dtype=float), np.asarray(languages)
    found, y = np.unique(names, return_inverse=True)
    row = pd.factorize(np.asarray(rows))[0]
    n = int(row.max()) + 1
    place = np.random.default_rng(seed).permutation(n)[row]
    ends = sorted({max(1, round(n * share)) for share in BLOCK_ENDS})
    if len(found) < 2 or len(np.unique(y[place < ends[0]])) < len(found):
        raise CompanionError(
            f"languages: a description length needs two, and all of them in the first "
            f"{ends[0]} source rows; got {len(found)}"
        )
    uniform = float(np.log2(len(found)))
    total = uniform * float((place < ends[0]).sum())
    for start, end in itertools.pairwise(ends):
        known, sent = place < start, (place >= start) & (place < end)
        with threadpool_limits(1):  # small products: threads that wait for each other cost more
            model = LogisticRegression(max_iter=_MAX_ITERATIONS).fit(x[known], y[known])
            logs = model.predict_log_proba(x[sent])
        total -= float(logs[np.arange(len(logs)), y[sent]].sum()) / float(np.log(2))
    return DescriptionLength(bits=total / len(y), uniform_bits=uniform)


def control_languages(
    languages: Sequence[Any], rows: Sequence[Any], *, seed: int = 0
) -> npt.NDArray[Any]:
    """Return a control task: the languages of each source row's texts, dealt out at random.

    Features say nothing of them, so a probe that does better than chance has learned texts by heart
    (Hewitt and Liang 2019).

    Examples
    --------
    >>> control = control_languages(["de", "en", "fr"] * 2, [0, 0, 0, 1, 1, 1])
    >>> [sorted(control[:3].tolist()), sorted(control[3:].tolist())]
    [['de', 'en', 'fr'], ['de', 'en', 'fr']]
    """
    names = np.asarray(languages)
    generator = np.random.default_rng(seed)
    dealt = names.copy()
    for members in pd.Series(range(len(names))).groupby(np.asarray(rows)).groups.values():
        dealt[members] = generator.permutation(names[members])
    return dealt
