"""The hub path, through the unmodified client, against a hub on loopback."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from helpers.data.families import FAMILY_FACTS
from helpers.data.grouping import SPLITS
from loopback_hub import serving

# The client reads its settings on import, so each load is a process of its own.
PROGRAM = """
import json, sys
import datasets.config
datasets.config.SLEEP_TIME_ON_THREADS_SHUTDOWN = 0.1  # seconds a shuffled stream rests at its end
from helpers.data.corpora import load_corpus, load_external_texts, source_fingerprint
from helpers.foundation.errors import CompanionError
try:
    for what in sys.argv[1:]:
        if what == "wikipedia":
            rows = load_external_texts(["fr", "en"], per_language=5, source="wikipedia")
            print(json.dumps(rows.to_dict("list")))
        else:
            corpus = load_corpus(what)
            assert corpus.fingerprint == source_fingerprint(what)
            sizes = [len(corpus.train), len(corpus.validation), len(corpus.test)]
            test = corpus.test.to_dict("list")
            print(json.dumps({"source": corpus.source, "sizes": sizes, "test": test}))
except CompanionError as error:
    print(json.dumps({"error": str(error)}))
"""


def load(*what, home, url, offline=False):
    environment = os.environ | {
        "HF_HOME": str(home / "hf"),
        "COMPANION_CACHE": str(home / "cache"),
        "HF_ENDPOINT": url,
        "HF_HUB_OFFLINE": str(int(offline)),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *what],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def publish_xnli(root):
    folder = root / "datasets" / "facebook" / "xnli"
    card = "---\nconfigs:\n"
    for language in ("fr", "en"):
        (folder / language).mkdir(parents=True)
        card += f"- config_name: {language}\n  data_files:\n"
        for split in SPLITS:
            table = pd.DataFrame(
                {
                    "premise": [f"{language} {split} {n // 3}" for n in range(12)],
                    "hypothesis": [f"h {n}" for n in range(12)],
                    "label": [n % 3 for n in range(12)],
                }
            )
            table.to_parquet(folder / language / f"{split}-00000-of-00001.parquet")
            card += f"  - split: {split}\n    path: {language}/{split}-*\n"
    (folder / "README.md").write_text(card + "---\n")


def publish_reviews(root, repository, text, label, first_label):
    for language in FAMILY_FACTS["amazon_reviews"].languages:
        folder = root / "datasets" / repository / language
        folder.mkdir(parents=True)
        for split in SPLITS:
            table = pd.DataFrame(
                {
                    text: [f"{repository} {language} {split} {n}" for n in range(5)],
                    label: [n + first_label for n in range(5)],
                    "product_id": "unused",
                }
            )
            table.to_parquet(folder / f"amazon_reviews_multi-{split}.parquet")


def publish_wikipedia(root):
    folder = root / "datasets" / "wikimedia" / "wikipedia"
    card = "---\nconfigs:\n"
    for language in ("fr", "en"):
        (folder / f"20231101.{language}").mkdir(parents=True)
        table = pd.DataFrame({"id": "1", "text": [f"{language} article {n}" for n in range(40)]})
        table.to_parquet(folder / f"20231101.{language}" / "train-00000-of-00001.parquet")
        card += f"- config_name: 20231101.{language}\n  data_files:\n  - split: train\n"
        card += f"    path: 20231101.{language}/*\n"
    (folder / "README.md").write_text(card + "---\n")


def test_xnli_and_wikipedia_come_from_the_hub_and_then_from_the_cache(tmp_path):
    publish_xnli(tmp_path / "root")
    publish_wikipedia(tmp_path / "root")
    with serving(tmp_path / "root") as hub:
        corpus, articles = load("xnli", "wikipedia", home=tmp_path, url=hub.url)
        assert corpus["source"] == "facebook/xnli@b8dd5d7af51114dbda02c0e3f6133f332186418e"
        assert corpus["sizes"] == [24, 24, 24]
        assert corpus["test"]["text_pair"][:2] == ["h 0", "h 1"]
        assert articles["language"] == ["fr"] * 5 + ["en"] * 5
        assert len(set(articles["text"])) == 10
        # Shuffled with a seed: neither the first articles nor others in the next call.
        assert articles["text"][:5] != [f"fr article {n}" for n in range(5)]
        assert load("wikipedia", home=tmp_path, url=hub.url) == [articles]
    assert load("xnli", home=tmp_path, url="http://127.0.0.1:9", offline=True) == [corpus]


def test_the_first_repository_that_has_the_rows_is_used_and_named(tmp_path):
    root = tmp_path / "root"
    publish_reviews(root, "mteb/amazon_reviews_multi", "text", "label", 0)
    with serving(root) as hub:
        (corpus,) = load("amazon_reviews", home=tmp_path / "copy", url=hub.url)
        assert corpus["source"].startswith("mteb/amazon_reviews_multi@")
        publish_reviews(root, "defunct-datasets/amazon_reviews_multi", "review_body", "stars", 1)
        (original,) = load("amazon_reviews", home=tmp_path / "first", url=hub.url)
    assert original["source"].startswith("defunct-datasets/amazon_reviews_multi@")
    assert original["sizes"] == corpus["sizes"] == [30, 30, 30]
    assert original["test"]["label"] == corpus["test"]["label"] == [0, 1, 2, 3, 4] * 6
    assert original["test"]["text"][0] == "defunct-datasets/amazon_reviews_multi fr test 0"
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


def test_a_repository_with_other_columns_is_not_used(tmp_path):
    publish_reviews(tmp_path, "mteb/amazon_reviews_multi", "sentence", "label", 0)
    with serving(tmp_path) as hub:
        (answer,) = load("amazon_reviews", home=tmp_path / "home", url=hub.url)
    assert "has no column 'text'" in answer["error"]


def test_wikipedia_that_cannot_be_read_is_one_sentence(tmp_path):
    (answer,) = load("wikipedia", home=tmp_path, url="http://127.0.0.1:9", offline=True)
    assert "Wikipedia in 'fr' could not be read from the hub" in answer["error"]
    assert "--source wikipedia=FOLDER" in answer["error"]
