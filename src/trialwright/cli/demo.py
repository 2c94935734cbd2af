"""`demo`: the whole trial with virtual participants, from its registry record to its readout."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from trialwright.cli.speak import err, expect_port, out, print_problems, progress, stop, wrong_use

if TYPE_CHECKING:  # the whole program is loaded by who runs the demo: --help must not wait for it
    from trialwright.model.record import CheckReport
    from trialwright.pipeline.demo import Demo


def add_to(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the report; serve nothing.")] = False,
    participants: Annotated[int | None, typer.Option(help="How many virtual participants are treated.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed gives another cohort.")] = None,
    out_dir: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path("demo-out"),
    port: Annotated[int, typer.Option(help="Where to serve.")] = 8000,
) -> None:
    """
    Run a whole trial: registry record, forms, entry, lock, results, report, and serve it.

    Example: trialwright demo --participants 7 --seed 3 --out demo-out
    """
    if participants is not None and not 0 < participants <= 500:
        wrong_use(f"--participants {participants}: expected a number from 1 to 500.")
    _check_place(out_dir, port, no_serve)
    from trialwright import catalog as knowledge
    from trialwright.pipeline.demo import run_demo

    started = time.monotonic()
    with progress("Entering virtual participants", 1) as bar:
        task = bar.task_ids[0]
        made = run_demo(
            out_dir,
            knowledge.load(),
            participants=participants,
            seed=seed,
            tell=_print_findings,
            advance=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if isinstance(made, list):
        stop(made, 2 if made[0].code.startswith("TW-DMO-") else 1)
    _print_made(made, out_dir, time.monotonic() - started)
    if not no_serve:
        _serve(made, port)


def _check_place(out_dir: Path, port: int, no_serve: bool) -> None:
    """Before any work: a folder that may be written, and a port that is free."""
    nearest = next(each for each in (out_dir, *out_dir.absolute().parents) if each.exists())
    if not nearest.is_dir():
        wrong_use(f"--out {out_dir}: {nearest} is a file. Name a folder; nothing was changed.")
    if not no_serve:
        from trialwright.web import check_may_serve

        expect_port(port)
        check_may_serve("127.0.0.1", port)


def _print_findings(report: CheckReport) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "cyan"}
    counts = ", ".join(f"{number} {name}s" for name, number in report.counts.items() if number)
    err.print(f"[bold]1. The registration[/bold]  {counts} in the public record, as of {report.checked_on}")
    for finding in report.findings:
        if finding.severity == "error":
            err.print(f"   [{colours[finding.severity]}]{finding.severity}[/]  {escape(finding.sentence())}")
    err.print("   The rest stands in the report and on the Registry page.")


def _print_made(made: Demo, out_dir: Path, seconds: float) -> None:
    err.print(f"[bold]2. The trial[/bold]  {made.participants} virtual participants, {made.acts} acts entered")
    if made.refused:
        err.print(f"   {len(made.refused)} acts were refused by the service, as a person's would be:")
        print_problems(made.refused[:5])
    if made.kept:
        err.print(f"   Your own entries of the last demo were put aside: {made.kept}", markup=False)
    err.print("[bold]3. The readout[/bold]  data locked, analysed, reported")
    out.print(f"   definition  {made.study_folder}   (edit it and run again)", markup=False)
    out.print(f"   report      {made.report}", markup=False)
    out.print(f"   registry    {out_dir / 'registration.json'}", markup=False)
    out.print(f"   export      {out_dir / 'exports' / 'csv'}", markup=False)
    err.print(f"   done in {seconds:.1f} s")


def _serve(made: Demo, port: int) -> None:
    from trialwright.web import accounts, serve

    people = accounts.create_demo_accounts(made.study_folder, str(made.database))
    out.print(f"\n[bold]4. Look at it[/bold]  http://127.0.0.1:{port}/")
    for name, password, title in people:
        out.print(f"   {name:<18} {password:<24} {title}", markup=False)
    out.print("   The data are locked. To type: sign in as data_manager, Study, unlock with a reason.")
    out.print("   Stop with Ctrl-C.")
    serve(made.study_folder, str(made.database), port=port, demo=True)
