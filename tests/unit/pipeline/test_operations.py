"""Running a server: what the doctor finds, a backup that was restored once, roles made by one command."""

import datetime as dt
import os
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from support import postgres
from support.ledger import typed, vas
from trialwright.cli.main import app
from trialwright.pipeline import backup, doctor
from trialwright.pipeline.place import open_place, real_nonces
from trialwright.store import LedgerProblem, make_roles, open_ledger, read_key

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


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    problem = getattr(done.exception, "problem", None)
    return done.exit_code, " ".join((problem.sentence() if problem else done.output).split())


def test_edc_r80_an_encrypted_backup_holds_nothing_in_the_clear_and_restores_with_its_key(place, tmp_path):
    (place / ".trialwright" / "web.sqlite").write_bytes(b"")
    with sqlite3.connect(place / ".trialwright" / "web.sqlite") as held:
        held.execute("CREATE TABLE account (name TEXT)")
        held.execute("INSERT INTO account VALUES ('li.wei')")
    held.close()
    out, key = tmp_path / "out" / "copy.sqlite", tmp_path / "backup.key"
    out.parent.mkdir()
    code, told = run("backup", place, "-o", out, "--new-key", key)
    files = {path.name: path.read_bytes() for path in out.parent.iterdir()}
    again, _ = run("backup", place, "-o", tmp_path / "out" / "second.sqlite", "--key", key)
    made = backup.restore(out, place, str(tmp_path / "there" / "ledger.sqlite"), key=read_key(key))
    with open_place(place) as ledger, open_place(place, str(tmp_path / "there" / "ledger.sqlite")) as restored:
        heads = ledger.head(), restored.head(), made.head

    assert (code, again) == (0, 0) and f"encrypted, head {heads[0].seq}:{heads[0].hash}" in told
    assert sorted(files) == ["copy.accounts.sqlite", "copy.sqlite"]
    assert not [
        name for name, held in files.items() if b"SQLite format" in held or b"li.wei" in held or b"P001" in held
    ]
    assert len(set(heads)) == 1
    assert b"li.wei" in (tmp_path / "there" / "web.sqlite").read_bytes()
    assert [path.name for path in (place / ".trialwright").iterdir() if path.name.startswith(".backup")] == []


def test_edc_r80_without_its_key_or_altered_nothing_is_restored(place, tmp_path):
    out, key, there = tmp_path / "copy.sqlite", tmp_path / "backup.key", tmp_path / "there.sqlite"
    run("backup", place, "-o", out, "--new-key", key)
    run("backup", place, "-o", tmp_path / "else.sqlite", "--new-key", tmp_path / "other.key")
    asked = {
        "TW-STO-031": run("restore", out, place, "--db", there),
        "TW-STO-032": run("restore", out, place, "--db", there, "--key", tmp_path / "other.key"),
        "TW-STO-030": run("restore", out, place, "--db", there, "--key", out),
    }
    out.write_bytes(out.read_bytes()[:-1])
    _, cut = run("restore", out, place, "--db", there, "--key", key)

    assert [code for code, (_, told) in asked.items() if code not in told] == []
    assert "TW-STO-032" in cut
    assert not there.exists()


@pytest.mark.parametrize("encrypted", [False, True])
def test_edc_r80_the_drill_tells_rows_and_head_and_leaves_nothing_behind(place, tmp_path, encrypted):
    out, key = tmp_path / "copy.sqlite", tmp_path / "backup.key"
    run("backup", place, "-o", out, *(["--new-key", key] if encrypted else []))
    before = sorted(path for path in place.rglob("*"))
    code, told = run("restore", out, place, "--drill", *(["--key", key] if encrypted else []))
    with open_place(place) as ledger:
        head = ledger.head()

    assert code == 0
    assert f"restores and verifies, {head.seq} rows, head {head.seq}:{head.hash}" in told
    assert sorted(path for path in place.rglob("*")) == before


def test_a_backup_that_stands_there_is_not_overwritten_by_an_encrypted_one(place, tmp_path):
    run("backup", place, "-o", tmp_path / "copy.sqlite")
    code, told = run("backup", place, "-o", tmp_path / "copy.sqlite", "--new-key", tmp_path / "a.key")
    both = run(
        "backup", place, "-o", tmp_path / "b.sqlite", "--key", tmp_path / "a.key", "--new-key", tmp_path / "b.key"
    )

    assert code == 1 and "TW-STO-014" in told
    assert both[0] == 2 and not (tmp_path / "b.sqlite").exists()


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
