"""Texts for language identification: real sentences, and articles of a local folder."""

import datasets.config
import pandas as pd
import pytest

from helpers.data.external_texts import external_fingerprint, load_external_texts
from helpers.foundation.errors import CompanionError

LANGUAGES = ("fr", "es", "ja", "de", "en", "zh")


@pytest.fixture
def wikipedia(tmp_path, monkeypatch):
    # A shuffled stream rests that many seconds at its end.
    monkeypatch.setattr(datasets.config, "SLEEP_TIME_ON_THREADS_SHUTDOWN", 0.1, raising=False)
    for language in ("fr", "en"):
        folder = tmp_path / f"20231101.{language}"
        folder.mkdir()
        for part in range(2):
            texts = [f"{language} article {part}-{n}\n\nIts text." for n in range(20)] + ["", None]
            pd.DataFrame({"id": "1", "text": texts}).to_parquet(folder / f"train-{part}.parquet")
    return tmp_path


@pytest.mark.real
def test_eld_has_a_thousand_sentences_of_each_language():
    rows = load_external_texts(LANGUAGES)
    assert list(rows) == ["id", "group", "language", "text"]
    assert rows["language"].value_counts().to_dict() == dict.fromkeys(LANGUAGES, 1000)
    assert rows["id"].is_unique and (rows["text"].str.strip() != "").all()
    assert rows.groupby("text")["group"].nunique().eq(1).all()
    japanese = rows.query("language == 'ja'")["text"]
    assert japanese.str.contains(r"[\u3040-\u30ff]").mean() > 0.95


@pytest.mark.real
def test_a_seed_draws_the_sentences():
    drawn = [load_external_texts(["fr"], per_language=50, seed=seed) for seed in (0, 0, 1)]
    assert drawn[0].equals(drawn[1])
    assert set(drawn[0]["text"]) != set(drawn[2]["text"])


@pytest.mark.real
def test_too_few_sentences_are_refused():
    with pytest.raises(CompanionError, match="eld has 1000 texts of language 'fr', fewer than"):
        load_external_texts(["fr"], per_language=1001)
    with pytest.raises(CompanionError, match="eld has 0 texts of language 'xx'"):
        load_external_texts(["xx"], per_language=1)


def test_articles_of_a_folder(wikipedia):
    sources = {"wikipedia": wikipedia}
    rows = load_external_texts(
        ["fr", "en"], per_language=30, source="wikipedia", sources=sources, seed=3
    )
    assert rows["language"].tolist() == ["fr"] * 30 + ["en"] * 30
    assert rows["text"].is_unique and rows["text"].str.endswith("Its text.").all()
    again = load_external_texts(
        ["fr", "en"], per_language=30, source="wikipedia", sources=sources, seed=3
    )
    assert rows.equals(again)


@pytest.mark.parametrize(
    ("languages", "per_language", "message"),
    [
        (["fr", "de"], 5, r"no file of language 'de'; expected 20231101\.de/\*\.parquet"),
        (["fr"], 41, "wikipedia has 40 texts of language 'fr', fewer than the 41"),
    ],
)
def test_a_folder_with_too_little_is_refused(wikipedia, languages, per_language, message):
    with pytest.raises(CompanionError, match=message):
        load_external_texts(
            languages,
            per_language=per_language,
            source="wikipedia",
            sources={"wikipedia": wikipedia},
        )


def test_a_folder_without_texts_is_refused(wikipedia):
    for path in (wikipedia / "20231101.fr").iterdir():
        pd.DataFrame({"title": ["a"], "body": ["b"]}).to_parquet(path)
    with pytest.raises(CompanionError, match="no column 'text'; its columns are title, body"):
        load_external_texts(
            ["fr"], per_language=1, source="wikipedia", sources={"wikipedia": wikipedia}
        )


def test_an_unknown_source_is_refused():
    for call in (
        lambda: load_external_texts(["fr"], source="news"),
        lambda: external_fingerprint("news"),
    ):
        with pytest.raises(
            CompanionError, match=r"unknown external source 'news'.* eld, wikipedia"
        ):
            call()


def test_fingerprints(wikipedia, tmp_path):
    eld, hub = external_fingerprint("eld"), external_fingerprint("wikipedia")
    folder = external_fingerprint("wikipedia", sources={"wikipedia": wikipedia})
    assert len({eld, hub, folder}) == 3
    (wikipedia / "20231101.fr" / "train-0.parquet").unlink()
    assert external_fingerprint("wikipedia", sources={"wikipedia": wikipedia}) != folder
    with pytest.raises(CompanionError, match=r"the source of wikipedia, .* is not a folder"):
        external_fingerprint("wikipedia", sources={"wikipedia": tmp_path / "nowhere"})
