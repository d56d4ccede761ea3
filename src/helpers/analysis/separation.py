"""How far apart languages lie, without training a probe.

All measures are of parallel texts: source rows that are there in every language. They are free of
the features' scale. Each text is a row; ``rows`` names its source row.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from helpers.foundation.errors import CompanionError

Floats = npt.NDArray[np.float64]


def parallel_rows(rows: pd.DataFrame, *, count: int, seed: int = 0) -> pd.DataFrame:
    """Draw source rows that have one row in every language, and one label.

    Parameters
    ----------
    rows : DataFrame
        Columns ``group``, ``language`` and ``label``.
    count : int
        Source rows to draw, each label as often as there are enough of it.
    seed : int
        Of the draw.

    Returns
    -------
    DataFrame
        Their rows, sorted by language and then alike by source row; empty where there are none.
    """
    groups = rows.groupby("group")
    about = groups.agg(rows=("language", "size"), languages=("language", "nunique"))
    labels = groups["label"].agg(["first", "nunique"])
    n = rows["language"].nunique()
    fits = (about["rows"] == n) & (about["languages"] == n) & (labels["nunique"] == 1)
    shuffled = labels.loc[fits, "first"].sample(frac=1, random_state=seed)
    turn = shuffled.groupby(shuffled).cumcount()  # the first of each label, the second, ...
    drawn = turn.sort_values(kind="stable").index[:count]
    found = rows[rows["group"].isin(set(drawn))]
    return found.sort_values(["language", "group"], ignore_index=True)


def _by_language(
    features: npt.ArrayLike, languages: Sequence[Any], rows: Sequence[Any]
) -> tuple[list[str], Floats]:
    """Return the languages, and the features by language and source row."""
    x, language = np.asarray(features, dtype=float), np.asarray(languages)
    row = pd.factorize(np.asarray(rows), sort=True)[0]
    names, counts = np.unique(language, return_counts=True)
    n = int(row.max()) + 1
    order = np.lexsort((row, language))
    if (
        len(names) < 2
        or (counts != n).any()
        or (row[order] != np.tile(np.arange(n), len(names))).any()
    ):
        raise CompanionError(
            f"rows: need every source row once in each of two languages or more; got {len(row)} "
            f"texts of {n} source rows in {len(names)} languages"
        )
    return [str(name) for name in names], x[order].reshape(len(names), n, -1)


def _pairs(n: int) -> Iterator[tuple[int, int]]:
    return ((one, other) for one in range(n) for other in range(n) if one != other)


def language_abx(
    features: npt.ArrayLike, languages: Sequence[Any], rows: Sequence[Any]
) -> dict[str, float]:
    """Return how often a text is closer to one of its own language than to one of another.

    X and A are texts of one language, B is one of another, all three from different source rows.
    The score is the share of all such triples in which the cosine of X with A is larger than with
    B; ties count half. It is 0.5 where languages cannot be told apart (ABX test; Schatz et al.
    2013).

    Parameters
    ----------
    features : array, shape (texts, d)
        No row is 0.
    languages, rows : sequence, length texts
        Of each text its language and its source row.

    Returns
    -------
    dict
        Language of X to its score, mean over the other languages.

    Raises
    ------
    CompanionError
        If a language lacks a source row, or has it twice.

    Examples
    --------
    >>> east, north = [1.0, 0.1], [0.1, 1.0]
    >>> language_abx([east] * 3 + [north] * 3, ["en"] * 3 + ["fr"] * 3, [0, 1, 2] * 2)
    {'en': 1.0, 'fr': 1.0}
    """
    names, x = _by_language(features, languages, rows)
    n = x.shape[1]
    if n < 3:
        raise CompanionError(f"rows: three texts from different source rows need three; got {n}")
    x = x / np.linalg.norm(x, axis=2, keepdims=True)
    scores: dict[str, list[float]] = {name: [] for name in names}
    for own, other in _pairs(len(names)):
        with_a, with_b = x[own] @ x[own].T, x[own] @ x[other].T
        won = 0.0
        for text in range(n):
            a, b = np.delete(with_a[text], text), np.delete(with_b[text], text)
            ordered = np.sort(b)
            # How many B each A beats, and half of those it equals; then without A's own row.
            beaten = np.searchsorted(ordered, a, "left") + np.searchsorted(ordered, a, "right")
            won += float(beaten.sum()) / 2 - float((a > b).sum() + 0.5 * (a == b).sum())
        scores[names[own]].append(won / (n * (n - 1) * (n - 2)))
    return {name: float(np.mean(each)) for name, each in scores.items()}


def centroid_distance(
    features: npt.ArrayLike, languages: Sequence[Any], rows: Sequence[Any]
) -> float:
    """Return how far the languages' centroids lie apart, in spreads of a language's texts.

    The mean distance of two centroids, over the root mean square distance of a text from the
    centroid of its language.

    Parameters
    ----------
    features, languages, rows
        As in `language_abx`.

    Examples
    --------
    >>> centroid_distance([[0.0], [2.0], [10.0], [12.0]], ["en", "en", "fr", "fr"], [0, 1, 0, 1])
    10.0
    """
    names, x = _by_language(features, languages, rows)
    centroids = x.mean(axis=1)
    spread = float(np.sqrt(((x - centroids[:, None]) ** 2).sum(axis=2).mean()))
    between = [np.linalg.norm(centroids[i] - centroids[j]) for i, j in _pairs(len(names))]
    return float(np.mean(between)) / spread


def translation_retrieval(
    features: npt.ArrayLike, languages: Sequence[Any], rows: Sequence[Any]
) -> float:
    """Return how often the text of another language that lies closest is the translation.

    By the cosine, mean over all ordered pairs of languages; chance is one over the source rows.

    Parameters
    ----------
    features, languages, rows
        As in `language_abx`.

    Examples
    --------
    >>> translation_retrieval(np.eye(2)[[0, 1, 0, 1]], ["en", "en", "fr", "fr"], [0, 1, 0, 1])
    1.0
    """
    names, x = _by_language(features, languages, rows)
    x = x / np.linalg.norm(x, axis=2, keepdims=True)
    found = [
        (x[one] @ x[other].T).argmax(axis=1) == np.arange(x.shape[1])
        for one, other in _pairs(len(names))
    ]
    return float(np.mean(found))
