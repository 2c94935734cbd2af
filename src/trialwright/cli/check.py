"""`check`: a study folder or a registry record, by content."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import exit_by, out, wrong_use
from trialwright.pipeline.registration import FORMATS, check_path


def add_to(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    path: Annotated[Path, typer.Argument(help="A study folder, or any registry record: v2 JSON or the pasted page.")],
    on: Annotated[str, typer.Option(help="Judge as of this day, YYYY-MM-DD; without it, today.")] = "",
    as_: Annotated[str, typer.Option("--as", help="study or record; without it, by content.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, json or sarif.")] = "text",
) -> None:
    """
    Find everything wrong with a study definition or a registry record.

    Example: trialwright check studies/aba_dm/registered/page.txt --on 2026-11-23
    """
    day = _day(on)
    if form not in FORMATS:
        wrong_use(f"--format {form}: expected one of {', '.join(FORMATS)}.")
    if as_ not in ("", "study", "record"):
        wrong_use(f"--as {as_}: expected study or record. SDTM folders come with the standard exports.")
    report = check_path(path, day, as_)
    out.print(FORMATS[form](report), markup=False, end="")
    exit_by(report.findings)


def _day(text: str) -> dt.date:
    if not text:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        wrong_use(f"--on {text}: expected a day as YYYY-MM-DD, for example 2026-11-23.")
