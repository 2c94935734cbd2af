"""The ledger on SQLite: connections, pragmas, the write transaction, columns in batches."""

import contextlib
import os
import sqlite3
import string
import struct
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from trialwright.model.problem import Problem
from trialwright.store import problems
from trialwright.store.chain import DIGEST, FORMAT
from trialwright.store.database import LOOKUPS, Columns, UnreadableText, ahead
from trialwright.store.lock import WriterLock
from trialwright.store.rows import ADD_CONTENT, ADD_ENTRY, ADD_SAVE, Row

GUARDED = (*LOOKUPS, "ledger", "save", "entry")
PRAGMAS = {"foreign_keys": "1", "recursive_triggers": "1", "secure_delete": "1", "trusted_schema": "0",
           "cell_size_check": "1", "fullfsync": "1", "checkpoint_fullfsync": "1"}  # fmt: skip
"""`fullfsync` counts on macOS only, where fsync alone leaves the data in the drive's cache."""

_NO_TEXT = ("Could not decode to UTF-8", "JSON cannot hold BLOB values")
"""What SQLite and its Python library say of bytes that are no text any more."""

_SYNCHRONOUS = {"OFF": 0, "NORMAL": 1, "FULL": 2}


class SqliteDatabase:
    """
    One file. A connection a thread and process; one writer at a time.

    `synchronous` other than FULL is only for the test that proves what FULL is for.
    """

    def __init__(
        self, path: Path, *, seconds: float = 10.0, synchronous: str = "FULL", told_of: str | None = None
    ) -> None:
        self.again = str(path)
        self.where = told_of or self.again
        self._path, self._seconds, self._synchronous = path, seconds, synchronous
        self._lock = WriterLock(path.with_name(path.name + "-writer"), seconds)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []
        self._pid = os.getpid()

    def exists(self) -> bool:
        return self._path.exists()

    def create(self, origin: bytes) -> None:
        """Makes the tables and guards, unless another process just did."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.held(), self._told():
            fresh = not self._path.exists()
            make_private(self._path)
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=self._seconds)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("BEGIN IMMEDIATE")
                if not _objects(connection):
                    for statement in statements():
                        connection.execute(statement)
                    connection.execute("INSERT INTO ledger (id, format, origin) VALUES (1, ?, ?)", (FORMAT, origin))
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                if fresh:  # half a ledger would stand in the way of the next attempt
                    for beside in ("", "-wal", "-shm"):
                        self._path.with_name(self._path.name + beside).unlink(missing_ok=True)
                raise
            finally:
                connection.close()

    def format(self) -> object:
        """The number of the format, or None where this is no ledger."""
        # on a bare connection: what is no ledger is not touched, not even by a pragma
        with self._told(), contextlib.closing(self._bare()) as connection:
            columns = connection.execute("SELECT name FROM pragma_table_info('ledger')").fetchall()
            if ("format",) not in columns:
                return None
            row = connection.execute("SELECT format FROM ledger").fetchone()
            return row and row[0]

    def check_guards(self) -> list[Problem]:
        """Compares every table, index and trigger with what this program makes."""
        with self._told():
            found = {(kind, name): sql for kind, name, sql in _objects(self._connection())}
        expected = _expected_objects()
        wrong = sorted(name for key in found.keys() | expected.keys() for name in [key[1]]
                       if found.get(key) != expected.get(key))  # fmt: skip
        return [problems.guards_gone(self.where, wrong)] if wrong else []

    def check_pages(self) -> None:
        """Raises LedgerProblem TW-STO-002 or 013 for a file, a ledger or not, that SQLite does not find whole."""
        with self._told(), contextlib.closing(self._bare()) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise problems.damaged(self.where, "pages do not fit together")

    def settings(self) -> list[tuple[str, str, str]]:
        """As the connection that writes has them."""
        wanted = {"journal_mode": "wal", "synchronous": str(_SYNCHRONOUS["FULL"]), **PRAGMAS}
        found = {name: str(self.read(f"PRAGMA {name}")[0][0]) for name in wanted}
        return [(name, found[name], expected) for name, expected in wanted.items()]

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._told():
            return self._connection().execute(sql, values).fetchall()

    def stream(self, sql: str, *, lenient: bool = False) -> Iterator[Row]:
        """
        Rows one by one, on a connection of their own.

        Raises: UnreadableText at bytes that are no text; `lenient` reads on with replacement characters, slower.
        """
        connection = self._connect()
        if lenient:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            with self._told():
                yield from connection.execute(sql)
        finally:
            self._close(connection)

    def columns(
        self, source: str, names: Sequence[str], values: Sequence[object] = (), *, digests: Sequence[str] = ()
    ) -> list[list[Any]]:
        """Columns of a table as lists. A JSON text a column is several times faster than tuples."""
        wanted = [f"json_group_array({name})" for name in names]
        # laid end to end, bytes of one row could pass for those of its neighbour: each must have its length
        wanted += [f"CAST(group_concat({name}, '') AS BLOB)" for name in digests]
        # whatever is no blob sorts before the empty one
        right = " AND ".join(f"{name} >= x'' AND length({name}) = {DIGEST}" for name in digests) or "1"
        wanted += [f"coalesce(sum({right}), 0)", "count(*)"]
        try:
            ((*found, fitting, rows),) = self.read(f"SELECT {', '.join(wanted)} FROM {source}", values)  # noqa: S608 - our own names
            columns = [msgspec.json.decode(text) for text in found[: len(names)]]
        except msgspec.DecodeError:
            raise UnreadableText(self.where) from None
        for joined in found[len(names) :]:
            if fitting != rows or len(joined or b"") != rows * DIGEST:
                raise UnreadableText(self.where)
            columns.append(list(struct.unpack(f"{DIGEST}s" * rows, joined or b"")))
        return columns

    def columns_ahead(self, asked: Iterable[Columns]) -> Generator[list[list[Any]], None, None]:
        """
        `columns` of one request after the other; the next is read while the caller works on the last.

        Reading releases Python's own lock, so that a second core has work. All on this thread's connection and at its
        moment: between the first and the last, the caller asks this database nothing else.
        """
        held = self._connection()
        texts = (
            (f"SELECT {', '.join(f'json_group_array({name})' for name in names)} FROM {source}", values)  # noqa: S608 - our own names
            for source, names, values in asked
        )
        with self._told():
            for ((*columns,),) in ahead(lambda one: held.execute(*one).fetchall(), texts):
                try:
                    decoded = [msgspec.json.decode(text) for text in columns]
                except msgspec.DecodeError:
                    raise UnreadableText(self.where) from None
                yield decoded

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside sees one and the same moment."""
        connection = self._connection()
        with self._told():
            connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The one write transaction: writer lock, BEGIN IMMEDIATE, and COMMIT only if nothing was raised."""
        with self._lock.held(), self._told():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                # a full disk may have rolled back already
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def add_save(self, save: Row, entries: Sequence[Row], contents: Sequence[Row]) -> None:
        connection = self._connection()
        connection.execute(ADD_SAVE, save)
        connection.executemany(ADD_ENTRY, entries)
        connection.executemany(ADD_CONTENT, contents)

    def write_rows(self, sql: str, rows: Iterable[Row]) -> None:
        self._connection().executemany(sql, rows)

    def erase_content(self, seq: int) -> None:
        self._connection().execute("DELETE FROM content WHERE seq = ?", (seq,))

    def forget_erased(self) -> None:
        """Moves the journal into the file and empties it, so that no frame of it still holds an erased value."""
        with self._lock.held(), self._told():
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def copy_to(self, path: Path) -> None:
        """A consistent copy while others write (a plain file copy is not)."""
        make_private(path)
        with self._told(), contextlib.closing(sqlite3.connect(path)) as target:
            self._connection().backup(target)

    def close(self) -> None:
        for connection in list(self._mine()):
            self._close(connection)
        self._local = threading.local()
        self._lock.close()

    def _connection(self) -> sqlite3.Connection:
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():  # a connection does not survive a fork
            held = (os.getpid(), self._connect())
            self._local.held = held
        return held[1]

    def _bare(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path.absolute().as_uri() + "?mode=rw", uri=True, isolation_level=None,
                               timeout=self._seconds, check_same_thread=False)  # fmt: skip

    def _connect(self) -> sqlite3.Connection:
        with self._told():
            connection = self._bare()
            self._mine().append(connection)
            for name, value in PRAGMAS.items():
                connection.execute(f"PRAGMA {name}={value}")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            self._assert_safe(connection)
        return connection

    def _assert_safe(self, connection: sqlite3.Connection) -> None:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        if journal != "wal":
            raise problems.unsafe_settings(self.where, "journal_mode", journal, "wal")
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
        if level != _SYNCHRONOUS[self._synchronous]:
            raise problems.unsafe_settings(self.where, "synchronous", level, self._synchronous)

    def _mine(self) -> list[sqlite3.Connection]:
        """The connections of this process. Those of the parent are kept untouched: closing them would end its own."""
        if self._pid != os.getpid():
            self._inherited, self._opened, self._pid = self._opened, [], os.getpid()
        return self._opened

    def _close(self, connection: sqlite3.Connection) -> None:
        with contextlib.suppress(ValueError):
            self._mine().remove(connection)
        connection.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError:  # a name in the schema, or what SQLite says about it
            raise UnreadableText(self.where) from None
        except sqlite3.Error as trouble:
            told = self._problem_of(trouble)
            if told is None and any(words in str(trouble) for words in _NO_TEXT):
                # the library's words hold the text itself, which is a participant's
                raise UnreadableText(self.where) from None
            if told is None:
                raise
            raise told from trouble

    def _problem_of(self, trouble: sqlite3.Error) -> problems.LedgerProblem | None:
        code = getattr(trouble, "sqlite_errorcode", 0) & 0xFF
        match code:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return problems.locked(self.where, self._seconds)
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                return problems.read_only(self.where)
            case sqlite3.SQLITE_FULL:
                return problems.disk_full(self.where)
            case sqlite3.SQLITE_IOERR:
                return problems.disk_refused(self.where)
            case sqlite3.SQLITE_CANTOPEN:
                if self._path.is_dir():
                    return problems.not_a_ledger(self.where)
                return problems.read_only(self.where) if self._path.exists() else problems.missing_file(self.where)
            case sqlite3.SQLITE_NOTADB:
                return problems.not_a_ledger(self.where)
            case sqlite3.SQLITE_CORRUPT:
                return problems.damaged(self.where, "pages do not fit together")
        return None


def make_private(path: Path) -> None:
    """An empty file for its owner only, where there is none; SQLite gives the same rights to what it puts beside it."""
    with contextlib.suppress(OSError):  # the database says better what is wrong with the place
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def statements() -> list[str]:
    """Every statement that makes an empty ledger."""
    texts = [_template("sqlite_lookup").substitute(table=table) for table in LOOKUPS]
    texts.append(_template("sqlite_ledger").template)
    texts += [
        _template("sqlite_guard").substitute(table=table, act=act) for table in GUARDED for act in ("UPDATE", "DELETE")
    ]
    texts.append(_template("sqlite_guard").substitute(table="content", act="UPDATE"))
    return [statement for text in texts for statement in split_statements(text)]


def split_statements(text: str) -> list[str]:
    """SQL text cut where SQLite says that a statement ends (a trigger's body holds semicolons)."""
    found, so_far = [], ""
    for line in text.splitlines():
        if line.startswith("--") or not line.strip():
            continue
        so_far += line + "\n"
        if sqlite3.complete_statement(so_far):
            found.append(so_far.strip().removesuffix(";"))
            so_far = ""
    return found


def _template(name: str) -> string.Template:
    return string.Template(resources.files("trialwright.store").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8"))


def _objects(connection: sqlite3.Connection) -> list[Row]:
    return connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()


def _expected_objects() -> dict[tuple[str, str], str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements():
            connection.execute(statement)
        return {(kind, name): sql for kind, name, sql in _objects(connection)}
