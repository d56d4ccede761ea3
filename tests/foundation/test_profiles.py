import dataclasses
import re
import shutil

import pytest
import yaml

from helpers.foundation import paths
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.profiles import hub_settings, load_profile, profile_names
from helpers.foundation.variants import Variant

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
    ],
)
def test_a_bad_profile_is_refused(tmp_path, monkeypatch, change, words):
    good = yaml.safe_load((paths.configs_dir() / "quick.yaml").read_text("utf-8"))
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "quick.yaml").write_text(yaml.safe_dump({**good, **change}))
    monkeypatch.setenv("COMPANION_ROOT", str(tmp_path))
    with pytest.raises(CompanionError) as caught:
        load_profile("quick")
    assert all(word in str(caught.value) for word in words), str(caught.value)


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
