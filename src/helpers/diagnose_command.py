"""``companion diagnose``: its arguments, what it prints and writes, how it ends."""

import contextlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeGuard

import typer

from helpers.foundation.errors import CompanionError
from helpers.foundation.names import check_choice

_OF_TRAINING = ("torch", "transformers", "datasets", "sklearn", "shap", "tqdm")


def diagnose(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="CSV, TSV, JSON lines or Parquet, a folder of them, or owner/name on the hub.",
        ),
    ],
    text: Annotated[str | None, typer.Option(help="Column of the text.")] = None,
    label: Annotated[str | None, typer.Option(help="Column of the label.")] = None,
    language: Annotated[str | None, typer.Option(help="Column of the language.")] = None,
    pair: Annotated[str | None, typer.Option(help="Column of a second text.")] = None,
    group: Annotated[
        str | None, typer.Option(help="Column of the source row that translations share.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Other data to compare with.")
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="even|as-is|FILE",
            help="Labels that the model will meet; FILE is CSV with language, label, share.",
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Write the class weights (eq. 2) here, as CSV.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="note|warning|error",
            help="Exit with 1 for a finding of this level or above, or too little data to tell.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Fine-tune this encoder on the data as they are, weighted and balanced, and "
            "measure: e5_small, mbert, xlmr, a folder, or owner/name."
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Of --model: quick, embedded or paper, for its sizes and seeds.")
    ] = "quick",
    output: Annotated[
        Path | None,
        typer.Option(help="Of --model: the folder of its results and book; companion-NAME here."),
    ] = None,
) -> None:
    """Say whether language predicts the label in a data set of yours, and what to do."""
    from helpers.diagnosis.severity import LEVELS

    if fail_on is not None:
        check_choice("level for --fail-on", fail_on, LEVELS)
    read = [Path(each).expanduser() for each in (data, reference, expect) if _is_there(each)]
    _check_target("--html", html, read)
    _check_target("--weights", weights, [*read, *([html] if html is not None else [])])
    job = None
    if model is not None:
        _check_packages()
        from helpers.diagnosis.sources import open_source
        from helpers.own_data import fine_tuning

        source = open_source(data, split=split)
        job = fine_tuning.plan_job(source, model=model, profile=profile, output=output)
        _check_outside("--output", job.output, read)
    elif output is not None or profile != "quick":
        raise CompanionError("--profile and --output say how --model fine-tunes: name a model too")
    from helpers.diagnosis.diagnosing import diagnose as run

    found = run(
        data,
        text=text,
        label=label,
        language=language,
        pair=pair,
        group=group,
        split=split,
        reference=reference,
        expect=expect,
    )
    files = {}  # all of them, before the first is written
    if weights is not None:
        files[weights] = found.weights().round(6).to_csv(index=False, lineterminator="\n")
    if html is not None:
        files[html] = found.to_html()
    fields, printed = found.to_dict() if json_ else {}, [] if json_ else [found.to_text()]
    if job is not None:
        tuned, book = fine_tuning.fine_tune(job, source, found)
        fields["fine_tuned"] = {**tuned.to_dict(), "folder": str(job.output)}
        without = "none, since make setup or pip install '.[all]' is needed to write it"
        printed += ["", tuned.to_text(), "", f"The results: {job.output}"]
        printed += [f"The book: {without if book is None else book}"]
    try:
        for path, content in files.items():
            _write(path, content)
    finally:  # a file that cannot be written takes nothing of the report away
        print(json.dumps(fields, indent=1, ensure_ascii=False) if json_ else "\n".join(printed))
    if fail_on is None:
        return
    at_least = LEVELS[LEVELS.index(fail_on) :]
    if found.level in at_least or found.undecided:
        raise typer.Exit(1)


def _is_there(path: str | None) -> TypeGuard[str]:
    try:
        return path is not None and Path(path).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False


def _check_packages() -> None:
    for name in _OF_TRAINING:
        if importlib.util.find_spec(name) is None:
            raise CompanionError(
                f"--model fine-tunes, which needs the package {name}, and only the core is "
                "installed: pip install '.[train]' in a checkout, or '.[all]' for the book too"
            )


def _check_target(option: str, path: Path | None, others: Sequence[Path]) -> None:
    """Refuse a file that cannot be, is read or written already, or would be read as data."""
    if path is None:
        return
    from helpers.diagnosis.formats import format_of
    from helpers.foundation.store import check_writable

    try:
        possible = (path.is_file() or not path.exists()) and path.resolve().parent.is_dir()
        taken = path.resolve() in [each.resolve() for each in others]
    except (OSError, RuntimeError, ValueError):
        possible = taken = False
    if not possible:
        raise CompanionError(f"{option} {str(path)[:200]!r}: give a file in a folder that exists")
    if taken:
        raise CompanionError(f"{option} {str(path)!r} is read, or written, too: give another file")
    check_writable(path.resolve().parent)
    if format_of(path.resolve()) is not None:
        _check_outside(option, path, others)


def _check_outside(option: str, path: Path, read: Sequence[Path]) -> None:
    """Refuse to write into a folder that is read: the next call would take it for data."""
    place = path.resolve()
    for folder in read:
        if folder.is_dir() and folder.resolve() in (place, *place.parents):
            raise CompanionError(
                f"{option} {str(path)!r} is in {str(folder)!r}, where the next call would read it "
                "as data: give another folder"
            )


def _write(path: Path, content: str) -> None:
    """Write a file whole or not at all; a link stays, and what it names is written."""
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CompanionError(f"{path} cannot be written: {error}") from error
