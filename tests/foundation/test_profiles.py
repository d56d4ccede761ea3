import dataclasses
import re
import shutil

import pytest
import yaml

from helpers.data.folders import data_card
from helpers.foundation import paths
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import hub_settings, load_profile, profile_names
from helpers.foundation.variants import Variant
from helpers.stages import experiments

GOOD = {"model": "e5_small", "dataset": "multiemo", "setup": "balanced"}


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_reads_and_opens_with_its_command(name):
    profile = load_profile(name)
    assert profile.name == name
    first = (paths.configs_dir() / f"{name}.yaml").read_text("utf-8").splitlines()[0]
    assert first == f"# companion reproduce --profile {name}"
    for dataset in profile.matrix:
        assert profile.recipe_for(dataset, Variant()).batch_size > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"speed": 1}, ["'speed'", "choose one of"]),
        ({"seeds": "0"}, ["seeds", "'0'"]),
        ({"models": ["bert"]}, ["'bert'"]),
        ({"matrix": ["imdb"]}, ["'imdb'"]),
        ({"recipe": {"batch_size": 16}}, ["accumulation", "missing"]),
        ({"shap": {"max_evals": 1.5}}, ["max_evals", "int", "1.5"]),
        ({"datasets": {"multiemo": {"recipe": {"rate": 1}}}}, ["'rate'"]),
        ({"mie_setups": ["skewed"]}, ["'skewed'"]),
        ({"setups": ["skewed"]}, ["'skewed'"]),
        ({"setups": []}, ["setups", "empty"]),
        ({"setups": ["balanced", "balanced"]}, ["setups", "'balanced' twice"]),
        ({"stage_seeds": {"subsets": [-1]}}, ["stage_seeds: subsets", "-1", "from 0"]),
        ({"stage_seeds": {"subsets": [1, 1]}}, ["stage_seeds: subsets", "1 twice"]),
        ({"datasets": {"xnli": {"stage_seeds": {"subsets": [1, 1]}}}}, ["xnli", "1 twice"]),
        ({"datasets": {"xnli": {"languages": ["fr", "../de"]}}}, ["xnli: language '../de'"]),
        ({"datasets": {"xnli": {"languages": "fr"}}}, ["xnli: languages", "a list", "'fr'"]),
        ({"datasets": {"xnli": {"languages": ["fr", False]}}}, ["xnli: languages", "False"]),
        ({"datasets": {"xnli": {"languages": []}}}, ["xnli: languages is empty"]),
        ({"datasets": {"multiemo": {"languages": []}}}, ["multiemo: languages"]),
        ({"mie_seeds": {}}, ["mie_seeds: expected a list", "{}"]),
        ({"seeds": {0: 1}}, ["seeds: expected a list", "{0: 1}"]),
        ({"datasets": {"xnli": {"skew": {}}}}, ["xnli: skew is empty"]),
        ({"datasets": {"custom": {"skew": {"pl": [1, -2]}}}}, ["skew: pl", "-2", "above 0"]),
        ({"datasets": {"custom": {"skew": {"pl": [1, float("nan")]}}}}, ["skew: pl", "nan"]),
        ({"datasets": {"xnli": {"as_is": True}}}, ["xnli: as_is", "none of its own"]),
        ({"datasets": {"custom": {"as_is": True, "skew": {"pl": [1]}}}}, ["custom: as_is"]),
        ({"datasets": {"xnli": {"with_translations": 1}}}, ["with_translations", "bool", "1"]),
        ({"seeds": [0, 0]}, ["seeds", "0 twice"]),
        ({"seeds": []}, ["seeds", "empty"]),
        ({"seeds": [2**32]}, ["seeds", "4294967296", "from 0 to 4294967295"]),
        ({"seeds": [-1]}, ["seeds", "-1"]),
        ({"seeds": [True]}, ["seeds", "True"]),
        ({"models": []}, ["models", "empty"]),
        ({"models": ["mbert", "mbert"]}, ["models", "'mbert' twice"]),
        ({"matrix": []}, ["matrix", "empty"]),
        ({"matrix": "multiemo"}, ["matrix", "a list", "'multiemo'"]),
        ({"nulls": {0: 0}}, ["nulls", "0 is its own null"]),
        ({"nulls": {"zero": 1}}, ["nulls", "'zero'"]),
        ({"mie_nulls": {1: 1}}, ["mie_nulls", "1 is its own null"]),
        ({"seeds": [0, 1], "nulls": {7: 0}}, ["nulls: 7: choose one of 0, 1"]),
        ({"mie_seeds": [1], "mie_nulls": {0: 1}}, ["mie_nulls: 0: choose one of 1"]),
        ({"datasets": {"multiemo": {"seeds": [3], "nulls": {0: 3}}}}, ["multiemo: nulls: 0"]),
        ({"mie_seeds": [1, 1]}, ["mie_seeds", "1 twice"]),
        ({"datasets": {"imdb": {}}}, ["'imdb'"]),
        ({"datasets": {"multiemo": {"train": -5}}}, ["multiemo: train", "-5", "from 1"]),
        ({"datasets": {"multiemo": {"seeds": [3, 3]}}}, ["multiemo", "seeds", "3 twice"]),
        ({"datasets": {"multiemo": {"recipe": {"epochs": ".nan"}}}}, ["epochs", "'.nan'"]),
        ({"datasets": {"multiemo": {"recipe": {"epochs": 0}}}}, ["epochs", "0", "above 0"]),
        ({"datasets": {"multiemo": {"test": 10}}}, ["multiemo", "12 texts", "test set has 10"]),
        ({"language_identification": {"per_language": -1}}, ["per_language", "-1", "from 5"]),
        ({"shap": {"texts": 0}}, ["texts", "0", "from 1"]),
        ({"shap": {"threshold": float("inf")}}, ["threshold", "inf"]),
        ({"name": "other"}, ["without a name"]),
        ({"seeds": [*range(100), "x" * 10**6]}, ["seeds", "..."]),
    ],
)
def test_a_bad_profile_is_refused(tmp_path, monkeypatch, change, words):
    refused(tmp_path, monkeypatch, yaml.safe_dump({**good(), **change}), words)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", float("nan")),
        ("epochs", 0),
        ("epochs", 10**400),
        ("encoder_learning_rate", -1e-4),
        ("head_learning_rate", float("inf")),
        ("weight_decay", -0.1),
        ("warmup_share", 5),
        ("max_grad_norm", -1),
        ("dropout", 1),
        ("validations", 0),
        ("batch_size", 0),
        ("accumulation", True),
        ("max_length", -3),
        ("compile", 1),
    ],
)
def test_a_bad_recipe_is_refused(tmp_path, monkeypatch, field, value):
    content = good()
    content["recipe"][field] = value
    refused(tmp_path, monkeypatch, yaml.safe_dump(content), [f"recipe: {field}"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["expected the fields of a profile"]),
        ("- 1", ["expected the fields of a profile"]),
        ("5", ["expected the fields of a profile"]),
        ("a: [", ["not valid YAML"]),
        ("a: " + "9" * 5000, ["not valid YAML"]),
        ("[" * 5000, ["not valid YAML"]),
        ("a: &a [1]\nb: *a", ["not valid YAML", "alias"]),
        ("seeds: [0]\nseeds: [1]", ["'seeds' twice"]),
        ("recipe: {epochs: 1, epochs: 3}", ["'epochs' twice"]),
        (b"about: \xff", ["cannot be read"]),
    ],
)
def test_a_file_that_is_no_profile_is_refused(tmp_path, monkeypatch, text, words):
    refused(tmp_path, monkeypatch, text, words)


def test_a_bomb_of_aliases_takes_no_time(tmp_path, monkeypatch):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    refused(tmp_path, monkeypatch, "\n".join(lines), ["alias"])
    (tmp_path / "README.md").write_text("---\n" + "\n".join(lines) + "\n---\n")
    assert data_card(tmp_path) == {}


@pytest.mark.parametrize(
    "change",
    [{"stage_seeds": {"plots": [0]}}, {"datasets": {"multiemo": {"stage_seeds": {"plots": [0]}}}}],
)
def test_stages_that_are_limited_to_seeds_exist(tmp_path, monkeypatch, change):
    write(tmp_path, monkeypatch, yaml.safe_dump({**good(), **change}))
    with pytest.raises(CompanionError, match="stage_seeds: 'plots': choose one of subsets"):
        experiments(profile="quick", model="e5_small", dataset="multiemo")


def good():
    return yaml.safe_load((paths.configs_dir() / "quick.yaml").read_text("utf-8"))


def write(folder, monkeypatch, text):
    (folder / "configs").mkdir()
    path = folder / "configs" / "quick.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("COMPANION_ROOT", str(folder))


def refused(folder, monkeypatch, text, words):
    write(folder, monkeypatch, text)
    with pytest.raises(CompanionError) as caught:
        load_profile("quick")
    message = str(caught.value)
    assert all(word in message for word in ["quick", *words]), message
    assert "\n" not in message and len(message) < 500


def test_how_numbers_are_computed_is_not_what_they_depend_on():
    paper = Experiment(**GOOD).recipe
    other = dataclasses.replace(paper, attention="eager", compile=True)
    assert other != paper and other.identity() == paper.identity()
    assert dataclasses.replace(paper, epochs=9).identity() != paper.identity()


def test_the_authors_code_changes_the_recipe():
    paper = Experiment(**GOOD).recipe
    authors = Experiment(**GOOD, variant="recipe=authors_code").recipe
    assert (authors.optimizer, authors.first_token) == ("radam", "pooler")
    assert authors.final_learning_rate_share == 0.01
    assert paper.final_learning_rate_share == 0.0


def test_the_hub_s_repositories_are_pinned_but_for_the_copies_of_a_withdrawn_data_set():
    hub, datasets = hub_settings(), all_datasets()
    assert set(hub.models) == {"mbert", "xlmr"}
    assert {name for name, each in datasets.items() if each.hub} == {"xnli", "amazon_reviews"}
    pinned = [*hub.models.values(), *datasets["xnli"].hub, hub.wikipedia]
    assert all(re.fullmatch("[0-9a-f]{40}", each.revision) for each in pinned)
    original, copy = datasets["amazon_reviews"].hub
    assert original.columns.names == ("review_body", "stars") and original.columns.first_label == 1
    assert copy.columns.names == ("text", "label") and copy.columns.first_label == 0


def test_the_hub_s_repositories_stand_in_one_profile_for_all(tmp_path, monkeypatch):
    shutil.copytree(paths.configs_dir(), tmp_path / "configs")
    paper = (tmp_path / "configs" / "paper.yaml").read_text("utf-8")
    (tmp_path / "configs" / "quick.yaml").write_text(paper)
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(CompanionError, match=r"the field 'hub' belongs in paper\.yaml alone"):
        load_profile("quick")
    (tmp_path / "configs" / "paper.yaml").write_text(paper.replace("repository:", "repo:"))
    with pytest.raises(CompanionError, match=r"field in paper\.yaml: hub: .* 'repo'"):
        hub_settings()


def test_all_pairs_of_the_paper_s_test_set_are_explained_and_some_reviews():
    paper = load_profile("paper")
    assert paper.shap_texts("amazon_reviews") == 4000 and paper.shap_texts("xnli") is None
    assert load_profile("embedded").shap_texts("multiemo") == 240


def test_a_root_without_profiles_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(
        CompanionError, match=f"{tmp_path}.* holds no profile.*{paths.ROOT_VARIABLE}"
    ):
        load_profile("quick")
