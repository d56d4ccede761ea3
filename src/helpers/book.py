"""The book: execute the notebooks on what the store holds, write a table of contents, build.

Nothing here computes an experiment. Executed notebooks lie in ``book/_generated/<profile>/``, and
two pages about the whole run in ``book/_generated/``. A notebook is executed again only where its
source, the helpers, the parameters or the result files it can read have changed.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from tqdm import tqdm
from traitlets.config import Config

from helpers import notebooks
from helpers.book_pages import Page, introduce, pages, table_of_contents
from helpers.foundation import paths, store
from helpers.foundation.errors import CompanionError
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import check_choice, family_of
from helpers.foundation.profiles import PUBLISHED_PROFILE
from helpers.foundation.provenance import repository_url
from helpers.stages.selection import book_experiments as experiments
from helpers.stages.selection import originals, published_experiments

# What the command line and the notebooks call.
__all__ = [
    "Page",
    "build",
    "execute_notebooks",
    "experiments",
    "originals",
    "pages",
    "render",
    "table_of_contents",
    "write_toc",
]

_STAMP = "companion_stamp"
# A progress bar's advice to install widgets is no output of a page.
_QUIET = "ignore:IProgress not found"
# --- execution ------------------------------------------------------------------------------


def execute_notebooks(listed: Sequence[Page], *, workers: int = 2, progress: bool = True) -> int:
    """Execute the pages whose inputs have changed.

    Parameters
    ----------
    listed : sequence of Page
        From `pages`.
    workers : int
        Notebooks executed at a time, each in a kernel of its own.
    progress : bool
        Show a bar with an estimate.

    Returns
    -------
    int
        How many were executed; the others were up to date.

    Raises
    ------
    CompanionError
        If a notebook has no such parameter, or fails; the message names notebook and cell. The
        others are finished first.
    """
    sums: dict[Path, str] = {}
    published = _result_files(published_experiments())
    stale = []
    for page in listed:
        notebook = notebooks.read_source(page.source)
        allowed = notebooks.parameters_of(notebook)
        for name in page.parameters:
            check_choice("parameter", name, allowed)
        stamp = _stamp(page, sums, published)
        if not _is_current(page.target, stamp):
            stale.append((page, notebook, stamp))
    failures = []
    workers = max(1, min(workers, len(stale), os.cpu_count() or 1))
    with (
        # Once for all threads: papermill's own option changes the directory for each notebook, and
        # two at a time leave the process in the wrong one.
        contextlib.chdir(paths.repository_root()),
        # The kernels inherit it.
        paths.environment_variable("PYTHONWARNINGS", os.environ.get("PYTHONWARNINGS", _QUIET)),
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(stale), desc="notebooks", disable=not (progress and stale)) as bar,
    ):
        futures = [pool.submit(_execute, *item) for item in stale]
        for future in as_completed(futures):
            failure = future.result()
            if failure:
                failures.append(failure)
            bar.update()
    if failures:
        raise CompanionError("; ".join(sorted(failures)))
    return len(stale)


def _stamp(page: Page, sums: dict[Path, str], published: Sequence[Path]) -> str:
    """Return a checksum of all that a page depends on.

    The published results are among it: their spread judges the paper's numbers.
    """
    helpers = Path(__file__).parent
    # Pages of the whole run read other profiles too.
    profile = page.parameters["profile"] if page.place else "*"
    inputs = [
        page.source,
        *([page.of] if page.of else []),
        *sorted(paths.configs_dir().glob(f"{profile}.yaml")),
        *sorted(
            path
            for path in helpers.rglob("*")
            if path.suffix in (".py", ".mplstyle", ".jinja", ".json")
        ),
    ]
    if page.place is None:
        # What was measured beside the experiments, whose files lie deeper.
        inputs += sorted(paths.results_dir().glob("*/*.json"))
    inputs = list(dict.fromkeys([*inputs, *_result_files(page.experiments), *published]))
    for path in inputs:
        if path not in sums:
            sums[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    root = paths.repository_root()
    names = [
        os.path.relpath(path, root if path.is_relative_to(root) else helpers) for path in inputs
    ]
    return store.fingerprint(
        parameters=page.parameters,
        address=repository_url(),  # which a page's first cell and its buttons hold
        inputs=list(zip(names, [sums[path] for path in inputs], strict=True)),
    )


def _result_files(listed: Iterable[Experiment]) -> list[Path]:
    """Return the result files of some experiments that a page may read."""
    return [
        path
        for experiment in listed
        # Explanations with text stay local, are large, and no page reads them.
        for path in sorted(experiment.folder.glob("*"))
        if path.suffix in (".json", ".parquet") and path.name != "shap.parquet"
    ]


def _is_current(target: Path, stamp: str) -> bool:
    if not target.is_file():
        return False
    return bool(nbformat.read(target, as_version=4).metadata.get(_STAMP) == stamp)


def _execute(page: Page, notebook: nbformat.NotebookNode, stamp: str) -> str | None:
    """Execute one page; return what went wrong, in one sentence."""
    import papermill

    introduce(notebook, page)
    log = page.target.with_suffix(".log.ipynb")
    page.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            executed = papermill.execute_notebook(
                notebook,
                str(log),
                parameters=dict(page.parameters),
                kernel_name=notebooks.KERNEL["name"],
                progress_bar=False,
                log_output=False,
                config=_kernel_config(sockets),
                # A kernel that is told to stop logs that as an error; real ones reach the caller.
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
    except papermill.PapermillExecutionError as error:
        return (
            f"notebook {page} fails in cell {error.exec_count} "
            f"({error.ename}: {str(error.evalue).splitlines()[0]}); "
            f"the whole of it is in {os.path.relpath(log, paths.repository_root())}"
        )
    _clean(executed, stamp)
    with store.atomic_path(page.target) as temporary:
        nbformat.write(executed, temporary)
    log.unlink()
    return None


def _kernel_config(sockets: str) -> Config:
    """Reach the kernel through files of its own, not through ports, where the system can."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})


def _clean(notebook: nbformat.NotebookNode, stamp: str) -> None:
    """Drop what depends on the machine; keep one cell of parameters, with the page's values."""
    injected = [cell for cell in notebook.cells if "injected-parameters" in _tags(cell)]
    for cell in notebook.cells:
        if "parameters" in _tags(cell) and injected:
            cell.source = notebooks.as_form(injected[0].source.removeprefix("# Parameters\n"))
    notebook.cells = [cell for cell in notebook.cells if cell not in injected]
    for cell in notebook.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": notebooks.KERNEL,
            "language_info": {"name": "python"},
            _STAMP: stamp,
        }
    )


def _tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def write_toc(profile: str, *, datasets: Iterable[str] = ()) -> Path:
    """Write a profile's table of contents to the root; the published one's is ``_toc.yml``."""
    text = table_of_contents(profile, datasets=datasets)
    root = paths.repository_root()
    published = root / "_toc.yml"
    if profile == PUBLISHED_PROFILE and published.is_file() and published.read_text() == text:
        return published
    target = root / f"_toc_{profile}.yml"
    store.write_text(target, text)
    return target


# --- building -------------------------------------------------------------------------------


def build(toc: Path, *, everything: bool = False) -> Path:
    """Build the pages that a table of contents lists; a warning is an error.

    Parameters
    ----------
    toc : Path
        A file in the repository's root.
    everything : bool
        Also pages whose text has not changed; needed where numbers that other pages quote have.

    Returns
    -------
    Path
        The book's first page.

    Raises
    ------
    CompanionError
        If there is a warning; the message has the first and names the log.
    """
    root = paths.repository_root()
    output = root / "_build"
    if not (output / "toc.yml").is_file() or (output / "toc.yml").read_bytes() != toc.read_bytes():
        shutil.rmtree(output / "html", ignore_errors=True)  # pages of another profile
        everything = True
    options = ["-W", "-n", "--keep-going", "--toc", str(toc), *(["--all"] if everything else [])]
    done = subprocess.run(
        [sys.executable, "-c", "from jupyter_book.cli.main import main; main()",
         "build", str(root), *options],
        capture_output=True, text=True, cwd=root, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    log = output / "build.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        (output / "toc.yml").unlink(missing_ok=True)
        lines = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).splitlines()
        told = (line for line in lines if "WARNING" in line or "ERROR" in line)
        first = next(told, lines[-1] if lines else "it was stopped and said nothing")
        raise CompanionError(
            f"the book does not build: {first.strip()} (all of it in {log.relative_to(root)})"
        )
    shutil.copyfile(toc, output / "toc.yml")
    return output / "html" / "index.html"


def render(profile: str, *, datasets: Iterable[str] = ()) -> Path:
    """Execute a profile's notebooks on what the store holds, and build its book.

    Parameters
    ----------
    profile : str
        A file in ``configs/``.
    datasets : iterable of str
        Data sets besides those of the profile and those with results.

    Returns
    -------
    Path
        The book's first page.

    Raises
    ------
    CompanionError
        If a notebook fails or the book has a warning.
    """
    datasets = list(datasets)
    for name in datasets:
        family_of(name)  # refuses what is no data set
    executed = execute_notebooks(pages(profile, datasets=datasets))
    return build(write_toc(profile, datasets=datasets), everything=executed > 0)
