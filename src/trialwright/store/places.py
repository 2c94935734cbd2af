"""From a URL or a path to the database it names, and whether a ledger stands there."""

from pathlib import Path

from trialwright.store import problems
from trialwright.store.chain import FORMAT
from trialwright.store.database import Database
from trialwright.store.postgres import PostgresDatabase
from trialwright.store.sqlite import SqliteDatabase


def database_at(url: str) -> Database:
    """The database that a URL or path names; nothing is opened yet."""
    if url.startswith(("postgresql://", "postgres://")):
        return PostgresDatabase(url)
    return SqliteDatabase(Path(url.removeprefix("sqlite:///")))


def ledger_at(url: str) -> Database:
    """The same, when a ledger of this format stands there. Raises LedgerProblem TW-STO-001, 002, 003."""
    database = database_at(url)
    check_ledger(database)
    return database


def check_ledger(database: Database) -> None:
    """Raises LedgerProblem TW-STO-001 (nothing there), 002 (something else) or 003 (another format)."""
    if not database.exists():
        raise problems.missing_file(database.where)
    found = database.format()
    if found is None:
        raise problems.not_a_ledger(database.where)
    if found != FORMAT:
        raise problems.wrong_format(database.where, found, FORMAT)
