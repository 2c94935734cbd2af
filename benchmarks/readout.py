"""
From a ledger of virtual participants to result rows and documents: seconds, and memory at its highest.

First ABA-DM as it is, HTML and PDF; then the same definition with visits added until there are 20, and the participants
repeated until there are 500. No peer reads such a definition; the limits are those that the project set itself.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl

from trialwright import catalog
from trialwright.analyze import analyze
from trialwright.derive import derive
from trialwright.model.ledger import NAME, Snapshot
from trialwright.model.study import Study
from trialwright.pipeline.demo import run_demo
from trialwright.pipeline.place import open_place
from trialwright.pipeline.readout import Readout, make_report, read_out
from trialwright.pipeline.study import load_study

Result = TypeVar("Result")

PARTICIPANTS, VISITS = 500, 20
REPORT_SECONDS, REPORT_MB, LARGE_SECONDS = 10.0, 1024.0, 90.0


def run() -> None:
    known = catalog.load()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        out = Path(name) / "demo"
        run_demo(out, known, tell=lambda _: None, advance=lambda _done, _all: None)
        study, problems = load_study(out / "study", known)
        if study is None:
            raise ValueError("; ".join(problem.sentence() for problem in problems))
        with open_place(out / "study", str(out / "ledger.sqlite")) as ledger:
            seconds, readout = timed(lambda: read_out(study, known, ledger))
        if not isinstance(readout, Readout):
            raise TypeError("the demo's ledger has no participants")
        print(
            f"  ABA-DM, {len(readout.analysis.participants)} participants: {seconds:.2f} s to {len(readout.rows)} rows"
        )
        _documents(out / "study", readout, known, seconds)
        _large(study, readout.snapshot, known)


def _documents(folder: Path, readout: Readout, known: catalog.Catalog, before: float) -> None:
    seconds, report = timed(lambda: make_report(folder, readout, known))
    whole = before + seconds
    size = sum(len(content) for content in report.files.values()) / 2**20
    print(f"  HTML and PDF, {len(readout.study.displays)} displays: {seconds:.2f} s, {size:.1f} MB written")
    print(f"  readout and report: {whole:.2f} s (target {REPORT_SECONDS:.0f} s: {met(whole <= REPORT_SECONDS)})")
    print(f"  memory at its highest: {peak_mb():.0f} MB (target {REPORT_MB:.0f} MB: {met(peak_mb() <= REPORT_MB)})")


def _large(study: Study, snapshot: Snapshot, known: catalog.Catalog) -> None:
    longer, added = with_visits(study)
    wide = repeated(snapshot, added, PARTICIPANTS)
    derived, analysis = timed(lambda: derive(longer, wide, known))
    analyzed, rows = timed(lambda: analyze(longer, analysis, known))
    whole = derived + analyzed
    print(
        f"  {len(analysis.participants)} participants x {VISITS} visits, {wide.current.height:,} values: derive "
        f"{derived:.1f} s, analyze {analyzed:.1f} s, {len(analysis.records):,} records, {len(rows):,} rows: "
        f"{whole:.1f} s (target {LARGE_SECONDS:.0f} s: {met(whole <= LARGE_SECONDS)}), {peak_mb():.0f} MB"
    )


def with_visits(study: Study) -> tuple[Study, list[str]]:
    """The study with visits of week 12's forms added after it, up to the number wanted."""
    last = study.visit("W12")
    planned = [visit for visit in study.visits if visit.kind != "log"]
    added = [
        msgspec.structs.replace(last, name=f"X{number}", study_day=(last.study_day or 0) + 28 * number)
        for number in range(1, VISITS - len(planned) + 1)
    ]
    logs = [visit for visit in study.visits if visit.kind == "log"]
    return msgspec.structs.replace(study, visits=(*planned, *added, *logs)), [visit.name for visit in added]


def repeated(snapshot: Snapshot, added: list[str], participants: int) -> Snapshot:
    """The snapshot with week 12 of others at the added visits, and everybody repeated under new names."""
    own = snapshot.current
    people = sorted({event.participant_id for event in snapshot.events} - {""})
    seen = own.filter(pl.col("visit") == "W12")
    there = sorted(seen["participant_id"].unique().to_list())
    entries = int(own["seq"].to_numpy().max()) + 1
    # Another participant's values at each: visits that repeat one another to the digit have no covariance to fit.
    later = [
        seen.with_columns(
            seq=pl.col("seq") + pl.lit(step * entries, dtype=pl.Int64),  # each value is an entry of its own
            visit=pl.lit(name, dtype=NAME),
            participant_id=pl.col("participant_id").replace_strict(
                dict(zip(there, there[step:] + there[:step], strict=True)), return_dtype=NAME
            ),
        )
        for step, name in enumerate(added, 1)
    ]
    once = pl.concat([own, *later])
    copies = -(-participants // len(people))
    frames, events, step = [], list(snapshot.events), entries * (len(added) + 1)
    for copy in range(1, copies):
        suffix = f"-{copy}"
        frames.append(
            once.with_columns(
                participant_id=(pl.col("participant_id") + suffix).cast(NAME),
                seq=pl.col("seq") + pl.lit(copy * step, dtype=pl.Int64),
            )
        )
        events += [
            msgspec.structs.replace(event, participant_id=event.participant_id + suffix, seq=event.seq + copy * step)
            for event in snapshot.events
            if event.participant_id
        ]
    current = pl.concat([once, *frames], how="vertical_relaxed").sort("seq")
    return Snapshot(
        versions=current, standing=lambda: current, events=tuple(events), head=snapshot.head, seal=lambda: "",
        as_of_utc=snapshot.as_of_utc,
    )  # fmt: skip


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def met(held: bool) -> str:
    return "met" if held else "NOT met"


def peak_mb() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
