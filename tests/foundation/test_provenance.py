import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import helpers
from helpers.foundation import paths, provenance


def test_the_commit_is_the_checkout_s_and_tells_of_changes():
    head = subprocess.run(
        ["git", "-C", str(paths.repository_root()), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert re.fullmatch(rf"{head}(\+changes)?", provenance.git_commit())


def test_the_commit_is_that_of_the_code_wherever_one_works(monkeypatch, tmp_path):
    """Another repository around the working directory says nothing about the code."""
    copy = shutil.copytree(Path(helpers.__file__).parent, tmp_path / "code" / "src" / "helpers")
    here = tmp_path / "elsewhere"
    shutil.copytree(paths.configs_dir(), tmp_path / "code" / "configs")
    for folder in (tmp_path / "code", here):
        folder.mkdir(exist_ok=True)
        git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t"]
        for arguments in (["init"], ["add", "."], ["commit", "-m", "x", "--allow-empty"]):
            subprocess.run([*git, *arguments], check=True, capture_output=True)
    monkeypatch.setattr(provenance, "__file__", str(copy / "foundation" / "provenance.py"))

    def head(folder):
        command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path / "code"))
    assert provenance.git_commit() == head(tmp_path / "code")
    (tmp_path / "code" / "configs" / "mine.yaml").touch()  # git does not know it
    assert provenance.git_commit() == f"{head(tmp_path / 'code')}+changes"
    (tmp_path / "code" / "configs" / "mine.yaml").unlink()
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(here))  # other settings than the code's own
    assert provenance.git_commit() == f"{head(tmp_path / 'code')}+changes"
    shutil.rmtree(tmp_path / "code" / ".git")
    assert provenance.git_commit() is None


def test_versions_are_the_installed_ones():
    versions = provenance.package_versions()
    assert versions["torch"] == metadata.version("torch")
    assert set(provenance.PACKAGES) <= set(versions)
