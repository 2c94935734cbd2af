"""A file whose bytes are no text any more: whoever reads it is told so in a sentence, and never what stood there."""

import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas
from trialwright.model.ledger import NewDatapoint, NewEvent, Slot
from trialwright.model.quantity import Words
from trialwright.store import Ledger, LedgerProblem, open_ledger
from trialwright.store.database import UnreadableText
from trialwright.store.problems import no_place

SECRET = "shingles in spring"


def damaged(path: Path, old: bytes, new: bytes) -> Path:
    """A ledger with a value, a remark and an act; afterwards every `old` in its file is `new`."""
    slot = Slot("P1", "W0", "core", "physician_global.note")
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
        ledger.write(typed(), [vas("5.0"), NewDatapoint(slot=slot, raw=SECRET, value=Words(SECRET))])
        ledger.write(typed(), [NewEvent(kind="participant_added", participant_id="P1", details={"site": "nanjing"})])
    with sqlite3.connect(path) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held.close()
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


READINGS: dict[str, Callable[[Ledger], object]] = {
    "snapshot": lambda ledger: ledger.snapshot().hash,
    "events": lambda ledger: ledger.events(),
    "case": lambda ledger: ledger.case("P1"),
    "datapoints": lambda ledger: ledger.datapoints("P1", "W0", "core"),
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"shingles", b"shin\xffles"),
        (b"nanjing", b"nan\xffing"),
        (b"physician_global.note", b"physician_global.n\xfete"),
    ],
)
def test_bytes_that_are_no_text_are_told_whoever_reads(tmp_path, reading, old, new):
    path = damaged(tmp_path / "ledger.sqlite", old, new)
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        try:
            READINGS[reading](ledger)
        except LedgerProblem as told:
            assert told.problem.code == "TW-STO-027"
            assert (told.problem.where, "trialwright verify" in told.problem.cure) == (str(path), True)
            assert "shin" not in str(told) and told.__suppress_context__
        else:
            assert (reading, old) == ("events", b"shingles")  # an act is told without the values beside it


def test_verification_names_the_entry_all_the_same(tmp_path):
    path = damaged(tmp_path / "ledger.sqlite", b"shingles", b"shin\xffles")
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces()) as ledger:
        found = ledger.verify()

    assert (found.ok, found.first_bad) == (False, 2)


def test_a_problem_of_the_ledger_comes_back_whole_from_another_process():
    for told in (no_place("here"), UnreadableText("there")):
        again = pickle.loads(pickle.dumps(told))

        assert (type(again), again.problem) == (type(told), told.problem)
