"""Where a study lives: its folder, its ledger, the real clock and the real nonces."""

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from trialwright.model.problem import Problem
from trialwright.store import Ledger, LedgerProblem, open_ledger
from trialwright.store.lock import WriterLock
from trialwright.store.problems import DAMAGE, unreadable

DATABASE_SETTING = "TRIALWRIGHT_DB"


def real_clock() -> dt.datetime:
    """Now, in UTC."""
    return dt.datetime.now(dt.UTC)


def real_nonces() -> bytes:
    """32 bytes nobody can guess."""
    return secrets.token_bytes(32)


def database_of(study_folder: Path, db: str | None) -> str:
    """The ledger's address: what was asked for, else the setting, else beside the study. A file is a plain path."""
    found = db or os.environ.get(DATABASE_SETTING) or str(study_folder / ".trialwright" / "ledger.sqlite")
    return found.removeprefix("sqlite:///")


def open_place(study_folder: Path, db: str | None = None, *, create: bool = False) -> Ledger:
    """
    The study's ledger, with the real clock and nonces.

    Raises: LedgerProblem, with a sentence for the user, where there is none, it is locked, or it is something else.
    """
    url = database_of(study_folder, db)
    if create and "://" not in url:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
    _asked_for.append(url)
    return open_ledger(url, clock=real_clock, nonces=real_nonces, create=create)


_asked_for: list[str] = []
"""The ledgers that this process opened, or tried to."""


def what_is_damaged() -> list[Problem]:
    """
    What is wrong with the ledgers that this process opened: for whoever stumbled and must know whether the program or
    the file is to blame. [] where every chain is whole; a ledger that cannot be asked (gone, locked, its server away)
    tells nothing either way.

    A flipped bit may surface anywhere: as a text that is none, a number too large, a code that nobody knows.
    """
    for url in dict.fromkeys(reversed(_asked_for)):
        try:
            with open_ledger(url, clock=real_clock, nonces=real_nonces) as ledger:
                found = ledger.verify()
        except LedgerProblem as told:
            if told.problem.code in DAMAGE:
                return [told.problem]
            continue
        except (sqlite3.Error, LookupError, ArithmeticError, AttributeError, TypeError, ValueError):
            return [unreadable(url)]  # even its verification stumbles
        if not found.ok:
            return [unreadable(url), *found.problems]
    return []


@contextlib.contextmanager
def marked_as_served(database: str) -> Iterator[None]:
    """A ledger file is known as served while the block runs; a server that finds the mark set serves all the same."""
    with contextlib.ExitStack() as stack:
        if "://" not in database:
            mark = WriterLock(_mark(Path(database)), seconds=0)
            stack.callback(mark.close)
            with contextlib.suppress(LedgerProblem):
                stack.enter_context(mark.held())
        yield


def is_served(ledger_file: Path) -> bool:
    """Whether a server on this computer has the ledger open; the mark of one that was killed counts no more."""
    if not _mark(ledger_file).exists():
        return False
    mark = WriterLock(_mark(ledger_file), seconds=0)
    try:
        with mark.held():
            return False
    except LedgerProblem:
        return True
    finally:
        mark.close()


def _mark(ledger_file: Path) -> Path:
    return ledger_file.with_name(ledger_file.name + ".served")
