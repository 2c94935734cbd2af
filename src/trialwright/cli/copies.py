"""`casebook`, `archive`: copies that people read without this program."""

from __future__ import annotations

import getpass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.speak import expect_one_of, out, stop, waiting, wrong_use
from trialwright.model.problem import Problem
from trialwright.model.text import LANGUAGES

if TYPE_CHECKING:  # brings Polars: --help must not wait for it
    from trialwright.model.study import Study
    from trialwright.store import Ledger

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
Language = Annotated[str, typer.Option(help="en or zh.")]


def add_to(app: typer.Typer) -> None:
    app.command("casebook")(casebook)
    app.command("archive")(archive)


def casebook(
    study: StudyFolder,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    participant: Annotated[str, typer.Option(help="One participant; without it, everybody and the blank forms.")] = "",
    language: Language = "en",
    db: Db = None,
) -> None:
    """
    Write each participant's forms, signatures and audit trail as a page and as PDF; and the forms blank.

    Example: trialwright casebook demo-out/study --db demo-out/ledger.sqlite -o casebooks --language zh
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.archive import builds_of, casebooks
    from trialwright.pipeline.casebook import Casebook
    from trialwright.pipeline.place import open_place
    from trialwright.pipeline.readout import write_files

    expect_one_of("--language", language, LANGUAGES)
    definition = _load(study)
    with open_place(study, db) as ledger:
        snapshot = ledger.snapshot()
        known = {event.participant_id for event in snapshot.events if event.kind == "participant_added"}
        if participant and participant not in known:
            wrong_use(f"--participant {participant}: nobody of that number. There are {len(known)} participants.")
        book = Casebook(
            study=definition,
            snapshot=snapshot,
            study_at=builds_of(study, definition, knowledge.load()),
            language=language,
        )
        with waiting("Setting the casebooks"):
            files = casebooks(book, only=participant)
        _record(ledger, definition, "casebook", participant)
    write_files(files, output)
    out.print(f"{len(files)} files in {output}", markup=False)


def archive(
    study: StudyFolder,
    output: Annotated[Path, typer.Option("-o", "--output", help="The zip to write; it must not exist.")],
    language: Language = "en",
    db: Db = None,
) -> None:
    """
    Write the whole trial into one zip that opens without this program, its manifest reconciled with the ledger.

    Example: trialwright archive demo-out/study --db demo-out/ledger.sqlite -o trial.zip
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.archive import archive_files, zipped
    from trialwright.pipeline.place import open_place
    from trialwright.pipeline.readout import read_out, write_files

    expect_one_of("--language", language, LANGUAGES)
    if output.exists():
        wrong_use(f"-o {output}: something is here already. An archive never overwrites.")
    definition = _load(study)
    with open_place(study, db) as ledger, waiting("Writing the archive"):
        readout = read_out(definition, knowledge.load(), ledger, None)
        if isinstance(readout, Problem):
            stop([readout])
        files = archive_files(
            readout, ledger, knowledge.load(), study, language=language, version=version("trialwright")
        )
        _record(ledger, definition, "archive", "")
    write_files({output.name: zipped(files)}, output.parent)
    head = readout.snapshot.head
    out.print(f"{output}: {len(files)} files, head {head.seq}:{head.hash}", markup=False)


def _record(ledger: Ledger, study: Study, form: str, participant: str) -> None:
    """That a copy left, by whom and of what, stands in the ledger."""
    from trialwright.pipeline.conduct_copies import record_exported

    record_exported(ledger, study, user=getpass.getuser(), form=form, participant_id=participant)


def _load(study: Path) -> Study:
    from trialwright import catalog as knowledge
    from trialwright.pipeline.study import load_study

    definition, problems = load_study(study, knowledge.load())
    if definition is None:
        stop([p for p in problems if p.severity == "error"] or problems)
    return definition
