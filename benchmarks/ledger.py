"""
The ledger against the limits of the machine, in one run: ratios can be compared between machines, rates cannot.

Saves of 5 and of 30 items are acknowledged only when they are safe on disk; the raw limit is the same number of appends
of one 4 KiB page, each followed by fdatasync, in the same folder.
"""

import datetime as dt
import os
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from trialwright.model.ledger import NewDatapoint, Slot, Stamp
from trialwright.model.quantity import Quantity
from trialwright.store import Ledger, open_ledger

SAVES = 500
ITEMS = 30
VERSIONS = 1_000_000
A_PARTICIPANT = 500


def run(*, saves: int = SAVES, versions: int = VERSIONS) -> None:
    """Prints saves a second beside the raw limit, rows verified a second, and the time of a large snapshot."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        limit = saves / timed(lambda: append_raw(folder / "raw", saves))
        for items in (5, ITEMS):
            with opened(folder / f"saves_{items}.sqlite") as ledger:
                rate = saves / timed(partial(save_forms, ledger, saves, items))
            print(
                f"ledger: {rate:,.0f} saves/s of {items} items; append + fdatasync {limit:,.0f}/s; {rate / limit:.0%}"
            )
        with opened(folder / "large.sqlite") as ledger:
            fill(ledger, versions)
            seconds = timed(ledger.verify)
            print(f"ledger: verify {versions / seconds:,.0f} rows/s ({versions:,} versions, {seconds:.1f} s)")
            seconds = timed(ledger.snapshot)
            print(f"ledger: snapshot of {versions:,} versions {seconds:.2f} s, {versions / seconds:,.0f} versions/s")


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
