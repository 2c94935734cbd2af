"""
All exports of 500 participants at 20 visits, beside only writing the same bytes and only reading the ODM files again.

First ABA-DM as it is; then the study of the benchmark `readout`, its participants repeated until there are 500. Every
format is written to disk as `trialwright export all` does it, from a ledger that another process has filled (the demo's
cohort, forms and report are not what `export all` does). Seconds are the processor's and, beside them, the
clock's. Whoever waits on a quiet machine waits for neither more than the one (some work is done on two cores) nor more
than the other (a busy machine only adds), so the targets are held against the less of the two.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from benchmarks.readout import PARTICIPANTS, VISITS, met, peak_mb, repeated, with_visits
from trialwright import catalog
from trialwright.analyze import analyze
from trialwright.derive import derive
from trialwright.pipeline.place import open_place
from trialwright.pipeline.readout import Readout, export_formats, exports, read_out, write_export
from trialwright.pipeline.study import load_study

SMALL_SECONDS, LARGE_SECONDS, LARGE_MB = 10.0, 60.0, 2048.0


class Spent(NamedTuple):
    """Seconds of the processor and of the clock."""

    processor: float
    clock: float


def run(*, participants: int = PARTICIPANTS) -> None:
    """Prints what each format takes, its ratio to the raw limit in the same run, and the memory at its highest."""
    known = catalog.load()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER", Path.cwd())) as name:
        out = Path(name)
        readout = _demo(out, known)
        print(f"  ABA-DM, {len(readout.analysis.participants)} participants")
        _all(readout, known, out, SMALL_SECONDS)
        longer, added = with_visits(readout.study)
        wide = repeated(readout.snapshot, added, participants)
        analysis = derive(longer, wide, known)
        large = Readout(study=longer, snapshot=wide, analysis=analysis, rows=analyze(longer, analysis, known))
        print(
            f"  {len(analysis.participants)} participants x {VISITS} visits: {wide.current.height:,} values, "
            f"{len(analysis.records):,} analysis records, {len(large.rows):,} result rows"
        )
        _all(large, known, out, LARGE_SECONDS)
        print(f"  memory at its highest {peak_mb():.0f} MB (target {LARGE_MB:.0f} MB: {met(peak_mb() <= LARGE_MB)})")


def _demo(out: Path, known: catalog.Catalog) -> Readout:
    words = ["demo", "--no-serve", "--out", str(out / "demo")]
    subprocess.run([sys.executable, "-m", "trialwright", *words], check=True, capture_output=True)
    study, problems = load_study(out / "demo" / "study", known)
    if study is None:
        raise ValueError("; ".join(problem.sentence() for problem in problems))
    with open_place(out / "demo" / "study", str(out / "demo" / "ledger.sqlite")) as ledger:
        readout = read_out(study, known, ledger)
    if not isinstance(readout, Readout):
        raise TypeError("the demo's ledger has no participants")
    return readout


def _all(readout: Readout, known: catalog.Catalog, out: Path, target: float) -> None:
    """Every format; what a family stands on is counted with the first of it."""
    before = peak_mb()
    whole = Spent(0.0, 0.0)
    for name, files in exports(readout, known, [each.name for each in export_formats()]):
        folder = out / "exports" / name
        spent = timed(lambda: write_export(files, folder))  # noqa: B023 - called at once
        whole = Spent(whole.processor + spent.processor, whole.clock + spent.clock)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        raw = timed(lambda: _write_again(folder, out / "again"))  # noqa: B023
        told = f"{spent.processor / max(raw.processor, 1e-3):6.0f} x only writing them"
        if name == "odm":
            told += f", {spent.processor / timed(lambda: _parse(folder)).processor:.2f} x lxml only reading them"  # noqa: B023
        print(
            f"    {name:<8} {spent.processor:6.2f} s processor {spent.clock:7.2f} s clock, {size / 2**20:7.1f} MB, "
            f"{told}, {peak_mb():.0f} MB"
        )
        shutil.rmtree(folder)
    print(
        f"    all      {whole.processor:6.2f} s processor {whole.clock:7.2f} s clock (target {target:.0f} s: "
        f"{met(min(whole) <= target)}); memory {peak_mb():.0f} MB, {before:.0f} MB of it before"
    )


def _write_again(folder: Path, target: Path) -> None:
    """The limit of the machine: the same bytes, a file at a time, with nothing worked out."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as held, target.open("wb") as out:
                shutil.copyfileobj(held, out, 1 << 20)
    target.unlink(missing_ok=True)


def _parse(folder: Path) -> None:
    """The quickest reader of XML at hand passing over every element of the ODM files, keeping none."""
    for path in folder.rglob("*.xml"):
        for _, element in etree.iterparse(str(path), events=("end",), resolve_entities=False, no_network=True):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def timed(work: Callable[[], object]) -> Spent:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.process_time() - processor, time.perf_counter() - clock)
