"""`record`: what became of a registry record, and what is due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from trialwright.cli import record_readout
from trialwright.cli.speak import as_json, err, expect_one_of, out, parse_day, print_json, print_problems, wrong_use

if TYPE_CHECKING:
    from trialwright.model.ledger import Snapshot
    from trialwright.model.problem import Problem

Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
Form = Annotated[str, typer.Option("--format", help="text or json.")]


def add_to(app: typer.Typer) -> None:
    family = typer.Typer(
        name="record", help="A registry record: its history, what is due, other formats.", no_args_is_help=True
    )
    family.command("history")(history)
    family.command("diff")(diff)
    family.command("deadlines")(deadlines)
    family.command("convert")(convert)
    family.command("outcomes")(outcomes)
    family.command("submit")(submit)
    family.command("readout")(record_readout.readout)
    family.command("results")(record_readout.results)
    app.add_typer(family)


def history(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A history document, a folder with versions of one record, or a study folder."
        ),
    ],
    db: Db = None,
    form: Form = "text",
) -> None:
    """
    Tell how a record changed: versions, original and current outcome measures, classes of change, dates.

    Example: trialwright record history studies/aba_dm
    """
    from trialwright.pipeline.record_history import read_history
    from trialwright.register.history import render_history

    expect_one_of("--format", form, ("text", "json"))
    found = read_history(file, ledger.events if (ledger := _snapshot(file, db)) else ())
    if isinstance(found, list):
        _refuse(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_history(found), markup=False, end="")


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A record in any format, or a study folder.")],
    after: Annotated[
        Path | None,
        typer.Argument(metavar="B", help="The same, later or elsewhere; without it, the public copy of study A."),
    ] = None,
    db: Db = None,
    form: Form = "text",
) -> None:
    """
    Compare two records field by field, in words; exit 1 if they differ.

    Of a study folder alone: the version last submitted, or the draft where none was, against the public copy.

    Example: trialwright record diff registered.json demo-out/registration.json
    """
    from trialwright.pipeline.record_history import compare_paths, study_drift
    from trialwright.register.history import render_diff

    expect_one_of("--format", form, ("text", "json"))
    if after is not None:
        found = compare_paths(before, after)
    elif (before / "study.yaml").is_file():
        found = study_drift(before, ledger.events if (ledger := _snapshot(before, db)) else ())
    else:
        wrong_use(f"{before} is no study folder: name the record to compare it with.")
    if isinstance(found, list):
        _nothing_compared(found)
        _refuse(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_diff(found), markup=False, end="")
    if not found.same:
        raise typer.Exit(1)


def submit(
    *,
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The study's folder.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The record as it was submitted, in any format.")],
    date: Annotated[str, typer.Option(help="The day it was submitted, YYYY-MM-DD.")],
    by: Annotated[str, typer.Option(help="Who keeps it: a name of the delegation log.")],
    reason: Annotated[str, typer.Option(help="Why it was submitted, in one sentence.")] = "",
    db: Db = None,
) -> None:
    """
    Keep the bytes of a version that was submitted to the registry, with the day, in the ledger.

    Example: trialwright record submit my-study upload.xml --date 2026-11-20 --by registry_officer_1
    """
    from trialwright.pipeline.record_submit import keep_submission

    try:
        content = file.read_bytes()
    except OSError as error:
        wrong_use(f"{file}: it cannot be read ({error.strerror}).")
    kept = keep_submission(study, content, name=file.name, date=date, user=by, reason=reason, db=db)
    if isinstance(kept, list):
        _refuse(kept)
    out.print(kept, markup=False)


def deadlines(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study folder with its ledger, or any record.")],
    on: Annotated[str, typer.Option(help="Judge as of this day, YYYY-MM-DD; without it, today.")] = "",
    db: Db = None,
    form: Annotated[str, typer.Option("--format", help="text, json or ics (a calendar).")] = "text",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write to.")] = None,
) -> None:
    """
    List every due date of a registration, what it counts from and by which rule; exit 1 if one is overdue.

    Example: trialwright record deadlines demo-out/study --db demo-out/ledger.sqlite --format ics -o due.ics
    """
    from trialwright.pipeline.record_deadlines import deadlines_of
    from trialwright.register.clock import render_calendar, render_deadlines

    expect_one_of("--format", form, ("text", "json", "ics"))
    day = parse_day("--on", on) if on else dt.datetime.now(dt.UTC).date()
    found = deadlines_of(study, day, _snapshot(study, db))
    if isinstance(found, list):
        _refuse(found)
    if form == "json" and output is None:
        print_json(found)
    else:
        text = {"ics": render_calendar, "text": render_deadlines}.get(form, as_json)(found)
        _give(text, output)
    if any(one.state == "overdue" for one in found.deadlines):
        raise typer.Exit(1)


def outcomes(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study folder with its record, or any record.")],
    form: Form = "text",
) -> None:
    """
    Show what computes each registered outcome measure; exit 1 if the study leaves one unbound or incomplete.

    Of a record alone it shows the nearest entries of the catalog.

    Example: trialwright record outcomes studies/aba_dm
    """
    from trialwright.pipeline.record_outcomes import outcomes_of
    from trialwright.register.binding import render_bindings

    expect_one_of("--format", form, ("text", "json"))
    found = outcomes_of(path)
    if isinstance(found, list):
        _refuse(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_bindings(found), markup=False, end="")
    if path.is_dir() and any(binding.lacking for binding in found):
        raise typer.Exit(1)


def _give(text: str, output: Path | None) -> None:
    """To a file, bytes as they are; else to the terminal."""
    if output is None:
        out.print(text, markup=False, end="")
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(text.encode())
    out.print(f"Written: {output}", markup=False)


def _nothing_compared(problems: list[Problem]) -> None:
    """The sentence before the reasons; open decisions are counted, for a new study has many."""
    undecided = sum(problem.code == "TW-DEF-036" for problem in problems)
    many = "1 decision is" if undecided == 1 else f"{undecided} decisions are"
    why = f" {many} open: a study is compared when all are made." if undecided else ""
    err.print(f"Nothing was compared.{why}", markup=False)


def _refuse(problems: list[Problem]) -> NoReturn:
    print_problems(problems)
    raise typer.Exit(2)


def _snapshot(path: Path, db: str | None) -> Snapshot | None:
    """The ledger of a study folder as of now; None where the path is no study or has no ledger yet."""
    from trialwright.pipeline.place import database_of, open_place

    if not (path / "study.yaml").is_file():
        return None
    url = database_of(path, db)
    if db is None and "://" not in url and not Path(url).exists():
        return None
    with open_place(path, db) as ledger:
        return ledger.snapshot()


def convert(
    file: Annotated[Path, typer.Argument(metavar="IN", help="A record in any format.")],
    to: Annotated[str, typer.Option("--to", help="v2, prs-xml, who, tabular, page (readable) or definition.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="The file to write (.html: a web page), or the folder of a definition; else the screen.",
        ),
    ] = None,
    org_name: Annotated[
        str, typer.Option("--org-name", help="For prs-xml: the short name your organisation logs in with.")
    ] = "",
) -> None:
    """
    Write a record in another form, and tell what that form cannot carry and what is still owed.

    Example: trialwright record convert registered.json --to prs-xml -o upload.xml
    """
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.record_convert import TARGETS, convert_record

    expect_one_of("--to", to, TARGETS)
    if to == "definition":
        _write_definition(file, output)
        return
    written = convert_record(file, to, output=output, org_name=org_name)
    if isinstance(written, list):
        _refuse(written)
    if output is None:
        out.print(written.content.decode(), markup=False, end="")
    else:
        write_files({output.name: written.content}, output.parent)
    for remark in written.remarks:
        err.print(remark, markup=False)
    for heading, lines in (
        ("Not carried over", [f"{cell.where}: {cell.reason}" for cell in written.lost]),
        ("Still owed", [f"{owed.where}: {owed.what}" for owed in written.owed]),
    ):
        if lines:
            err.print(f"\n{heading} ({len(lines)})", markup=False)
            for line in lines:
                err.print(f"  {line}", markup=False)


def _write_definition(file: Path, folder: Path | None) -> None:
    """A study folder out of a record; what is still to be decided is counted, `check` lists it."""
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.record_convert import convert_to_definition

    if folder is None or (folder.exists() and any(folder.iterdir())):
        where = "no folder is named" if folder is None else f"{folder} is not empty"
        err.print(f"A definition is a folder of files: {where}. Name a new one with -o DIR.", markup=False)
        raise typer.Exit(2)
    made = convert_to_definition(file)
    if isinstance(made, list):
        _refuse(made)
    files, problems = made
    write_files(files, folder)
    gaps = [problem for problem in problems if problem.code == "TW-DEF-036"]
    out.print(f"Written: {folder} ({len(files)} files)", markup=False)
    out.print(f"Still to decide: {len(gaps)}. List them: trialwright check {folder}", markup=False)
