"""The command line refuses bad input in one sentence, before anything heavy is imported."""

import os
import subprocess
import sys

import pytest


def companion(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "helpers.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--model", "bert"], ["model 'bert'", "mbert, xlmr, e5_small"]),
        (["run", "--dataset", "imdb"], ["dataset 'imdb'", "multiemo"]),
        (["run", "--setup", "skewed"], ["setup 'skewed'", "imbalanced_cw"]),
        (["run", "--profile", "huge"], ["profile 'huge'", "quick"]),
        (["run", "--variant", "a=b"], ["variant key 'a'", "severity"]),
        (["run", "--stages", "predictions,plots"], ["stage 'plots'", "language_identification"]),
        (["reproduce", "--profile", "huge"], ["profile 'huge'", "quick"]),
        (["reproduce", "--questions", "moon"], ["'moon'", "severity"]),
        (["reproduce", "--only", "pairs"], ["--only 'pairs'", "names no experiment"]),
        (["reproduce", "--again", "--stages", "plots"], ["stage 'plots'", "predictions"]),
        (["reproduce", "--stages", "erasure"], ["stage 'erasure'", "'quick'", "stage_seeds"]),
        (["subsets", "--dataset", "imdb"], ["dataset 'imdb'", "xnli"]),
        (["subsets", "--source", "xnli"], ["--source 'xnli'", "NAME=FOLDER"]),
        (["subsets", "--source", "xnli=/no/such"], ["'/no/such' is not a folder"]),
        (["run", "--source", "imdb=."], ["NAME one of"]),
        (["subsets", "--source", "xnli="], ["'' is not a folder"]),
        (["subsets", "--source", "xnli=~nobody/x"], ["is not a folder"]),
        (["subsets", "--source", "xnli=~no-such-user/x"], ["is not a folder"]),
        (["subsets", "--source", "xnli=/", "--source", "xnli=/"], ["xnli has a folder already"]),
        (["run", "--model", ""], ["model ''", "owner/name"]),
        (["run", "--seed", "4294967296"], ["seed 4294967296", "from 0 to 4294967295"]),
        (
            ["run", "--variant", "severity=2", "--setup", "imbalanced_cw", "--dry-run"],
            ["imbalanced_cw", "severity below 1.66667"],
        ),
        (
            ["run", "--variant", "severity=2", "--setup", "imbalanced", "--dry-run"],
            ["severity 2", "0 to 1.66667"],
        ),
        (["run", "--variant", "layers=²"], ["layers='²'", "whole number"]),
        (["diagnose", "no-such-file.csv"], ["'no-such-file.csv'", "no file, no folder"]),
        (["diagnose", ".", "--fail-on", "fatal"], ["--fail-on 'fatal'", "note, warning, error"]),
        (["diagnose", ".", "--expect", "odd"], ["--expect 'odd'", "even, as-is"]),
        (["diagnose", ".", "--html", "no/such/folder"], ["--html", "a folder that exists"]),
    ],
)
def test_bad_input_is_one_sentence(arguments, words):
    done = companion(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr


def test_help_lists_the_commands():
    done = companion("--help")
    assert done.returncode == 0
    for command in (
        "reproduce",
        "run",
        "subsets",
        "claims",
        "checklist",
        "assets",
        "book",
        "diagnose",
    ):
        assert command in done.stdout


def test_arguments_are_checked_without_torch():
    code = (
        "import sys, helpers.cli, helpers.stages\n"
        "heavy = {'torch', 'transformers', 'datasets', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_interrupted_run_says_that_finished_stages_are_kept():
    code = (
        "from helpers import cli, reproduction\n"
        "def stop(*_, **__): raise KeyboardInterrupt\n"
        "reproduction.run_experiments = stop\n"
        "cli.main()"
    )
    command = [sys.executable, "-c", code, "run"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 130
    assert done.stderr == "companion: stopped; finished stages are kept, the same call goes on\n"


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    output = {**os.environ, "COMPANION_OUTPUT": str(tmp_path / "file")}
    done = companion("run", "--stages", "subsets", env=output)
    assert done.returncode == 2
    assert "companion: cannot write " in done.stderr and "Traceback" not in done.stderr
