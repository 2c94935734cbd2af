"""From a URL or a path to an open ledger, or to a sentence that says why not."""

from pathlib import Path

from trialwright.model.ledger import Clock, Nonces
from trialwright.store.database import Database
from trialwright.store.ledger import Ledger
from trialwright.store.places import check_ledger, database_at


def open_ledger(url: str | Path, *, clock: Clock, nonces: Nonces, create: bool = False) -> Ledger:
    """
    The ledger at `url`: `sqlite:///path`, a plain path, or `postgresql://...`. With `create`, made where there is none.

    `clock` and `nonces` are asked at every write and never otherwise (see model/ledger.py).
    Raises: LedgerProblem TW-STO-001..010 for a missing file, something else than a ledger, another format,
            a database that does not answer, settings that could lose a save.
    """
    return open_on(database_at(str(url)), clock=clock, nonces=nonces, create=create)


def open_on(database: Database, *, clock: Clock, nonces: Nonces, create: bool = False) -> Ledger:
    """The same on a database already chosen."""
    if create and not database.exists():
        database.create(nonces())
    check_ledger(database)
    ledger = Ledger(database, clock=clock, nonces=nonces)
    try:
        ledger.head()  # the first connection is where unsafe settings and missing rights are found
    except BaseException:
        ledger.close()
        raise
    return ledger
