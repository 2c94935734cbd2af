"""A stranger with the file and sqlite3: what is refused at once, and what only verification betrays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas
from trialwright.model.ledger import Head, NewEvent, Verification
from trialwright.store import Ledger, LedgerProblem, open_ledger


@pytest.fixture
def bare(sqlite_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as connection:
        yield connection


def verified(path: Path, head: Head | None = None) -> Verification:
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        return ledger.verify(head)


def codes(found: Verification) -> list[str]:
    return [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE main.content SET text = '1.0' WHERE seq = 1",
        "UPDATE OR IGNORE entry SET hash = zeroblob(32)",
        "WITH x AS (SELECT 1) DELETE FROM content WHERE seq IN (SELECT seq FROM entry)",
        "INSERT INTO content SELECT * FROM other.content",
        "REPLACE INTO content SELECT * FROM other.content",
        "DELETE FROM content WHERE seq = 1 RETURNING *",
    ],
)
def test_through_another_file_or_an_odd_statement_rows_stay_as_they_are(
    bare: sqlite3.Connection, tmp_path: Path, act: str
) -> None:
    bare.execute("ATTACH ? AS other", (str(tmp_path / "other.sqlite"),))
    bare.execute("CREATE TABLE other.content AS SELECT * FROM main.content")
    for pragma in ("ignore_check_constraints", "legacy_alter_table", "reverse_unordered_selects"):
        bare.execute(f"PRAGMA {pragma}=ON")

    with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
        bare.execute(act)


def test_rows_are_not_changed_from_the_file_of_another_ledger(sqlite_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("ATTACH ? AS ledger_file", (str(sqlite_path),))
        with pytest.raises(sqlite3.IntegrityError, match="ledger guard"):
            other.execute("UPDATE ledger_file.content SET text = '1.0'")


def test_a_trigger_of_the_attacker_s_own_session_is_seen_by_nobody_else(
    bare: sqlite3.Connection, sqlite_path: Path
) -> None:
    bare.execute("CREATE TEMP TRIGGER mine BEFORE UPDATE ON content BEGIN SELECT RAISE(IGNORE); END")
    bare.execute("UPDATE content SET text = '1.0'")

    assert verified(sqlite_path).ok


EDITS = {
    "the guard dropped and put back": (
        "DROP TRIGGER content_UPDATE; UPDATE content SET text = '1.0' WHERE seq = 1;"
        "CREATE TRIGGER content_UPDATE BEFORE UPDATE ON content\nBEGIN"
        " SELECT RAISE(ABORT, 'ledger guard: rows are never changed or removed'); END",
        "TW-STO-020",
    ),
    "the table renamed and rebuilt": (
        "ALTER TABLE content RENAME TO gone;"
        " CREATE TABLE content AS SELECT seq, nonce, raw, '1.0' AS text, unit, reason FROM gone",
        "TW-STO-020",
    ),
    "the guard blanked in the schema": (
        "PRAGMA writable_schema=ON; DELETE FROM sqlite_master WHERE name = 'content_UPDATE';"
        " PRAGMA writable_schema=OFF",
        "TW-STO-007",
    ),
    "a column added": ("ALTER TABLE entry ADD note TEXT", "TW-STO-007"),
    "a view that lies beside the table": ("CREATE VIEW current AS SELECT 1", "TW-STO-007"),
}


@pytest.mark.parametrize("way", EDITS)
def test_what_the_file_s_owner_can_do_is_betrayed_by_verification(sqlite_path: Path, way: str) -> None:
    act, code = EDITS[way]
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as connection:
        connection.executescript(act)
    found = verified(sqlite_path)

    assert not found.ok
    assert code in codes(found)


def test_a_whole_file_put_in_its_place_is_betrayed_by_the_head_alone(sqlite_path: Path, tmp_path: Path) -> None:
    with open_ledger(sqlite_path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        printed = ledger.head()
    forged = tmp_path / "forged.sqlite"
    with open_ledger(forged, clock=Ticking(), nonces=lambda: b"\1" * 32, create=True) as ledger:
        ledger.write(typed(), [vas("1.0"), vas("1.0")])
        ledger.write(typed(), [vas("1.0")])

    assert verified(forged).ok
    assert codes(verified(forged, printed)) == ["TW-STO-022"]


def test_an_erasure_forged_with_one_person_is_betrayed(sqlite_path: Path) -> None:
    """The chain has no secret, so a forger may append a link; what an erasure must say is looked at all the same."""
    from trialwright.store.sqlite import SqliteDatabase
    from trialwright.store.writing import Keys, Save, entry_of, last_of

    database = SqliteDatabase(sqlite_path)
    event = NewEvent(kind="erased", details={"seq": "1", "first_person": "nurse", "second_person": "NURSE "})
    with database.writing():
        save = Save(database, Keys(), typed("gone", user="nurse"), last_of(database))
        save.append([entry_of(event, "gone", erases=1)], clock=Ticking(), nonces=counted_nonces(), token="")
        database.erase_content(1)
    database.close()
    found = verified(sqlite_path)

    assert not found.ok
    assert codes(found) == ["TW-STO-026"]


@pytest.mark.parametrize("second", ["nurse", " Nurse", "ＮＵＲＳＥ", ""])
def test_edc_r05_one_person_under_two_spellings_erases_nothing(ledger: Ledger, second: str) -> None:
    ledger.write(typed(), [vas("5.0")])

    with pytest.raises(LedgerProblem) as refused:
        ledger.erase(1, ("nurse", second), "a reason")

    assert refused.value.problem.code == "TW-STO-011"


def test_edc_r10_two_servers_with_different_clocks_write_one_line_of_time(url: str) -> None:
    early, late = Ticking(), Ticking()
    late.tick(hours=3)
    with (
        open_ledger(url, clock=early, nonces=counted_nonces()) as one,
        open_ledger(url, clock=late, nonces=lambda: b"\2" * 32) as two,
    ):
        for number in range(6):
            (two if number % 2 else one).write(typed("changed"), [vas(f"{number}.0")])
        moments = [version.at_utc for version in one.history(vas("0").slot)]
        found = one.verify()

    assert moments == sorted(moments)
    assert found.ok
