"""Every kind of source gives the same table; what cannot be read is one sentence."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
import tables

from helpers.diagnosis import diagnose, sources
from helpers.diagnosis.sources import open_source
from helpers.foundation.errors import CompanionError
from hub_repositories import XNLI, publish_xnli
from loopback_hub import run_against, serving

FRAME = tables.frame()


def counts(found):
    return found.table.to_numpy().tolist()


@pytest.mark.parametrize(
    "name",
    [
        "t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.csv.gz", "t.tsv.bz2", "t.jsonl.gz", "t.csv.xz",
    ],
)  # fmt: skip
def test_a_file_of_every_kind_gives_the_frames_table(tmp_path, name):
    found = diagnose(tables.write(FRAME, tmp_path / name))
    assert counts(found) == counts(diagnose(FRAME)) == [[50, 150], [150, 50]]
    assert found.texts.texts == len(FRAME)


def test_a_semicolon_separates_too(tmp_path):
    path = tmp_path / "t.csv"
    FRAME.to_csv(path, index=False, sep=";")
    assert counts(diagnose(path)) == [[50, 150], [150, 50]]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "t.csv"
    FRAME.to_csv(path, index=False, encoding="utf-8-sig")
    assert diagnose(path).columns.language == "language"


def test_a_folder_of_files_is_one_table(tmp_path):
    tables.write(FRAME[:100], tmp_path / "a.csv")
    tables.write(FRAME[100:300], tmp_path / "b.csv.gz")
    (tmp_path / "c").mkdir()
    tables.write(FRAME[300:], tmp_path / "c" / "c.csv")
    (tmp_path / "README.md").write_text("no table")
    assert counts(diagnose(tmp_path)) == [[50, 150], [150, 50]]


def test_a_split_is_asked_for_and_found_by_file_or_column(tmp_path):
    for name, part in (("train.csv", FRAME[:300]), ("test.csv", FRAME[300:])):
        tables.write(part, tmp_path / name)
    with pytest.raises(CompanionError, match=r"splits train, test: name one with --split"):
        diagnose(tmp_path)
    assert diagnose(tmp_path, split="train").rows == 300
    marked = FRAME.assign(split=["train"] * 300 + ["test"] * 100)
    assert diagnose(marked, split="test").rows == 100
    with pytest.raises(CompanionError, match="has no split 'dev'"):
        diagnose(FRAME, split="dev")


def test_a_reference_with_several_splits_says_how_to_name_one(tmp_path):
    (tmp_path / "both").mkdir()
    for name, part in (("train.csv", FRAME[:200]), ("test.csv", FRAME[200:])):
        tables.write(part, tmp_path / "both" / name)
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    for folder in ("both", "saved"):
        with pytest.raises(
            CompanionError, match=r"splits train, test: give one of them as the ref"
        ):
            diagnose(FRAME, reference=tmp_path / folder)
    found = diagnose(tmp_path / "both", split="train", reference=tmp_path / "both" / "test.csv")
    assert found.reference.table.to_numpy().sum() == 200


@pytest.fixture
def named():
    """FRAME as ``datasets`` holds it, its labels numbers with names."""
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        language=datasets.Value("string"),
        label=datasets.ClassLabel(names=["bad", "good"]),
        text=datasets.Value("string"),
    )
    return datasets.Dataset.from_pandas(FRAME, features=features, preserve_index=False)


def test_a_folder_that_datasets_saved(tmp_path, named):
    from datasets import DatasetDict

    named.save_to_disk(str(tmp_path / "one"))
    found = diagnose(tmp_path / "one")
    assert counts(found) == [[50, 150], [150, 50]]
    assert list(found.table.columns) == ["bad", "good"]
    both = DatasetDict(train=named, test=named.select(range(100)))
    both.save_to_disk(str(tmp_path / "both"))
    assert diagnose(tmp_path / "both", split="test").rows == 100
    with pytest.raises(CompanionError, match="splits train, test: name one"):
        diagnose(tmp_path / "both")


def test_rows_get_the_weights_of_labels_that_the_data_name(tmp_path, named):
    named.to_parquet(tmp_path / "rows.parquet")
    rows = pd.read_parquet(tmp_path / "rows.parquet")
    assert set(rows["label"]) == {0, 1}
    found = diagnose(tmp_path / "rows.parquet").sample_weight(rows)
    assert found.tolist() == diagnose(FRAME).sample_weight(FRAME).tolist()


def test_what_a_batch_holds_does_not_matter(monkeypatch):
    whole = diagnose(FRAME)
    monkeypatch.setattr("helpers.diagnosis.formats.BATCH_ROWS", 7)
    assert counts(diagnose(FRAME)) == counts(whole)


def test_labels_of_any_plain_type():
    numbers = FRAME.assign(label=np.where(FRAME["label"] == "good", 10, 9))
    assert list(diagnose(numbers).table.columns) == ["9", "10"]
    assert list(diagnose(numbers.astype({"label": float})).table.columns) == ["9", "10"]
    assert list(diagnose(numbers.assign(label=numbers["label"] == 9)).table.columns) == [
        "false",
        "true",
    ]
    assert list(diagnose(FRAME.astype({"label": "category"})).table.columns) == ["bad", "good"]


HUB = """
import json, sys
import datasets.config
datasets.config.STREAMING_READ_MAX_RETRIES = 1
from helpers.diagnosis import diagnose
from helpers.foundation.errors import CompanionError
try:
    found = diagnose(sys.argv[1], split=sys.argv[2] or None)
    print(json.dumps([found.source, found.table.to_numpy().tolist()]))
except CompanionError as error:
    print(json.dumps(str(error)))
"""


def test_a_data_set_of_the_hub(tmp_path):
    folder = tmp_path / "root" / "datasets" / "someone" / "reviews" / "data"
    folder.mkdir(parents=True)
    for name, part in (("train", FRAME[:300]), ("test", FRAME[300:])):
        part.to_parquet(folder / f"{name}-00000-of-00001.parquet", index=False)
    with serving(tmp_path / "root") as hub:

        def read(*what):
            (answer,) = run_against(hub.url, HUB, *what, home=tmp_path)
            return answer

        assert read("someone/reviews", "test") == [
            "someone/reviews, test",
            counts(diagnose(FRAME[300:])),
        ]
        assert "splits train, test: name one with --split" in read("someone/reviews", "")
        assert "cannot be read from the hub" in read("someone/else", "train")


def test_a_data_set_of_the_hub_with_a_table_a_language_says_how_to_join_them(tmp_path):
    publish_xnli(tmp_path / "root")
    with serving(tmp_path / "root") as hub:
        (refused,) = run_against(hub.url, HUB, XNLI, "train", home=tmp_path)
        joining = refused[refused.index("pandas.concat") :].removesuffix(" makes it")
        joining = joining.replace("[your languages]", "['fr', 'en']")
        joining = joining.replace("rows.parquet", str(tmp_path / "rows.parquet"))
        code = f"import datasets, json, pandas\n{joining}\nprint(json.dumps('joined'))"
        assert f"{XNLI} has 2 configurations (fr, en)" in refused
        (joined,) = run_against(hub.url, code, home=tmp_path)
    assert joined == "joined"
    found = diagnose(tmp_path / "rows.parquet")
    assert found.columns.language == "language" and list(found.table.index) == ["en", "fr"]


# --- bad input ------------------------------------------------------------------------------


def bad(**columns):
    return FRAME.assign(**columns)


BAD_FRAMES = {
    "missing column": (FRAME.drop(columns="label"), "which column holds the label"),
    "one language": (bad(language="en"), "holds the one language 'en'"),
    "one label": (bad(label="good"), "holds the one label 'good'"),
    "empty cells": (bad(label=["", *FRAME["label"][1:]]), "is empty in 1 of 400 rows"),
    "null cells": (bad(language=[None, *FRAME["language"][1:]]), "'language' is empty in 1 of 400"),
    "blank cells": (bad(language=["  ", *FRAME["language"][1:]]), "is empty in 1 of 400"),
    "nan cells": (bad(label=[np.nan] + [1.0, 2.0] * 199 + [1.0]), "is empty in 1 of 400"),
    "a float as label": (bad(label=np.linspace(0, 1, 400)), "a name or a whole number"),
    "many labels": (
        pd.DataFrame({"language": ["en", "fr"] * 50_000, "label": range(100_000)}),
        "more than 1,000 different values",
    ),
    "a text as label": (bad(label=FRAME["text"] * 20), "free text, not a label"),
    "a text as language": (bad(language=FRAME["text"] * 3), "free text, not a language"),
    "two columns of a name": (
        pd.concat([FRAME, FRAME["label"]], axis=1),
        "two columns named 'label'",
    ),
    "no rows": (FRAME[:0], "is empty"),
    "two columns that could be it": (
        FRAME.rename(columns={"label": "stars"}).assign(sentiment="x"),
        "which of the columns stars, sentiment holds the label",
    ),
    "a list as label": (bad(label=[["a"]] * 400), "one value a row"),
    "mixed types": (bad(label=[1, "a"] * 200), "mixes types"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_a_bad_frame_is_one_sentence(name):
    rows, words = BAD_FRAMES[name]
    with pytest.raises(CompanionError) as caught:
        diagnose(rows)
    assert words in str(caught.value), caught.value
    assert "\n" not in str(caught.value)


CSV = FRAME.to_csv(index=False).encode()
BAD_FILES = {
    "latin.csv": ("language,label,text\nfr,1,caf\xe9\n".encode("latin-1"), "is not UTF-8"),
    "utf16.csv": (CSV.decode().encode("utf-16"), "is not UTF-8"),
    "ragged.csv": (b"language,label\nfr,1\nen,2,3\n", "line 3 has 3 columns where"),
    "short.csv": (b"language,label\nfr,1\nen\n", "line 3 has 1 columns where"),
    "twice.csv": (b"language,label,label\nfr,1,2\n", "two columns named 'label'"),
    "empty.csv": (b"", "is empty"),
    "blank.jsonl": (b"\n \n", "is empty"),
    "header.csv": (b"language,label\n", "has no rows"),
    "cut.csv.gz": (gzip.compress(CSV * 50)[:-40], "ends early"),
    "cut.jsonl.gz": (gzip.compress(b'{"language": "en", "label": 1}\n' * 900)[:-20], "ends early"),
    "no.csv.gz": (CSV, "cannot be read"),
    "list.json": (b'[{"language": "en"}]', "is one JSON list"),
    "broken.jsonl": (b'{"language": "en", "label": 1}\n{"language": \n', "line 2, is not JSON"),
    "mixed.jsonl": (b'{"language": "en", "label": 1}\n{"language": 3, "label": 1}', "mixes types"),
    "late.jsonl": (
        b'{"language": "en", "label": 1}\n' * 2000 + b'{"language": "en", "label": "x"}\n',
        "cannot be read",
    ),
    "open.csv": (CSV + b'en,good,"he said\n' + CSV[20:], "begins in line 802 do not pair"),
    "open.tsv": (b'language\tlabel\ttext\nen\t1\t"he said\nfr\t1\tno\n', "line 2 do not pair"),
    "open.csv.gz": (gzip.compress(b'language,label\nen,1\nfr,"1\nen,1\n'), "line 3 do not pair"),
    "name.csv": (b'language,"label\nen,1\nfr,0\n', "line 1 do not pair"),
    "long.csv": (CSV + b"en,good," + b"x" * 9_000_000 + b"\n", "line 802 is 9,000,008 bytes long"),
    "long.jsonl": (b'{"text": "%s"}\n' % (b"x" * 9_000_000), "line 1 is 9,000,013 bytes long"),
    "later.jsonl": (
        b'{"language": "en", "label": 1}\n{"language": "fr", "label": 2, "text": "%s"}\n'
        % (b"x" * 9_000_000),
        "line 2 is 9,000,043 bytes long, and rows of up to 4,194,304 are read",
    ),
    "cut.parquet": (b"PAR1" + bytes(100), "cannot be read"),
    "notes.txt": (b"language,label\n", "unknown kind of file"),
}  # fmt: skip


def test_a_quote_within_a_text_and_a_quoted_line_break_join_no_rows(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('language,label,text\nen,1,a 5" screen\n\nfr,0,"he said\n""no"""\n')
    assert diagnose(path).rows == 2


@pytest.mark.parametrize("ending", ["\n", "\r"])
def test_a_first_row_that_is_longer_than_the_head_is_read(tmp_path, ending):
    path = tmp_path / "t.jsonl"
    path.write_text('{"language": "en", "label": 1, "text": "%s"}\n' % ("é" * 300_000))
    with path.open("a") as file:
        file.write('{"language": "fr", "label": 0, "text": "a"}\n')
    assert diagnose(path).rows == 2
    table = tmp_path / "t.csv"
    rows = ["language,label,text", "en,1," + "é" * 300_001, "fr,0,a", ""]
    table.write_bytes(ending.join(rows).encode())
    assert diagnose(table).rows == 2


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_sentence(tmp_path, name):
    content, words = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CompanionError) as caught:
        diagnose(path)
    assert words in str(caught.value), caught.value
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"splits": 5, "_data_files": [{}]}',
     b'{"splits": [".."], "_data_files": [{"filename": "../t.csv"}]}',
     b'{"splits": ["."], "_data_files": [{"filename": 5}]}'],
)  # fmt: skip
@pytest.mark.parametrize("record", ["dataset_dict.json", "state.json"])
def test_a_damaged_record_of_datasets_is_named_and_leads_nowhere_else(tmp_path, record, content):
    tables.write(FRAME, tmp_path / "t.csv")
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / record).write_bytes(content)
    with pytest.raises(CompanionError) as caught:
        open_source(folder)
    assert str(folder / record) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["label", "language", "text", "group", "split"])
@pytest.mark.parametrize("values", [[b"\xff"] * 400, [["a"]] * 400])
def test_bytes_and_lists_are_no_text_in_any_column(tmp_path, part, values):
    path = tables.write(FRAME.assign(**{part: values}), tmp_path / "t.parquet")
    named = {"group": "group"} if part == "group" else {"split": "a"} if part == "split" else {}
    with pytest.raises(CompanionError) as caught:
        diagnose(path, **named)
    assert f"{path}: column '{part}' holds" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_half_a_character_is_no_label(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"language": "en", "label": "\\ud800"}\n{"language": "fr", "label": "b"}\n')
    with pytest.raises(CompanionError, match="column 'label' mixes types"):
        diagnose(path)
    with pytest.raises(CompanionError, match="'label' mixes types"):
        diagnose(FRAME.assign(label=pd.Series(["\ud800", "b"] * 200, dtype=object)))


def test_columns_of_two_levels_are_named_as_they_are():
    levels = pd.MultiIndex.from_product([["a"], FRAME.columns])
    with pytest.raises(CompanionError, match="which column holds the label"):
        diagnose(FRAME.set_axis(levels, axis="columns"))


def test_a_parquet_file_that_ends_early(tmp_path):
    path = tables.write(FRAME, tmp_path / "t.parquet")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(CompanionError, match="cannot be read"):
        diagnose(path)


def test_columns_of_a_later_file_are_checked(tmp_path):
    tables.write(FRAME, tmp_path / "a.csv")
    tables.write(FRAME.rename(columns={"label": "stars"}), tmp_path / "b.csv")
    with pytest.raises(CompanionError, match=r"b\.csv 'label': choose one of language, stars"):
        diagnose(tmp_path)


@pytest.mark.parametrize("name", ["no/such/file.csv", "nothing", "", " ", "x" * 5000, "~nobody/x"])
def test_what_is_not_there(name):
    with pytest.raises(CompanionError, match="is no file, no folder"):
        open_source(name)


def test_an_empty_folder(tmp_path):
    with pytest.raises(CompanionError, match="holds no file of"):
        diagnose(tmp_path)


def test_a_mistyped_file_is_not_looked_for_on_the_hub(monkeypatch):
    monkeypatch.setattr(sources, "_hub_source", lambda *_: pytest.fail("asked the hub"))
    with pytest.raises(CompanionError, match=r"'data/missing\.csv' is no file"):
        open_source("data/missing.csv")


def test_lines_of_json_end_at_line_feeds_alone(tmp_path):
    lines = [{"language": "en", "label": "good", "text": "a\u2028b\u0085c"}] * 3
    path = tmp_path / "rows.jsonl"
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(content, encoding="utf-8", newline="")
    (batch,) = open_source(path).read(["text"])
    assert batch.column("text").to_pylist() == ["a\u2028b\u0085c"] * 3


def test_the_case_of_a_compression_s_ending_says_nothing(tmp_path):
    path = tmp_path / "UP.CSV.GZ"
    path.write_bytes(gzip.compress(b"language,label\nen,good\n"))
    (batch,) = open_source(path).read(["label"])
    assert batch.column("label").to_pylist() == ["good"]
