from pathlib import Path

from helpers.foundation.folders import model_folder


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
    found = [model_folder(model) for model in models]
    assert len(set(found)) == len(models)
    assert found[:2] == ["e5_small", "a--b"]  # as published results have them
    for folder in [*found, model_folder("/" + "x" * 4000)]:
        assert folder == Path(folder).name != ".." and len(folder) < 100
