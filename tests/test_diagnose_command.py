"""``companion diagnose``: exit codes, files written whole or not at all, no torch, any folder."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
import tables

FRAME = tables.frame()


def companion(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", "diagnose", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


def test_files_json_and_exit_codes(tmp_path):
    data = tables.write(FRAME, tmp_path / "t.csv")
    page, weights = tmp_path / "page.html", tmp_path / "weights.csv"
    done = companion(
        data, "--html", page, "--weights", weights, "--json", "--fail-on", "error", cwd=tmp_path
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["status"] == "error"
    assert page.read_text("utf-8").startswith("<!doctype html>") and done.stderr == ""
    assert list(pd.read_csv(weights).columns) == [
        "language", "label", "rows", "weight", "weight_clipped_10",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "t.csv", "weights.csv"]


def test_without_fail_on_a_finding_is_no_failure(tmp_path):
    done = companion(tables.write(FRAME, tmp_path / "t.csv"), cwd=tmp_path)
    assert done.returncode == 0 and "Joint skew: error" in done.stdout


def test_too_little_data_is_no_pass(tmp_path):
    done = companion(tables.write(FRAME[:24], tmp_path / "t.csv"), "--fail-on", "error")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--label", "lable"], "'lable': choose one of language, label, text"),
        (["--fail-on", "fatal"], "level for --fail-on 'fatal'"),
        (["--html", "no/such/page.html"], "give a file in a folder that exists"),
        (["--expect", "shares.csv"], "give even, as-is, or a CSV file"),
        (["--reference", "no.csv"], "'no.csv' is no file"),
        (["--weights", "weights.csv", "--split", "dev"], "has no split 'dev'"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(tmp_path, options, words):
    data = tables.write(FRAME, tmp_path / "t.csv")
    done = companion(data, "--html", "page.html", *options, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["d/t.csv", "--weights", "d/t.csv"], "--weights 'd/t.csv' is read, or written, too"),
        (["d/t.csv", "--html", "d/../d/t.csv"], "--html 'd/../d/t.csv' is read"),
        (["d/t.csv", "--html", "o", "--weights", "o"], "--weights 'o' is read, or written, too"),
        (["d/t.csv", "--expect", "e.csv", "--weights", "e.csv"], "--weights 'e.csv' is read"),
        (["d/t.csv", "--html", "x" * 5000], "give a file in a folder that exists"),
        (["d", "--weights", "d/w.csv"], "--weights 'd/w.csv' is in 'd', where the next call"),
        (["d", "--model", "e5_small", "--output", "d/out"], "out' is in 'd', where the next call"),
        (["d/t.csv", "--model", "e5_small", "--output", "e"], "give a folder of its own"),
    ],
)
def test_what_is_read_is_never_written(tmp_path, options, words):
    (tmp_path / "d").mkdir()
    tables.write(FRAME, tmp_path / "d" / "t.csv")
    (tmp_path / "e.csv").write_text("language,label,share\nen,good,1\nfr,good,1\n")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "index.md").write_text("mine")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    done = companion(*options, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


def test_a_link_stays_and_what_is_no_file_is_never_replaced(tmp_path):
    data = tables.write(FRAME, tmp_path / "t.csv")
    (tmp_path / "real.html").write_text("old")
    (tmp_path / "link.html").symlink_to("real.html")
    assert companion(data, "--html", "link.html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text("utf-8").startswith("<!doctype html>")
    os.mkfifo(tmp_path / "pipe.html")
    done = companion(data, "--html", "pipe.html", cwd=tmp_path)
    assert done.returncode == 2 and "give a file" in done.stderr and done.stdout == ""
    assert (tmp_path / "pipe.html").is_fifo()


def test_weights_that_cannot_be_are_refused_before_anything_is_written(tmp_path):
    gap = FRAME[~((FRAME["language"] == "en") & (FRAME["label"] == "bad"))]
    data = tables.write(gap, tmp_path / "t.csv")
    done = companion(data, "--html", "page.html", "--weights", "weights.csv", cwd=tmp_path)
    assert done.returncode == 2 and "class weight (eq. 2) is undefined" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_it_needs_neither_torch_nor_a_checkout(tmp_path):
    """In a folder of its own, with the packages of training and book out of reach."""
    tables.write(FRAME, tmp_path / "t.csv")
    heavy = (
        "accelerate", "datasets", "jupytext", "matplotlib", "nbformat", "papermill", "safetensors",
        "shap", "sklearn", "statsmodels", "tokenizers", "torch", "tqdm", "transformers",
    )  # fmt: skip
    program = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {heavy!r}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import helpers.notebooks, helpers.data.cells\n"  # the page of the book needs no more
        "from helpers.foundation import paths\n"
        "from helpers.foundation.errors import CompanionError\n"
        "def none(): raise CompanionError('no checkout')\n"
        "paths.repository_root = none\n"
        "sys.argv = ['companion', 'diagnose', 't.csv', '--html', 'page.html']\n"
        "from helpers.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page.html").is_file()
