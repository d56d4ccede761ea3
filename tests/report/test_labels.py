"""Setups are names, and class labels are codes, until one module puts their labels on."""

import ast
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text

import fake_results
import helpers
from helpers.foundation.setups import all_setups
from helpers.report import figures, frames, labels, priors, shap_frames, tables

SOURCE = Path(helpers.__file__).parent
LABELS = {setup.label for setup in all_setups().values()}
FRAMES = [
    frames.training_curves,
    frames.accuracy_by_seed,
    frames.accuracy,
    frames.accuracy_by_language,
    frames.predicted_share,
    frames.identification_by_seed,
    frames.identification,
    priors.accuracy_by_seed,
    shap_frames.shap_difference,
    shap_frames.base_values,
    shap_frames.threshold_sweep,
]
TABLES = [
    tables.accuracy,
    tables.accuracy_by_language,
    tables.predicted_shares,
    tables.identification,
    tables.shap_difference,
    priors.table,
]


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    with fake_results.checkout(tmp_path_factory.mktemp("labels")):
        yield fake_results.write_all()


@pytest.mark.parametrize("frame_of", FRAMES, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_frames_hold_names(experiments, frame_of):
    found = set(frame_of(experiments)["setup"])
    assert found and found <= set(all_setups())


@pytest.mark.parametrize("table_of", TABLES, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_tables_have_no_label_but_those_of_the_module(experiments, table_of, monkeypatch):
    monkeypatch.setattr(labels, "_LABELS", {name: f"<{name}>" for name in all_setups()})
    shown = table_of(experiments).to_string()
    assert "<imbalanced>" in shown
    for label in LABELS:
        assert label not in shown.replace("Imbalanced training subset", "")


def test_figures_have_no_label_but_those_of_the_module(experiments, monkeypatch):
    monkeypatch.setattr(labels, "_LABELS", {name: f"<{name}>" for name in all_setups()})
    drawn = [
        [figures.accuracy(frames.accuracy(experiments), frames.accuracy_by_seed(experiments))],
        figures.joint_counts(frames.joint_counts(experiments)),
        figures.identification(frames.identification(experiments)),
        priors.figure(priors.accuracy_by_seed(experiments)),
    ]
    for axes in drawn:
        canvas = axes[0].get_figure()
        words = [text.get_text() for text in canvas.findobj(Text)]
        assert any("<imbalanced>" in each for each in words)
        assert not any(label in each for each in words for label in LABELS)
        plt.close(canvas)


def test_one_module_reads_the_labels_of_setups():
    reading, writing = set(), set()
    for path in SOURCE.rglob("*.py"):
        tree = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        name = path.relative_to(SOURCE).as_posix()
        knows = any(isinstance(node, ast.Name) and node.id == "all_setups" for node in tree)
        if knows and any(
            isinstance(node, ast.Attribute)
            and node.attr == "label"
            and isinstance(node.value, ast.Name)
            and node.value.id == "setup"
            for node in tree
        ):
            reading.add(name)
        if any(isinstance(node, ast.Constant) and node.value in LABELS for node in tree):
            writing.add(name)
    assert reading == {"report/labels.py"}
    assert writing == {"foundation/setups.py"}, "a label is written out"


def test_one_module_turns_codes_into_label_names():
    turning = set()
    for path in SOURCE.rglob("*.py"):
        calls = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = [ast.unparse(node) for node in calls if isinstance(node, ast.Call)]
        if any(text.startswith("dict(enumerate(") and "labels" in text for text in texts):
            turning.add(path.relative_to(SOURCE).as_posix())
    assert turning == {"analysis/shap_difference.py"}
