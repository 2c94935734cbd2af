"""A ledger whose bytes were altered: every command that reads it ends in a sentence, with what to do."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from trialwright.catalog import load
from trialwright.pipeline import place
from trialwright.pipeline.demo import run_demo
from trialwright.store import LedgerProblem

PERSON = "SELECT seq FROM entry JOIN kind ON kind.id = entry.kind WHERE kind.name = 'participant_added' LIMIT 1"
NUMBER = (
    "SELECT entry.seq FROM entry JOIN kind ON kind.id = entry.kind JOIN item ON item.id = entry.item"
    " WHERE kind.name = 'quantity' AND item.name = 'physician_global.vas' LIMIT 1"
)
DAMAGE = {
    "a byte that is no text": f"UPDATE content SET raw = CAST(x'35ff30' AS TEXT) WHERE seq = ({NUMBER})",
    "an act with half its words": f"UPDATE content SET text = '[\"site\":' WHERE seq = ({PERSON})",
    "a number that is none": f"UPDATE content SET text = '5.p' WHERE seq = ({NUMBER})",
    "a name that nobody has": f"UPDATE entry SET visit = 30000 WHERE seq = ({NUMBER})",
}
UNREAD = {"a digest of two bytes": f"UPDATE entry SET hash = x'0102' WHERE seq = ({PERSON})"}
"""What no command but verify and backup looks at."""
COMMANDS = {
    "analyze": ("analyze", "{study}", "--db", "{db}", "-o", "{out}"),
    "report": ("report", "{study}", "--db", "{db}", "-o", "{out}"),
    "trace": ("trace", "{study}", "--all", "--db", "{db}"),
    "export": ("export", "csv", "{study}", "--db", "{db}", "-o", "{out}"),
    "casebook": ("casebook", "{study}", "--db", "{db}", "-o", "{out}", "--participant", "P001"),
    "archive": ("archive", "{study}", "--db", "{db}", "-o", "{out}.zip"),
    "backup": ("backup", "{study}", "--db", "{db}", "-o", "{out}.sqlite"),
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("damaged") / "out"
    made = run_demo(folder, load(), participants=2, tell=lambda _: None, advance=lambda *_: None)
    assert not isinstance(made, list), made
    with sqlite3.connect(folder / "ledger.sqlite") as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held.close()
    return folder


def broken(trial: Path, folder: Path, statement: str) -> Path:
    """A copy of the ledger with one thing altered past the guards, which stand again afterwards."""
    path = folder / "ledger.sqlite"
    shutil.copy(trial / "ledger.sqlite", path)
    with sqlite3.connect(path) as held:
        guards = held.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            held.execute(f"DROP TRIGGER {name}")
        held.execute("PRAGMA ignore_check_constraints = ON")
        assert held.execute(statement).rowcount == 1
        for _, sql in guards:
            held.execute(sql)
    held.close()
    return path


def words(command: str, **filled: Path) -> list[str]:
    return [word.format(**filled) for word in COMMANDS[command]]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_stumbles_over_it_says_what_to_do(trial, tmp_path, trialwright, command, damage):
    db = broken(trial, tmp_path, DAMAGE[damage])
    said = trialwright(*words(command, study=trial / "study", db=db, out=tmp_path / "out"))
    told = " ".join(said.err.split())

    assert said.code == 2
    assert ("TW-STO-027" in told and "Run trialwright verify" in told) or command == "backup"
    assert "TW-STO-020" in told or "TW-STO-027" in told
    assert f"{db} entry" in said.err or "TW-STO-020" not in told
    assert "Keep this copy" in told
    assert "5.p" not in told and "nanjing" not in told


@pytest.mark.parametrize("statement", [*DAMAGE.values(), *UNREAD.values()], ids=[*DAMAGE, *UNREAD])
def test_verify_names_the_entry(trial, tmp_path, trialwright, statement):
    said = trialwright("verify", trial / "study", "--db", broken(trial, tmp_path, statement))

    assert said.code == 1
    assert "entry" in said.err and "TW-STO-02" in said.err


def test_a_mistake_of_the_program_over_a_whole_ledger_stays_one(trial, tmp_path, trialwright, monkeypatch):
    from trialwright.pipeline import readout

    monkeypatch.setattr(readout, "read_out", lambda *_, **__: 1 / 0)
    shutil.copy(trial / "ledger.sqlite", tmp_path / "ledger.sqlite")
    with pytest.raises(ZeroDivisionError):
        trialwright(*words("analyze", study=trial / "study", db=tmp_path / "ledger.sqlite", out=tmp_path / "out"))


def test_a_mistake_of_the_program_stays_one_where_the_ledger_is_gone_meanwhile(
    trial, tmp_path, trialwright, monkeypatch
):
    from trialwright.pipeline import readout

    db = tmp_path / "ledger.sqlite"
    shutil.copy(trial / "ledger.sqlite", db)

    def gone(*_: object, **__: object) -> None:
        db.unlink()
        1 / 0  # noqa: B018 - stands for any mistake

    monkeypatch.setattr(readout, "read_out", gone)
    with pytest.raises(ZeroDivisionError):
        trialwright(*words("analyze", study=trial / "study", db=db, out=tmp_path / "out"))


def test_a_server_that_is_away_is_no_damage_and_does_not_hide_a_ledger_that_is_damaged(trial, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "_asked_for", [])
    db = broken(trial, tmp_path, DAMAGE["a number that is none"])
    away = "postgresql://nobody@127.0.0.1:1/away"
    with pytest.raises(LedgerProblem, match="TW-STO-009"):
        place.open_place(tmp_path, away)
    alone = place.what_is_damaged()
    place.open_place(tmp_path, str(db)).close()
    with pytest.raises(LedgerProblem, match="TW-STO-009"):
        place.open_place(tmp_path, away)

    assert alone == []
    assert [problem.code for problem in place.what_is_damaged()][:1] == ["TW-STO-027"]
