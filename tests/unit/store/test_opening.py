"""What stands at the path is told before anything is touched; bad conditions lose nothing and say what to do."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from support.ledger import Ticking, counted_nonces, typed, vas
from support.postgres import PostgresServer
from trialwright.model.problem import Problem
from trialwright.store import LedgerProblem, open_ledger, restore
from trialwright.store.opening import open_on
from trialwright.store.places import database_at
from trialwright.store.postgres import LOCK, PostgresDatabase
from trialwright.store.sqlite import SqliteDatabase

PROGRAM = Path(__file__).parents[2] / "support" / "saving_program.py"


def why_not(url: str | Path, *, create: bool = False) -> Problem:
    with pytest.raises(LedgerProblem) as told:
        open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=create)
    assert str(told.value) == told.value.problem.sentence()
    return told.value.problem


def said_by(*arguments: object) -> list[str]:
    done = subprocess.run([sys.executable, PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_missing_file_is_told_and_not_made(tmp_path: Path) -> None:
    told = why_not(tmp_path / "none.sqlite")

    assert told.code == "TW-STO-001"
    assert "trialwright user add" in told.sentence()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"participant;value\nP1;5\n" * 200, b"\0" * 4096])
def test_a_file_that_is_no_ledger_is_told_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    assert why_not(path).code == "TW-STO-002"
    assert why_not(path, create=True).code == "TW-STO-002"
    assert content == path.read_bytes()


def test_another_program_s_database_is_told_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "web.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ledger (id INTEGER)")
    before = path.read_bytes()

    assert why_not(path).code == "TW-STO-002"
    assert before == path.read_bytes()


def test_a_ledger_of_another_format_is_told(sqlite_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.executescript("DROP TRIGGER ledger_UPDATE; UPDATE ledger SET format = 99")

    problem = why_not(sqlite_path)

    assert (problem.code, problem.found) == ("TW-STO-003", "the ledger has format 99")


def test_a_ledger_taken_out_of_wal_is_refused(sqlite_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")

    assert why_not(sqlite_path).code == "TW-STO-008"


def test_a_path_a_url_and_missing_folders_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "study" / ".trialwright" / "ledger.sqlite"
    for url in (path, str(path), f"sqlite:///{path}"):
        open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=True).close()

    assert path.is_file()


def test_making_a_ledger_twice_keeps_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        with open_ledger(tmp_path / "l.sqlite", clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
            ledger.write(typed("again"), [vas("5.0")])

    assert ledger.head().seq == 2


def test_a_ledger_locked_by_another_program_is_told_and_the_save_is_not_half_there(sqlite_path: Path) -> None:
    database = SqliteDatabase(sqlite_path, seconds=0.1)
    with (
        closing(sqlite3.connect(sqlite_path, isolation_level=None)) as other,
        open_on(database, clock=Ticking(), nonces=counted_nonces()) as ledger,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerProblem, match="TW-STO-004"):
            ledger.write(typed("x"), [vas("7.0")])
        assert ledger.head().seq == 3
        other.execute("ROLLBACK")

        ledger.write(typed("x"), [vas("7.0")])

        assert ledger.head().seq == 4


def test_a_writer_that_never_ends_is_told_by_the_lock_in_front(sqlite_path: Path) -> None:
    with (
        open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as first,
        open_on(SqliteDatabase(sqlite_path, seconds=0.1), clock=Ticking(), nonces=counted_nonces()) as second,
        first._writing(),
        pytest.raises(LedgerProblem, match="TW-STO-004"),
    ):
        second.write(typed("x"), [vas("7.0")])


def test_failure_29_a_full_disk_loses_nothing_and_reading_goes_on(sqlite_path: Path) -> None:
    said = said_by(sqlite_path, "fill_disk", 400_000)
    saved = [line for line in said if line.startswith("saved")]

    assert [line for line in said if line.startswith("problem")] == ["problem TW-STO-015"]
    assert f"read {3 + 6 * (len(saved) - 1)}" in said  # the last one came when there was room again
    assert len(saved) > 3
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        assert ledger.verify().ok
        assert 3 + 6 * len(saved) == ledger.head().seq


def test_failure_29_the_database_s_own_word_for_a_full_disk_is_understood(sqlite_path: Path) -> None:
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        pages = ledger._database.read("PRAGMA page_count")[0][0]
        ledger._database.read(f"PRAGMA max_page_count={pages}")
        with pytest.raises(LedgerProblem, match="TW-STO-006"):
            for number in range(1000):
                ledger.write(typed("x"), [vas("7.0", visit=f"W{number}")])
        last = ledger.head().seq

        assert ledger.verify().ok
        ledger._database.read("PRAGMA max_page_count=1000000")
        ledger.write(typed("x"), [vas("8.0")])
        assert last + 1 == ledger.head().seq


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555)])
def test_a_read_only_ledger_is_told(sqlite_path: Path, file_mode: int, folder_mode: int) -> None:
    # the folders above belong to the user that runs the tests: let the other one pass through
    for folder in sqlite_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/") and os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    for file in sqlite_path.parent.iterdir():
        file.chmod(file_mode)
    sqlite_path.parent.chmod(folder_mode)
    try:
        said = said_by(sqlite_path, "as_nobody")
    finally:
        sqlite_path.parent.chmod(0o777)

    assert said[-1] == "problem TW-STO-005"
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        assert (ledger.verify().ok, ledger.head().seq) == (True, 3)


def test_pages_that_do_not_fit_together_are_told(sqlite_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(sqlite_path.read_bytes())
    data[(root - 1) * size : root * size] = b"\xff" * size
    sqlite_path.write_bytes(data)

    assert why_not(sqlite_path).code == "TW-STO-013"


def test_edc_r80_a_backup_is_whole_and_holds_the_head(tmp_path: Path, url: str) -> None:
    with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as source:
        source.write(typed(), [vas("5.0")], token="page-1")
        source.write(typed("x"), [vas("6.0")])
        source.erase(1, ("one", "two"), "a name")
        copied = source.backup(tmp_path / "backup.sqlite")
        expected = (source.head(), source.history(vas("5.0").slot), source.events(), source.snapshot().hash)

    assert expected[0] == copied
    with open_ledger(tmp_path / "backup.sqlite", clock=Ticking(), nonces=counted_nonces()) as restored:
        found = (restored.head(), restored.history(vas("5.0").slot), restored.events(), restored.snapshot().hash)
        assert restored.verify(copied).ok
        restored.write(typed("goes on"), [vas("7.0")])

    assert expected == found


def test_failure_3_a_backup_made_while_others_save_is_whole(url: str, tmp_path: Path) -> None:
    def save_on() -> None:
        for number in range(150):
            source.write(typed(), [vas("5.0", visit=f"W{number}")])

    with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as source:
        saver = threading.Thread(target=save_on)
        saver.start()
        heads = [source.backup(tmp_path / f"backup-{number}.sqlite") for number in range(5)]
        saver.join()

        assert all(source.verify(head).ok for head in heads)
    for number, head in enumerate(heads):
        with open_ledger(tmp_path / f"backup-{number}.sqlite", clock=Ticking(), nonces=counted_nonces()) as copy:
            assert (True, head) == (copy.verify().ok, copy.head())


def test_edc_r80_a_backup_is_restored_with_the_same_head(url: str, tmp_path: Path) -> None:
    with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as source:
        source.write(typed(), [vas("5.0"), vas("4.0", visit="W4")], token="page-1")
        source.erase(2, ("one", "two"), "a name")
        held = source.backup(tmp_path / "backup.sqlite")
        expected = (source.history(vas("5.0").slot), source.events(), source.snapshot().hash)

    assert held == restore(tmp_path / "backup.sqlite", f"sqlite:///{tmp_path}/restored.sqlite")
    with open_ledger(tmp_path / "restored.sqlite", clock=Ticking(), nonces=counted_nonces()) as restored:
        found = (restored.history(vas("5.0").slot), restored.events(), restored.snapshot().hash)
        restored.write(typed("goes on"), [vas("7.0")])

    assert expected == found


def test_a_restore_overwrites_nothing_and_takes_no_broken_backup(sqlite_path: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerProblem, match="TW-STO-014"):
        restore(sqlite_path, str(sqlite_path))
    with pytest.raises(LedgerProblem, match="TW-STO-001"):
        restore(tmp_path / "none.sqlite", str(tmp_path / "new.sqlite"))
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.executescript("DROP TRIGGER content_UPDATE; UPDATE content SET raw = 'x' WHERE seq = 2")
    with pytest.raises(LedgerProblem, match="TW-STO-020"):
        restore(sqlite_path, str(tmp_path / "new.sqlite"))

    assert not (tmp_path / "new.sqlite").exists()


def test_edc_r80_the_frame_that_a_stopped_restore_left_is_filled_and_no_other(
    sqlite_path: Path, tmp_path: Path
) -> None:
    begun, another = tmp_path / "begun.sqlite", tmp_path / "another.sqlite"
    frame_of(sqlite_path, str(begun))
    filled = restore(sqlite_path, str(begun))
    open_ledger(another, clock=Ticking(), nonces=lambda: b"x" * 32, create=True).close()

    for place in (begun, another):
        with pytest.raises(LedgerProblem, match="TW-STO-014"):
            restore(sqlite_path, str(place))
    with open_ledger(begun, clock=Ticking(), nonces=counted_nonces()) as restored:
        assert filled == restored.head() and restored.verify(filled).ok


def frame_of(path: Path, url: str) -> None:
    """Makes what a restore of the ledger at `path` leaves at `url` when it is stopped before its rows are in."""
    with closing(sqlite3.connect(path)) as connection:
        ((origin,),) = connection.execute("SELECT origin FROM ledger")
    database = database_at(url)
    database.create(origin)
    database.close()


def test_a_backup_never_overwrites(sqlite_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep me")

    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        with pytest.raises(LedgerProblem, match="TW-STO-014"):
            ledger.backup(target)
        with pytest.raises(LedgerProblem, match="TW-STO-016"):
            ledger.backup(tmp_path / "no" / "such" / "folder.sqlite")

    assert target.read_text() == "keep me"


@pytest.mark.postgres
class TestPostgres:
    def test_a_server_that_does_not_answer_is_told_without_the_password(self, tmp_path: Path) -> None:
        problem = why_not(f"postgresql://app:secret@/trial?host={tmp_path}")

        assert problem.code == "TW-STO-009"
        assert "secret" not in problem.sentence()

    def test_a_database_without_a_ledger_is_told(self, postgres_server: PostgresServer) -> None:
        assert why_not(postgres_server.url("owner", postgres_server.new_database())).code == "TW-STO-001"

    def test_a_database_that_does_not_exist_is_told(self, postgres_server: PostgresServer) -> None:
        assert why_not(postgres_server.url("owner", "nowhere")).code in ("TW-STO-001", "TW-STO-009")

    def test_a_ledger_locked_by_another_session_is_told(self, postgres_server: PostgresServer) -> None:
        url = postgres_server.url("owner", postgres_server.new_database())
        open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=True).close()
        with (
            psycopg.connect(url) as other,
            open_on(PostgresDatabase(url, seconds=0.1), clock=Ticking(), nonces=counted_nonces()) as ledger,
        ):
            other.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            with pytest.raises(LedgerProblem, match="TW-STO-004"):
                ledger.write(typed(), [vas("7.0")])
            other.rollback()

            ledger.write(typed(), [vas("7.0")])

            assert ledger.head().seq == 1

    def test_a_writer_role_that_was_given_more_is_told(self, postgres_server: PostgresServer) -> None:
        database = postgres_server.new_database()
        open_ledger(
            postgres_server.url("owner", database), clock=Ticking(), nonces=counted_nonces(), create=True
        ).close()
        with psycopg.connect(postgres_server.url("owner", database), autocommit=True) as connection:
            connection.execute("GRANT UPDATE ON trialwright_ledger.entry TO trialwright_writer")

        problem = why_not(postgres_server.url("app", database))

        assert (problem.code, problem.found) == ("TW-STO-010", "the role may UPDATE")

    def test_a_backup_is_restored_from_a_file_to_the_server(
        self, postgres_server: PostgresServer, sqlite_path: Path
    ) -> None:
        url = postgres_server.url("owner", postgres_server.new_database())
        with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as source:
            source.erase(1, ("one", "two"), "a name")
            expected = (source.head(), source.snapshot().hash)
        restore(sqlite_path, url)

        with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as restored:
            assert expected == (restored.head(), restored.snapshot().hash)
            assert restored.verify(expected[0]).ok
            restored.write(typed("goes on"), [vas("7.0")])

    def test_edc_r80_the_frame_that_a_stopped_restore_left_on_the_server_is_filled(
        self, postgres_server: PostgresServer, sqlite_path: Path
    ) -> None:
        url = postgres_server.url("owner", postgres_server.new_database())
        frame_of(sqlite_path, url)
        filled = restore(sqlite_path, url)

        with pytest.raises(LedgerProblem, match="TW-STO-014"):
            restore(sqlite_path, url)
        with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as restored:
            assert filled == restored.head() and restored.verify(filled).ok

    def test_a_server_that_does_not_sync_is_refused(self, postgres_server: PostgresServer) -> None:
        url = postgres_server.url("owner", postgres_server.new_database())
        open_ledger(url, clock=Ticking(), nonces=counted_nonces(), create=True).close()
        with psycopg.connect(postgres_server.url("postgres", "postgres"), autocommit=True) as connection:
            try:
                set_fsync(connection, "off")
                problem = why_not(url)
            finally:
                set_fsync(connection, "on")

        assert (problem.code, problem.found) == ("TW-STO-008", "fsync is off")


def set_fsync(connection: psycopg.Connection, wanted: str) -> None:
    connection.execute(f"ALTER SYSTEM SET fsync = {wanted}")
    connection.execute("SELECT pg_reload_conf()")
    for _ in range(200):
        if connection.execute("SHOW fsync").fetchone() == (wanted,):
            return
        time.sleep(0.05)
    raise TimeoutError("the server did not read its settings again")
