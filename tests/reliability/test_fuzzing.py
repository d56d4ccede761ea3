"""All that is read from outside, changed at random: a right result or one sentence."""

import copy
import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rig import CASES
from tables import frame as table_rows
from tables import write as write_table
from tally import case

from fake_encoder import encoder_file
from helpers.data.corpora import load_corpus
from helpers.data.folders import data_card, own_name
from helpers.data.grouping import SPLITS
from helpers.data.quantised_encoder import bert_state, read_encoder
from helpers.diagnosis.diagnosing import diagnose
from helpers.foundation import paths, profiles, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import family_of
from helpers.foundation.variants import Variant

QUICK = (paths.configs_dir() / "quick.yaml").read_text("utf-8")
ENCODER = encoder_file()[0]
many = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What is done to some bytes: at a place, so many are dropped and others put there.
changes = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from([0, 1, 4, 1000]), st.binary(max_size=8)),
    min_size=1,
    max_size=3,
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def changed(content, how):
    for place, dropped, added in how:
        place %= len(content) + 1
        content = content[:place] + added + content[place + dropped :]
    return content


def result(one, call, *arguments, **options):
    """Return what a call returns, or None where it refuses in one sentence, which is noted."""
    try:
        return call(*arguments, **options)
    except CompanionError as error:
        assert "\n" not in str(error) and len(str(error)) < 2000
        one.refused()
        return None


@many
@given(changes)
def test_an_encoder_file(tmp_path, how):
    (tmp_path / "encoder.bin").write_bytes(changed(ENCODER, how))
    with case("changed: the offline encoder's file") as one:
        encoder = result(one, read_encoder, tmp_path / "encoder.bin")
        if encoder is not None:
            state = bert_state(encoder)
            assert all(np.isfinite(array).all() for array in state.values())
            assert state["embeddings.word_embeddings.weight"].shape[1] == encoder.hidden


def places(content, found=()):
    """Return the path of every value in nested fields and lists."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield (*found, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*found, key))


def put(content, place, value):
    *before, last = place
    for key in before:
        content = content[key]
    content[last] = value


@pytest.fixture
def write_profile(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))

    def write(content):
        (tmp_path / "configs" / "quick.yaml").write_bytes(content)
        with case("changed: a profile") as one:
            profile = result(one, profiles.load_profile, "quick")
            if profile is not None:
                check_profile(profile)

    return write


@many
@given(data=st.data())
def test_the_values_of_a_profile(write_profile, data):
    content = yaml.safe_load(QUICK)
    place = data.draw(st.sampled_from(list(places(content))))
    put(content, place, data.draw(plain | st.sampled_from([-1, 0, 10**400, [0, 0], {0: 0}])))
    write_profile(yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "replace"))


@many
@given(changes)
def test_the_text_of_a_profile(write_profile, how):
    write_profile(changed(QUICK.encode(), how))


def check_profile(profile):
    assert profile.models and profile.matrix and profile.seeds
    assert len(set(profile.seeds)) == len(profile.seeds)
    assert all(0 <= seed < 2**32 for seed in profile.seeds)
    for dataset in profile.matrix:
        recipe = profile.recipe_for(dataset, Variant())
        assert recipe.batch_size >= 1 and 0 < recipe.epochs <= 10_000
        assert 0 < recipe.encoder_learning_rate <= 1 and 0 <= recipe.warmup_share <= 1
        assert all(seed != other for seed, other in profile.nulls_of(dataset).items())


@many
@given(
    st.text(max_size=30)
    | st.lists(
        st.tuples(st.sampled_from(["mie", "recipe", "severity", "layers", ""]), st.text(max_size=6))
    ).map(lambda pairs: ",".join(f"{key}={value}" for key, value in pairs))
)
def test_a_variant(text):
    with case("changed: the name of a variant") as one:
        variant = result(one, Variant.parse, text)
        if variant is not None:
            assert Variant.parse(str(variant)) == variant
            assert re.fullmatch(r"[\w=,.-]*", str(variant))


def rows(language, split):
    return [
        {"premise": f"{language} {split} {n // 3}", "hypothesis": f"{language} {n}", "label": n % 3}
        for n in range(9)
    ]


def check_corpus(corpus):
    for split in SPLITS:
        frame = getattr(corpus, split)
        assert len(frame) and frame["label"].between(0, len(corpus.labels) - 1).all()
        assert (frame["text"].str.strip() != "").all()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A whole folder of each kind of file."""
    root = tmp_path_factory.mktemp("folders")
    for language, split in itertools.product(("fr", "en"), SPLITS):
        table = pd.DataFrame(rows(language, split))
        path = root / "csv" / language / f"{split}.csv"
        for kind in ("csv", "jsonl", "parquet"):
            (root / kind / language).mkdir(parents=True, exist_ok=True)
        table.to_csv(path, index=False)
        table.to_json(root / "jsonl" / language / f"{split}.jsonl", orient="records", lines=True)
        table.to_parquet(root / "parquet" / language / f"{split}.parquet")
    return root


@settings(many, max_examples=max(CASES // 3, 1))
@given(st.sampled_from(["csv", "jsonl", "parquet"]), st.sampled_from(SPLITS), changes)
def test_the_bytes_of_a_data_file(folders, kind, split, how):
    path = folders / kind / "fr" / f"{split}.{kind}"
    whole = path.read_bytes()
    path.write_bytes(changed(whole, how))
    with case(f"changed: a data set's file ({kind})") as one:
        try:
            corpus = result(one, load_corpus, "xnli", sources={"xnli": folders / kind})
        finally:
            path.write_bytes(whole)
        if corpus is not None:
            check_corpus(corpus)


@many
@given(st.lists(st.fixed_dictionaries({"language": plain, "label": plain, "text": plain})))
def test_the_values_of_a_table_of_your_own(tmp_path, table):
    with (tmp_path / "table.jsonl").open("w", encoding="utf-8", errors="replace") as file:
        file.writelines(json.dumps(row) + "\n" for row in table)
    with case("changed: a table of one's own") as one:
        corpus = result(one, load_corpus, "custom", sources={"custom": tmp_path})
        if corpus is not None:
            check_corpus(corpus)


@many
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_a_data_card(tmp_path, head):
    folder = tmp_path / "my xnli"
    folder.mkdir(exist_ok=True)
    (folder / "README.md").write_bytes(b"---\npretty_name: " + head + b"\n---\n")
    with case("changed: a data card"):
        assert isinstance(data_card(folder), dict)
        name = own_name(folder, "xnli")
        assert family_of(name) == "xnli" and re.fullmatch("[a-z0-9_]+", name)


TABLES = ("table.csv", "table.tsv", "table.jsonl", "table.parquet", "table.csv.gz")


@pytest.fixture(scope="module")
def table_folder(tmp_path_factory):
    """A folder with a table of each kind that the diagnosis reads."""
    folder = tmp_path_factory.mktemp("tables")
    for name in TABLES:
        write_table(table_rows(200), folder / name)
    return folder


@settings(many, max_examples=max(CASES // 3, 1))
@given(st.sampled_from(TABLES), changes)
def test_the_bytes_of_a_table_that_is_diagnosed(table_folder, name, how):
    path = table_folder / name
    whole = path.read_bytes()
    path.write_bytes(changed(whole, how))
    with case(f"changed: a table that is diagnosed ({name.partition('.')[2]})") as one:
        try:
            found = result(one, diagnose, path)
        finally:
            path.write_bytes(whole)
        if found is not None:
            json.dumps(found.to_dict(), allow_nan=False)


@many
@given(data=st.data())
def test_a_record_that_is_sealed(tmp_path, data):
    folder = tmp_path / "seed0"
    record = store.StageRecord(
        fingerprint="f", version=1, files={}, seconds=1.0, peak_memory_gib=0.1
    )
    store.publish(
        folder, "predictions", {"metrics.json": {"accuracy": 0.5}},
        record=record, parameters={"seed": 0}, environment={"git_commit": None},
    )  # fmt: skip
    run = json.loads((folder / store.RUN_FILE).read_text())
    place = data.draw(st.sampled_from(list(places(copy.deepcopy(run)))))
    put(run, place, data.draw(plain))
    run.pop("checksum", None)
    text = json.dumps(run)
    run["checksum"] = store.fingerprint(**json.loads(text))
    (folder / store.RUN_FILE).write_text(json.dumps(run), encoding="utf-8", errors="replace")
    with case("changed: a result's record, sealed anew") as one:
        found = result(one, store.read_json, folder, "metrics.json")
        assert found in (None, {"accuracy": 0.5})


@many
@given(changes)
def test_the_bytes_of_a_record(tmp_path, how):
    folder = tmp_path / "seed0"
    record = store.StageRecord(
        fingerprint="f", version=1, files={}, seconds=1.0, peak_memory_gib=0.1
    )
    store.publish(
        folder, "predictions", {"metrics.json": {"accuracy": 0.5}},
        record=record, parameters={"seed": 0}, environment={"git_commit": None},
    )  # fmt: skip
    path = folder / store.RUN_FILE
    path.write_bytes(changed(path.read_bytes(), how))
    with case("changed: a result's record") as one:
        found = result(one, store.read_json, folder, "metrics.json")
        assert found in (None, {"accuracy": 0.5})
