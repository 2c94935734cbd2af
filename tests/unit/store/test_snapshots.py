"""The state at any moment, in columns, with its hash."""

import datetime as dt

import polars as pl
import pytest

from support.ledger import START, Ticking, typed, vas, weight
from trialwright.model.ledger import VERSION_COLUMNS, Blank, NewDatapoint, NewEvent, Slot
from trialwright.model.quantity import Code, Missing, PartialDate, Words
from trialwright.store import Ledger, snapshot

MINUTE = dt.timedelta(minutes=1)


def three_saves(ledger: Ledger, clock: Ticking) -> None:
    """8:00 vas 5.0 and weight 60 (1, 2); 8:01 vas 6.0 (3), enrolled (4); 8:02 weight cleared (5)."""
    ledger.write(typed(), [vas("5.0"), weight("60")])
    clock.tick(minutes=1)
    ledger.write(typed("read wrongly", user="doctor"), [vas("6.0"), NewEvent(kind="enrolled", participant_id="P1")])
    clock.tick(minutes=1)
    ledger.write(typed("not hers"), [NewDatapoint(slot=weight("60").slot, raw="", value=Blank())])


def test_every_version_stands_in_one_row(ledger: Ledger, clock: Ticking) -> None:
    three_saves(ledger, clock)

    versions = ledger.snapshot().versions

    assert dict(versions.schema) == VERSION_COLUMNS
    assert versions["seq"].to_list() == [1, 2, 3, 5]
    assert versions.row(2, named=True) == {
        "seq": 3, "replaces": 1, "group": 2, "participant_id": "P1", "visit": "W0", "form": "core", "row": 0,
        "item": "physician_global.vas", "raw": "6.0", "kind": "quantity", "text": "6.0", "unit": "cm", "user": "doctor",
        "at_utc": "2020-10-01T08:01:00.000Z", "reason": "read wrongly", "build": 1, "origin": "typed",
    }  # fmt: skip


def test_current_leaves_out_what_was_replaced_or_cleared(ledger: Ledger, clock: Ticking) -> None:
    three_saves(ledger, clock)

    assert ledger.snapshot().current.select("item", "text").rows() == [("physician_global.vas", "6.0")]


@pytest.mark.parametrize(
    ("as_of", "current", "events", "head"),
    [
        (0, [], 0, 0),
        (1, ["5.0"], 0, 1),
        (2, ["5.0", "60"], 0, 2),
        (3, ["60", "6.0"], 0, 3),
        (START - MINUTE, [], 0, 0),
        (START, ["5.0", "60"], 0, 2),
        (START + 1.5 * MINUTE, ["60", "6.0"], 1, 4),
        ((START + MINUTE).astimezone(dt.timezone(dt.timedelta(hours=8))), ["60", "6.0"], 1, 4),
        (START + 2 * MINUTE, ["6.0"], 1, 5),
        (99, ["6.0"], 1, 5),
        (None, ["6.0"], 1, 5),
    ],
)
def test_the_state_of_any_past_moment_is_rebuilt(
    ledger: Ledger, clock: Ticking, as_of: int | dt.datetime | None, current: list[str], events: int, head: int
) -> None:
    three_saves(ledger, clock)

    snapshot = ledger.snapshot(as_of)

    assert (current, events, head) == (snapshot.current["text"].to_list(), len(snapshot.events), snapshot.head.seq)


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="time zone"):
        ledger.snapshot(dt.datetime(2020, 10, 1))  # noqa: DTZ001 - the mistake under test


def test_a_snapshot_says_until_when_it_holds(ledger: Ledger, clock: Ticking) -> None:
    three_saves(ledger, clock)

    assert ledger.snapshot().as_of_utc == "2020-10-01T08:02:00.000Z"
    assert ledger.snapshot(START + 1.5 * MINUTE).as_of_utc == "2020-10-01T08:01:30.000Z"
    assert ledger.snapshot(2).as_of_utc == "2020-10-01T08:00:00.000Z"


def test_the_hash_of_a_moment_never_changes_later(ledger: Ledger, clock: Ticking) -> None:
    ledger.write(typed(), [vas("5.0"), weight("60")])
    then = ledger.snapshot()
    clock.tick(minutes=1)
    ledger.write(typed("x"), [vas("6.0")])

    assert then.hash == ledger.snapshot(2).hash == ledger.snapshot(START).hash
    assert then.hash != ledger.snapshot().hash


def test_the_hash_is_over_what_stands_now_not_over_how_it_came_there(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), weight("60")])
    straight = ledger.snapshot().hash
    ledger.write(typed("x"), [vas("6.0")])
    ledger.write(typed("back"), [vas("5.0")])

    assert straight == ledger.snapshot().hash


def test_the_hash_is_the_same_whoever_only_reads(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), NewEvent(kind="locked")])
    before = ledger.snapshot().hash
    ledger.write(typed(), [NewEvent(kind="signed_in"), NewEvent(kind="report_made"), NewEvent(kind="exported")])

    assert before == ledger.snapshot().hash


def test_an_act_changes_the_hash(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0")])
    before = ledger.snapshot().hash
    ledger.write(typed(), [NewEvent(kind="withdrawn", participant_id="P1", details={"reason": "moved away"})])

    assert before != ledger.snapshot().hash


def test_the_kinds_of_values_are_told_apart_in_columns(ledger: Ledger) -> None:
    values = {
        "a.date": PartialDate("2021-03"),
        "b.code": Code("Y"),
        "c.words": Words('多行\n"x"'),
        "d.none": Missing("unknown"),
    }
    ledger.write(
        typed(),
        [NewDatapoint(slot=Slot("P1", "W0", "f", item), raw="r", value=value) for item, value in values.items()],
    )

    found = ledger.snapshot().current.select("kind", "text").rows()

    assert found == [("date", "2021-03"), ("code", "Y"), ("words", '多行\n"x"'), ("missing", "unknown")]


def test_an_empty_ledger_has_an_empty_snapshot(ledger: Ledger) -> None:
    snapshot = ledger.snapshot()

    assert VERSION_COLUMNS == dict(snapshot.versions.schema) == dict(snapshot.current.schema)
    assert (snapshot.versions.height, snapshot.current.height, snapshot.events) == (0, 0, ())


def test_batches_join_without_a_seam(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialwright.store.snapshot.BATCH", 3)
    for number in range(8):
        ledger.write(typed(), [vas(f"{number}.0"), NewEvent(kind="reviewed")])

    versions = ledger.snapshot().versions

    assert versions["seq"].to_list() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert [f"{number}.0" for number in range(8)] == versions["text"].to_list()
    assert isinstance(versions, pl.DataFrame)


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("few", [0, 100])
def test_a_snapshot_read_in_batches_is_the_same(
    ledger: Ledger, clock: Ticking, monkeypatch: pytest.MonkeyPatch, batch: int, few: int
) -> None:
    three_saves(ledger, clock)
    ledger.write(typed(), [NewEvent(kind="locked")])
    ledger.write(typed(), [vas("7.5", participant_id="P2"), vas("8.0", visit="W4")])
    ledger.erase(1, ("one", "another"), "a name")
    whole = ledger.snapshot()
    monkeypatch.setattr(snapshot, "BATCH", batch)
    monkeypatch.setattr(snapshot, "_FEW", few)

    read = ledger.snapshot()

    assert read.versions.equals(whole.versions)
    assert read.current.equals(whole.current)
    assert (read.hash, read.head) == (whole.hash, whole.head)


def test_what_stands_is_worked_out_once_and_when_asked(ledger: Ledger, clock: Ticking) -> None:
    three_saves(ledger, clock)

    taken = ledger.snapshot()

    assert "current" not in vars(taken)
    assert taken.current is taken.current
