"""The corpora on real files: generated folders in the hub's layouts, and the offline texts."""

import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.corpora import (
    COLUMNS,
    Corpus,
    load_corpus,
    resolve_name,
    source_fingerprint,
)
from helpers.data.grouping import SPLITS
from helpers.data.offline_corpora import ALIGNED_ROWS
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError

XNLI_VARIABLE = "COMPANION_XNLI"
SIZES = {"train": 12, "validation": 6, "test": 6}


def write_xnli(folder, premises, *, columns=("premise", "hypothesis", "label")):
    """Write a parallel folder; ``premises`` gives for each split the number of each premise."""
    for language in ("fr", "en"):
        (folder / language).mkdir(parents=True, exist_ok=True)
        for split, numbers in premises.items():
            rows = [
                (f"{language} premise {number}", f"{language} hypothesis {row}", row % 3)
                for row, number in enumerate(numbers)
            ]
            table = pd.DataFrame(rows, columns=columns)
            table.to_parquet(folder / language / f"{split}-00000-of-00001.parquet")
    return folder


@pytest.fixture
def xnli(tmp_path):
    numbers = iter(range(100))
    premises = {
        split: [number for _ in range(size // 3) for number in [next(numbers)] * 3]
        for split, size in SIZES.items()
    }
    return write_xnli(tmp_path / "My XNLI", premises)


def rows_of(corpus):
    return pd.concat([getattr(corpus, split).assign(split=split) for split in SPLITS])


def assert_sound(corpus):
    """What every corpus promises."""
    rows = rows_of(corpus)
    for split in SPLITS:
        assert tuple(getattr(corpus, split).columns) == COLUMNS
    assert rows["id"].is_unique
    assert rows.groupby("group")["split"].nunique().eq(1).all()
    assert rows.groupby("text")["group"].nunique().eq(1).all()
    assert set(rows["language"]) <= set(corpus.languages)
    assert rows["label"].between(0, len(corpus.labels) - 1).all()
    assert (rows["text"].str.strip() == rows["text"]).all() and (rows["text"] != "").all()
    assert (rows["text_pair"] != "").all() == corpus.is_pair


# --- local folders ----------------------------------------------------------------------------


def test_a_folder_in_the_layout_of_xnli(xnli):
    corpus = load_corpus("xnli", sources={"xnli": xnli})
    assert isinstance(corpus, Corpus)
    assert (corpus.name, corpus.family, corpus.is_pair) == ("xnli_my_xnli", "xnli", True)
    assert corpus.labels == ("entailment", "neutral", "contradiction")
    assert corpus.skew == {"fr": (3, 2, 1), "en": (1, 2, 3)}
    assert [len(getattr(corpus, split)) for split in SPLITS] == [24, 12, 12]
    assert_sound(corpus)
    # Translations and the three pairs of a premise share a group: 2 x 3 rows.
    assert rows_of(corpus).groupby("group").size().eq(6).all()
    first = corpus.test.set_index("id").loc["fr-test-4"]
    assert (first["text"], first["text_pair"]) == ("fr premise 7", "fr hypothesis 4")
    assert first["label"] == 1


premise_numbers = st.fixed_dictionaries(
    {
        split: st.lists(st.integers(0, 14), min_size=1, max_size=size)
        for split, size in SIZES.items()
    }
)


@settings(max_examples=25)
@given(premise_numbers)
def test_no_premise_and_no_translation_is_in_two_splits(tmp_path_factory, numbers):
    folder = write_xnli(tmp_path_factory.mktemp("xnli"), numbers)
    later = {"train": {*numbers["validation"], *numbers["test"]}, "validation": {*numbers["test"]}}
    for split, others in later.items():
        if set(numbers[split]) <= others:
            with pytest.raises(CompanionError, match=r"nothing is left of the (train|validation)"):
                load_corpus("xnli", sources={"xnli": folder})
            return
    corpus = load_corpus("xnli", sources={"xnli": folder})
    assert_sound(corpus)
    rows = rows_of(corpus)
    assert rows.groupby("text")["split"].nunique().eq(1).all()
    assert len(corpus.test) == 2 * len(numbers["test"])
    written = 2 * sum(map(len, numbers.values()))
    assert len(rows) + sum(corpus.dropped.values()) == written


def test_rows_in_two_splits_leave_train_then_validation(tmp_path):
    folder = write_xnli(
        tmp_path / "crossing", {"train": [1, 1, 2, 3], "validation": [2, 4], "test": [1, 4, 5]}
    )
    corpus = load_corpus("xnli", sources={"xnli": folder})
    assert dict(corpus.dropped) == {"train": 6, "validation": 2}
    assert corpus.train["text"].tolist() == ["fr premise 3", "en premise 3"]


def test_texts_without_words_are_dropped_and_counted(xnli):
    path = xnli / "fr" / "train-00000-of-00001.parquet"
    table = pd.read_parquet(path)
    table.loc[0, "hypothesis"] = "  "
    table.loc[1, "premise"] = None
    table.to_parquet(path)
    corpus = load_corpus("xnli", sources={"xnli": xnli})
    assert dict(corpus.dropped) == {"empty text": 2}
    assert_sound(corpus)


def write_reviews(folder, *, columns, first_label, suffix):
    text, label = columns
    for language in all_datasets()["amazon_reviews"].languages:
        (folder / language).mkdir(parents=True)
        for split in SPLITS:
            table = pd.DataFrame(
                {
                    text: [f"{language} {split} {n}" for n in range(9)] + ["the same"],
                    label: [n % 5 + first_label for n in range(10)],
                    "other": "unused",
                }
            )
            path = folder / language / f"amazon_reviews_multi-{split}{suffix}"
            if suffix == ".parquet":
                table.to_parquet(path)
            else:
                table.to_json(path, orient="records", lines=True)
    return folder


@pytest.mark.parametrize(
    ("columns", "first_label", "suffix"),
    [(("review_body", "stars"), 1, ".parquet"), (("text", "label"), 0, ".jsonl")],
)
def test_a_folder_in_the_layouts_of_the_amazon_reviews(tmp_path, columns, first_label, suffix):
    folder = write_reviews(
        tmp_path / "reviews", columns=columns, first_label=first_label, suffix=suffix
    )
    corpus = load_corpus("amazon_reviews", sources={"amazon_reviews": folder})
    assert corpus.name == "amazon_reviews_reviews"
    assert corpus.languages == ("fr", "es", "ja", "de", "en", "zh")
    assert corpus.labels == ("1", "2", "3", "4", "5") and not corpus.is_pair
    assert corpus.skew["ja"] == (1, 2, 3, 4, 5) and corpus.skew["de"] == (5, 4, 3, 2, 1)
    assert_sound(corpus)
    # The text that all splits share stays in the test split, as one group.
    assert dict(corpus.dropped) == {"train": 6, "validation": 6}
    assert corpus.test.query("text == 'the same'")["group"].nunique() == 1
    assert corpus.test.set_index("id").loc["ja-test-6", "label"] == 1


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda folder: shutil.rmtree(folder / "fr"),
            "no file of the train split of language 'fr'",
        ),
        (
            lambda folder: (folder / "en" / "test-00000-of-00001.parquet").unlink(),
            r"no file of the test split of language 'en'; expected en/test\.parquet",
        ),
        (
            lambda folder: write_xnli(folder, {"train": [1]}, columns=("text", "other", "label")),
            "has no column 'premise'; its columns are text, other, label",
        ),
        (
            lambda folder: edit(folder / "fr" / "train-00000-of-00001.parquet", "label", 3),
            "fr/train: unknown label '3'; allowed are 0 to 2, or entailment, neutral, contra",
        ),
        (
            lambda folder: (folder / "fr" / "train-00000-of-00001.parquet").write_bytes(b"PAR1"),
            r"train-00000-of-00001\.parquet cannot be read",
        ),
        (
            lambda folder: edit(folder / "en" / "test-00000-of-00001.parquet", "label", 0),
            "xnli: fr/test and en/test differ in the label of row 6; the rows must be translations",
        ),
        (
            lambda folder: cut(folder / "en" / "test-00000-of-00001.parquet"),
            r"xnli: fr/test and en/test differ in length \(6 and 5 rows\)",
        ),
        (
            lambda folder: shutil.copytree(folder / "en", folder / "fr", dirs_exist_ok=True),
            "xnli: fr/train and en/train hold the same texts: one of them is a copy",
        ),
        (
            lambda folder: edit(folder / "fr" / "train-00000-of-00001.parquet", "premise", ["a"]),
            r"fr/train: the premise in row 1 is of type ndarray",
        ),
        (
            lambda folder: keep(folder / "fr" / "train-00000-of-00001.parquet", 0),
            "fr/train has no row with text, of 0",
        ),
        (
            lambda folder: edit(folder / "fr" / "test-00000-of-00001.parquet", "premise", " ", all),
            "fr/test has no row with text, of 6",
        ),
        (
            lambda folder: edit(folder / "fr" / "test-00000-of-00001.parquet", "label", "[0]", all),
            r"fr/test: unknown label '\[0\]'",
        ),
        (
            lambda folder: add(folder / "fr" / "test-00000-of-00001.parquet", language="en"),
            "its column 'language' names 'en' in the folder of 'fr'",
        ),
        (
            lambda folder: shutil.copyfile(
                folder / "fr" / "train-00000-of-00001.parquet", folder / "fr" / "train.parquet"
            ),
            "expected one file of the train split",
        ),
        (
            lambda folder: (folder / "fr" / "train-00000-of-00001.parquet").rename(
                folder / "fr" / "train-00000-of-00002.parquet"
            ),
            "or all of its numbered parts; the files are: train-00000-of-00002",
        ),
        (
            lambda folder: (folder / "fr" / "train-00000-of-00001.parquet").rename(
                folder / "fr" / "train_old (copy).parquet"
            ),
            "no file of the train split of language 'fr'",
        ),
        (
            lambda folder: [
                shutil.copyfile(
                    folder / language / "test-00000-of-00001.parquet",
                    folder / language / "train-00000-of-00001.parquet",
                )
                for language in ("fr", "en")
            ],
            "nothing is left of the train split: each of its 12 rows",
        ),
    ],
)
def test_a_broken_folder_is_one_sentence(xnli, break_it, message):
    break_it(xnli)
    with pytest.raises(CompanionError, match=message) as caught:
        load_corpus("xnli", sources={"xnli": xnli})
    assert "\n" not in str(caught.value)


def cut(path):
    pd.read_parquet(path)[:-1].to_parquet(path)


def keep(path, rows):
    pd.read_parquet(path)[:rows].to_parquet(path)


def add(path, **columns):
    pd.read_parquet(path).assign(**columns).to_parquet(path)


def edit(path, column, value, rows=None):
    table = pd.read_parquet(path)
    values = table[column].tolist()
    changed = [value] * len(values) if rows is all else [*values[:-1], value]
    if isinstance(value, list):
        changed = [item if isinstance(item, list) else [item] for item in changed]
    table[column] = pd.Series(changed, dtype=object)
    table.to_parquet(path)


@pytest.mark.parametrize(
    ("dataset", "sources", "message"),
    [
        ("reviews", {}, "unknown dataset 'reviews'"),
        ("xnli", {"xnli": Path("nowhere")}, "the source of xnli, nowhere, is not a folder"),
        ("xnli_7500", {}, "'xnli_7500' is a local source: give its folder with --source xnli="),
        ("custom", {}, "'custom' needs a folder"),
        ("multiemo", {"multiemo": Path()}, "read from the offline assets and takes no --source"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(dataset, sources, message):
    for call in (load_corpus, source_fingerprint):
        with pytest.raises(CompanionError, match=message):
            call(dataset, sources=sources)


# --- names and fingerprints -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "folder", "name"),
    [
        ("xnli_7500", "anything", "xnli_7500"),
        ("Re-cut, 7,500 pairs", "anything", "xnli_re_cut_7_500_pairs"),
        (None, "My XNLI", "xnli_my_xnli"),
        (None, "xnli", "xnli_local"),
        ("自然", "xnli", "xnli_4f124083"),
        (None, "数据", "xnli_5440f742"),
    ],
)
def test_a_local_source_has_its_own_name(tmp_path, card, folder, name):
    path = write_xnli(tmp_path / folder, {"train": [1], "validation": [2], "test": [3]})
    if card:
        (path / "README.md").write_text(f"---\npretty_name: {card}\nlicense: mit\n---\n# Data\n")
    assert resolve_name("xnli", {"xnli": path}) == name
    corpus = load_corpus(name, sources={"xnli": path})
    assert corpus.name == name and corpus.licence == ("mit" if card else "CC BY-NC 4.0")
    with pytest.raises(CompanionError, match=f"the folder given for xnli is {name}"):
        load_corpus("xnli_other", sources={"xnli": path})


def test_a_copy_of_the_full_data_set_keeps_the_family_s_name(tmp_path):
    for language in ("fr", "en"):
        (tmp_path / language).mkdir()
        for split, rows in all_datasets()["xnli"].full_rows.items():
            table = pd.DataFrame({"premise": "p", "hypothesis": "h", "label": 0}, range(rows))
            table.to_parquet(tmp_path / language / f"{split}-00000-of-00001.parquet", index=False)
    assert resolve_name("xnli", {"xnli": tmp_path}) == "xnli"
    edit(tmp_path / "fr" / "test-00000-of-00001.parquet", "label", 1)
    assert resolve_name("xnli", {"xnli": tmp_path}) == "xnli"
    table = pd.read_parquet(tmp_path / "fr" / "test-00000-of-00001.parquet")
    table[1:].to_parquet(tmp_path / "fr" / "test-00000-of-00001.parquet")
    assert resolve_name("xnli", {"xnli": tmp_path}).startswith("xnli_test_a_copy")


def test_a_fingerprint_follows_the_bytes_and_not_the_place(xnli, tmp_path):
    before = source_fingerprint("xnli", sources={"xnli": xnli})
    (xnli / "README.md").write_text("no data")
    moved = xnli.rename(tmp_path / "elsewhere")
    assert source_fingerprint("xnli", sources={"xnli": moved}) == before
    edit(moved / "fr" / "train-00000-of-00001.parquet", "hypothesis", "another")
    assert source_fingerprint("xnli", sources={"xnli": moved}) != before


def test_fingerprints_of_the_families_differ_and_need_no_data(monkeypatch, tmp_path):
    monkeypatch.setenv("COMPANION_CACHE", str(tmp_path / "cache"))
    families = ("amazon_reviews", "xnli", "multiemo", "multiemo_pairs")
    assert len({source_fingerprint(family) for family in families}) == 4
    assert not (tmp_path / "cache").exists()


# --- a data set of one's own ------------------------------------------------------------------


def own_rows(n, *, start=0):
    return pd.DataFrame(
        {
            "language": [("pl", "cs", "sk")[i % 3] for i in range(start, start + n)],
            "label": [("good", "bad")[i % 2] for i in range(start, start + n)],
            "text": [f"text {i}" for i in range(start, start + n)],
        }
    )


def write_table(table, path):
    if path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_json(path, orient="records", lines=True)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_own_splits_are_kept(tmp_path, suffix):
    for position, split in enumerate(SPLITS):
        write_table(own_rows(12, start=12 * position), tmp_path / f"{split}{suffix}")
    corpus = load_corpus("custom", sources={"custom": tmp_path})
    assert corpus.languages == ("cs", "pl", "sk") and corpus.labels == ("bad", "good")
    assert not corpus.is_pair and not corpus.skew
    assert corpus.validation["text"].tolist() == [f"text {i}" for i in range(12, 24)]
    assert_sound(corpus)


def test_a_single_table_is_split_by_group(tmp_path):
    table = own_rows(300).assign(
        group=[i // 4 for i in range(300)], label=[i % 11 for i in range(300)], text_pair="b"
    )
    write_table(table, tmp_path / "data.csv")
    corpus = load_corpus("custom", sources={"custom": tmp_path})
    assert corpus.is_pair and corpus.labels == tuple(str(n) for n in range(11))
    assert_sound(corpus)
    assert rows_of(corpus)["group"].nunique() == 75
    assert 0.4 < len(corpus.train) / 300 < 0.7 and len(corpus.validation) and len(corpus.test)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), min_size=3, max_size=60))
def test_groups_and_equal_texts_of_own_data_stay_together(tmp_path_factory, rows):
    table = pd.DataFrame(rows, columns=["group", "text"]).astype(str)
    folder = tmp_path_factory.mktemp("own")
    own = {
        "language": [("pl", "cs")[i % 2] for i in range(len(table))],
        "label": [len(text) for text in table["text"]],
    }
    write_table(table.assign(**own), folder / "a.csv")
    try:
        corpus = load_corpus("custom", sources={"custom": folder})
    except CompanionError as error:  # too few groups for three splits, or as few texts
        assert re.search("split has no rows|has the one label|hold the same texts", str(error))
        return
    assert_sound(corpus)
    split_of = rows_of(corpus).groupby("text")["split"].first()
    assert (
        table.assign(split=table["text"].map(split_of)).groupby("group")["split"].nunique().max()
        == 1
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "expected one table, or one each for train, validation, test .* the tables are: none"),
        ({"train.csv": own_rows(3), "test.csv": own_rows(3)}, "0 named validation"),
        (
            {"data.csv": own_rows(3).drop(columns="label")},
            r"data\.csv has no column 'label'; its columns are language, text",
        ),
        ({"data.csv": own_rows(3).assign(label=["a", "", "b"])}, r"data\.csv: row 2 has no label"),
    ],
)
def test_a_broken_own_data_set_is_one_sentence(tmp_path, files, message):
    for name, table in files.items():
        write_table(table, tmp_path / name)
    with pytest.raises(CompanionError, match=message):
        load_corpus("custom", sources={"custom": tmp_path})


# --- real texts -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def multiemo():
    return load_corpus("multiemo")


@pytest.mark.real
def test_multiemo(multiemo):
    assert_sound(multiemo)
    assert multiemo.labels == ("negative", "neutral", "ambivalent", "positive")
    assert multiemo.languages == ("fr", "es", "ja", "de", "en", "zh")
    assert multiemo.skew["fr"] == (1, 2, 3, 4) and multiemo.skew["zh"] == (4, 3, 2, 1)
    rows = rows_of(multiemo)
    source_row = rows["id"].str.split("-").str[1].astype(int)
    assert source_row.max() < ALIGNED_ROWS
    assert len(rows) + multiemo.dropped["empty text"] == 6 * ALIGNED_ROWS
    # Translations share label and group.
    assert rows.groupby(source_row)["label"].nunique().eq(1).all()
    assert rows.groupby(source_row)["group"].nunique().eq(1).all()
    share = rows["split"].value_counts(normalize=True)
    expected = {"train": 0.57, "validation": 0.10, "test": 0.33}
    assert share.to_dict() == pytest.approx(expected, abs=0.005)
    by_label = rows.groupby("label")["split"].value_counts(normalize=True).unstack()
    for split, value in expected.items():
        assert by_label[split].to_numpy() == pytest.approx(value, abs=0.01)


@pytest.mark.real
def test_multiemo_pairs_say_which_sentence_is_more_positive(multiemo):
    pairs = load_corpus("multiemo_pairs")
    assert_sound(pairs)
    assert pairs.labels == ("more", "same", "less") and pairs.is_pair
    assert pairs.skew == {"fr": (3, 2, 1), "en": (1, 2, 3)}
    singles = rows_of(multiemo).set_index("id")
    level = {0: 0, 1: 1, 3: 2}  # ambivalent has none
    for split in SPLITS:
        rows = getattr(pairs, split)
        assert rows.groupby(["language", "label"]).size().nunique() == 1
        parts = rows["id"].str.split("-", expand=True)
        first = singles.loc[(parts[0] + "-" + parts[1]).tolist()]
        second = singles.loc[(parts[0] + "-" + parts[2]).tolist()]
        assert (first["split"] == split).all() and (second["split"] == split).all()
        assert first["text"].tolist() == rows["text"].tolist()
        assert second["text"].tolist() == rows["text_pair"].tolist()
        difference = first["label"].map(level).to_numpy() - second["label"].map(level).to_numpy()
        assert (
            pd.Series(difference).map(lambda d: 0 if d > 0 else 1 if d == 0 else 2) == rows["label"]
        ).all()
        # A source row is in one pair, and the pair is there in both languages.
        one = rows[rows["language"] == "fr"]
        sources = one["group"].str.split("-").explode()
        assert sources.is_unique
        assert set(one["group"]) == set(rows[rows["language"] == "en"]["group"])


@pytest.mark.real
def test_the_re_cut_of_xnli():
    folder = os.environ.get(XNLI_VARIABLE)
    if not folder:
        pytest.skip(f"{XNLI_VARIABLE} names no folder with the re-cut of XNLI")
    corpus = load_corpus("xnli", sources={"xnli": Path(folder)})
    assert corpus.name == "xnli_7500"
    assert_sound(corpus)
    kept = {split: len(getattr(corpus, split)) for split in SPLITS}
    assert kept["test"] == 2 * 1740 and kept["validation"] == 2 * 750
    assert kept["train"] + corpus.dropped.get("train", 0) == 2 * 5010
    assert corpus.test.groupby("group").size().min() == 6


def own_table(*, languages=("fr", "en"), labels="ab", text="{place} {row}"):
    rows = [
        f"{language},{labels[row % 2]},{text.format(place=place, row=row)}"
        for place, language in enumerate(languages)
        for row in range(40)
    ]
    return "\n".join(["language,label,text", *rows])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"train.csv": "language,label,text\n"}, "expected one table|no row has a text"),
        ({"a.csv": "language,label,text\n"}, "no row has a text"),
        ({"a.csv": "language,label,text\nfr,a, \n"}, "no row has a text"),
        ({"a.csv": "language,label,text,group\nfr,a,x,1\nfr,b,y,\n"}, "all-1 has no group"),
        ({"a.csv": "language,label,text,text_pair\nfr,a,x,\nfr,b,y,z\n"}, "all-0 has no text_pair"),
        (
            {"a.csv": f"language,label,text\nfr,{'9' * 5000},x\n"},
            "label in row 1 has more than 200",
        ),
        ({"a.csv": f"language,label,text\n{'x' * 41},a,x\n"}, "language in row 1 has more than 40"),
        ({"a.csv": own_table(labels="aa")}, "has the one label 'a', and two are needed"),
        ({"a.csv": own_table(languages=("fr", "fr"))}, "has the one language 'fr', and two"),
        ({"a.csv": own_table(text="t {row}")}, "fr/train and en/train hold the same texts"),
        ({"a.jsonl": '{"language": "fr", "label": ["a"], "text": "x"}\n'}, "the label in row 1"),
        ({"a.jsonl": '{"language": "fr", "label": "a", "text": ["x"]}\n'}, "the text in row 1"),
        ({"a.jsonl": '{"language": {}, "label": "a", "text": "x"}\n'}, "the language in row 1"),
        (
            dict.fromkeys(
                ("train.csv", "validation.csv", "test.csv", "train_old (copy).csv"),
                "language,label,text\nfr,a,x\n",
            ),
            "nothing is left of the train split",
        ),
        (
            dict.fromkeys(("train_1.csv", "validation.csv", "test.csv"), "language,label,text\n"),
            "0 named train; the tables are",
        ),
    ],
)
def test_a_table_of_your_own_that_cannot_be_read_is_one_sentence(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CompanionError, match=message) as caught:
        load_corpus("custom", sources={"custom": tmp_path})
    assert "\n" not in str(caught.value)


def test_categories_with_gaps_are_read(tmp_path):
    table = own_rows(60).astype({"language": "category", "label": "category"})
    text = pd.Categorical([None, *table["text"][1:]])
    table.assign(text=text).to_parquet(tmp_path / "all.parquet")
    corpus = load_corpus("custom", sources={"custom": tmp_path})
    assert dict(corpus.dropped) == {"empty text": 1}
    assert_sound(corpus)
