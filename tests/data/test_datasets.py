"""A data set is one file; its languages and skew may come from a profile."""

import numpy as np
import pandas as pd
import pytest

import package_copy
from helpers import stages
from helpers.data.corpora import load_corpus, source_fingerprint
from helpers.foundation import store
from helpers.foundation.datasets import all_datasets
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from tiny_sources import write_checkout, write_xnli

NEW_DATASET = '''
"""Sentences that end in a number: is it even?"""

from helpers.foundation import store
from helpers.foundation.datasets import Dataset


def _read(folder):
    import pandas as pd

    from helpers.data.tables import Rows

    splits = {}
    for split in ("train", "validation", "test"):
        rows = [
            (f"{language}-{split}-{n}", f"{split}-{n}", language, n % 2, f"{word} {split} {n}", "")
            for language, word in (("fr", "Nombre"), ("en", "Number"))
            for n in range(200)
        ]
        columns = ["id", "group", "language", "label", "text", "text_pair"]
        splits[split] = pd.DataFrame(rows, columns=columns)
    return Rows(splits=splits, source="counted", dropped={})


DATASET = Dataset(
    name="numbers",
    title="Numbers",
    order=35,
    is_pair=False,
    labels=("even", "odd"),
    languages=("fr", "en"),
    weights=(3, 1),
    licence="none",
    sizes={"train": 120, "validation": 40, "test": 80},
    read=_read,
    made_from=lambda: "version 1",
)
'''


def test_records_are_named_after_their_files_and_whole():
    for name, about in all_datasets().items():
        assert about.name == name
        assert len(about.weights) == len(about.labels)
        assert about.counterpart is None or all_datasets()[about.counterpart].probe_rows
        assert about.takes_folder or about.made_from, "read from somewhere"
        assert set(about.sizes) == {"train", "validation", "test"}


@pytest.mark.real
def test_a_data_set_is_added_by_one_file(tiny_checkout):
    copied = package_copy.copy_package(tiny_checkout / "copy")
    (copied / "data" / "datasets" / "numbers.py").write_text(NEW_DATASET)
    arguments = ("--model", "e5_small", "--dataset", "numbers", "--variant", "layers=1")
    for stage in ("subsets", "predictions"):
        package_copy.companion(copied, "run", *arguments, "--stages", stage)
    package_copy.companion(copied, "run", *arguments[:4], "--stages", "subsets")
    page = package_copy.executed_page(copied, "02_1_subsets", root=tiny_checkout, dataset="numbers")
    assert "(Numbers)" in page and "45 (75.0" in page


# --- languages and skew of a profile ----------------------------------------------------------


@pytest.fixture
def checkout_of(tmp_path, tiny_bert, monkeypatch):
    """Make a checkout whose profile quick has these settings of XNLI."""

    def make(**settings):
        folder = tmp_path / f"checkout{len(list(tmp_path.iterdir()))}"
        sizes = {"train": 60, "validation": 24, "test": 48}
        write_checkout(folder, tiny_bert, datasets={"xnli": {**sizes, **settings}})
        monkeypatch.setenv("COMPANION_ROOT", str(folder))
        return Experiment(str(tiny_bert), "xnli", "imbalanced")

    return make


def test_languages_and_skew_enter_folder_and_fingerprint_where_they_differ(checkout_of):
    def told(**settings):
        experiment = checkout_of(**settings)
        fingerprint = stages.stage_fingerprint(experiment, "subsets", sources={})
        return experiment.relative_folder.parts[2], fingerprint

    plain = told()
    assert plain[0] == "xnli"
    assert told(languages=["fr", "en"]) == told(skew={"fr": [3, 2, 1], "en": [1, 2, 3]}) == plain
    others = [
        told(languages=["de", "zh"]),
        told(languages=["en", "fr"]),
        told(skew={"fr": [4, 2, 1], "en": [1, 2, 4]}),
    ]
    assert others[0][0] == "xnli+de-zh" and others[2][0].startswith("xnli+en-fr-")
    for position in (0, 1):
        assert len({each[position] for each in [plain, *others]}) == 4


def test_rows_are_of_the_languages_that_are_asked_for(tmp_path):
    sources = {"xnli": write_xnli(tmp_path)}
    for split in ("train", "validation", "test"):  # a third language, with the rows of French
        source = tmp_path / "fr" / f"{split}-00000-of-00001.parquet"
        (tmp_path / "de").mkdir(exist_ok=True)
        (tmp_path / "de" / source.name).write_bytes(source.read_bytes())
    skew = {"de": (3.0, 2.0, 1.0), "en": (1.0, 2.0, 3.0)}
    corpus = load_corpus("xnli", sources=sources, skew=skew)
    assert corpus.languages == ("de", "en") and corpus.skew == skew
    assert set(corpus.train["language"]) == {"de", "en"}
    plain, other = (source_fingerprint("xnli", sources=sources, skew=s) for s in (None, skew))
    assert plain != other


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"languages": ["fr", "en"], "skew": {"fr": [3, 2, 1]}}, "languages or a skew, not both"),
        ({"languages": ["fr"]}, "languages fr: give two or more, once each"),
        ({"languages": ["fr", "fr"]}, "languages fr, fr: give two or more, once each"),
        (
            {"skew": {"fr": [3, 2, 0], "en": [1, 2, 3]}},
            "skew: fr: 0 is not allowed: give above 0 to 1000000",
        ),
    ],
)
def test_languages_and_skews_that_cannot_be_are_refused(checkout_of, settings, message):
    with pytest.raises(CompanionError, match=message):
        checkout_of(**settings)


def test_a_skew_has_a_weight_for_each_label():
    with pytest.raises(CompanionError, match=r"has 4 labels .* gives language 'fr' 3 weights"):
        load_corpus("multiemo", skew={"fr": (3, 2, 1), "en": (1, 2, 3)})
    with pytest.raises(CompanionError, match="unknown language of multiemo 'pl': choose one of fr"):
        load_corpus("multiemo", skew={"fr": (1, 2, 3, 4), "pl": (4, 3, 2, 1)})


# --- a data set of one's own ------------------------------------------------------------------


@pytest.fixture
def own(tmp_path, tiny_bert, monkeypatch):
    """Write a data set of two languages and two labels; return how to make its checkout."""
    folder = tmp_path / "mine"
    folder.mkdir()
    rows = [
        (("pl", "cs")[n % 2], ("bad", "good")[n // 2 % 2], f"text number {n}") for n in range(600)
    ]
    pd.DataFrame(rows, columns=["language", "label", "text"]).to_csv(folder / "all.csv")

    def make(**settings):
        root = tmp_path / ("skewed" if settings else "plain")
        sizes = {"train": 80, "validation": 24, "test": 40}
        write_checkout(
            root, tiny_bert, datasets={"custom": {**sizes, **settings}}, matrix=["custom"]
        )
        monkeypatch.setenv("COMPANION_ROOT", str(root))
        return str(tiny_bert), {"custom": folder}

    return make


def test_own_data_without_a_skew_have_the_balanced_setup_alone(own):
    model, sources = own()
    balanced = Experiment(model, "custom_mine", "balanced")
    stages.run(balanced, stages=["predictions"], sources=sources, progress=False)
    assert stages.is_done(balanced, "predictions", sources=sources)
    skewed = balanced.replace(setup="imbalanced")
    with pytest.raises(CompanionError, match=r"has no skew.*custom: skew.*bad, good.*cs, pl"):
        stages.run(skewed, stages=["predictions"], sources=sources, progress=False)


def test_own_data_as_they_are_have_their_joint_distribution(own):
    model, sources = own(as_is=True)
    own_table = Experiment(model, "custom_mine", "imbalanced")
    stages.run(own_table, stages=["subsets"], sources=sources, progress=False)
    found = store.read_json(own_table.folder, "subsets.json")
    drawn, there = (
        np.array([table[language] for language in ("cs", "pl")])
        for table in (found["counts"]["train"]["imbalanced"], found["skew"])
    )
    assert drawn.sum() == 80 and there.sum() > 300  # the rows of the training split
    assert (abs(drawn - there * 80 / there.sum()) < 1).all()
    other = own_table.replace(variant="severity=0.5")
    for told in (stages.run, lambda one, **options: stages.unmade([one], **options)):
        with pytest.raises(CompanionError, match="taken as they are"):
            told(other, stages=["subsets"], sources=sources)


def test_own_data_with_a_skew_have_every_setup(own):
    model, sources = own(skew={"pl": [3, 1], "cs": [1, 3]})
    skewed = Experiment(model, "custom_mine", "imbalanced_cw")
    stages.run(skewed, stages=["subsets", "predictions"], sources=sources, progress=False)
    found = store.read_json(skewed.folder, "subsets.json")
    assert found["counts"]["train"]["imbalanced"] == {"pl": [30, 10], "cs": [10, 30]}
    assert skewed.folder.parents[1].name.startswith("custom_mine+cs-pl-")
