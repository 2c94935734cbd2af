"""What a bare connection can and cannot do: the guards stand in the database, not in the program."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from support.postgres import PostgresServer
from trialwright.store import open_ledger
from trialwright.store.database import LOOKUPS, TABLES
from trialwright.store.sqlite import SqliteDatabase

EVERY_TABLE = ("ledger", *TABLES)


@pytest.fixture
def bare(sqlite_path: Path) -> Iterator[sqlite3.Connection]:
    """As anyone would open the file: default pragmas, no foreign keys, no recursive triggers."""
    with closing(sqlite3.connect(sqlite_path)) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
        yield connection


def everything(connection: sqlite3.Connection) -> list[object]:
    return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in EVERY_TABLE]


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_edc_r03_update_and_delete_are_refused_in_every_table(bare: sqlite3.Connection, table: str) -> None:
    before = everything(bare)
    columns = [row[1] for row in bare.execute(f"PRAGMA table_info({table})")]

    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute(f"DELETE FROM {table}")
    for column in columns:
        for way in ("UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"):
            with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
                bare.execute(f"{way} {table} SET {column} = {column}")

    assert before == everything(bare)


@pytest.mark.parametrize("table", EVERY_TABLE)
@pytest.mark.parametrize("way", ["INSERT OR REPLACE", "REPLACE", "INSERT"])
def test_edc_r03_an_existing_row_is_not_replaced_by_any_of_its_keys(
    bare: sqlite3.Connection, table: str, way: str
) -> None:
    before = everything(bare)
    columns = [row[1] for row in bare.execute(f"PRAGMA table_info({table})")]
    for row in bare.execute(f"SELECT * FROM {table}").fetchall():
        marks = ", ".join("?" * len(row))
        with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
            bare.execute(f"{way} INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)

    assert before == everything(bare)


@pytest.mark.parametrize("table", LOOKUPS)
def test_a_name_is_not_replaced_under_another_key(bare: sqlite3.Connection, table: str) -> None:
    before = everything(bare)
    ((last, name),) = bare.execute(f"SELECT max(id), name FROM {table}").fetchall()

    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (last + 1, name))

    assert before == everything(bare)


def test_a_save_is_not_replaced_by_its_token(bare: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute("INSERT OR REPLACE INTO save SELECT max(id) + 1, max(at_ms), 1, 1, 1, 'page-1' FROM save")


def test_a_version_forks_no_history(bare: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute(
            "INSERT INTO entry SELECT seq + 3, save, event, kind, participant, visit, form, item, row_id, replaces,"
            " erases, commitment, hash FROM entry WHERE seq = 1"
        )


def test_a_value_is_not_put_beside_an_entry_that_does_not_exist(bare: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute("INSERT INTO content VALUES (99, zeroblob(32), '', '', 1, '')")


def test_an_upsert_is_refused(bare: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute("INSERT INTO participant VALUES (1, 'P1') ON CONFLICT DO UPDATE SET name = 'P7'")


@pytest.mark.parametrize(
    "act",
    [
        "DROP TRIGGER entry_UPDATE",
        "DROP INDEX entry_slot",
        "ALTER TABLE content ADD note TEXT",
        "CREATE TRIGGER mine AFTER INSERT ON save BEGIN SELECT 1; END",
    ],
)
def test_a_guard_taken_away_is_told(sqlite_path: Path, bare: sqlite3.Connection, act: str) -> None:
    bare.execute(act)
    bare.commit()

    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        verified = ledger.verify()

    assert not verified.ok
    assert [problem.code for problem in verified.problems] == ["TW-STO-007"]


def test_the_connections_of_the_ledger_are_set_to_lose_nothing(sqlite_path: Path) -> None:
    database = SqliteDatabase(sqlite_path)
    pragmas = {name: database.read(f"PRAGMA {name}")[0][0] for name in
               ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}  # fmt: skip
    database.close()

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def another_entry(**changed: str) -> str:
    """The statement that adds the next version of the first value, or something else than that."""
    kept = ("save", "event", "kind", "participant", "visit", "form", "item")
    held = {"seq": "3", "replaces": "1", **{name: f"entry.{name}" for name in kept}, **changed}
    return (
        "INSERT INTO entry SELECT {seq}, {save}, {event}, {kind}, {participant}, {visit}, {form}, {item}, row_id,"
        " {replaces}, 0, commitment, hash FROM (SELECT * FROM entry WHERE seq = 1) AS entry".format(**held)
    )


@pytest.mark.postgres
class TestPostgres:
    """The same, where rights do what pragmas cannot."""

    @pytest.fixture
    def database(self, postgres_server: PostgresServer) -> str:
        name = postgres_server.new_database()
        url = postgres_server.url("owner", name)
        with open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
            ledger.write(typed(), [vas("5.0"), weight("60")])
        return name

    @pytest.fixture(params=["app", "owner", "postgres"])
    def connection(
        self, request: pytest.FixtureRequest, postgres_server: PostgresServer, database: str
    ) -> Iterator[psycopg.Connection]:
        with psycopg.connect(postgres_server.url(request.param, database), autocommit=True) as opened:
            opened.execute("SET search_path = trialwright_ledger")
            yield opened

    def test_edc_r03_nobody_changes_a_row(self, connection: psycopg.Connection) -> None:
        for table in EVERY_TABLE:
            column = "seq" if table in ("entry", "content") else "id"
            for act in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)):
                    connection.execute(act)

    def test_the_application_owns_nothing_and_may_only_add_and_read(
        self, postgres_server: PostgresServer, database: str
    ) -> None:
        with psycopg.connect(postgres_server.url("app", database)) as connection:
            rights = connection.execute(
                "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants"
                " WHERE table_schema = 'trialwright_ledger' AND grantee = 'trialwright_writer'"
            ).fetchall()
            owned = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'trialwright_ledger' AND tableowner <> 'owner'"
            ).fetchone()

        assert {("INSERT",), ("SELECT",)} == set(rights)
        assert owned == (0,)

    @pytest.mark.parametrize(
        "values",
        [
            "max(id) + 2, max(at_ms), 1, 1, 1",
            "max(id), max(at_ms), 1, 1, 1",
            "max(id) + 1, max(at_ms) - 1, 1, 1, 1",
            "max(id) + 1, max(at_ms), 99, 1, 1",
            "max(id) + 1, max(at_ms), 1, 1, 99",
        ],
        ids=["gap", "again", "earlier", "by nobody known", "of no origin"],
    )
    def test_a_save_follows_the_last_one(self, connection: psycopg.Connection, values: str) -> None:
        with pytest.raises(psycopg.errors.RaiseException, match="ledger guard: a save follows"):
            connection.execute(f"INSERT INTO save SELECT {values}, NULL FROM save")

    @pytest.mark.parametrize(
        "changed",
        [
            {"seq": "4"},
            {"seq": "1 + 2 * n", "replaces": "2 * n - 1"},  # the first fits, the second leaves a gap
            {"seq": "2 + n"},  # both replace the same version
            {"replaces": "0"},
            {"item": "2"},  # another slot, whose version is not the one replaced
            {"save": "99"},
            {"kind": "99"},
            *({key: "99", "replaces": "0"} for key in ("participant", "visit", "form", "item")),  # a slot of its own
        ],
        ids=str,
    )
    def test_an_entry_follows_the_last_one_and_names_what_is_there(
        self, connection: psycopg.Connection, changed: dict[str, str]
    ) -> None:
        many = any("n" in text for text in changed.values())
        with pytest.raises(psycopg.errors.RaiseException, match="ledger guard: entries follow"):
            connection.execute(another_entry(**changed) + f", generate_series(1, {1 + many}) AS n")

    def test_an_act_replaces_nothing(self, connection: psycopg.Connection) -> None:
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(another_entry(event="1"))

    def test_entries_that_do_follow_are_taken_together(self, connection: psycopg.Connection) -> None:
        connection.execute(
            another_entry(seq="2 + n", replaces="CASE n WHEN 1 THEN 1 ELSE 3 END") + ", generate_series(1, 2) AS n"
        )

        assert connection.execute("SELECT seq, replaces FROM entry WHERE seq > 2 ORDER BY 1").fetchall() == [
            (3, 1),
            (4, 3),
        ]

    @pytest.mark.parametrize("values", ["99, nonce, '', '', unit", "3, nonce, '', '', 99"], ids=["entry", "unit"])
    def test_a_value_stands_beside_an_entry_in_a_known_unit(self, connection: psycopg.Connection, values: str) -> None:
        connection.execute(another_entry())

        with pytest.raises(psycopg.errors.RaiseException, match="ledger guard: content is written once"):
            connection.execute(f"INSERT INTO content SELECT {values}, '' FROM content WHERE seq = 1")

    def test_the_application_takes_no_guard_away(self, postgres_server: PostgresServer, database: str) -> None:
        acts = ("DROP TABLE content CASCADE", "ALTER TABLE entry DISABLE TRIGGER ALL", "CREATE TABLE mine (a int)",
                "SET session_replication_role = replica", "DROP FUNCTION check_entries CASCADE")  # fmt: skip
        with psycopg.connect(postgres_server.url("app", database), autocommit=True) as connection:
            connection.execute("SET search_path = trialwright_ledger")
            for act in acts:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(act)

    def test_the_application_erases_nothing_that_the_chain_does_not_erase(
        self, postgres_server: PostgresServer, database: str
    ) -> None:
        with psycopg.connect(postgres_server.url("app", database)) as connection:
            connection.execute("SET search_path = trialwright_ledger")
            with pytest.raises(psycopg.errors.RaiseException, match="ledger guard"):
                connection.execute("SELECT erase_content(1)")

    def test_the_session_of_an_owner_steps_down(self, postgres_server: PostgresServer, database: str) -> None:
        with open_ledger(postgres_server.url("postgres", database), clock=Ticking(), nonces=counted_nonces()) as ledger:
            ledger.write(typed("x"), [vas("6.0")])

            assert ledger._database.read("SELECT current_user") == [("trialwright_writer",)]

    def test_a_guard_switched_off_by_the_owner_is_told(self, postgres_server: PostgresServer, database: str) -> None:
        with psycopg.connect(postgres_server.url("owner", database), autocommit=True) as connection:
            connection.execute("ALTER TABLE trialwright_ledger.save DISABLE TRIGGER save_guard")

        with open_ledger(postgres_server.url("app", database), clock=Ticking(), nonces=counted_nonces()) as ledger:
            assert [problem.code for problem in ledger.verify().problems] == ["TW-STO-007"]
