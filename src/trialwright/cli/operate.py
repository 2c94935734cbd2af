"""`doctor`, `roles`, `validate`: what whoever runs the server needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import expect_one_of, out, print_json, stop, waiting, wrong_use
from trialwright.model.text import LANGUAGES

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)
    app.command("roles")(roles)
    app.command("validate")(validate)


def doctor(
    study: StudyFolder,
    db: Db = None,
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """
    Examine the installation and its ledger: settings, guards, room on the disk, clock, versions, rights.

    Example: trialwright doctor my-study
    """
    from trialwright.pipeline.doctor import examine

    expect_one_of("--format", form, ("text", "json"))
    checks = examine(study, db)
    wrong = [check for check in checks if check.ok is False]
    if form == "json":
        print_json({"checks": checks, "wrong": len(wrong)})
    else:
        for check in checks:
            sign = {True: "ok  ", False: "BAD ", None: "    "}[check.ok]
            wanted = f"; expected {check.expected}" if check.ok is False else ""
            out.print(f"{sign}{check.what}: {check.found}{wanted}", markup=False, soft_wrap=True)
        out.print(
            f"{len(wrong)} of {len(checks)} need a look." if wrong else f"All {len(checks)} are as they should be."
        )
    if wrong:
        raise typer.Exit(1)


def roles(
    owner: Annotated[
        str, typer.Argument(help="postgresql://OWNER@HOST/DATABASE of a role that may make roles.", metavar="URL")
    ],
    app: Annotated[str, typer.Option(help="The login to make for the server.")] = "trialwright_app",
) -> None:
    """
    Make the ledger on PostgreSQL and a login for the server that may add and read, and owns nothing of the ledger.

    Example: trialwright roles postgresql://owner@localhost/trial --app trialwright_app
    """
    from trialwright.pipeline.place import real_nonces
    from trialwright.store import make_roles

    if not owner.startswith(("postgres://", "postgresql://")):
        wrong_use(f"{owner}: expected an address that begins with postgresql://. On SQLite there are no roles.")
    password = make_roles(owner, app, real_nonces)
    if password is None:
        out.print(f"{app} stood here before; what was missing was made.", markup=False)
        return
    out.print(f"{app} may add to the ledger and read it, and nothing else.", markup=False)
    out.print(f"Its password, shown this once: {password}", markup=False)


def validate(
    study: StudyFolder,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    db: Db = None,
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
) -> None:
    """
    Run installation and operational checks here and now, and write a report ready to be signed.

    Example: trialwright validate my-study -o validation
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.study import load_study
    from trialwright.pipeline.validation import validate as run
    from trialwright.pipeline.validation import validation_report
    from trialwright.report.html_file import write_html
    from trialwright.report.pdf import write_pdf

    expect_one_of("--language", language, LANGUAGES)
    definition, problems = load_study(study, knowledge.load())
    if definition is None:
        stop([p for p in problems if p.severity == "error"] or problems)
    with waiting("Validating"):
        found = run(definition, study, db, knowledge.load())
        report = validation_report(found, language)
        write_files({"validation.html": write_html(report), "validation.pdf": write_pdf(report)}, output)
    wrong = [check for check in (*found.installation, *found.operation) if check.ok is False]
    for check in wrong:
        out.print(f"BAD {check.what}: {check.found}; expected {check.expected}", markup=False, soft_wrap=True)
    told = "every check as expected" if found.passed else f"{len(wrong)} NOT as expected"
    out.print(f"{output / 'validation.pdf'}: {told}; build {definition.build} {definition.hash[:12]}", markup=False)
    if wrong:
        raise typer.Exit(1)
