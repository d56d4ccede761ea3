"""The notebooks: one source each, a twin that equals it, checked parameters, no logic."""

import ast
import json
import re
import shutil
import subprocess
import sys
import types
from importlib.metadata import version
from pathlib import Path

import jupytext
import nbformat
import papermill
import pytest

from helpers import notebooks
from helpers.foundation.errors import CompanionError

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = sorted((REPOSITORY / "notebooks").glob("*.py"))
# Those of a section of the paper; the others are about a whole run.
SECTIONS = [path for path in SOURCES if not path.stem.startswith(("00_", "Q_", "S_"))]
NAMES = ["profile", "model", "dataset", "sources", "compute"]


def of(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def code_of(path, *, without=("setup",)):
    cells = notebooks.read_source(path).cells
    return "\n".join(
        cell.source
        for cell in cells
        if cell.cell_type == "code" and not set(without) & set(cell.metadata.get("tags", []))
    )


@of(SOURCES)
def test_the_twin_equals_its_source_byte_for_byte(path):
    twin = path.with_suffix(".ipynb")
    assert twin.read_bytes() == notebooks.twin_text(path).encode(), (
        "write the twins again: python -m helpers.notebooks"
    )
    notebook = nbformat.read(twin, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert len({cell["id"] for cell in notebook.cells}) == len(notebook.cells)


def test_writing_the_twins_changes_nothing_that_is_current():
    assert notebooks.write_twins() == []


@of(SOURCES)
def test_without_a_public_address_no_link_leads_nowhere(path, monkeypatch):
    monkeypatch.setattr(notebooks, "repository_url", lambda: None)
    title, setup, *_ = notebooks.read_source(path).cells
    assert "](https://colab" not in title.source and "upload it there" in title.source
    assert "git" not in setup.source and "unpack_archive" in setup.source


@of(SOURCES)
def test_the_colab_link_and_the_clone_come_from_the_public_address(path, monkeypatch):
    url = "https://github.com/some/where"
    monkeypatch.setattr(notebooks, "repository_url", lambda: url)
    notebook = notebooks.read_source(path)
    link = "https://colab.research.google.com/github/some/where/blob/main/notebooks"
    assert f"{link}/{path.stem}.ipynb" in notebook.cells[0].source
    assert f'"{url}"' in notebook.cells[1].source
    assert notebook.cells[1].metadata["tags"] == ["remove-cell", "setup"]


def test_the_address_stands_in_one_place(checkout):
    assert notebooks.repository_url() is None or "OWNER" not in notebooks.repository_url()
    text = '[project]\nname = "x"\n[project.urls]\nRepository = "https://github.com/a/b"\n'
    (checkout / "pyproject.toml").write_text(text)
    assert notebooks.repository_url() == "https://github.com/a/b"


@of(SOURCES)
def test_the_set_up_cell_is_written_once(path):
    assert "google.colab" not in path.read_text()
    tags = [cell.metadata.get("tags", []) for cell in notebooks.read_source(path).cells]
    assert sum("setup" in each for each in tags) == 1


@of(SOURCES)
def test_the_first_code_cell_does_nothing_outside_colab(path):
    before = set(sys.modules)
    exec(notebooks.read_source(path).cells[1].source, {})
    assert set(sys.modules) == before


@pytest.mark.parametrize("url", [None, "https://github.com/some/where"])
def test_in_colab_its_own_torch_and_numpy_are_kept(url, tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(notebooks, "repository_url", lambda: url)
    monkeypatch.setattr(subprocess, "run", lambda command, check: called.append(command))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ("where" if url else "companion")
    if url:
        folder.mkdir()  # git is not called here
    else:
        (tmp_path / "packed" / "companion").mkdir(parents=True)
        shutil.make_archive("companion", "zip", "packed")
    files = types.SimpleNamespace(upload=lambda: {"companion.zip": b""})
    monkeypatch.setitem(sys.modules, "google.colab", types.SimpleNamespace(files=files))
    exec(notebooks.setup_cell().source, {})
    assert Path.cwd() == folder
    *before, install = called
    assert before == ([["git", "clone", "--depth=1", url]] if url else [])
    kept = [f"{name}=={version(name)}" for name in ("torch", "numpy")]
    assert install[-3:] == [f"./{folder.name}[all]", *kept]
    # For pip they are there already: it neither fetches nor replaces them.
    asked = [*install[:4], "--no-index", "--no-deps", "--dry-run", *kept]
    monkeypatch.undo()
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.count("Requirement already satisfied") == 2


@of(SOURCES)
def test_a_notebook_s_parameters_are_fields_of_a_form_in_colab(path):
    source = jupytext.read(path, fmt="py:percent")
    before, after = (
        next(cell.source for cell in each.cells if "parameters" in cell.metadata.get("tags", []))
        for each in (source, notebooks.read_source(path))
    )
    assert ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
    for name, about in (("profile", "paper"), ("model", "xlmr"), ("dataset", "custom")):
        fields = re.findall(rf"^{name} = .*# @param (\[.*\]) {{allow-input: true}}$", after, re.M)
        assert len(fields) == before.count(f"\n{name} = ") + before.startswith(f"{name} = ")
        assert all(about in json.loads(field) for field in fields)
    for comment in re.findall(r"  # (.*)", before):
        assert comment in after


@of(SOURCES)
def test_a_notebook_holds_no_logic(path):
    tree = ast.parse(code_of(path))
    allowed = (ast.Assign, ast.Expr, ast.Import, ast.ImportFrom)
    assert all(isinstance(statement, allowed) for statement in tree.body)
    loops = (ast.For, ast.While, ast.IfExp, ast.ListComp, ast.DictComp, ast.Lambda)
    assert not [node for node in ast.walk(tree) if isinstance(node, loops)]


@of(SECTIONS)
def test_a_section_has_the_five_parameters_and_checks_them(path):
    parameters = notebooks.parameters_of(notebooks.read_source(path))
    assert list(parameters) == NAMES
    assert parameters["profile"] == "quick" and parameters["compute"] is True
    listed = ", ".join(f'"{name}"' for name in NAMES)
    assert f"check_parameters(globals(), {listed})" in code_of(path)


@of(SECTIONS)
def test_a_section_reads_as_claim_results_takeaway(path):
    prose = [
        cell.source for cell in notebooks.read_source(path).cells if cell.cell_type == "markdown"
    ]
    assert re.match(
        r"# (\d|[A-Z])[.\d]* .+\n\n\*\*The paper's (claim|setting|setup)\.\*\*", prose[0]
    )
    assert "display." in code_of(path)
    if path.stem.startswith(("04", "A")):
        assert "Takeaway" in prose[-1]
        assert "takeaways.section" in code_of(path)


def captions_of(path):
    """Return the captions of a notebook's figures and tables, each with the call that shows it.

    Where a helper writes the caption, the notebook gives it the number alone.
    """
    calls = [node for node in ast.walk(ast.parse(code_of(path))) if isinstance(node, ast.Call)]
    return [
        (ast.unparse(call.func), keyword.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg in ("caption", "number")
    ]


@of(SOURCES)
def test_every_figure_and_table_has_its_caption(path):
    calls = [node for node in ast.walk(ast.parse(code_of(path))) if isinstance(node, ast.Call)]
    for call in calls:
        name = ast.unparse(call.func)
        given = {keyword.arg for keyword in call.keywords}
        if name == "display.figure":
            assert {"caption", "alt"} <= given
        if name == "display.table":
            assert "caption" in given


@of(SOURCES)
def test_figures_and_tables_are_numbered_in_order_by_section(path):
    section = {
        "00_checklist": "L",
        "00_claims": "C",
        "00_diagnose": "D",
        "00_how_sure": "S",
        "00_not_reproduced": "N",
        "00_open_questions": "Q",
        "00_reliability": "T",
        "00_status": "R",
    }.get(path.stem)
    if not path.stem.startswith("00_"):
        section = re.match(r"0?(\w+?)(?:_(\d+))?_[a-z]", path.stem)
        section = ".".join(filter(None, section.groups()))
    text = "\n".join(ast.unparse(caption) for _, caption in captions_of(path))
    for kind in ("Figure", "Table"):
        numbers = re.findall(
            rf"(?:<b>|^['\"]){kind} ([\w.]+)-(\d+)(?: · {{here}})?(?:[.,]|['\"]$)",
            text,
            re.MULTILINE,
        )
        expected = [(section, str(n)) for n in range(1, len(numbers) + 1)]
        assert sorted(numbers, key=lambda pair: int(pair[1])) == expected
    figures = [
        ast.unparse(caption)
        for call, caption in captions_of(path)
        if call in ("display.figure", "claim_figures.shown", "claim_figures.rulers")
        or call.startswith("example_plots.")
    ]
    for caption in figures:
        assert re.match(rf"f?['\"]<b>Figure {section}-\d", caption), caption


def test_parameters_need_a_tagged_cell():
    with pytest.raises(CompanionError, match="no cell tagged parameters"):
        notebooks.parameters_of(jupytext.reads("# %%\nx = 1", fmt="py:percent"))


def test_a_value_that_nothing_reads_is_refused():
    namespace = {"profile": "quick", "In": [], "_dh": [], "datset": "multiemo", "ast": ast}
    with pytest.raises(CompanionError, match=r"unknown parameter 'datset': choose one of profile"):
        notebooks.check_parameters(namespace, "profile")
    del namespace["datset"]
    notebooks.check_parameters(namespace, "profile")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"datset": "multiemo"}, ["unknown parameter 'datset'", "profile, model, dataset"]),
        ({"dataset": "imdb"}, ["unknown dataset 'imdb'", "multiemo_pairs"]),
        ({"profile": "huge"}, ["unknown profile 'huge'", "embedded"]),
        ({"model": "bert"}, ["unknown model 'bert'", "e5_small"]),
        ({"sources": {"xnly": "."}}, ["unknown source 'xnly'", "xnli"]),
        ({"sources": {"xnli": ""}}, ["source 'xnli'", "'' is not a folder"]),
        ({"sources": "xnli"}, ["sources='xnli'", "expected dict, not str"]),
        ({"compute": "maybe"}, ["compute='maybe'", "expected bool, not str"]),
        ({"dataset": 5}, ["dataset=5", "expected str, not int"]),
    ],
)
def test_papermill_stops_before_any_work_on_a_bad_parameter(parameters, words, tmp_path):
    twin = REPOSITORY / "notebooks" / "04_1_performance.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(
            str(twin), str(tmp_path / "out.ipynb"), parameters=parameters, cwd=str(REPOSITORY),
            progress_bar=False,
        )  # fmt: skip
    assert caught.value.ename == "CompanionError"
    assert all(word in caught.value.evalue for word in words), caught.value.evalue


def test_reading_results_needs_no_torch(tmp_path):
    source = code_of(
        REPOSITORY / "notebooks" / "04_1_performance.py", without=("setup", "parameters")
    )
    program = "\n".join(
        [
            "profile, model, dataset = 'quick', 'e5_small', 'multiemo'",
            "sources, compute = {}, False",
            source,
            "import sys, json",
            "heavy = {'torch', 'transformers', 'datasets', 'shap'}",
            "print(json.dumps(sorted(heavy & set(sys.modules))))",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
