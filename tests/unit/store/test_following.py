"""What is kept in memory is what stands in the ledger, whoever wrote it."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from trialwright.model.ledger import Blank, FormToken, NewDatapoint, NewEvent, Overtaken, Receipt, Seen
from trialwright.store import Ledger, open_ledger, rows


def at(path: Path, *, create: bool = False) -> Ledger:
    return open_ledger(path, clock=Ticking(), nonces=counted_nonces(), create=create)


@pytest.fixture
def two(tmp_path: Path):
    """The same ledger twice, as two processes have it."""
    with at(tmp_path / "ledger.sqlite", create=True) as one, at(tmp_path / "ledger.sqlite") as other:
        yield one, other


def raws(ledger: Ledger, participant: str = "P1") -> list[str]:
    return [d.raw for d in ledger.datapoints(participant, "W0", "core")]


def test_what_another_connection_saved_is_seen_at_the_next_question(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0")])
    assert raws(other) == ["5.0"]

    one.write(typed("misread"), [vas("6.0")])
    one.write(typed(), [NewEvent(kind="enrolled", participant_id="P1")])

    assert raws(other) == ["6.0"]
    assert [e.kind for e in other.events(participant_id="P1")] == ["enrolled"]
    assert [e.kind for e in other.events(kinds=["enrolled"])] == ["enrolled"]
    assert other.case("P1").last == 3


def test_what_others_write_between_two_readings_of_one_look_is_told_once(two, monkeypatch) -> None:
    one, other = two
    one.write(typed(), [NewEvent(kind="participant_added", participant_id="P1")])
    other.case("P1")
    one.write(typed(), [NewEvent(kind="enrolled", participant_id="P1")])
    read, late = other._database.read, []

    def overtaken(sql: str, values=()) -> list:
        found = read(sql, values)
        if sql == rows.LAST_LINK and not late:
            late.append(one.write(typed(), [NewEvent(kind="visit_completed", participant_id="P1", visit="W0")]))
        return found

    monkeypatch.setattr(other._database, "read", overtaken)

    assert [e.kind for e in other.events(participant_id="P1")] == ["participant_added", "enrolled"]
    assert [e.kind for e in other.events()] == ["participant_added", "enrolled", "visit_completed"]
    assert other.case("P1") == one.case("P1")


def test_a_look_that_breaks_off_leaves_nothing_told_twice(two, monkeypatch) -> None:
    one, other = two
    one.write(typed(), [NewEvent(kind="participant_added", participant_id="P1")])
    other.events()
    one.write(typed(), [NewEvent(kind="enrolled", participant_id="P1"),
                        NewEvent(kind="participant_added", participant_id="P2")])  # fmt: skip
    read = other._database.read

    def broken(sql: str, values=()) -> list:
        if sql.startswith("SELECT name FROM participant"):
            raise ConnectionError("the server went away")
        return read(sql, values)

    with monkeypatch.context() as while_away:
        while_away.setattr(other._database, "read", broken)
        with pytest.raises(ConnectionError):
            other.events()

    assert [e.seq for e in other.events()] == [1, 2, 3]
    assert [e.seq for e in other.events(participant_id="P1")] == [1, 2]


def test_the_visits_begun_follow_what_others_save_clear_and_erase(two) -> None:
    one, other = two
    told = []
    for writes in (
        [vas("5.0")],
        [vas("6.0", visit="W4"), weight("60")],
        [cleared("W4")],
        [vas("1.0", participant_id="P2")],
        [vas("7.0", visit="W4")],
        [cleared("W4")],
        [NewEvent(kind="enrolled", participant_id="P1")],
    ):
        one.write(typed("x"), writes)
        told.append(sorted(other.case("P1").begun))

    assert told == [["W0"], ["W0", "W4"], ["W0"], ["W0"], ["W0", "W4"], ["W0"], ["W0"]]
    one.erase(1, ("privacy officer", "investigator"), "typed for another person")
    assert (other.case("P1").begun, other.case("P3").begun) == (frozenset({"W0"}), frozenset())
    one.erase(3, ("privacy officer", "investigator"), "typed for another person")
    assert other.case("P1").begun == frozenset()


def cleared(visit: str) -> NewDatapoint:
    return NewDatapoint(slot=vas("0", visit=visit).slot, raw="", value=Blank())


def test_an_erased_value_leaves_the_memory_of_every_process(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0"), weight("70")])
    assert raws(other) == ["5.0", "70"]

    one.erase(1, ("privacy officer", "investigator"), "typed for another person")

    assert raws(other) == ["", "70"]
    assert raws(one) == ["", "70"]


def test_a_ledger_restored_in_its_place_is_not_taken_for_the_one_followed_before(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with at(path, create=True) as ledger:
        ledger.write(typed(), [vas("5.0")])
        ledger.backup(tmp_path / "old.sqlite")
        ledger.write(typed("x"), [vas("6.0")])
        assert raws(ledger) == ["6.0"]
        follower = ledger._follower
    for beside in ("", "-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.sqlite", path)
    with at(path) as restored:
        restored._follower = follower
        follower._database = restored._database

        assert raws(restored) == ["5.0"]


def test_the_values_of_a_participant_asked_for_long_ago_are_read_again(two, monkeypatch: pytest.MonkeyPatch) -> None:
    from trialwright.store import following

    monkeypatch.setattr(following, "KEPT", 1)
    one, _ = two
    one.write(typed(), [vas("5.0", "P1"), vas("6.0", "P2")])

    assert [raws(one, who) for who in ("P1", "P2", "P1", "P2")] == [["5.0"], ["6.0"], ["5.0"], ["6.0"]]


def test_a_snapshot_grown_piece_by_piece_equals_one_taken_anew(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0"), weight("70")])
    kept = other.snapshot()
    one.write(typed("misread"), [vas("6.0")])
    one.write(typed(), [NewEvent(kind="enrolled", participant_id="P1")])
    grown = other.snapshot_since(kept)

    fresh = one.snapshot()

    assert grown.versions.equals(fresh.versions)
    assert grown.current.equals(fresh.current)
    assert (grown.events, grown.head, grown.hash) == (fresh.events, fresh.head, fresh.hash)


def test_a_snapshot_after_an_erasure_is_taken_anew(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0"), weight("70")])
    kept = other.snapshot()
    one.erase(1, ("privacy officer", "investigator"), "typed for another person")

    assert other.snapshot_since(kept).versions.filter(pl.col("seq") == 1)["raw"].to_list() == [""]


WRITES = st.lists(
    st.tuples(st.sampled_from(["P1", "P2"]), st.sampled_from(["W0", "W4"]), st.integers(0, 99), st.booleans()),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(WRITES)
def test_two_followers_and_a_fresh_reader_always_agree(tmp_path_factory: pytest.TempPathFactory, writes) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    with at(path, create=True) as one, at(path) as other:
        for who, visit, number, second in writes:
            (other if second else one).write(typed("x"), [vas(f"{number / 10}", who, visit)])
            with at(path) as fresh:
                for asked in ("P1", "P2"):
                    assert one.case(asked).forms == other.case(asked).forms == fresh.case(asked).forms


def test_for_one_moment_a_page_sees_one_state_and_afterwards_what_others_saved(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0")])

    with other.one_moment():
        assert raws(other) == ["5.0"]
        one.write(typed("misread"), [vas("6.0")])
        assert (raws(other), other.seen_head().seq) == (["5.0"], 1)

    assert (raws(other), other.seen_head().seq) == (["6.0"], 2)


def test_within_one_moment_ones_own_write_is_seen(two) -> None:
    one, _ = two
    with one.one_moment():
        assert raws(one) == []
        one.write(typed(), [vas("5.0")])

        assert raws(one) == ["5.0"]


def test_within_one_moment_a_write_decided_on_an_old_state_is_overtaken_and_decided_anew(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0")])
    with other.one_moment():
        seen = Seen(seq=other.seen_head().seq, participant_id="P1")
        one.write(typed(), [NewEvent(kind="consent_withdrawn", participant_id="P1")])

        assert isinstance(other.write(typed("misread"), [vas("6.0")], seen=seen), Overtaken)
        assert [e.kind for e in other.events(participant_id="P1")] == ["consent_withdrawn"]

        again = Seen(seq=other.seen_head().seq, participant_id="P1")
        assert isinstance(other.write(typed("misread"), [vas("6.0")], seen=again), Receipt)


def test_a_save_replaces_what_another_process_saved_after_memory_was_read(two) -> None:
    one, other = two
    one.write(typed(), [vas("5.0")])
    assert raws(other) == ["5.0"]
    one.write(typed("misread"), [vas("6.0")])
    version = one.form_version("P1", "W0", "core")

    assert isinstance(other.write(typed("again"), [vas("7.0")], expect=FormToken("P1", "W0", "core", version)), Receipt)
    assert [(d.raw, d.replaces) for d in one.history(vas("5.0").slot)] == [("5.0", 0), ("6.0", 1), ("7.0", 2)]


def test_what_memory_holds_of_a_form_is_not_asked_for_again_under_the_lock(two, monkeypatch) -> None:
    one, _ = two
    one.write(typed(), [vas("5.0")])
    one.case("P1")
    read, asked = one._database.read, []

    def noted(sql: str, values=()) -> list:
        asked.append(sql)
        return read(sql, values)

    monkeypatch.setattr(one._database, "read", noted)
    one.write(typed("misread"), [vas("6.0"), weight("70")], expect=FormToken("P1", "W0", "core", 1))
    one.write(typed("elsewhere"), [vas("1.0", visit="W4")], expect=FormToken("P1", "W0", "core", 3))

    assert [sql == rows.FORM_VERSIONS for sql in asked].count(True) == 1
    assert [(d.raw, d.replaces) for d in one.history(vas("5.0").slot)] == [("5.0", 0), ("6.0", 1)]
    assert one.verify().ok
