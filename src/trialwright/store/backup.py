"""A copy of the ledger that was opened and verified before anybody calls it a backup."""

import os
from pathlib import Path

from trialwright.model.ledger import Head
from trialwright.store import problems
from trialwright.store.database import Database
from trialwright.store.sqlite import SqliteDatabase
from trialwright.store.verifying import verify_chain


def back_up(database: Database, path: Path) -> Head:
    """See `Ledger.backup`. A copy that does not verify is removed again."""
    if path.exists():
        raise problems.target_exists(str(path))
    try:
        database.copy_to(path)
        copy = SqliteDatabase(path)
        try:
            verified = verify_chain(copy, None)
        finally:
            copy.close()
        if not verified.ok:
            raise problems.LedgerProblem(verified.problems[0])
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        for beside in ("-wal", "-shm", "-writer"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
    _sync(path)
    return verified.head


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
