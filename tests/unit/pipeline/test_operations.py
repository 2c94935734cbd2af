"""Running a server: what the doctor finds, a backup that was restored once, roles made by one command."""

import datetime as dt
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
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
from trialwright.store import LedgerProblem, make_key, make_roles, open_ledger, read_key

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


def accounts_of(path: Path, name: str) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as held:
        held.execute("CREATE TABLE account (name TEXT)")
        held.execute("INSERT INTO account VALUES (?)", (name,))
    held.close()


@pytest.fixture
def copied(place: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A place with accounts; a key; an encrypted backup of both."""
    accounts_of(place / ".trialwright" / "web.sqlite", "li.wei")
    (tmp_path / "out").mkdir()
    out, key = tmp_path / "out" / "copy.sqlite", tmp_path / "backup.key"
    backup.back_up(place, None, out, key=make_key(key))
    return out, key, tmp_path / "there"


def left_in_the_clear(place: Path) -> list[str]:
    return [path.name for path in (place / ".trialwright").iterdir() if path.name.startswith(".backup")]


def test_what_another_run_wrote_meanwhile_stays(place, copied, monkeypatch):
    out, key = copied[0].with_name("second.sqlite"), read_key(copied[1])
    real = backup._copy

    def slow(*asked: object) -> backup.Copied:
        monkeypatch.setattr(backup, "_copy", real)
        backup.back_up(place, None, out, key=key)
        return real(*asked)

    monkeypatch.setattr(backup, "_copy", slow)
    with pytest.raises(LedgerProblem, match="TW-STO-014"):
        backup.back_up(place, None, out, key=key)

    assert out.exists() and out.with_name("second.accounts.sqlite").exists()
    assert backup.drill(out, place, None, key=key)


@pytest.mark.parametrize("forged", ["ledger", "accounts"])
@pytest.mark.parametrize("drill", [False, True])
def test_edc_r80_with_a_key_nothing_is_taken_that_is_not_encrypted(place, copied, forged, drill):
    out, key, there = copied
    if forged == "ledger":
        shutil.copy(place / ".trialwright" / "ledger.sqlite", out)
    else:
        accounts_of(out.with_name("copy.accounts.sqlite"), "mallory")
    where = ["--drill"] if drill else ["--db", there / "ledger.sqlite"]
    code, told = run("restore", out, place, "--key", key, *where)

    assert code == 1 and "TW-STO-033" in told
    assert not there.exists() or list(there.iterdir()) == []


def test_edc_r80_accounts_of_another_backup_do_not_open_beside_a_ledger(place, copied):
    older, key, there = copied
    with open_place(place) as ledger:
        ledger.write(typed(), [vas("6.0")])
    out = older.with_name("later.sqlite")
    backup.back_up(place, None, out, key=read_key(key))
    shutil.copy(older.with_name("copy.accounts.sqlite"), out.with_name("later.accounts.sqlite"))
    _, told = run("restore", out, place, "--key", key, "--db", there / "ledger.sqlite")
    shutil.copy(out, older.with_name("copy.accounts.sqlite"))
    _, swapped = run("restore", older, place, "--key", key, "--drill")

    assert "later.accounts.sqlite" in told and "TW-STO-034" in told
    assert "TW-STO-034" in swapped
    assert list(there.iterdir()) == []


def test_edc_r80_where_the_accounts_do_not_open_no_ledger_is_restored_either(place, copied):
    out, key, there = copied
    accounts = out.with_name("copy.accounts.sqlite")
    accounts.write_bytes(accounts.read_bytes()[:-1])
    _, told = run("restore", out, place, "--key", key, "--db", there / "ledger.sqlite")
    _, tried = run("restore", out, place, "--key", key, "--drill")

    assert "TW-STO-032" in told and "Nothing was restored" in told
    assert "TW-STO-032" in tried
    assert list(there.iterdir()) == []


@pytest.mark.parametrize("damage", [b"no database at all" * 100, None])
def test_edc_r80_a_drill_finds_accounts_that_are_no_whole_database(place, tmp_path, damage):
    accounts_of(place / ".trialwright" / "web.sqlite", "li.wei")
    backup.back_up(place, None, tmp_path / "copy.sqlite")
    accounts = tmp_path / "copy.accounts.sqlite"
    whole = accounts.read_bytes()
    accounts.write_bytes(damage or whole[:4096] + b"\xff" * (len(whole) - 4096))
    _, tried = run("restore", tmp_path / "copy.sqlite", place, "--drill")
    _, told = run("restore", tmp_path / "copy.sqlite", place, "--db", tmp_path / "there" / "ledger.sqlite")

    assert "copy.accounts.sqlite" in tried and "TW-STO-013" in tried
    assert "TW-STO-013" in told
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("at", ["copy_rows", "put"])
def test_edc_r80_a_restore_that_was_stopped_leaves_nothing_half_and_is_done_once_more(place, tmp_path, monkeypatch, at):
    accounts_of(place / ".trialwright" / "web.sqlite", "li.wei")
    made = backup.back_up(place, None, tmp_path / "copy.sqlite")
    there = tmp_path / "there" / "ledger.sqlite"

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        where = sys.modules["trialwright.store.backup"] if at == "copy_rows" else backup
        broken.setattr(where, at, stopped)
        with pytest.raises(KeyboardInterrupt):
            backup.restore(tmp_path / "copy.sqlite", place, str(there))
    left = list(there.parent.iterdir())
    again = backup.restore(tmp_path / "copy.sqlite", place, str(there))

    assert left == []
    assert again.head == made.head
    assert b"li.wei" in (there.parent / "web.sqlite").read_bytes()
    assert sorted(path.name for path in there.parent.iterdir()) == ["ledger.sqlite", "web.sqlite"]
    assert [path.stat().st_mode & 0o077 for path in there.parent.iterdir()] == [0, 0]


def test_edc_r80_stopped_between_accounts_and_ledger_a_restore_is_done_once_more(place, copied, monkeypatch):
    out, key, there = copied
    real, put = backup.put, []

    def stopped(path: Path, target: Path) -> None:
        if put:
            raise KeyboardInterrupt
        put.append(target.name)
        real(path, target)

    monkeypatch.setattr(backup, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(out, place, str(there / "ledger.sqlite"), key=read_key(key))
    left = [path.name for path in there.iterdir()]
    monkeypatch.setattr(backup, "put", real)
    code, _ = run("restore", out, place, "--db", there / "ledger.sqlite", "--key", key)

    assert left == put == ["web.sqlite"]
    assert code == 0 and (there / "ledger.sqlite").exists()


@pytest.mark.parametrize("drill", [False, True])
def test_edc_r80_accounts_that_are_no_longer_beside_an_encrypted_backup_are_missed(place, copied, drill):
    out, key, there = copied
    out.with_name("copy.accounts.sqlite").unlink()
    where = ["--drill"] if drill else ["--db", there / "ledger.sqlite"]
    code, told = run("restore", out, place, "--key", key, *where)

    assert code == 0  # the ledger is what cannot be made anew
    assert "copy.accounts.sqlite: the accounts that this backup was made with are not beside it" in told


def test_edc_r80_damaged_accounts_are_told_when_they_are_copied(place, tmp_path):
    accounts = place / ".trialwright" / "web.sqlite"
    accounts_of(accounts, "li.wei")
    whole = accounts.read_bytes()
    accounts.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    (tmp_path / "out").mkdir()
    code, told = run("backup", place, "-o", tmp_path / "out" / "copy.sqlite")

    assert code == 1 and "TW-STO-013" in told and str(accounts) in told
    assert list((tmp_path / "out").iterdir()) == []


ENDED = """
import os, signal, sys
from pathlib import Path
from trialwright.pipeline import backup
backup.encrypt_file = lambda *_: os.kill(os.getpid(), getattr(signal, sys.argv[2]))
backup.back_up(Path(sys.argv[1]), None, Path(sys.argv[1]) / "ended.sqlite", key=bytes(32))
"""


def ended_by(place: Path, name: str) -> int:
    """A backup that a signal ends while the plain copy lies in its folder."""
    return subprocess.run([sys.executable, "-c", ENDED, str(place), name], check=False).returncode


def test_a_backup_that_is_told_to_end_leaves_nothing_in_the_clear(place):
    code = ended_by(place, "SIGTERM")

    assert code == 128 + signal.SIGTERM
    assert left_in_the_clear(place) == []
    assert not (place / "ended.sqlite").exists()


def test_what_a_killed_backup_left_goes_with_the_next_and_what_one_still_works_in_stays(place, copied):
    out, key, _ = copied
    (place / ".trialwright" / ".backup-of-mine").mkdir()
    ended_by(place, "SIGKILL")
    (left,) = [name for name in left_in_the_clear(place) if name != ".backup-of-mine"]
    with backup._house(str(place / ".trialwright" / "ledger.sqlite")) as held:
        backup.drill(out, place, None, key=read_key(key))
        kept = held.exists()

    assert kept
    assert left not in left_in_the_clear(place)
    assert left_in_the_clear(place) == [".backup-of-mine"]


def test_signals_are_as_they_were_after_a_drill(place, copied):
    out, key, _ = copied
    before = signal.getsignal(signal.SIGTERM)
    backup.drill(out, place, None, key=read_key(key))

    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize("output", ["copy.sqlite", "no folder/copy.sqlite"])
def test_no_key_is_made_for_a_copy_that_is_refused(place, tmp_path, output):
    (tmp_path / "copy.accounts.sqlite").write_bytes(b"of another day")
    code, _ = run("backup", place, "-o", tmp_path / output, "--new-key", tmp_path / "a.key")

    assert code == 1
    assert not (tmp_path / "a.key").exists()


def test_a_backup_that_stands_there_is_not_overwritten_by_an_encrypted_one(place, tmp_path):
    run("backup", place, "-o", tmp_path / "copy.sqlite")
    make_key(tmp_path / "a.key")
    code, told = run("backup", place, "-o", tmp_path / "copy.sqlite", "--key", tmp_path / "a.key")
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
