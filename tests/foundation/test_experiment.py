import dataclasses
import re
import shutil

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.foundation import experiment as module
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment, Variant, family_of, load_profile

GOOD = {"model": "e5_small", "dataset": "multiemo", "setup": "balanced"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "bert"}, ["model", "'bert'", "mbert, xlmr, e5_small"]),
        ({"dataset": "imdb"}, ["dataset", "'imdb'", "multiemo_pairs"]),
        ({"dataset": "xnli_"}, ["dataset", "'xnli_'"]),
        ({"dataset": "../escape"}, ["dataset"]),
        ({"setup": "skewed"}, ["setup", "'skewed'", "balanced, imbalanced, imbalanced_cw"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"seed": True}, ["seed"]),
        ({"profile": "huge"}, ["profile", "'huge'", "quick"]),
        ({"variant": "colour=red"}, ["variant key", "'colour'", "mie"]),
        ({"variant": "mie=2"}, ["mie", "'2'", "0, 1"]),
        ({"variant": "severity=steep"}, ["severity", "'steep'"]),
        ({"variant": "layers=0"}, ["layers", "'0'"]),
        ({"variant": "mie=1,mie=0"}, ["mie=0"]),
    ],
)
def test_a_bad_field_is_refused_with_its_name_value_and_choices(change, words):
    with pytest.raises(CompanionError) as caught:
        Experiment(**{**GOOD, **change})
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_every_experiment_has_its_own_folder():
    listed = [
        Experiment(**{**GOOD, **change})
        for change in (
            {},
            {"setup": "imbalanced"},
            {"seed": 1},
            {"dataset": "multiemo_pairs"},
            {"variant": "mie=1"},
            {"variant": "recipe=authors_code"},
            {"model": "owner/e5_small"},
        )
    ]
    assert len({item.folder for item in listed}) == len(listed)
    assert listed[0].relative_folder.as_posix() == "quick/e5_small/multiemo/balanced/seed0"
    assert listed[4].relative_folder.parts[3] == "balanced+mie=1"


def test_an_experiment_is_frozen_and_its_variant_is_canonical():
    one = Experiment(**GOOD, variant="severity=0.50,mie=1,layers=6")
    assert one.variant == "layers=6,mie=1,severity=0.5"
    assert one == Experiment(**GOOD, variant="mie=1,layers=6,severity=0.5")
    assert Experiment(**GOOD, variant="mie=0,severity=1").variant == ""
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.seed = 3


@given(
    st.booleans(),
    st.sampled_from(["paper", "authors_code"]),
    st.floats(0, 2, allow_nan=False),
    st.none() | st.integers(1, 24),
)
def test_a_variant_survives_its_own_name(mie, recipe, severity, layers):
    variant = Variant(mie=mie, recipe=recipe, severity=severity, layers=layers)
    assert Variant.parse(str(variant)) == variant


def test_families_of_local_sources():
    assert family_of("xnli_7500") == "xnli"
    assert family_of("multiemo_pairs_small") == "multiemo_pairs"
    assert family_of("amazon_reviews_copy_2") == "amazon_reviews"


@pytest.mark.parametrize("name", module.profile_names())
def test_every_profile_reads_and_opens_with_its_command(name):
    profile = load_profile(name)
    assert profile.name == name
    first = (module.paths.configs_dir() / f"{name}.yaml").read_text("utf-8").splitlines()[0]
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
    good = yaml.safe_load((module.paths.configs_dir() / "quick.yaml").read_text("utf-8"))
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
    hub = module.hub_settings()
    assert set(hub.models) == {"mbert", "xlmr"} and set(hub.datasets) == {"xnli", "amazon_reviews"}
    pinned = [*hub.models.values(), *hub.datasets["xnli"], hub.wikipedia]
    assert all(re.fullmatch("[0-9a-f]{40}", each.revision) for each in pinned)
    original, copy = hub.datasets["amazon_reviews"]
    assert original.columns.names == ("review_body", "stars") and original.columns.first_label == 1
    assert copy.columns.names == ("text", "label") and copy.columns.first_label == 0


def test_the_hub_s_repositories_stand_in_one_profile_for_all(tmp_path, monkeypatch):
    shutil.copytree(module.paths.configs_dir(), tmp_path / "configs")
    paper = (tmp_path / "configs" / "paper.yaml").read_text("utf-8")
    (tmp_path / "configs" / "quick.yaml").write_text(paper)
    monkeypatch.setenv(module.paths.ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(CompanionError, match=r"the field 'hub' belongs in paper\.yaml alone"):
        load_profile("quick")
    (tmp_path / "configs" / "paper.yaml").write_text(paper.replace("repository:", "repo:"))
    with pytest.raises(CompanionError, match=r"field in paper\.yaml: hub: .* 'repo'"):
        module.hub_settings()


def test_all_pairs_of_the_paper_s_test_set_are_explained_and_some_reviews():
    paper = load_profile("paper")
    assert paper.shap_texts("amazon_reviews") == 4000 and paper.shap_texts("xnli") is None
    assert load_profile("embedded").shap_texts("multiemo") == 240
