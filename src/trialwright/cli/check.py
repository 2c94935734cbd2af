"""`check`: a study folder, a registry record, an SDTM or an ADaM folder, by content."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.speak import as_json, exit_by, out, parse_day, progress, stop, waiting, wrong_use

if TYPE_CHECKING:
    from trialwright.register import Baseline


def add_to(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A study, SDTM or ADaM folder, any registry record, or many: a folder, a file of several.",
        ),
    ],
    *,
    on: Annotated[str, typer.Option(help="Judge as of this day, YYYY-MM-DD; without it, today.")] = "",
    as_: Annotated[str, typer.Option("--as", help="study, record, sdtm or adam; without it, by content.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, json or sarif.")] = "text",
    baseline: Annotated[
        Path | None, typer.Option(help="A file of accepted findings, each with a reason; the rest is reported.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(help="With many records: write one row a finding to this file, for research.")
    ] = None,
) -> None:
    """
    Find everything wrong with a study definition, a registry record or a folder of SDTM or ADaM files.

    Example: trialwright check demo-out/registration.json --on 2026-11-23
    """
    # heavy rooms are loaded by who needs them
    from trialwright.pipeline.registration import FORMATS, accepted_findings, check_path, without_accepted
    from trialwright.pipeline.sdtm_check import check_adam, check_sdtm, holds_adam, holds_sdtm

    day = parse_day("--on", on) if on else dt.datetime.now(dt.UTC).date()
    if form not in FORMATS:
        wrong_use(f"--format {form}: expected one of {', '.join(FORMATS)}.")
    if as_ not in ("", "study", "record", "sdtm", "adam"):
        wrong_use(f"--as {as_}: expected study, record, sdtm or adam.")
    for name, looks_so, judge in (("sdtm", holds_sdtm, check_sdtm), ("adam", holds_adam, check_adam)):
        if as_ != name and (as_ or not looks_so(path)):
            continue
        with waiting("Checking"):
            judged = judge(path, day)
        out.print(FORMATS[form](judged), markup=False, end="")
        exit_by(judged.findings)
        return
    accepted = accepted_findings(baseline) if baseline else None
    if isinstance(accepted, list):
        stop(accepted)
    if as_ != "study" and _many(path, day, form, parquet, accepted):
        return
    if parquet:
        wrong_use("--parquet needs many records: a folder of records, or a file that holds several.")
    with waiting("Checking"):
        report = without_accepted(check_path(path, day, as_), accepted, path)
    out.print(FORMATS[form](report), markup=False, end="")
    if not path.exists():
        raise typer.Exit(2)
    exit_by(report.findings)


def _many(path: Path, day: dt.date, form: str, parquet: Path | None, accepted: "Baseline | None") -> bool:
    """Check many records where `path` holds them; False where it does not."""
    from trialwright.pipeline.bulk import check_many, count_files, holds_many
    from trialwright.register.many import render_many

    if not holds_many(path):
        return False
    if form == "sarif":
        wrong_use("A check of many records prints text or json: check one record for SARIF.")
    if parquet and not parquet.absolute().parent.is_dir():
        wrong_use(f"--parquet {parquet}: there is no folder {parquet.parent}.")
    with progress("Checking", count_files(path)) as bar:
        report = check_many(path, day, parquet=parquet, baseline=accepted, tick=lambda: bar.advance(bar.task_ids[0]))
    out.print(as_json(report) if form == "json" else render_many(report), markup=False, end="")
    if report.unreadable or report.counts["error"] or report.counts["warning"]:
        raise typer.Exit(1)
    return True
