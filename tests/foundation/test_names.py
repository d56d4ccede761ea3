from pathlib import Path

import pytest

from helpers.foundation import names
from helpers.foundation.errors import CompanionError
from helpers.foundation.names import family_of


def test_families_of_local_sources():
    assert family_of("xnli_7500") == "xnli"
    with pytest.raises(CompanionError, match="unknown dataset 'multiemo_pairs_small'"):
        family_of("multiemo_pairs_small")  # read from no folder
    assert family_of("amazon_reviews_copy_2") == "amazon_reviews"


def test_models_that_differ_have_folders_that_differ_and_none_leaves_the_profile():
    models = [
        "e5_small",
        "a/b",
        "/a/b",
        "/a b",
        "/a--b",
        "a--b/c",
        "a/b--c",
        ".",
        "..",
        "./a/b",
        "~",
    ]
    folders = [names.model_folder(model) for model in models]
    assert len(set(folders)) == len(models)
    assert folders[:2] == ["e5_small", "a--b"]  # as published results have them
    for folder in [*folders, names.model_folder("/" + "x" * 4000)]:
        assert folder == Path(folder).name != ".." and len(folder) < 100


@pytest.mark.parametrize("model", ["", " ", "a\0b", "~nobody/x", "x" * 4000])
def test_no_name_is_no_model(model):
    with pytest.raises(CompanionError, match="unknown model"):
        names.check_model(model)
