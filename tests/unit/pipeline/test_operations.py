"""Running a server: what the doctor finds, a backup that was restored once, roles made by one command."""

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from support import postgres
from support.ledger import typed, vas
from trialwright.pipeline import backup, doctor
from trialwright.pipeline.place import open_place, real_nonces
from trialwright.store import LedgerProblem, make_roles, open_ledger

postgres_server = postgres.postgres_server


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study folder with a ledger of one value."""
    monkeypatch.delenv("TRIALWRIGHT_DB", raising=False)
    with open_place(tmp_path, create=True) as ledger:
        ledger.write(typed(), [vas("5.0")])
    return tmp_path


def wrong(checks: list[doctor.Check]) -> list[str]:
    return [check.what for check in checks if check.ok is False]


def test_a_fresh_place_is_as_it_should_be(place):
    checks = doctor.examine(place, None)

    assert wrong(checks) == []
    assert {"database: journal_mode", "database: synchronous", "clock", "disk", "Python"} <= {c.what for c in checks}


def test_the_doctor_sees_a_file_that_others_may_read(place):
    (place / ".trialwright" / "ledger.sqlite").chmod(0o644)

    assert wrong(doctor.examine(place, None)) == ["rights of ledger.sqlite"]


def test_failure_27_the_doctor_sees_a_clock_set_back(place):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)

    assert wrong(doctor.examine(place, None, clock=lambda: past)) == ["clock"]


def test_the_doctor_sees_a_disk_that_fills_up(place, monkeypatch):
    class Usage(NamedTuple):
        free: int = 1_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage())

    assert wrong(doctor.examine(place, None)) == ["disk"]


def test_the_doctor_sees_a_guard_taken_away(place):
    import sqlite3

    with sqlite3.connect(place / ".trialwright" / "ledger.sqlite") as held:
        held.execute("DROP TRIGGER entry_UPDATE")

    assert wrong(doctor.examine(place, None)) == ["database: tables, keys and guards"]


def test_edc_r80_a_backup_is_restored_once_before_it_is_called_one(place, tmp_path, monkeypatch):
    restored = []
    real = backup.restore_ledger
    monkeypatch.setattr(backup, "restore_ledger", lambda *a: restored.append(real(*a)) or restored[-1])

    made = backup.back_up(place, None, tmp_path / "copy.sqlite")

    assert restored == [made.head]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".rehearsal")] == []


@pytest.mark.postgres
def test_one_command_makes_roles_that_can_add_and_read_and_nothing_else(postgres_server):
    name = postgres_server.new_database()
    owner = postgres_server.url("owner", name)
    app = f"app_{os.getpid()}"

    password = make_roles(owner, app, real_nonces)
    again = make_roles(owner, app, real_nonces)

    assert password
    assert again is None
    url = postgres_server.url(app, name)
    with open_ledger(url, clock=lambda: dt.datetime.now(dt.UTC), nonces=real_nonces) as ledger:
        ledger.write(typed(), [vas("5.0")])
        told = {name: found for name, found, _ in ledger.settings()}
        assert told["rights beyond INSERT and SELECT"] == "none"
        assert told["role"] == app
    with psycopg.connect(url, autocommit=True) as held:
        held.execute("CREATE TABLE trialwright_web.mine (id int)")
        for forbidden in ("DELETE FROM trialwright_ledger.entry", "DROP TABLE trialwright_ledger.entry",
                          "CREATE TABLE trialwright_ledger.more (id int)"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                held.execute(forbidden)


def test_a_strange_name_of_a_role_is_refused_before_anything_is_asked():
    with pytest.raises(LedgerProblem, match="TW-STO-017"):
        make_roles("postgresql://nowhere/x", "Robert'); --", real_nonces)
