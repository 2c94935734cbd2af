"""Tampering by someone who owns the file: every column counts, and the first altered row is named."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from support.postgres import PostgresServer
from trialwright.model.ledger import Head, NewEvent, Verification
from trialwright.store import Ledger, open_ledger
from trialwright.store.database import TABLES

COLUMNS = [(table, column) for table, columns in TABLES.items() for column in columns]


def verify(path: Path, expect_head: Head | None = None) -> Verification:
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        return ledger.verify(expect_head)


def flipped(value: object) -> object:
    """The same value with its lowest bit turned over."""
    match value:
        case None:
            return "x"
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case str():
            return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"
        case int():
            return value ^ 1
    raise TypeError(type(value))


def break_open(path: Path, table: str, column: str, row: int) -> None:
    """Alters one cell as an owner of the file could: guards away, cell changed, guards back as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        key = TABLES[table][0]
        (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()
        # keys move far away, or two rows would collide
        wanted = row + 1000 if column == key else flipped(value)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (wanted, row))
        for _, sql in triggers:
            connection.execute(sql)


def rows_of(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute(f"SELECT {TABLES[table][0]} FROM {table}")]


def first_user_of(path: Path, table: str, row: int) -> int | None:
    """The first entry that hangs on a row; worked out from the keys, not by the code under test."""
    wanted = {
        "entry": "SELECT ?1", "content": "SELECT ?1",
        "save": "SELECT min(seq) FROM entry WHERE save = ?1",
        "unit": "SELECT min(seq) FROM content WHERE unit = ?1",
        "account": "SELECT min(e.seq) FROM entry e JOIN save s ON s.id = e.save WHERE s.account = ?1",
        "origin": "SELECT min(e.seq) FROM entry e JOIN save s ON s.id = e.save WHERE s.origin = ?1",
    }.get(table, f"SELECT min(seq) FROM entry WHERE {table} = ?1")  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        found: tuple[int | None] = connection.execute(wanted, (row,)).fetchone()
        return found[0]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_edc_r04_one_flipped_bit_in_any_column_names_the_first_row_that_used_it(
    sqlite_path: Path, table: str, column: str
) -> None:
    whole = sqlite_path.read_bytes()
    for row in rows_of(sqlite_path, table):
        expected = first_user_of(sqlite_path, table, row)
        assert expected is not None
        break_open(sqlite_path, table, column, row)

        verified = verify(sqlite_path)

        assert not verified.ok, (table, column, row)
        assert expected == verified.first_bad, (table, column, row)
        sqlite_path.write_bytes(whole)


def test_a_flipped_byte_in_the_file_itself_is_found(sqlite_path: Path) -> None:
    data = bytearray(sqlite_path.read_bytes())
    place = data.index(b"physician_global.vas")
    data[place] ^= 0x80  # no longer UTF-8
    sqlite_path.write_bytes(data)

    verified = verify(sqlite_path)

    assert (verified.ok, verified.first_bad) == (False, 1)


@pytest.mark.parametrize("nth", range(6))
def test_any_flipped_byte_of_a_value_or_hash_is_found(sqlite_path: Path, nth: int) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        (digest,) = connection.execute("SELECT hash FROM entry WHERE seq = 2").fetchone()
    data = bytearray(sqlite_path.read_bytes())
    data[data.index(digest) + nth * 6] ^= 1 << nth
    sqlite_path.write_bytes(data)

    assert (lambda v: (v.ok, v.first_bad))(verify(sqlite_path)) == (False, 2)


def test_an_untouched_ledger_verifies(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), weight("60"), NewEvent(kind="locked", details={"note": "第一"})], token="a")
    ledger.write(typed("x"), [vas("6.0")])

    verified = ledger.verify()

    assert (True, None, 4, ledger.head(), (), ()) == (
        verified.ok, verified.first_bad, verified.rows, verified.head, verified.erased, verified.problems)  # fmt: skip


def test_edc_r04_a_tail_cut_off_is_betrayed_by_the_exported_head(sqlite_path: Path) -> None:
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        printed = ledger.head()
    cut_tail(sqlite_path)

    assert verify(sqlite_path).ok  # nothing inside the file can say it
    verified = verify(sqlite_path, printed)

    assert (verified.ok, verified.first_bad, [p.code for p in verified.problems]) == (False, 3, ["TW-STO-021"])


def test_edc_r04_a_full_rewrite_is_betrayed_by_the_exported_head(sqlite_path: Path, tmp_path: Path) -> None:
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        printed = ledger.head()
    cut_tail(sqlite_path)
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        ledger.write(typed("invented"), [vas("1.0")])
        ledger.write(typed("invented"), [vas("2.0")])

    assert verify(sqlite_path).ok
    verified = verify(sqlite_path, printed)

    assert (verified.ok, verified.first_bad, [p.code for p in verified.problems]) == (False, 3, ["TW-STO-022"])


def test_an_earlier_head_still_fits_a_longer_ledger(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0")])
    printed = ledger.head()
    ledger.write(typed("x"), [vas("6.0")])

    assert ledger.verify(printed).ok
    assert not ledger.verify(Head(1, "0" * 64)).ok


def test_a_value_that_vanished_without_an_erasure_is_named(sqlite_path: Path) -> None:
    without_guards(sqlite_path, "DELETE FROM content WHERE seq = 2")

    verified = verify(sqlite_path)

    assert (verified.ok, verified.first_bad, [p.code for p in verified.problems]) == (False, 2, ["TW-STO-023"])


def test_rows_written_past_the_program_are_told(sqlite_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("INSERT INTO save SELECT max(id) + 1, max(at_ms), 1, 1, 1, NULL FROM save")
        connection.commit()

    assert [problem.code for problem in verify(sqlite_path).problems] == ["TW-STO-024"]


@pytest.mark.parametrize("seq", [0, 9])
def test_a_value_beside_no_entry_is_told(sqlite_path: Path, seq: int) -> None:
    without_guards(
        sqlite_path, f"INSERT INTO content SELECT {seq}, nonce, raw, text, unit, reason FROM content WHERE seq = 1"
    )

    verified = verify(sqlite_path)

    assert (verified.ok, [p.code for p in verified.problems]) == (False, ["TW-STO-024"])


def test_a_value_whose_entry_was_taken_out_of_the_chain_is_told_too(sqlite_path: Path) -> None:
    without_guards(sqlite_path, "DELETE FROM entry WHERE seq = 2")

    verified = verify(sqlite_path)

    assert verified.first_bad == 2
    assert {"TW-STO-020", "TW-STO-024"} <= {p.code for p in verified.problems}


def cut_tail(path: Path) -> None:
    without_guards(
        path, "DELETE FROM content WHERE seq = 3; DELETE FROM entry WHERE seq = 3; DELETE FROM save WHERE id = 2"
    )


def without_guards(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.executescript("".join(f"DROP TRIGGER {name};" for name, _ in triggers) + script)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


@pytest.mark.postgres
def test_what_a_superuser_alters_on_postgresql_is_named(postgres_server: PostgresServer) -> None:
    database = postgres_server.new_database()
    url = postgres_server.url("owner", database)
    with open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
        ledger.write(typed(), [vas("5.0"), weight("60"), vas("1.0", visit="W4")])
    with psycopg.connect(postgres_server.url("postgres", database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE trialwright_ledger.content SET raw = '61', text = '61' WHERE seq = 2")

    with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as ledger:
        verified = ledger.verify()

    assert (verified.ok, verified.first_bad) == (False, 2)
    assert re.search(r"entry 2: .*\[TW-STO-020\]", verified.problems[0].sentence())
