"""Verification reads whole batches: wherever they end, what does not fit is named as row by row would name it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from trialwright.model.ledger import Head, NewEvent, Verification
from trialwright.store import Ledger, open_ledger, verifying, walking

BATCHES = (1, 3)
ROWS = (1, 3, 4, 6, 11)
COLUMNS = {"entry": ("hash", "commitment"), "content": ("nonce",)}


@pytest.fixture
def long_path(tmp_path: Path) -> Path:
    """Eleven entries in six saves: five times a value and a weight, at the end a lock."""
    path = tmp_path / "long.sqlite"
    with opened(path, create=True) as ledger:
        for n in range(5):
            ledger.write(typed(f"reading {n}"), [vas(f"{n}.5"), weight(f"6{n}")])
        ledger.write(typed(), [NewEvent(kind="locked")])
    return path


def opened(path: Path, *, create: bool = False) -> Ledger:
    return open_ledger(path, clock=Ticking(), nonces=counted_nonces(), create=create)


def verified(path: Path, head: Head | None = None) -> Verification:
    with opened(path) as ledger:
        return ledger.verify(head)


def altered(path: Path, script: str) -> None:
    """As somebody who owns the file can: guards, checks and types away, then all of them back."""
    types(path, ") STRICT", ") ")
    with closing(sqlite3.connect(path)) as held:
        guards = held.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        held.execute("PRAGMA ignore_check_constraints = ON")
        held.executescript("".join(f"DROP TRIGGER {name};" for name, _ in guards) + script)
        for _, sql in guards:
            held.execute(sql)
        held.commit()
    types(path, ") ", ") STRICT")


def types(path: Path, found: str, wanted: str) -> None:
    with closing(sqlite3.connect(path)) as held:
        held.execute("PRAGMA writable_schema = ON")
        for name in COLUMNS:
            ((sql,),) = held.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchall()
            changed = sql.removesuffix(found) + wanted
            held.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (changed, name))
        held.commit()


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("row", ROWS)
def test_an_altered_row_is_named_wherever_batches_end(
    long_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, row: int
) -> None:
    monkeypatch.setattr(walking, "BATCH", batch)
    altered(long_path, f"UPDATE content SET text = text || ' ' WHERE seq = {row}")

    found = verified(long_path)

    assert (False, row, row - 1) == (found.ok, found.first_bad, found.rows)
    assert [problem.code for problem in found.problems] == ["TW-STO-020"]


@pytest.mark.parametrize("batch", BATCHES)
def test_an_untouched_ledger_fits_in_batches_of_any_length(
    long_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(walking, "BATCH", batch)
    with opened(long_path) as ledger:
        expected = ledger.head()

    found = verified(long_path, expected)

    assert (True, None, 11, expected) == (found.ok, found.first_bad, found.rows, found.head)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("row", ROWS)
def test_another_head_is_met_in_the_middle_of_a_batch(
    long_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, row: int
) -> None:
    monkeypatch.setattr(walking, "BATCH", batch)

    found = verified(long_path, Head(row, "0" * 64))

    assert (False, row, 11) == (found.ok, found.first_bad, found.rows)
    assert [problem.code for problem in found.problems] == ["TW-STO-022"]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("row", [1, 5, 10])
def test_rows_cut_out_of_the_middle_are_missed(
    long_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, row: int
) -> None:
    monkeypatch.setattr(walking, "BATCH", batch)
    gap = f"BETWEEN {row} AND 10"  # a gap longer than a batch too
    altered(long_path, f"DELETE FROM content WHERE seq {gap}; DELETE FROM entry WHERE seq {gap}")

    found = verified(long_path)

    assert (False, row) == (found.ok, found.first_bad)


@pytest.mark.parametrize(("table", "column"), [(table, name) for table, names in COLUMNS.items() for name in names])
def test_a_byte_moved_from_one_row_to_the_next_is_found(long_path: Path, table: str, column: str) -> None:
    moved = f"(SELECT CAST(substr({column}, 32, 1) || o.{column} AS BLOB)"
    altered(long_path, f"""
        UPDATE {table} AS o SET {column} = {moved} FROM {table} WHERE seq = 4) WHERE seq = 5;
        UPDATE {table} SET {column} = substr({column}, 1, 31) WHERE seq = 4
    """)  # fmt: skip

    found = verified(long_path)

    assert (found.ok, found.first_bad) == (False, 4)


def test_the_same_bytes_kept_as_text_are_no_nonce(tmp_path: Path) -> None:
    path = tmp_path / "readable.sqlite"
    with open_ledger(path, clock=Ticking(), nonces=lambda: b"thirty-two letters can be a text", create=True) as ledger:
        ledger.write(typed(), [vas("5.0"), weight("60")])
    altered(path, "UPDATE content SET nonce = CAST(nonce AS TEXT) WHERE seq = 2")

    found = verified(path)

    assert (found.ok, found.first_bad) == (False, 2)


def test_what_was_erased_in_a_later_batch_fits(long_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "BATCH", 2)
    with opened(long_path) as ledger:
        ledger.erase(3, ("one", "another"), "a name")
        ledger.write(typed(), [vas("9.0"), weight("70")])

    found = verified(long_path)

    assert (found.ok, found.erased, found.rows) == (True, (3,), 14)


def test_what_others_write_and_erase_meanwhile_is_no_finding(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "BATCH", 5)
    ledger.write(typed(), [vas("1.0", participant_id=f"P{n}") for n in range(40)])
    with ThreadPoolExecutor(1) as others:
        busy = others.submit(_busy, ledger)
        found = [ledger.verify()]
        while not busy.done():
            found.append(ledger.verify())
        busy.result()

    assert not [problem for each in found for problem in each.problems]
    assert (ledger.verify().rows, len(ledger.verify().erased)) == (80, 20)


def _busy(ledger: Ledger) -> None:
    """New names, which no reader knows yet, and values that go."""
    for n in range(20):
        ledger.write(typed(), [vas("2.0", participant_id=f"new {n}", visit=f"V{n}")])
        ledger.erase(1 + 2 * n, ("one", "another"), "a name")


def test_where_two_processes_share_the_work_the_row_at_the_seam_is_named(
    long_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_WORTH_IT", 5)
    altered(long_path, "DELETE FROM content WHERE seq = 5; DELETE FROM entry WHERE seq = 5")

    with opened(long_path) as ledger:
        found = ledger.verify(processes=2)

    assert (found.ok, found.first_bad, found.rows) == (False, 5, 4)


def test_two_processes_find_what_one_finds(long_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_WORTH_IT", 5)
    with opened(long_path) as ledger:
        ledger.erase(3, ("one", "another"), "a name")

        assert ledger.verify() == ledger.verify(processes=2)
        assert ledger.verify(Head(2, "0" * 64)) == ledger.verify(Head(2, "0" * 64), processes=2)
