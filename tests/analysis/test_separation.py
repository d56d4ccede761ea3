import itertools

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.separation import (
    centroid_distance,
    language_abx,
    parallel_rows,
    translation_retrieval,
)
from helpers.foundation.errors import CompanionError

RNG = np.random.default_rng(0)
LANGUAGES = np.repeat(["de", "en", "fr"], 7)
ROWS = np.tile(np.arange(7), 3)
FEATURES = RNG.normal(size=(21, 4)) + np.eye(4)[np.repeat([0, 1, 2], 7)]


def cosine(one, other):
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)


def test_abx_equals_counting_triples():
    for language, score in language_abx(FEATURES, LANGUAGES, ROWS).items():
        of_pair = []
        for other in {"de", "en", "fr"} - {language}:
            own, strange = np.flatnonzero(language == LANGUAGES), np.flatnonzero(other == LANGUAGES)
            won = [
                cosine(FEATURES[x], FEATURES[a]) > cosine(FEATURES[x], FEATURES[b])
                for x, a, b in itertools.product(own, own, strange)
                if len({ROWS[x], ROWS[a], ROWS[b]}) == 3
            ]
            of_pair.append(np.mean(won))
        assert score == pytest.approx(np.mean(of_pair))


def test_equal_texts_are_a_tie():
    same = np.tile(RNG.normal(size=(7, 4)), (3, 1))
    assert set(language_abx(same, LANGUAGES, ROWS).values()) == {0.5}
    assert centroid_distance(same, LANGUAGES, ROWS) == 0
    assert translation_retrieval(same, LANGUAGES, ROWS) == 1


def test_neither_order_nor_scale_matters():
    shuffled = RNG.permutation(len(ROWS))
    for measure in (language_abx, centroid_distance, translation_retrieval):
        moved = measure(3 * FEATURES[shuffled], LANGUAGES[shuffled], ROWS[shuffled])
        assert moved == pytest.approx(measure(FEATURES, LANGUAGES, ROWS))


def test_centroids_equal_a_calculation_by_hand():
    centroids = np.stack([FEATURES[name == LANGUAGES].mean(axis=0) for name in ("de", "en", "fr")])
    spread = np.sqrt(((FEATURES - np.repeat(centroids, 7, axis=0)) ** 2).sum(axis=1).mean())
    pairs = itertools.combinations(centroids, 2)
    expected = np.mean([np.linalg.norm(one - other) for one, other in pairs]) / spread
    assert centroid_distance(FEATURES, LANGUAGES, ROWS) == pytest.approx(expected)


def test_retrieval_equals_a_calculation_by_hand():
    found = []
    for text, other in itertools.product(range(21), ("de", "en", "fr")):
        if other != LANGUAGES[text]:
            there = np.flatnonzero(other == LANGUAGES)
            closest = max(there, key=lambda b, a=text: cosine(FEATURES[a], FEATURES[b]))
            found.append(ROWS[closest] == ROWS[text])
    assert translation_retrieval(FEATURES, LANGUAGES, ROWS) == pytest.approx(np.mean(found))


@pytest.mark.parametrize("rows", [[0, 1, 0], [0, 0, 0, 1], [0, 1, 1, 2]])
def test_rows_that_are_not_parallel_are_refused(rows):
    languages = ["en", "en", "fr", "fr"][: len(rows)]
    with pytest.raises(CompanionError, match="every source row once"):
        centroid_distance(np.ones((len(rows), 2)), languages, rows)


def test_parallel_rows_are_complete_and_even_over_labels():
    rows = pd.DataFrame(
        [(f"g{g}", language, g % 3) for g in range(30) for language in ("en", "fr")],
        columns=["group", "language", "label"],
    )
    doubled, halved = rows.iloc[[0]], rows.drop(index=3)
    found = parallel_rows(pd.concat([halved, doubled]), count=12)
    assert not {"g0", "g1"} & set(found["group"])  # one is there thrice, one in one language only
    assert found.groupby("group")["language"].nunique().eq(2).all()
    assert found["label"].value_counts().to_dict() == {0: 8, 1: 8, 2: 8}
    assert parallel_rows(rows, count=12, seed=0).equals(parallel_rows(rows, count=12, seed=0))
    assert len(parallel_rows(rows, count=99)) == 60
    assert (
        parallel_rows(rows[rows["language"] == "fr"].assign(label=range(30)), count=3).shape[0] == 3
    )
    uneven = rows.assign(label=rows.index % 2)  # translations with different labels
    assert parallel_rows(uneven, count=3).empty
