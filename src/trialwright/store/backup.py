"""A copy of the ledger that was opened and verified before anybody calls it a backup, and the way back."""

import contextlib
import os
import sqlite3
from pathlib import Path

import msgspec

from trialwright.model.ledger import Head
from trialwright.store import problems
from trialwright.store.chain import FORMAT
from trialwright.store.database import Database, copy_rows
from trialwright.store.places import database_at, ledger_at
from trialwright.store.sqlite import SqliteDatabase
from trialwright.store.verifying import verify_chain


def back_up(database: Database, path: Path) -> Head:
    """See `Ledger.backup`. A copy that does not verify is removed again."""
    check_place(path)
    try:
        database.copy_to(path)
        copy = SqliteDatabase(path)
        try:
            head = _verified(copy, told_of=database.where)
        finally:
            copy.close()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        for beside in ("-wal", "-shm", "-writer"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
    sync(path)
    return head


def restore(path: Path, url: str) -> Head:
    """
    Makes the ledger of a backup anew at `url` (SQLite or PostgreSQL), verified before and after; returns its head.

    What a restore of the same ledger left that was stopped before its rows were in, is filled.
    Raises: LedgerProblem TW-STO-014 where something stands at `url`, 001 or 002 where `path` is no backup, and
            what verification finds (TW-STO-020 ...) where the backup is not whole.
    """
    source, target = ledger_at(str(path)), database_at(url)
    try:
        if target.exists() and not _is_begun(target, source):
            raise problems.target_exists(target.where)
        _verified(source)
        copy_rows(source, target)
        return _verified(target)
    finally:
        source.close()
        target.close()


def _is_begun(target: Database, source: Database) -> bool:
    """Nothing but the frame of the same ledger: its rows come in one transaction, so it holds none of them or all."""
    if target.format() != FORMAT:
        return False
    origins = [database.read("SELECT origin FROM ledger") for database in (target, source)]
    return origins[0] == origins[1] and not target.read("SELECT id FROM save LIMIT 1")


def put(path: Path, target: Path) -> None:
    """
    A whole file, with nothing beside it, goes to its place in the same folder or one beside it, for its owner only.

    Raises: LedgerProblem TW-STO-014 where something stands there.
    """
    path.chmod(0o600)
    sync(path)
    if target.exists():
        raise problems.target_exists(str(target))
    path.rename(target)
    sync(target)


def copy_file(source: Path, target: Path) -> None:
    """
    A consistent copy of an SQLite file that is no ledger (the accounts), even while others write to it.

    Raises: LedgerProblem TW-STO-014 where something stands at `target`.
    """
    if target.exists():
        raise problems.target_exists(str(target))
    with contextlib.closing(sqlite3.connect(source)) as held, contextlib.closing(sqlite3.connect(target)) as copy:
        held.backup(copy)
    sync(target)


def check_file(path: Path, told_of: str) -> None:
    """
    An SQLite file that is no ledger is whole as far as SQLite can tell. `told_of`: the file that it was opened from.

    Raises: LedgerProblem TW-STO-013 where it is no database or its pages do not fit.
    """
    try:
        SqliteDatabase(path, told_of=told_of).check_pages()
    except problems.LedgerProblem as told:
        if told.problem.code == "TW-STO-002":
            raise problems.damaged(told_of, "it is no database") from None
        raise


def check_place(path: Path) -> None:
    """
    A copy can be made here.

    Raises: LedgerProblem TW-STO-014 where something stands at `path`, 016 where no file can be made: a copy that cannot
            be opened would otherwise be told as trouble of the ledger that is copied.
    """
    if path.exists():
        raise problems.target_exists(str(path))
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise problems.no_place(str(path))


def _verified(database: Database, *, told_of: str = "") -> Head:
    """Its head. `told_of`: the ledger that it was copied from, for what is wrong in the copy is wrong there."""
    verified = verify_chain(database, None)
    if not verified.ok:
        found = verified.problems[0]
        where = found.where.replace(database.where, told_of or database.where)
        raise problems.LedgerProblem(msgspec.structs.replace(found, where=where))
    return verified.head


def sync(path: Path) -> None:
    """A new file is on the disk, and its name in the folder too."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
