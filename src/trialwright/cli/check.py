"""`check`: a study folder or a registry record, by content."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import exit_by, out, parse_day, stop, waiting, wrong_use


def add_to(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A study folder, or any registry record: v2 JSON or the pasted page.")
    ],
    on: Annotated[str, typer.Option(help="Judge as of this day, YYYY-MM-DD; without it, today.")] = "",
    as_: Annotated[str, typer.Option("--as", help="study or record; without it, by content.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, json or sarif.")] = "text",
    baseline: Annotated[
        Path | None, typer.Option(help="A file of accepted findings, each with a reason; the rest is reported.")
    ] = None,
) -> None:
    """
    Find everything wrong with a study definition or a registry record.

    Example: trialwright check demo-out/registration.json --on 2026-11-23
    """
    # heavy rooms are loaded by who needs them
    from trialwright.pipeline.registration import FORMATS, accepted_findings, check_path, without_accepted

    day = parse_day("--on", on) if on else dt.datetime.now(dt.UTC).date()
    if form not in FORMATS:
        wrong_use(f"--format {form}: expected one of {', '.join(FORMATS)}.")
    if as_ not in ("", "study", "record"):
        wrong_use(f"--as {as_}: expected study or record. SDTM folders come with the standard exports.")
    accepted = accepted_findings(baseline) if baseline else None
    if isinstance(accepted, list):
        stop(accepted)
    with waiting("Checking"):
        report = without_accepted(check_path(path, day, as_), accepted)
    out.print(FORMATS[form](report), markup=False, end="")
    if not path.exists():
        raise typer.Exit(2)
    exit_by(report.findings)
