"""Appending: versions, events, conflicts, repeated saves, time."""

import datetime as dt

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from trialwright.model.ledger import (
    Blank,
    Conflict,
    FormToken,
    Head,
    NewDatapoint,
    NewEvent,
    Overtaken,
    Receipt,
    Seen,
    Slot,
)
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Value, Words
from trialwright.store import Ledger, LedgerProblem, open_ledger

VAS = Slot("P1", "W0", "core", "physician_global.vas")


def saved(result: Receipt | Conflict) -> Receipt:
    assert isinstance(result, Receipt)
    return result


def test_edc_r01_a_version_says_who_when_what_old_new_why_build_and_origin(ledger: Ledger, clock: Ticking) -> None:
    ledger.write(typed(), [vas("5.0")])
    clock.tick(minutes=3)
    ledger.write(typed("read wrongly", user="doctor"), [vas("6.0")])

    first, second = ledger.history(VAS)

    assert (1, 0, "5.0", Quantity("5.0", "cm")) == (first.seq, first.replaces, first.raw, first.value)
    assert (first.user, first.at_utc, first.reason) == ("nurse", "2020-10-01T08:00:00.000Z", "")
    assert (2, 1, "6.0", Quantity("6.0", "cm")) == (second.seq, second.replaces, second.raw, second.value)
    assert (second.user, second.at_utc, second.reason) == ("doctor", "2020-10-01T08:03:00.000Z", "read wrongly")
    assert (second.build, second.origin, second.slot) == (1, "typed", VAS)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("１２，５", Quantity("12.5", "U/L")),
        ("2021-UU-UU", PartialDate("2021-UU-UU")),
        ("yes", Code("Y")),
        ("皮疹 \"扩大\",\n第二行 'x' \\ \t", Words("皮疹 \"扩大\",\n第二行 'x' \\ \t")),
        ("nd", Missing("not done")),
        ("", Blank()),
        ("", Words("")),
    ],
)
def test_a_value_comes_back_as_it_was_written(ledger: Ledger, raw: str, value: Value) -> None:
    slot = Slot("P1", "W0", "lab", "muscle_enzymes.ck", 2)
    ledger.write(typed(), [NewDatapoint(slot=slot, raw=raw, value=value)])

    assert [(raw, value)] == [(version.raw, version.value) for version in ledger.history(slot)]


def test_an_event_comes_back_as_it_was_written(ledger: Ledger) -> None:
    event = NewEvent(kind="query_opened", participant_id="P1", visit="W0", form="core", row=3,
                     details={"text": "请核对", "item": "weight.kg"})  # fmt: skip
    ledger.write(typed("odd"), [event])

    (found,) = ledger.events()

    place = (found.participant_id, found.visit, found.form, found.row)
    assert place == ("P1", "W0", "core", 3)
    assert found.kind == "query_opened"
    assert found.details == {"text": "请核对", "item": "weight.kg"}
    assert (found.user, found.reason, found.seq, found.group) == ("nurse", "odd", 1, 1)


def test_events_are_chosen_by_kind_and_participant(ledger: Ledger) -> None:
    ledger.write(typed(), [NewEvent(kind="enrolled", participant_id=p) for p in ("P1", "P2")])
    ledger.write(typed(), [NewEvent(kind="locked"), NewEvent(kind="died", participant_id="P2")])

    assert [event.participant_id for event in ledger.events({"enrolled"})] == ["P1", "P2"]
    assert [event.kind for event in ledger.events(participant_id="P2")] == ["enrolled", "died"]
    assert ledger.events([]) == ()


def test_one_save_is_one_group_and_events_share_the_numbering(ledger: Ledger) -> None:
    first = saved(ledger.write(typed(), [vas("5.0"), NewEvent(kind="deviation_recorded", participant_id="P1")]))
    second = saved(ledger.write(typed(), [weight("60")]))

    assert (first.group, first.seqs) == (1, (1, 2))
    assert (second.group, second.seqs) == (2, (3,))
    assert ledger.head() == second.head


def test_a_save_of_nothing_is_a_mistake_of_the_caller(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="at least one"):
        ledger.write(typed(), [])


def test_two_values_for_one_slot_in_one_save_follow_each_other(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), vas("6.0")])

    assert [version.replaces for version in ledger.history(VAS)] == [0, 1]


def test_a_form_is_shown_with_the_latest_version_of_each_slot_also_when_cleared(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), weight("60")])
    ledger.write(typed("wrong patient"), [NewDatapoint(slot=VAS, raw="", value=Blank())])

    found = {datapoint.slot.item: datapoint.value for datapoint in ledger.datapoints("P1", "W0", "core")}

    assert {"physician_global.vas": Blank(), "weight.kg": Quantity("60", "kg")} == found


def test_row_ids_of_a_log_are_never_reused(ledger: Ledger) -> None:
    assert ledger.next_row("P1", "LOG", "ae") == 1

    ledger.write(typed(), [NewDatapoint(slot=Slot("P1", "LOG", "ae", "ae.term", 1), raw="rash", value=Words("rash"))])
    ledger.write(typed(), [NewEvent(kind="row_inactivated", participant_id="P1", visit="LOG", form="ae", row=4)])

    assert ledger.next_row("P1", "LOG", "ae") == 5
    assert ledger.next_row("P2", "LOG", "ae") == 1


def test_a_stale_save_is_refused_and_brings_the_other_versions(ledger: Ledger) -> None:
    ledger.write(typed(), [vas("5.0"), weight("60")])
    token = FormToken("P1", "W0", "core", ledger.form_version("P1", "W0", "core"))
    ledger.write(typed("theirs", user="doctor"), [vas("6.0")], expect=token)

    mine = ledger.write(typed("mine"), [vas("7.0")], expect=token)

    assert isinstance(mine, Conflict)
    assert (mine.expected, mine.found) == (2, 3)
    assert [(version.user, version.raw) for version in mine.theirs] == [("doctor", "6.0")]
    assert ledger.head().seq == 3


def test_a_save_of_another_form_makes_no_token_stale(ledger: Ledger) -> None:
    token = FormToken("P1", "W0", "core", 0)
    ledger.write(typed(), [vas("5.0", participant_id="P2"), vas("5.0", visit="W4")])

    assert isinstance(ledger.write(typed(), [vas("7.0")], expect=token), Receipt)


def test_failure_25_the_same_save_sent_twice_is_stored_once(ledger: Ledger, clock: Ticking) -> None:
    token = FormToken("P1", "W0", "core", 0)
    first = saved(ledger.write(typed(), [vas("5.0"), weight("60")], expect=token, token="page-7"))
    ledger.write(typed(), [vas("5.0", participant_id="P2")])
    clock.tick(minutes=1)

    again = saved(ledger.write(typed(), [vas("5.0"), weight("60")], expect=token, token="page-7"))

    assert again.repeated
    assert (first.group, first.seqs, first.at_utc, first.head) == (again.group, again.seqs, again.at_utc, again.head)
    assert ledger.head().seq == 3


def test_another_content_under_a_used_token_is_a_conflict_and_not_silence(ledger: Ledger) -> None:
    token = FormToken("P1", "W0", "core", 0)
    ledger.write(typed(), [vas("5.0")], expect=token, token="page-7")

    again = ledger.write(typed(), [vas("9.0")], expect=token, token="page-7")

    assert isinstance(again, Conflict)
    assert [version.raw for version in again.theirs] == ["5.0"]


def test_edc_r10_a_clock_set_back_never_gives_an_earlier_stamp(ledger: Ledger, clock: Ticking) -> None:
    first = saved(ledger.write(typed(), [vas("5.0")]))
    clock.tick(days=-30)
    second = saved(ledger.write(typed("x"), [vas("6.0")]))

    assert first.at_utc == second.at_utc == "2020-10-01T08:00:00.000Z"


def test_time_is_kept_to_the_millisecond_in_utc_whatever_the_zone_of_the_clock(ledger: Ledger, clock: Ticking) -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    clock.now = dt.datetime(2020, 10, 1, 16, 0, 0, 123_900, tzinfo=shanghai)

    assert saved(ledger.write(typed(), [vas("5.0")])).at_utc == "2020-10-01T08:00:00.123Z"


def test_two_ledgers_with_the_same_clock_and_nonces_are_alike(ledger: Ledger, url: str, tmp_path: object) -> None:
    with open_ledger(f"{tmp_path}/other.sqlite", clock=Ticking(), nonces=counted_nonces(), create=True) as other:
        other.write(typed(), [vas("5.0")])
        expected = other.head()
    # the first nonce of a new ledger becomes its origin; here another opening drew it, so draw one before writing
    nonces = counted_nonces()
    nonces()
    with open_ledger(url, clock=Ticking(), nonces=nonces) as this:
        this.write(typed(), [vas("5.0")])

        assert expected == this.head()


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_no_database_keeps_is_refused_before_anything_is_written(ledger: Ledger, text: str) -> None:
    slot = Slot("P1", "W0", "core", "note.text")

    with pytest.raises(LedgerProblem, match="TW-STO-012"):
        ledger.write(typed(), [vas("5.0"), NewDatapoint(slot=slot, raw=text, value=Words(text))])

    with pytest.raises(LedgerProblem, match="TW-STO-012"):
        ledger.write(typed(), [NewEvent(kind="query_opened", details={"text": text})])
    assert ledger.head().seq == 0


def test_an_empty_ledger_has_a_head_of_its_own(ledger: Ledger) -> None:
    assert ledger.head().seq == 0
    assert Head(0, ledger.head().hash) == ledger.snapshot().head == ledger.verify().head


def test_a_fault_in_the_middle_of_a_save_leaves_nothing_of_it(ledger: Ledger, url: str, clock: Ticking) -> None:
    def third_time_fails() -> bytes:
        left.pop()
        return bytes(32)

    left = [1, 2]
    with open_ledger(url, clock=clock, nonces=third_time_fails) as faulty:
        with pytest.raises(IndexError):
            faulty.write(typed(), [vas("5.0", participant_id="P9"), weight("60"), vas("1.0", visit="W4")])
        left[:] = [1, 2, 3]
        faulty.write(typed(), [vas("4.0", participant_id="P9")])

    assert ledger.head().seq == 1
    assert ledger.snapshot().versions["participant_id"].to_list() == ["P9"]
    assert ledger.verify().ok


def test_a_save_decided_before_an_act_of_the_study_is_overtaken(ledger: Ledger) -> None:
    seen = Seen(seq=ledger.head().seq, participant_id="P1")
    ledger.write(typed(user="manager"), [NewEvent(kind="locked")])
    before = ledger.head()

    assert ledger.write(typed(), [vas("5.0")], seen=seen) == Overtaken(0, 1)
    assert ledger.head() == before


@pytest.mark.parametrize(("participant_id", "stopped"), [("P1", True), ("P2", False), (None, True)])
def test_a_save_is_overtaken_by_what_bears_on_its_participant(
    ledger: Ledger, participant_id: str | None, stopped: bool
) -> None:
    seen = Seen(seq=ledger.head().seq, participant_id=participant_id)
    ledger.write(typed(), [weight("64")])

    assert isinstance(ledger.write(typed(), [vas("5.0")], seen=seen), Overtaken) is stopped


def test_a_harmless_act_overtakes_nobody(ledger: Ledger) -> None:
    seen = Seen(seq=ledger.head().seq, harmless=frozenset({"signed_in"}))
    ledger.write(typed(), [NewEvent(kind="signed_in")])

    saved(ledger.write(typed(), [vas("5.0")], seen=seen))


def test_a_save_sent_twice_gives_its_first_receipt_also_when_overtaken(ledger: Ledger) -> None:
    seen = Seen(seq=ledger.head().seq)
    first = saved(ledger.write(typed(), [vas("5.0")], token="page", seen=seen))
    again = saved(ledger.write(typed(), [vas("5.0")], token="page", seen=seen))

    assert again.repeated
    assert first.seqs == again.seqs
