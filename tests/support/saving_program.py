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
    """
    Starts a saver again and again and kills it at a random moment, in the middle of whatever it does.

    The moment is some saves and a few milliseconds after its start, not a time alone: on a busy machine a saver that is
    killed by the clock never saves anything. Every fifth is killed while it opens the ledger.
    """
    draw = random.Random(seed)
    for round_number in range(int(kills)):
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            with opened(url) as ledger:
                for number in range(1_000_000):
                    save_forms(ledger, 1, first=round_number * 1_000_000 + number)
                    os.write(tell, b"!")
        os.close(tell)
        for _ in range(draw.randint(1, 8) if round_number % 5 else 0):
            os.read(told, 1)
        time.sleep(draw.uniform(0, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(told)


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


def fork_on(url: str) -> None:
    """A process that already has connections forks, as servers do; both save on."""
    ledger = opened(url)
    save_forms(ledger, 1)
    child = os.fork()
    save_forms(ledger, 20, first=100 if child else 200)
    if not child:
        ledger.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    save_forms(ledger, 1, first=300)
    say(f"child ended with {status}")


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
    MODES = {"save_with": save_with, "be_killed": be_killed, "count_up": count_up, "fork_on": fork_on,
             "fill_disk": fill_disk, "as_nobody": as_nobody}  # fmt: skip
    MODES[sys.argv[2]](sys.argv[1], *sys.argv[3:])
