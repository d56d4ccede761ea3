"""The hub path, through the unmodified client, against a hub on loopback."""

import shutil
import time

import pytest

from hub_repositories import (
    AMAZON,
    AMAZON_COPY,
    WIKIPEDIA,
    XNLI,
    publish_reviews,
    publish_wikipedia,
    publish_xnli,
)
from loopback_hub import COMMIT, RETRY_AFTER_SECONDS, run_against, serving

# The client reads its settings on import, so each load is a process of its own.
PROGRAM = """
import json, os, sys, time
import datasets.config
wait = time.sleep  # the clients wait between attempts; that they do is tested once, at full length
if "SHORT_WAITS" in os.environ:
    time.sleep = lambda seconds: wait(min(seconds, 0.05))
datasets.config.SLEEP_TIME_ON_THREADS_SHUTDOWN = 0.1  # seconds a shuffled stream rests at its end
datasets.config.STREAMING_READ_MAX_RETRIES = 1  # of 20, each after some seconds
from helpers.data.corpora import load_corpus
from helpers.data.external_texts import load_external_texts
from helpers.foundation.errors import CompanionError
try:
    for what in sys.argv[1:]:
        if what.startswith("wikipedia"):
            languages = what.partition(" ")[2].split() or ["fr", "en"]
            rows = load_external_texts(languages, per_language=5, source="wikipedia")
            print(json.dumps(rows.to_dict("list")))
        else:
            corpus = load_corpus(what)
            sizes = [len(corpus.train), len(corpus.validation), len(corpus.test)]
            test = corpus.test.to_dict("list")
            print(json.dumps({"source": corpus.source, "sizes": sizes, "test": test}))
except CompanionError as error:
    print(json.dumps({"error": str(error)}))
"""


def load(*what, url, **settings):
    return run_against(url, PROGRAM, *what, **settings)


def test_xnli_and_wikipedia_come_from_the_hub_and_then_from_the_cache(tmp_path):
    publish_xnli(tmp_path / "root")
    publish_wikipedia(tmp_path / "root")
    with serving(tmp_path / "root") as hub:
        corpus, articles = load("xnli", "wikipedia", home=tmp_path, url=hub.url)
        assert corpus["source"] == "facebook/xnli@b8dd5d7af51114dbda02c0e3f6133f332186418e"
        assert corpus["sizes"] == [24, 24, 24]
        assert corpus["test"]["text_pair"][:2] == ["La chambre était propre et calme."] * 2
        assert articles["language"] == ["fr"] * 5 + ["en"] * 5
        assert len(set(articles["text"])) == 10
        # Shuffled with a seed: neither the first articles nor others in the next call.
        assert [int(text.split()[-1]) for text in articles["text"][:5]] != [0, 1, 2, 3, 4]
        assert load("wikipedia", home=tmp_path / "other", url=hub.url) == [articles]
    # Without the hub, and without the client's own cache, there is ours.
    shutil.rmtree(tmp_path / "hf")
    found = load("xnli", "wikipedia", home=tmp_path, url="http://127.0.0.1:9", offline=True)
    assert found == [corpus, articles]


def test_the_first_repository_that_has_the_rows_is_used_and_named(tmp_path):
    root = tmp_path / "root"
    publish_reviews(root, AMAZON_COPY, text="text", label="label", first_label=0)
    with serving(root) as hub:
        (corpus,) = load("amazon_reviews", home=tmp_path / "copy", url=hub.url)
        branch = "refs/convert/parquet"
        assert corpus["source"] == f"{AMAZON_COPY}@{branch}, commit {COMMIT}"
        publish_reviews(root, AMAZON)
        (original,) = load("amazon_reviews", home=tmp_path / "first", url=hub.url)
        # What is in the cache stays, so that all experiments have the same rows.
        assert load("amazon_reviews", home=tmp_path / "copy", url=hub.url) == [corpus]
    assert original["source"] == f"{AMAZON}@{branch}, commit {COMMIT}"
    assert original["sizes"] == corpus["sizes"] == [30, 30, 30]
    assert original["test"]["label"] == corpus["test"]["label"] == [0, 1, 2, 3, 4] * 6
    assert original["test"]["text"][0] == "La chambre était propre et calme. test 0"
    (again,) = load("amazon_reviews", home=tmp_path / "first", url=hub.url, offline=True)
    assert again == original


@pytest.mark.parametrize("dataset", ["xnli", "amazon_reviews"])
def test_without_any_copy_the_message_says_what_to_do(tmp_path, dataset):
    (tmp_path / "root").mkdir()
    with serving(tmp_path / "root") as hub:
        (gone,) = load(dataset, home=tmp_path, url=hub.url)
    (offline,) = load(dataset, home=tmp_path, url=hub.url, offline=True)
    for answer in (gone, offline):
        assert f"{dataset} could not be loaded from the hub" in answer["error"]
        assert f"--source {dataset}=FOLDER" in answer["error"] and "\n" not in answer["error"]
        assert "another copy on the hub in helpers/data/datasets/" in answer["error"]


def test_a_repository_with_other_columns_is_not_used(tmp_path):
    publish_reviews(tmp_path, AMAZON_COPY, text="sentence", label="label", first_label=0)
    with serving(tmp_path) as hub:
        (answer,) = load("amazon_reviews", home=tmp_path / "home", url=hub.url)
    assert "has no column 'text'" in answer["error"]


# --- a hub in trouble -----------------------------------------------------------------------

FILE = f"{XNLI}/fr/train-00000-of-00001.parquet"


def test_a_download_that_is_cut_once_is_mended(tmp_path):
    publish_xnli(tmp_path / "root")
    with serving(tmp_path / "root", faults={FILE: "cut"}) as hub:
        (corpus,) = load("xnli", home=tmp_path, url=hub.url)
    assert corpus["sizes"] == [24, 24, 24]
    assert hub.shown[FILE] == 1


def test_of_a_download_that_never_ends_nothing_is_kept(tmp_path):
    publish_xnli(tmp_path / "root")
    with serving(tmp_path / "root", faults={FILE: "truncated"}) as hub:
        (answer,) = load("xnli", home=tmp_path, url=hub.url, SHORT_WAITS="1")
        assert "xnli could not be loaded from the hub (facebook/xnli: " in answer["error"]
        assert not list((tmp_path / "cache").rglob("*.parquet"))
        hub.faults = {}
        (corpus,) = load("xnli", home=tmp_path, url=hub.url)
    assert corpus["sizes"] == [24, 24, 24]


def test_a_late_answer_is_one_sentence_and_no_reason_to_take_another_copy(tmp_path):
    publish_reviews(tmp_path / "root")
    publish_reviews(tmp_path / "root", AMAZON_COPY, text="text", label="label", first_label=0)
    late = f"{AMAZON}/fr/amazon_reviews_multi-train.parquet"
    with serving(tmp_path / "root", faults={late: "slow"}) as hub:
        (answer,) = load("amazon_reviews", home=tmp_path, url=hub.url, HF_HUB_DOWNLOAD_TIMEOUT="1")
    assert f"amazon_reviews could not be loaded from the hub ({AMAZON}: " in answer["error"]
    assert "timed out" in answer["error"] and AMAZON_COPY not in answer["error"]
    assert not any(AMAZON_COPY in request for request in hub.requests)


def test_a_rate_limit_is_waited_for(tmp_path):
    publish_xnli(tmp_path / "root")
    with serving(tmp_path / "root", faults={FILE: "limited"}) as hub:
        started = time.monotonic()
        (corpus,) = load("xnli", home=tmp_path, url=hub.url)
        assert time.monotonic() - started >= 2 * RETRY_AFTER_SECONDS
    assert corpus["sizes"] == [24, 24, 24]
    assert hub.shown[FILE] == 2


def test_a_rate_limit_that_lasts_is_one_sentence(tmp_path):
    publish_xnli(tmp_path / "root")
    with serving(tmp_path / "root", faults={FILE: "refused"}) as hub:
        (answer,) = load("xnli", home=tmp_path, url=hub.url, SHORT_WAITS="1")
    assert "429" in answer["error"] and "try again" in answer["error"]
    assert not list((tmp_path / "cache").rglob("*.parquet"))


# --- Wikipedia ------------------------------------------------------------------------------


def test_of_wikipedia_only_a_part_is_fetched(tmp_path):
    # Far above what the clients read at a time, and ahead on a busy machine.
    publish_wikipedia(tmp_path / "root", ["fr"], rows=120_000, shards=2, repeats=30)
    with serving(tmp_path / "root") as hub:
        (articles,) = load("wikipedia fr", home=tmp_path, url=hub.url)
    assert len(articles["text"]) == 5
    shards = list((tmp_path / "root" / "datasets" / WIKIPEDIA).rglob("*.parquet"))
    whole = sum(path.stat().st_size for path in shards)
    sent = sum(size for name, size in hub.sent.items() if name.endswith(".parquet"))
    assert 0 < sent < whole / 2


@pytest.mark.parametrize("fault", ["missing", "truncated"])
def test_wikipedia_that_breaks_off_is_one_sentence_and_not_kept(tmp_path, fault):
    publish_wikipedia(tmp_path / "root")
    shard = f"{WIKIPEDIA}/20231101.fr/train-00000-of-00001.parquet"
    with serving(tmp_path / "root", faults={shard: fault}) as hub:
        (answer,) = load("wikipedia", home=tmp_path, url=hub.url, SHORT_WAITS="1")
        assert "Wikipedia in 'fr' could not be read from the hub" in answer["error"]
        assert not list((tmp_path / "cache").rglob("*.parquet"))
        hub.faults = {}
        (articles,) = load("wikipedia", home=tmp_path, url=hub.url)
    assert len(articles["text"]) == 10


def test_wikipedia_without_the_hub_is_one_sentence(tmp_path):
    (answer,) = load("wikipedia", home=tmp_path, url="http://127.0.0.1:9", offline=True)
    assert "Wikipedia in 'fr' could not be read from the hub" in answer["error"]
    assert "--source wikipedia=FOLDER" in answer["error"]
