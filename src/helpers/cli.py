"""The ``companion`` command: every argument is checked before anything heavy is imported."""

import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from helpers.diagnose_command import diagnose
from helpers.foundation import hardware
from helpers.foundation.errors import CompanionError, disk_reason
from helpers.foundation.experiment import Experiment
from helpers.foundation.names import FAMILIES, MODELS, SETUPS, check_model, family_of
from helpers.foundation.paths import existing_folder
from helpers.foundation.profiles import PUBLISHED_PROFILE, load_profile


class _Commands(typer.core.TyperGroup):
    """The commands; Typer would end an interrupted one without a word of ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print(
                "companion: stopped; finished stages are kept, the same call goes on",
                file=sys.stderr,
            )
            sys.exit(130)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reproduce 'Understanding the effects of language-specific class imbalance in "
    "multilingual fine-tuning', and measure it on your own data.",
)

ProfileOption = Annotated[str, typer.Option(help="A file in configs/: quick, embedded, paper.")]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME=FOLDER",
        help="Read a data set from a local folder in the layout of its hub repository.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be computed, and compute nothing.")
]
ModelOption = Annotated[str, typer.Option(help=f"{', '.join(MODELS)}, a folder, or owner/name.")]
DatasetOption = Annotated[str, typer.Option(help=", ".join(FAMILIES))]


def _sources(items: list[str] | None) -> dict[str, Path]:
    sources = {}
    for item in items or []:
        name, equals, folder = item.partition("=")
        if not equals or name not in {*FAMILIES, "wikipedia"}:
            raise CompanionError(
                f"--source {item!r}: give NAME=FOLDER with NAME one of {', '.join(FAMILIES)}, "
                "wikipedia"
            )
        if name in sources:
            raise CompanionError(f"--source {item!r}: {name} has a folder already")
        sources[name] = existing_folder(folder, what=f"--source {item!r}")
    return sources


def _named(dataset: str, sources: dict[str, Path]) -> str:
    """Return the data set's name, which a local source may change."""
    family_of(dataset)
    if not sources:
        return dataset
    from helpers.data.corpora import full_name

    return full_name(dataset, sources)


def _stages(names: str | None) -> tuple[str, ...]:
    from helpers.stages import STAGES, check_stages

    if names is None:
        return STAGES
    chosen = tuple(name.strip() for name in names.split(","))
    check_stages(chosen)
    return chosen


@app.command()
def reproduce(
    profile: ProfileOption = "quick",
    source: SourceOption = None,
    only: Annotated[
        str | None, typer.Option(help="Parts of a name, such as multiemo/balanced/seed0.")
    ] = None,
    stages: Annotated[str | None, typer.Option(help="Some stages only, by comma.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Recompute beside the results, and compare.")
    ] = False,
    questions: Annotated[
        str | None,
        typer.Option(help="Instead, the models that open questions need, by comma; or all."),
    ] = None,
    no_book: Annotated[bool, typer.Option("--no-book", help="Run the stages only.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Run the experiments of a profile, say what moved, execute the notebooks, build the book."""
    settings, sources = load_profile(profile), _sources(source)
    chosen = None if stages is None else _stages(stages)
    names = [_named(dataset, sources) for dataset in settings.matrix]
    from helpers import reproduction, verification
    from helpers.stages import RESULT_STAGES, check_some_have, profile_experiments, unmade

    work = [(RESULT_STAGES, profile_experiments(profile, datasets=names))]
    if questions is not None:
        from helpers.report import question_runs

        work = question_runs.work(question_runs.chosen(questions, profile), profile)
    named = verification.chosen([each for _, listed in work for each in listed], only)
    if chosen is not None:
        check_some_have(named, chosen)
    kept = set(named)
    work = [(chosen or own, [each for each in listed if each in kept]) for own, listed in work]
    if dry_run:
        say = verification.to_recompute if again else unmade
        parts = (say(listed, stages=own, sources=sources) for own, listed in work)
        print(reproduction.unmade_text(*parts))
        return
    act = verification.recompute if again else verification.reproduce
    changes = []
    for own_stages, listed in work:
        changes += act(listed, stages=own_stages, sources=sources)
    if not hardware.is_first_process():
        return
    print(verification.changes_text(changes, everything=again))
    if again:
        raise typer.Exit(1 if any(change.outcome == "moved" for change in changes) else 0)
    if not no_book:
        from helpers import book as book_module

        print(f"The book: {book_module.render(profile, datasets=names)}")


@app.command()
def run(
    model: ModelOption = "e5_small",
    dataset: DatasetOption = "multiemo",
    setup: Annotated[str, typer.Option(help=", ".join(SETUPS))] = "balanced",
    seed: Annotated[int, typer.Option(help="Sample, head, dropout and order.")] = 0,
    profile: ProfileOption = "quick",
    variant: Annotated[str, typer.Option(help="key=value,… that differs from the profile.")] = "",
    stages: Annotated[str | None, typer.Option(help="Some stages only, by comma.")] = None,
    source: SourceOption = None,
    json_: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Run one experiment and fill its results folder."""
    chosen, sources = _stages(stages), _sources(source)
    Experiment(model, dataset, setup, seed, profile, variant)
    experiment = Experiment(model, _named(dataset, sources), setup, seed, profile, variant)
    from helpers import reproduction
    from helpers.stages import check_has, unmade

    if stages is not None:
        check_has(experiment, chosen)
    if dry_run:
        print(reproduction.unmade_text(unmade([experiment], stages=chosen, sources=sources)))
        return
    reproduction.run_experiments([experiment], stages=chosen, sources=sources)
    if not hardware.is_first_process():
        return
    if json_:
        from helpers.foundation import store

        metrics = store.read_json(experiment.folder, "metrics.json")
        _print_json({"folder": str(experiment.folder), "metrics": metrics})
    else:
        print(f"The results: {experiment.folder}")


@app.command()
def subsets(
    dataset: DatasetOption = "multiemo",
    profile: ProfileOption = "quick",
    seed: Annotated[int, typer.Option(help="The training sample.")] = 0,
    variant: Annotated[str, typer.Option(help="For example severity=0.5.")] = "",
    source: SourceOption = None,
    json_: JsonOption = False,
) -> None:
    """Print each split's joint counts of language and label, overlap and marginals."""
    sources = _sources(source)
    Experiment("e5_small", dataset, "imbalanced", seed, profile, variant)
    experiment = Experiment(
        "e5_small", _named(dataset, sources), "imbalanced", seed, profile, variant
    )
    from helpers import reproduction

    report = reproduction.subsets_report(experiment, sources=sources)
    if json_:
        _print_json(report)
    else:
        print(reproduction.subsets_text(report))


@app.command()
def claims(
    profile: ProfileOption = PUBLISHED_PROFILE,
    json_: JsonOption = False,
) -> None:
    """Check every claim of the paper against its tables and against a profile's results."""
    load_profile(profile)
    from helpers import reproduction

    records = reproduction.claim_records(profile)
    if json_:
        _print_json(records)
    else:
        print(reproduction.claims_text(records))


@app.command()
def checklist(
    profile: ProfileOption = PUBLISHED_PROFILE,
    json_: JsonOption = False,
) -> None:
    """Answer the ACL's, NeurIPS's and ACM's items on reproducibility; say what each claim takes."""
    load_profile(profile)
    from helpers.report import checklist as checklist_module

    record = checklist_module.as_record(checklist_module.gather(profile))
    if json_:
        _print_json(record)
    else:
        print(checklist_module.as_text(record))


@app.command()
def plan(
    profile: ProfileOption = "quick",
    model: Annotated[
        str | None, typer.Option(help="One model only, of the profile or not.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="One data set only, of the profile or not.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="h200: a stated device, instead of timing this machine.")
    ] = None,
    source: SourceOption = None,
    json_: JsonOption = False,
) -> None:
    """Estimate the work, time and memory of every job, before anything is computed."""
    settings, sources = load_profile(profile), _sources(source)
    if model is not None:
        check_model(model)
    if dataset is not None:
        settings.settings(dataset)
    names = [_named(name, sources) for name in ([dataset] if dataset else settings.matrix)]
    from helpers.planning import plan as plan_module

    made = plan_module.make_plan(
        profile, model=model, datasets=names, device=device, sources=sources
    )
    if json_:
        _print_json(made)
    else:
        print(plan_module.as_text(made))


@app.command()
def assets(
    json_: JsonOption = False,
) -> None:
    """Fetch and check the offline encoder and texts (about 450 MB once)."""
    from helpers.data.asset_table import ASSETS
    from helpers.data.offline_assets import encoder_folder, ensure_asset

    folder = encoder_folder()
    fetched = {name: str(ensure_asset(name)) for name in ASSETS}
    report = {"encoder": str(folder), **fetched}
    if json_:
        _print_json(report)
    else:
        for name, path in report.items():
            print(f"{name}: {path}")


@app.command()
def book(
    profile: ProfileOption = PUBLISHED_PROFILE,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it, too, with chromium.")] = False,
) -> None:
    """Execute the notebooks on the results that are there, and build the book."""
    settings = load_profile(profile)
    from helpers import book as book_module
    from helpers import book_pdf

    program = book_pdf.browser() if pdf else None
    first_page = book_module.render(profile, datasets=list(settings.matrix))
    print(f"The book: {first_page}")
    if program:
        print(f"Printed: {book_pdf.write_pdf(first_page, program=program)}")


app.command()(diagnose)


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=1, ensure_ascii=False))


def main() -> None:
    """Run the command; a problem the reader can mend is one sentence, not a traceback."""
    # Tokenizers warn of a fork that never happens; libraries chat on import.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if not sys.stderr.isatty():  # in a log, a line every quarter of a minute is enough
        os.environ.setdefault("TQDM_MININTERVAL", "15")
    warnings.filterwarnings("ignore", category=FutureWarning)
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        app()
    except CompanionError as error:
        print(f"companion: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        if (reason := disk_reason(error)) is None:
            raise
        print(f"companion: {reason}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("helpers"):
            raise
        print(
            f"companion: this needs the package {error.name}, and only the core is installed: "
            "call make setup, or pip install '.[all]', in a checkout",
            file=sys.stderr,
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
