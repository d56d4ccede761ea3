"""The count against pandas, and the sample of texts against a naive one."""

import csv

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.diagnosis import texts
from helpers.diagnosis.columns import recognise
from helpers.diagnosis.counting import count
from helpers.diagnosis.sources import open_source
from helpers.foundation.errors import CompanionError

words = st.text(min_size=1, max_size=6).filter(lambda word: word.strip() == word)
languages = st.sampled_from(["en", "fr", "pt-BR", "汉语", "<i>"])
tables = st.lists(st.tuples(languages, words), min_size=4, max_size=60)


@given(tables)
def test_the_table_is_pandas_crosstab(rows):
    frame = pd.DataFrame(rows, columns=["language", "label"])
    source = open_source(frame)
    try:
        found = count(source, recognise(source)).table
    except CompanionError:
        labels = [label.strip() for label in frame["label"]]
        numbers = all(any(each.isdigit() for each in label) for label in labels)
        assert frame["language"].nunique() < 2 or len(set(labels)) < 2 or numbers
        return
    expected = pd.crosstab(frame["language"], frame["label"])
    assert found.sort_index(axis=1).to_numpy().tolist() == expected.to_numpy().tolist()


@settings(max_examples=30)
@given(st.lists(st.tuples(languages, words, st.text(max_size=30)), min_size=4, max_size=40))
def test_any_text_survives_a_csv_file(tmp_path_factory, rows):
    frame = pd.DataFrame(rows, columns=["language", "label", "text"])
    frame["label"] = "x" + frame["label"]
    if frame["language"].nunique() < 2 or frame["label"].nunique() < 2:
        return
    path = tmp_path_factory.mktemp("any") / "t.csv"
    try:
        frame.to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    except UnicodeEncodeError:  # a lone surrogate is no text
        return
    by_frame, by_file = (
        count(source, recognise(source)) for source in map(open_source, (frame, path))
    )
    assert by_file.table.to_numpy().sum() == by_frame.table.to_numpy().sum() == len(frame)


def test_blocks_hold_whole_groups_and_all_rows():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "language": rng.choice(["en", "fr"], 3000),
            "label": rng.choice(["a", "b"], 3000),
            "row": rng.integers(0, 400, 3000),
        }
    )
    source = open_source(frame)
    found = count(source, recognise(source, group="row"))
    assert (found.blocks.sum(axis=0) == found.table.to_numpy()).all()
    one = open_source(frame.assign(row="same"))
    blocks = count(one, recognise(one, group="row")).blocks
    assert (blocks.sum(axis=(1, 2)) > 0).sum() == 1


# --- texts ----------------------------------------------------------------------------------


def sampled(frame, step=7):
    sampler = texts.TextSampler()
    for start in range(0, len(frame), step):
        part = frame[start : start + step]
        sampler.add(
            [pa.array(part["text"], pa.string())],
            pa.array(part["language"], pa.string()),
            pa.array(part["label"], pa.string()),
        )
    return sampler.result()


many_texts = st.lists(
    st.tuples(st.sampled_from(["", "a", " a ", "é" * 9, "long text one", "long text two"]),
              languages, st.sampled_from(["x", "y"])),
    min_size=1, max_size=50,
)  # fmt: skip


@given(many_texts)
def test_a_whole_sample_is_a_group_by(rows):
    frame = pd.DataFrame(rows, columns=["text", "language", "label"])
    found = sampled(frame)
    by_text = frame[frame["text"] != ""].groupby("text").nunique()
    assert found.share == 1 and found.texts == len(by_text)
    assert found.in_several_languages == (by_text["language"] > 1).sum()
    assert found.with_several_labels == (by_text["label"] > 1).sum()


def test_a_large_sample_is_thinned_by_text(monkeypatch):
    monkeypatch.setattr(texts, "SAMPLE_ROWS", 1000)
    rng = np.random.default_rng(0)
    number = rng.permutation(np.repeat(np.arange(10_000), 2))
    frame = pd.DataFrame(
        {
            "text": [f"this is text {each} of many" for each in number],
            "language": "en",
            "label": [("x", "y")[each % 2] for each in range(len(number))],
        }
    )
    found = sampled(frame, step=500)
    assert found.share < 0.1
    assert found.texts / found.share == pytest.approx(10_000, rel=0.2)
    both = frame.groupby("text")["label"].nunique().gt(1).mean()
    assert found.with_several_labels / found.texts == pytest.approx(both, abs=0.08)
    assert len(found.examples) <= texts.KEPT_TEXTS


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
def test_equal_texts_have_equal_hashes_wherever_they_lie(values):
    array = pa.array([value.hex() for value in values], pa.large_string())
    whole = texts._cheap_hash(array)
    alone = [texts._cheap_hash(array.slice(place, 1))[0] for place in range(len(array))]
    assert whole.tolist() == alone
    assert len(set(whole.tolist())) <= len(set(values))


def test_rows_without_a_group_stand_alone():
    rng = np.random.default_rng(0)
    n = 2000
    rows = pd.DataFrame(
        {"language": rng.choice(["en", "fr"], n), "label": rng.choice(["bad", "good"], n)}
    )
    rows["group"] = [f"g{k}" if rng.random() < 0.2 else None for k in range(n)]
    alone = rows.assign(group=[each or f"own{k}" for k, each in enumerate(rows["group"])])
    sizes = []
    for frame in (rows, rows.fillna({"group": " "}), alone):
        source = open_source(frame)
        counted = count(source, recognise(source, group="group"))
        sizes.append(counted.blocks.sum(axis=(1, 2)))
    assert all(each.sum() == n and each.max() < 40 for each in sizes)
    np.testing.assert_array_equal(*sizes[:2])


def test_a_whole_number_is_one_label_however_it_is_written(tmp_path):
    (tmp_path / "en.csv").write_text("language,label\n" + "en,1\nen,0\n" * 50)
    (tmp_path / "fr.csv").write_text("language,label\n" + "fr,1.0\nfr,0.0\n" * 50)
    source = open_source(tmp_path)
    table = count(source, recognise(source)).table
    assert table.to_numpy().tolist() == [[50, 50], [50, 50]]
    assert list(table.columns) == ["0", "1"]
