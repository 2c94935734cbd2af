"""`design` and `dry-run`: what the study can show, and whether its own route shows it, before the first participant."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.speak import err, out, progress, stop, wrong_use
from trialwright.model.problem import Problem

if TYPE_CHECKING:
    from trialwright.design.answers import Design

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]


def add_to(app: typer.Typer) -> None:
    app.command("design")(design)
    app.command("dry-run")(dry_run)


def design(
    study: StudyFolder,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("design-out"),
    participants: Annotated[int | None, typer.Option(help="Another number than the planned one.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only what needs no simulation.")] = False,
    trials: Annotated[int, typer.Option(help="Simulated trials a line, at most.")] = 20_000,
    error: Annotated[float, typer.Option(help="Monte Carlo error of the power at which a line may stop.")] = 0.0025,
    workers: Annotated[int, typer.Option(help="Processes; 0: one a core. No number depends on it.")] = 0,
    ray: Annotated[bool, typer.Option("--ray", help="Compute on Ray instead (optional extra).")] = False,
) -> None:
    """
    Say what the design can show: power, false responders, dates; as a report to be read in both languages.

    Example: trialwright design studies/aba_dm -o design-out
    """
    if participants is not None and not 1 <= participants <= 200:
        wrong_use(f"--participants {participants}: expected a number from 1 to 200.")
    if not 100 <= trials <= 10_000_000:
        wrong_use(f"--trials {trials}: expected a number from 100 to 10000000.")
    if not 0 <= error < 1 or not 0 <= workers <= 256:
        wrong_use(f"--error {error}, --workers {workers}: expected an error from 0 to below 1 and 0 to 256 processes.")
    if output.exists() and not output.is_dir():
        wrong_use(f"-o {output} is a file. Name a folder; nothing was changed.")
    from trialwright import catalog as knowledge
    from trialwright.pipeline.design import Effort, design_files, design_study, open_executor
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.study import load_study

    started = time.monotonic()
    loaded, problems = load_study(study, knowledge.load())
    if loaded is None:
        stop([p for p in problems if p.severity == "error"], 1)
    executor = None if exact else open_executor(workers, ray=ray)
    if isinstance(executor, Problem):
        stop([executor])
    with progress("Simulating", 1) as bar:
        task = bar.task_ids[0]
        effort = Effort(
            trials=trials,
            error=error,
            executor=executor,
            advance=lambda done, total: bar.update(task, completed=done, total=total),
        )
        made = design_study(
            study, loaded, knowledge.load(), participants=participants, effort=None if exact else effort
        )
        if isinstance(made, list):
            stop(made, 1)
        files = design_files(made, loaded, knowledge.load(), study, executor)
    if executor is not None:
        executor.close()
    write_files(files, output)
    _print(made, output, time.monotonic() - started)


def dry_run(
    study: StudyFolder,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="A new or empty folder to write to.")] = Path(
        "dry-run-out"
    ),
    participants: Annotated[int | None, typer.Option(help="Another number than that of the model.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed gives another truth.")] = None,
    scenario: Annotated[Path | None, typer.Option(help="Another model than the study's cohort.yaml.")] = None,
) -> None:
    """
    Enter a virtual trial whose truth is known, report it, and hold the report against that truth.

    Example: trialwright dry-run studies/aba_dm --seed 7 -o dry-run-out
    """
    if participants is not None and not 1 <= participants <= 200:
        wrong_use(f"--participants {participants}: expected a number from 1 to 200.")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        wrong_use(f"-o {output} is not an empty folder. Name a new one; nothing was changed.")
    from trialwright import catalog as knowledge
    from trialwright.pipeline.dry_run import dry_run as run
    from trialwright.pipeline.dry_run import truth_file
    from trialwright.pipeline.dry_run_page import dry_run_page
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.study import load_study

    loaded, problems = load_study(study, knowledge.load())
    if loaded is None:
        stop([p for p in problems if p.severity == "error"], 1)
    output.mkdir(parents=True, exist_ok=True)
    with progress("Entering virtual participants", 1) as bar:
        task = bar.task_ids[0]
        made = run(
            study,
            loaded,
            knowledge.load(),
            output,
            model=scenario,
            participants=participants,
            seed=seed,
            advance=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if isinstance(made, list):
        stop(made, 1)
    pages = {"index.html": dry_run_page(made), "index.zh.html": dry_run_page(made, "zh")}
    write_files({**pages, "truth.json": truth_file(made)}, output)
    true, said = (sum(getattr(s, name) == "Y" for s in made.steps) for name in ("true", "reported"))
    out.print(f"of {len(made.steps)}, {true} truly improved; the report says {said}", markup=False)
    out.print(f"{made.values} values and {len(made.cells)} cells compared: {output / 'index.html'}", markup=False)
    for each in made.unexplained[:20]:
        out.print(f"NOT EXPLAINED {each}", markup=False, soft_wrap=True)
    if made.unexplained:
        raise typer.Exit(1)


def _print(made: Design, output: Path, seconds: float) -> None:
    n = made.exact.participants
    for b in made.exact.benchmarks:
        power = dict(b.powers)[0.6]
        out.print(
            f"against {b.responders} of {b.participants}: {b.needed} of {n} reject, size {b.size:.3f}, "
            f"power {power:.3f} at 60 %, 80 % power at {b.hoped:.0%} from n = {b.holds_from or '> 100'}",
            markup=False,
        )
    if made.simulated is not None:
        last, told = made.simulated.no_effect[-1], made.simulated.declared
        out.print(f"responders without any effect: {last.rate:.1%}; as assumed: {told.rate:.1%}", markup=False)
    out.print(f"report      {output / 'index.html'} (中文: {output / 'index.zh.html'})", markup=False)
    err.print(f"   done in {seconds:.1f} s")
