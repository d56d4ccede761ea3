import re
import subprocess
from importlib import metadata

from helpers.foundation import paths, provenance


def test_the_commit_is_the_checkout_s_and_tells_of_changes():
    head = subprocess.run(
        ["git", "-C", str(paths.repository_root()), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert re.fullmatch(rf"{head}(\+changes)?", provenance.git_commit())


def test_outside_a_checkout_there_is_no_commit(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.ROOT_VARIABLE, str(tmp_path))
    assert provenance.git_commit() is None


def test_versions_are_the_installed_ones():
    versions = provenance.package_versions()
    assert versions["torch"] == metadata.version("torch")
    assert set(provenance.PACKAGES) <= set(versions)
