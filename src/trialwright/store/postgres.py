"""The ledger on PostgreSQL: a role that may only add and read, one writer by an advisory lock."""

import contextlib
import os
import re
import string
import struct
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import conninfo, errors

from trialwright.model.problem import Problem
from trialwright.store import problems
from trialwright.store.chain import DIGEST, FORMAT
from trialwright.store.database import LOOKUPS, TABLES, Columns, UnreadableText, ahead, copy_rows
from trialwright.store.rows import Row
from trialwright.store.sqlite import SqliteDatabase

SCHEMA = "trialwright_ledger"
WRITER = "trialwright_writer"
LOCK = 0x5457_4C45  # any fixed number: the ledger's own advisory lock in its database
_ALL_ACTS = "UPDATE OR DELETE OR TRUNCATE"
_CONTENT_ACTS = "UPDATE OR TRUNCATE"
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(.*?\$\$(.*?)\$\$", re.DOTALL)

_AT_ONCE = 3
"""Rows of a statement: with more values than fifty, psycopg reads its text anew each time."""

_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock({LOCK})"

_TEXTS = frozenset(("token", "raw", "text", "reason"))
_BYTES = frozenset(("commitment", "hash", "nonce"))


def _add(table: str) -> str:
    """The rows of a table out of a JSON text, bytes in base64."""
    names = TABLES[table]
    read = ", ".join(f"decode({name}, 'base64')" if name in _BYTES else name for name in names)
    typed = ", ".join(f"{name} {'text' if name in _TEXTS | _BYTES else 'bigint'}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {read} FROM json_to_recordset(%s::json) AS sent ({typed})"  # noqa: S608 - our own names


_ADD_SAVE = f"WITH one AS ({_add('save')}), links AS ({_add('entry')}) {_add('content')}"

Connection = psycopg.Connection[Row]
Cursor = psycopg.Cursor[Row]


class PostgresDatabase:
    """One database. A connection a thread and process, each stripped of every right but INSERT and SELECT."""

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        parts = conninfo.conninfo_to_dict(url)
        self.where = f"postgresql://{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"  # without the password
        self._url = self.again = url
        self._seconds = seconds
        self._local = threading.local()
        self._opened: list[Connection] = []
        self._inherited: list[Connection] = []
        self._pid = os.getpid()

    def exists(self) -> bool:
        with self._told(), self._bare() as connection:
            row = connection.execute("SELECT to_regnamespace(%s)", (SCHEMA,)).fetchone()
            return row is not None and row[0] is not None

    def create(self, origin: bytes) -> None:
        """Makes schema, role and guards; the role of the URL becomes the owner and needs CREATEROLE the first time."""
        with self._told(), self._bare() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).fetchone():
                return
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (WRITER,)).fetchone():
                connection.execute(f"CREATE ROLE {WRITER} NOLOGIN")
            connection.execute(f"GRANT {WRITER} TO CURRENT_USER")
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
            connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {WRITER}")
            connection.execute(f"SET LOCAL search_path = {SCHEMA}")
            for text in _statements():
                connection.execute(text)
            connection.execute("INSERT INTO ledger (id, format, origin) VALUES (1, %s, %s)", (FORMAT, origin))

    def format(self) -> object:
        """The number of the format, or None where this is no ledger."""
        with self._told():
            found = self._connection().execute("SELECT to_regclass('ledger')").fetchone()
            if found is None or found[0] is None:
                return None
        rows = self.read("SELECT format FROM ledger")
        return rows[0][0] if rows else None

    def check_guards(self) -> list[Problem]:
        """Every trigger is there, enabled, and calls the function that this program made."""
        triggers = self.read(
            "SELECT c.relname, t.tgname, p.proname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ? AND NOT t.tgisinternal AND t.tgenabled <> 'D'",
            (SCHEMA,),
        )
        expected = _expected_triggers()
        found = {(table, name): (function, source) for table, name, function, source in triggers}
        wrong = sorted(name for table, name in found.keys() | expected.keys()
                       if found.get((table, name)) != expected.get((table, name)))  # fmt: skip
        return [problems.guards_gone(self.where, wrong)] if wrong else []

    def settings(self) -> list[tuple[str, str, str]]:
        """As the connection that writes has them, and the rights of its role."""
        wanted = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
        told = [
            (name, str(self.read("SELECT current_setting(?)", (name,))[0][0]), must) for name, must in wanted.items()
        ]
        ((role, release),) = self.read("SELECT current_user, current_setting('server_version')")
        too_many = _rights_too_many(self._connection()) or "none"
        return [
            *told,
            ("rights beyond INSERT and SELECT", too_many, "none"),
            ("role", role, ""),
            ("PostgreSQL", release, ""),
        ]

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._told():
            return self._cursor().execute(_ours(sql), values).fetchall()

    def stream(self, sql: str, *, lenient: bool = False) -> Iterator[Row]:  # noqa: ARG002 - the server keeps text whole
        """Rows as they come from the server, in a transaction of their own."""
        with self._told():
            connection = self._connect()
            try:
                with connection.transaction(), connection.cursor(name="stream") as cursor:
                    cursor.itersize = 10_000
                    yield from cursor.execute(_ours(sql))
            finally:
                self._close(connection)

    def columns(
        self, source: str, names: Sequence[str], values: Sequence[object] = (), *, digests: Sequence[str] = ()
    ) -> list[list[Any]]:
        """Columns of a table as lists, one JSON text a column; the server keeps each cell to its column's type."""
        wanted = [*map(_as_json, names)]
        wanted += [f"coalesce(string_agg({name}, ''::bytea), '')" for name in digests]
        wanted += [f"count(*) FILTER (WHERE length({name}) = {DIGEST})" for name in digests]
        ((*found,),) = self.read(f"SELECT {', '.join(wanted)}, count(*) FROM {source}", values)  # noqa: S608 - our own names
        columns = [msgspec.json.decode(text) for text in found[: len(names)]]
        rows = found[-1]
        for joined, right in zip(found[len(names) :], found[len(names) + len(digests) : -1], strict=False):
            if right != rows or len(joined) != rows * DIGEST:
                raise UnreadableText(self.where)
            columns.append(list(struct.unpack(f"{DIGEST}s" * rows, joined)))
        return columns

    def columns_ahead(self, asked: Iterable[Columns]) -> Generator[list[list[Any]], None, None]:
        """`columns` of one request after the other; the server works on the next while the caller does on the last."""
        held = self._connection()
        texts = (
            (f"SELECT {', '.join(map(_as_json, names))} FROM {_ours(source)}", values)  # noqa: S608 - our own names
            for source, names, values in asked
        )
        with self._told():
            for ((*columns,),) in ahead(lambda one: held.execute(*one).fetchall(), texts):
                yield [msgspec.json.decode(text) for text in columns]

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside sees one and the same moment."""
        with self._told():
            connection = self._connection()
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The one write transaction: READ COMMITTED, so that all after the lock sees what the last writer left."""
        with self._told():
            connection, cursor = self._connection(), self._cursor()
            try:
                cursor.execute(_BEGIN)
                yield
                cursor.execute("COMMIT")
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise

    def add_save(self, save: Row, entries: Sequence[Row], contents: Sequence[Row]) -> None:
        """One statement for all: the server plans it once, whatever the number of rows, and checks them together."""
        tables = {"save": [save], "entry": entries, "content": contents}
        sent = [
            msgspec.json.encode([dict(zip(TABLES[table], row, strict=True)) for row in of_one]).decode()
            for table, of_one in tables.items()
        ]
        self._cursor().execute(_ADD_SAVE, sent)

    def write_rows(self, sql: str, rows: Sequence[Row]) -> None:
        """Some rows a statement: the server takes a tenth less time than for a statement a row."""
        head, values = _ours(sql).split("VALUES", 1)
        whole = self._connection().pipeline() if len(rows) > _AT_ONCE else contextlib.nullcontext()
        with whole, self._connection().cursor() as cursor:
            for first in range(0, len(rows), _AT_ONCE):
                some = rows[first : first + _AT_ONCE]
                cursor.execute(f"{head} VALUES {', '.join([values] * len(some))}", tuple(chain.from_iterable(some)))

    def erase_content(self, seq: int) -> None:
        self._connection().execute("SELECT erase_content(%s)", (seq,))

    def forget_erased(self) -> None:
        """Old row versions go when VACUUM runs: only the owner can call it (docs/explanation/ledger.md)."""

    def copy_to(self, path: Path) -> None:
        """The same ledger as an SQLite file: same keys, same chain, same head."""
        copy = SqliteDatabase(path)
        try:
            copy_rows(self, copy)
        finally:
            copy.close()

    def close(self) -> None:
        for connection in list(self._mine()):
            self._close(connection)
        self._local = threading.local()

    def _connection(self) -> Connection:
        return self._cursor().connection

    def _cursor(self) -> Cursor:
        """One cursor for all that is fetched at once: making one costs as much as a short query."""
        held: tuple[int, Cursor] | None = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid() or held[1].connection.closed:
            held = (os.getpid(), self._connect().cursor())
            self._local.held = held
        return held[1]

    def _bare(self) -> Connection:
        return psycopg.connect(self._url, autocommit=True, connect_timeout=max(10, int(self._seconds)))

    def _connect(self) -> Connection:
        connection = self._bare()
        try:
            connection.execute(f"SET search_path = {SCHEMA}")
            connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{int(self._seconds * 1000)}ms",))
            connection.execute("SET synchronous_commit = on")
            # plans are kept: one made while a table is small, which reads it whole, would do so when it has grown
            connection.execute("SET enable_seqscan = off")
            self._give_up_rights(connection)
            self._assert_safe(connection)
        except BaseException:
            connection.close()
            raise
        self._mine().append(connection)
        return connection

    def _give_up_rights(self, connection: Connection) -> None:
        """An owner's or superuser's session steps down to the writer role before it does anything."""
        if _rights_too_many(connection):
            connection.execute(f"SET ROLE {WRITER}")
        if too_many := _rights_too_many(connection):
            raise problems.too_powerful(self.where, f"the role may {too_many}")

    def _assert_safe(self, connection: Connection) -> None:
        for setting, expected in (("fsync", "on"), ("synchronous_commit", "on"), ("server_encoding", "UTF8")):
            row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            if row is None or row[0] != expected:
                raise problems.unsafe_settings(self.where, setting, row and row[0], expected)

    def _mine(self) -> list[Connection]:
        """The connections of this process. Those of the parent are kept untouched: closing them would end its own."""
        if self._pid != os.getpid():
            self._inherited, self._opened, self._pid = self._opened, [], os.getpid()
        return self._opened

    def _close(self, connection: Connection) -> None:
        with contextlib.suppress(ValueError):
            self._mine().remove(connection)
        connection.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as trouble:
            told = self.problem_of(trouble)
            if told is None:
                raise
            raise told from trouble

    def problem_of(self, trouble: psycopg.Error) -> problems.LedgerProblem | None:
        match trouble:
            case errors.LockNotAvailable():
                return problems.locked(self.where, self._seconds)
            case errors.DiskFull():
                return problems.disk_full(self.where)
            case errors.ReadOnlySqlTransaction() | errors.InsufficientPrivilege():
                return problems.read_only(self.where)
            case errors.InvalidCatalogName():
                return problems.missing_file(self.where)
            case psycopg.OperationalError():
                return problems.unreachable(self.where, type(trouble).__name__)
        return None


def _rights_too_many(connection: Connection) -> str:
    """Which forbidden rights the role has, in words; "" for none."""
    rows = connection.execute(
        "SELECT DISTINCT what FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS what"
        " WHERE n.nspname = %s AND c.relkind = 'r' AND has_table_privilege(c.oid, what) ORDER BY what",
        (SCHEMA,),
    ).fetchall()
    return ", ".join(what for (what,) in rows)


def _as_json(name: str) -> str:
    return f"coalesce(json_agg({name})::text, '[]')"


def _ours(sql: str) -> str:
    return sql.replace("?", "%s")


def _statements() -> list[str]:
    texts = [_template("postgres_lookup").substitute(table=table) for table in LOOKUPS]
    texts.append(_template("postgres_ledger").template)
    guard = _template("postgres_guard")
    return texts + [guard.substitute(table=table, acts=acts) for table, acts in _guarded().items()]


def _guarded() -> dict[str, str]:
    return {table: _CONTENT_ACTS if table == "content" else _ALL_ACTS for table in ("ledger", *TABLES)}


def _expected_triggers() -> dict[tuple[str, str], tuple[str, str]]:
    sources = dict(_FUNCTION.findall(_template("postgres_ledger").template))
    triggers = {(table, f"{table}_guard"): "refuse_change" for table in _guarded()}
    triggers["save", "save_insert"] = "check_save"
    triggers["entry", "entry_insert"] = "check_entries"
    triggers["content", "content_insert"] = "check_contents"
    triggers["content", "content_delete"] = "check_erasure"
    return {key: (function, sources[function]) for key, function in triggers.items()}


def _template(name: str) -> string.Template:
    return string.Template(resources.files("trialwright.store").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8"))
