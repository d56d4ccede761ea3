from pathlib import Path

import pytest

from helpers.foundation import paths
from helpers.foundation.errors import CompanionError

ROOT = Path(__file__).resolve().parents[2]


def test_the_checkout_is_found_from_any_folder_in_it(monkeypatch):
    monkeypatch.delenv(paths.ROOT_VARIABLE, raising=False)
    monkeypatch.chdir(ROOT / "notebooks")
    assert paths.repository_root() == ROOT
    assert paths.results_dir() == ROOT / "results"


def test_without_a_checkout_an_installed_package_has_the_profiles(monkeypatch, tmp_path):
    monkeypatch.delenv(paths.ROOT_VARIABLE, raising=False)
    monkeypatch.delenv(paths.OUTPUT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    installed = tmp_path / "site-packages"
    (installed / "language_class_imbalance" / "configs").mkdir(parents=True)
    monkeypatch.setattr(paths, "_HERE", installed / "helpers" / "foundation" / "paths.py")
    assert paths.configs_dir() == installed / "language_class_imbalance" / "configs"
    assert paths.results_dir() == tmp_path / "results"
    with pytest.raises(CompanionError, match="no checkout"):
        paths.repository_root()


def test_environment_variables_move_the_folders(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    monkeypatch.setenv(paths.CACHE_VARIABLE, str(tmp_path / "cache"))
    assert paths.repository_root() == tmp_path
    assert paths.checkpoints_dir() == tmp_path / "checkpoints"
    assert paths.cache_dir() == tmp_path / "cache"


def test_a_root_that_is_no_checkout_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(CompanionError, match=paths.ROOT_VARIABLE):
        paths.repository_root()


def test_a_root_may_lie_in_the_home_of_its_user(monkeypatch, tmp_path):
    (tmp_path / "companion").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(paths.ROOT_VARIABLE, "~/companion")
    assert paths.repository_root() == tmp_path / "companion"
