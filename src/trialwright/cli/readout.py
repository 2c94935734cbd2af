"""`analyze`, `report`, `trace`, `export`: from the ledger to results, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from trialwright.cli.speak import (
    err,
    expect_one_of,
    out,
    parse_moment,
    print_json,
    print_problems,
    stop,
    waiting,
    wrong_use,
)
from trialwright.model.problem import Problem
from trialwright.model.text import LANGUAGES

if TYPE_CHECKING:  # Polars and scipy are loaded by the command that needs them: --help must not wait for them
    from trialwright.model.study import Study
    from trialwright.pipeline.readout import Readout
    from trialwright.pipeline.trace import Trace

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
AsOf = Annotated[str, typer.Option("--as-of", help="A past moment, e.g. 2021-06-30 or 2021-06-30T12:00:00Z.")]
Folder = Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")]


def add_to(app: typer.Typer) -> None:
    app.command("analyze")(analyze)
    app.command("report")(report)
    app.command("trace")(trace)
    app.command("export")(export)


def analyze(study: StudyFolder, output: Folder, db: Db = None, as_of: AsOf = "") -> None:
    """
    Derive and analyse; write every result row and every analysis record as JSON.

    Example: trialwright analyze studies/aba_dm --db demo-out/ledger.sqlite -o out
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.readout import analysis_files, write_files

    _refuse_file(output)
    readout = read_place(study, db, as_of)
    write_files(analysis_files(readout, knowledge.load()), output)
    out.print(
        f"{len(readout.rows)} result rows, {len(readout.analysis.records)} analysis records: {output}", markup=False
    )


def report(
    *,
    study: StudyFolder,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The folder to write to.")] = None,
    db: Db = None,
    as_of: AsOf = "",
    shells_only: Annotated[bool, typer.Option("--shells", help="Only the empty tables, before there is data.")] = False,
    plan_only: Annotated[bool, typer.Option("--plan", help="Only the analysis plan, without any data.")] = False,
    cells: Annotated[bool, typer.Option("--cells", help="Only list the names of all cells.")] = False,
    language: Annotated[str, typer.Option("--language", help="Of the page and its figures: en or zh.")] = "en",
    form: Annotated[str, typer.Option("--format", help="Of the documents: pdf, rtf, docx, several, or all.")] = "pdf",
) -> None:
    """
    Write the report: one page, the study report as PDF, RTF or DOCX, the results as JSON and Parquet, the figures.

    Example: trialwright report demo-out/study --db demo-out/ledger.sqlite -o report
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline import readout as route
    from trialwright.report import cell_names
    from trialwright.report.papers import FORMATS

    expect_one_of("--language", language, LANGUAGES)
    formats = tuple(FORMATS) if form == "all" else tuple(each.strip() for each in form.split(","))
    for each in formats:
        expect_one_of("--format", each, (*FORMATS, "all"))
    if output is not None:
        _refuse_file(output)
    if shells_only:
        text = _shells(study)
        if output is None:
            out.print(text.decode(), markup=False)
        else:
            route.write_files({"shells.txt": text}, output)
        return
    if plan_only:
        if output is None:
            wrong_use("Where should the plan go? For example: trialwright report STUDY --plan -o plan")
        route.write_files(route.make_plan(study, _load(study), knowledge.load(), language, formats=formats), output)
        out.print(*(f"Plan: {output / f'plan.{each}'}" for each in formats), sep="\n", markup=False)
        return
    if output is None and not cells:
        wrong_use("Where should the report go? For example: trialwright report STUDY -o report")
    readout = read_place(study, db, as_of)
    if output is None or cells:
        for name in cell_names(readout.rows):
            print(name)
        return
    with waiting("Writing the report"):
        made = route.make_report(study, readout, knowledge.load(), language, formats=formats)
    route.write_files(made.files, output)
    print_problems(made.problems)
    for name in ("index.html", *(f"report.{each}" for each in formats)):
        out.print(f"Report: {output / name}", markup=False)


def trace(
    *,
    study: StudyFolder,
    cell: Annotated[str, typer.Argument(metavar="CELL", help="TABLE:ROW:STATISTIC, e.g. 14.2.1.1:responders:n.")] = "",
    db: Db = None,
    as_of: AsOf = "",
    every: Annotated[bool, typer.Option("--all", help="Recompute every numeric cell from its own datapoints.")] = False,
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """
    Walk from a number in the report back to the keystrokes behind it.

    Example: trialwright trace demo-out/study 14.2.1.1:responders:n --db demo-out/ledger.sqlite
    """
    expect_one_of("--format", form, ("text", "json"))
    if not every and not cell:
        wrong_use("Which cell? Name one (trialwright report STUDY --cells lists them) or ask for --all.")
    readout = read_place(study, db, as_of)
    if every:
        _recompute(readout, form)
        return
    walked = readout.tracer().trace(cell)
    if isinstance(walked, Problem):
        stop([walked])
    if form == "json":
        print_json(walked)
    else:
        _print_trace(walked)


def export(
    form: Annotated[
        str,
        typer.Argument(
            help="adam, ars, csv, odm, parquet, sdtm, sharing, spss, stata, usdm, or all.", metavar="FORMAT"
        ),
    ],
    study: StudyFolder,
    output: Folder,
    db: Db = None,
    as_of: AsOf = "",
    *,
    fewest: Annotated[int, typer.Option("--fewest", help="sharing: fewest participants that share a category.")] = 3,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="sharing: the file that holds your key.")] = None,
) -> None:
    """
    Write the data in a standard format, with a manifest of counts and checksums.

    Example: trialwright export csv demo-out/study --db demo-out/ledger.sqlite -o out
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.readout import export_formats, exports, results_open, sharing_choice, write_export

    known = [each.name for each in export_formats()]
    expect_one_of("FORMAT", form, (*known, "all"))
    _refuse_file(output)
    sharing = sharing_choice(_fewest(fewest), _sharing_key(key_file))
    readout = read_place(study, db, as_of)
    if not results_open(readout):
        err.print("   the data are open: no file holds a verdict or a result before data lock or a declared look")
    for name, files in exports(readout, knowledge.load(), known if form == "all" else [form], sharing):
        folder = output / name if form == "all" else output
        with waiting(f"Writing {name}"):
            count = write_export(files, folder)
        out.print(f"{name}: {count} files in {folder}", markup=False)


_LEAST, _KEY_BYTES = 2, 32


def _fewest(told: int) -> int:
    if told < _LEAST:
        wrong_use(f"--fewest {told}: a category of one participant tells who it is. Name {_LEAST} or more.")
    return told


def _sharing_key(file: Path | None) -> bytes:
    """The bytes of the key file; b"" without one. A short or missing file ends the command before any work."""
    if file is None:
        return b""
    key = file.read_bytes().strip() if file.is_file() else b""
    if len(key) < _KEY_BYTES:
        wrong_use(
            f"--key-file {file}: {len(key)} bytes, at least {_KEY_BYTES} are needed. Make one with "
            "`openssl rand -hex 32` and keep it apart from the data: whoever holds it can lead the new ids back."
        )
    return key


def _refuse_file(folder: Path) -> None:
    """Before any work: the folder to write to, or the nearest one above it, must not be a file."""
    nearest = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    if nearest.exists() and not nearest.is_dir():
        wrong_use(f"-o {folder}: {nearest} is a file. Name a folder; nothing was changed.")


def _load(study: Path) -> Study:
    from trialwright import catalog as knowledge
    from trialwright.pipeline.study import load_study

    definition, problems = load_study(study, knowledge.load())
    if definition is None:
        stop([p for p in problems if p.severity == "error"] or problems)
    return definition


def _shells(study: Path) -> bytes:
    from trialwright import catalog as knowledge
    from trialwright.report import shells
    from trialwright.report.shells import write_shells

    return write_shells(shells(_load(study), knowledge.load()))


def read_place(study: Path, db: str | None, as_of: str) -> Readout:
    """The readout of a study's ledger; a definition or a ledger that does not stand ends the command."""
    from trialwright import catalog as knowledge
    from trialwright.pipeline.earlier import study_as_of
    from trialwright.pipeline.place import open_place
    from trialwright.pipeline.readout import read_out

    moment = parse_moment("--as-of", as_of) if as_of else None
    definition = _load(study)
    with open_place(study, db) as ledger, waiting("Deriving and analysing"):
        definition, notes = study_as_of(study, definition, ledger, knowledge.load(), moment)
        readout = read_out(definition, knowledge.load(), ledger, moment)
    print_problems(notes)
    if isinstance(readout, Problem):
        stop([readout])
    return readout


def _recompute(readout: Readout, form: str) -> None:
    from trialwright import catalog as knowledge
    from trialwright.pipeline.trace import recompute_all

    with waiting("Recomputing every cell"):
        results = recompute_all(readout.study, knowledge.load(), readout.tracer(), readout.snapshot)
    wrong = [each for each in results if not each.same]
    if form == "json":
        print_json([msgspec.structs.asdict(each) for each in results])
    else:
        out.print(f"{len(results) - len(wrong)} of {len(results)} numeric cells come out the same from their own data.")
    for each in wrong:
        err.print(f"{each.cell}: printed {each.printed}, from its own data {each.recomputed}", markup=False)
    if wrong:
        raise typer.Exit(1)


def _print_trace(walked: Trace) -> None:
    row = walked.row
    out.print(f"[bold]{row.cell}[/bold]  {row.label}: {row.value} {row.unit}")
    for sentence in (row.method, *row.warnings, *row.assumed):
        if sentence:
            out.print(f"  {sentence}", markup=False)
    out.print(f"\n{len(walked.records)} analysis records", markup=False)
    for record in walked.records:
        out.print(f"  {record.id:<44} {record.verdict or record.value} {record.unit}".rstrip(), markup=False)
    out.print(f"\n{len(walked.datapoints)} datapoints", markup=False)
    for point in walked.datapoints:
        place = f"{point.participant_id} {point.visit} {point.form} {point.item}"
        why = f"  ({point.reason})" if point.reason else ""
        out.print(f"  {place:<60} {point.raw!r:<14} {point.user}  {point.at_utc}  v{point.version}{why}", markup=False)
    if walked.events:
        out.print(f"\n{len(walked.events)} acts", markup=False)
    for event in walked.events:
        out.print(
            f"  {event.participant_id:<8} {event.kind:<22} {event.user}  {event.at_utc}  {event.reason}", markup=False
        )
