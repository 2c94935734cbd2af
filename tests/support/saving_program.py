"""
A program that saves forms and says so on standard output, one line a save, only after the ledger acknowledged it.

usage: saving_program.py URL MODE [ARGUMENTS]; tests start it, trace it, kill it or take its disk away.
"""

import datetime as dt
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from trialwright.model.ledger import Conflict, FormToken, NewDatapoint, Receipt, Slot, Stamp
from trialwright.model.quantity import Quantity
from trialwright.store import Ledger, LedgerProblem, open_ledger
from trialwright.store.opening import open_on
from trialwright.store.sqlite import SqliteDatabase

ITEMS = 6
STAMP = Stamp(user="nurse", build=1, origin="typed", reason="")


def say(words: str) -> None:
    """One write: a line is there whole or not at all."""
    os.write(1, f"{words}\n".encode())


def opened(url: str) -> Ledger:
    return open_ledger(url, clock=lambda: dt.datetime.now(dt.UTC), nonces=lambda: os.urandom(32))


def form(number: int) -> list[NewDatapoint]:
    return [
        NewDatapoint(slot=Slot("P1", f"W{number}", "core", f"instrument.item{item}"), raw=str(number),
                     value=Quantity(str(number)))
        for item in range(ITEMS)
    ]  # fmt: skip


def save_forms(ledger: Ledger, times: int, first: int = 0) -> None:
    for number in range(first, first + times):
        receipt = ledger.write(STAMP, form(number))
        assert isinstance(receipt, Receipt)
        say(f"saved {receipt.group}")


def save_with(path: str, synchronous: str, times: str) -> None:
    """Saves with a setting that nothing but this test may choose."""
    database = SqliteDatabase(Path(path), synchronous=synchronous)
    with open_on(database, clock=lambda: dt.datetime.now(dt.UTC), nonces=lambda: os.urandom(32)) as ledger:
        save_forms(ledger, int(times))


def be_killed(url: str, kills: str, seed: str) -> None:
    """Starts a saver again and again and kills it at a random moment, in the middle of whatever it does."""
    draw = random.Random(seed)
    for round_number in range(int(kills)):
        ready, tell = os.pipe()
        child = os.fork()
        if child == 0:
            with opened(url) as ledger:
                os.write(tell, b"!")
                save_forms(ledger, 1_000_000, first=round_number * 1_000_000)
        os.close(tell)
        if round_number % 5:  # every fifth is killed while it opens the ledger
            os.read(ready, 1)
        os.close(ready)
        time.sleep(draw.uniform(0.002, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def count_up(url: str, threads: str, times: str) -> None:
    """Each thread adds one to the same item, again and again, with the token of the page it read."""
    ledger = opened(url)
    slot = Slot("P1", "W0", "core", "instrument.count")

    def add() -> None:
        done = 0
        while done < int(times):
            token = FormToken("P1", "W0", "core", ledger.form_version("P1", "W0", "core"))
            last = ledger.history(slot)
            if (last[-1].seq if last else 0) != token.seq:
                continue  # somebody saved between the two reads
            now = str(int(last[-1].raw) + 1 if last else 1)
            result = ledger.write(STAMP, [NewDatapoint(slot=slot, raw=now, value=Quantity(now))], expect=token)
            done += not isinstance(result, Conflict)

    running = [threading.Thread(target=add) for _ in range(int(threads))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    say("counted")


def fill_disk(url: str, largest_file: str) -> None:
    """Saves until no file may grow any more, says what it was told, then reads on."""
    import resource

    ledger = opened(url)
    ledger.head()
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest_file), resource.RLIM_INFINITY))
    try:
        save_forms(ledger, 100_000)
    except LedgerProblem as told:
        say(f"problem {told.problem.code}")
    say(f"read {ledger.snapshot().versions.height}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    save_forms(ledger, 1, first=900_000)
    ledger.close()


def as_nobody(url: str) -> None:
    """Gives up the rights of root (which no file refuses), then tries to read and to save."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        ledger = opened(url)
        say(f"read {ledger.snapshot().versions.height}")
        save_forms(ledger, 1)
    except LedgerProblem as told:
        say(f"problem {told.problem.code}")


if __name__ == "__main__":
    MODES = {"save_with": save_with, "be_killed": be_killed, "count_up": count_up, "fill_disk": fill_disk,
             "as_nobody": as_nobody}  # fmt: skip
    MODES[sys.argv[2]](sys.argv[1], *sys.argv[3:])
