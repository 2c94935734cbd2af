"""
The ledger against the limits of the machine, in one run: ratios can be compared between machines, rates cannot.

Saves of 5 and of 30 items are acknowledged only when they are safe on disk; the raw limit is the same number of appends
of one 4 KiB page, each followed by fdatasync, in the same folder.
"""

import contextlib
import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from trialwright.model.ledger import NewDatapoint, Slot, Stamp
from trialwright.model.quantity import Quantity
from trialwright.store import Ledger, open_ledger, rows

SAVES = 500
ITEMS = 30
VERSIONS = int(os.environ.get("BENCHMARK_VERSIONS", "1_000_000"))
A_PARTICIPANT = 500


def run(*, saves: int = SAVES, versions: int = VERSIONS) -> None:
    """Prints saves a second beside the raw limit, rows verified a second, and time and memory of a large snapshot."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER", Path.cwd())) as name:
        folder = Path(name)
        limit = saves / timed(lambda: append_raw(folder / "raw", saves))
        for items in (5, ITEMS):
            with opened(folder / f"saves_{items}.sqlite") as ledger:
                rate = saves / timed(partial(save_forms, ledger, saves, items))
            print(
                f"ledger: {rate:,.0f} saves/s of {items} items; append + fdatasync {limit:,.0f}/s; {rate / limit:.0%}"
            )
        large = folder / "large.sqlite"
        with opened(large) as ledger:
            fill(ledger, versions)
        _verified(large, versions)
        _snapshot(large, versions)


def _verified(path: Path, versions: int) -> None:
    bare = versions / timed(lambda: read_bare(path))
    with opened(path) as ledger:
        for processes, wanted in ((1, 300_000), (2, 600_000)):
            rate = versions / timed(partial(ledger.verify, processes=processes))
            verdict = "met" if rate >= wanted else "NOT MET"
            print(f"ledger: verify in {processes} process(es) {rate:,.0f} rows/s of {versions:,}, "
                  f"{rate / bare:.2f} x only reading them ({bare:,.0f}/s); target {wanted:,}  {verdict}")  # fmt: skip


def read_bare(path: Path) -> None:
    """The limit of the machine: the same rows out of SQLite, nothing done with them."""
    with contextlib.closing(sqlite3.connect(path)) as held:
        for _ in held.execute(rows.chain(0, 2**62)):
            pass


def _snapshot(path: Path, versions: int) -> None:
    """In a process of its own, so that its memory is its own."""
    told = subprocess.run([sys.executable, "-c", _SNAPSHOT, str(path)], capture_output=True, text=True, check=True)
    seconds, before, after, standing = map(float, told.stdout.split())
    verdict = "met" if seconds <= 5 and after - before <= 800 else "NOT MET"
    print(f"ledger: snapshot of {versions:,} versions {seconds:.2f} s, {versions / seconds:,.0f}/s, "
          f"{after - before:,.0f} MB above {before:,.0f}; target at 5,000,000: 5 s, 800 MB  {verdict}; "
          f"{standing - before:,.0f} MB once what stands now was asked for too")  # fmt: skip


_SNAPSHOT = """
import resource, sys, time
from benchmarks.ledger import opened
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
ledger = opened(sys.argv[1])
ledger.head()
before, start = peak(), time.perf_counter()
taken = ledger.snapshot()
seconds, after = time.perf_counter() - start, peak()
taken.current
print(seconds, before, after, peak())
"""


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def opened(path: Path) -> Ledger:
    return open_ledger(path, clock=lambda: dt.datetime.now(dt.UTC), nonces=lambda: os.urandom(32), create=True)


def append_raw(path: Path, times: int) -> None:
    # macOS has no fdatasync
    sync = getattr(os, "fdatasync", os.fsync)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for _ in range(times):
            os.write(descriptor, bytes(4096))
            sync(descriptor)
    finally:
        os.close(descriptor)


def save_forms(ledger: Ledger, saves: int, items: int) -> None:
    for number in range(saves):
        ledger.write(stamp(), form(number, items)[:items])


def fill(ledger: Ledger, versions: int) -> None:
    """Participants with 500 versions each, every fifth version a correction; 1,000 forms a save to be quick."""
    made = 0
    while made < versions:
        batch: list[NewDatapoint] = []
        while len(batch) < 30_000 and made + len(batch) < versions:
            batch += form((made + len(batch)) // A_PARTICIPANT, (made + len(batch)) % A_PARTICIPANT // ITEMS * 4 // 5)
        ledger.write(stamp(), batch[: versions - made])
        made += len(batch)


def form(participant: int, visit: int) -> list[NewDatapoint]:
    return [
        NewDatapoint(slot=Slot(f"P{participant:05d}", f"W{visit}", "core", f"instrument.item{item}"),
                     raw=(text := str(random.randint(0, 2000))), value=Quantity(text, "U/L"))
        for item in range(ITEMS)
    ]  # fmt: skip


def stamp() -> Stamp:
    return Stamp(user="nurse", build=1, origin="simulated", reason="")


if __name__ == "__main__":
    run()
