"""Lawful erasure: the value is gone, the chain still verifies and says so."""

from pathlib import Path

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas, weight
from trialwright.model.ledger import Blank, NewDatapoint, NewEvent, Slot
from trialwright.model.quantity import Words
from trialwright.store import Ledger, LedgerProblem, open_ledger

PERSONS = ("privacy officer", "investigator")
NOTE = Slot("P1", "W0", "core", "note.text")


def with_name(ledger: Ledger) -> None:
    """Entry 2 holds a patient's name; entry 3 replaces it."""
    ledger.write(typed(), [vas("5.0"), NewDatapoint(slot=NOTE, raw="Wang Xiaoming", value=Words("Wang Xiaoming"))])
    ledger.write(typed("Wang is a name"), [NewDatapoint(slot=NOTE, raw="stable", value=Words("stable"))])


def test_edc_r05_two_persons_erase_a_value_and_the_chain_still_verifies(ledger: Ledger) -> None:
    with_name(ledger)
    before = ledger.head()

    receipt = ledger.erase(2, PERSONS, "a name was typed into a note")
    verified = ledger.verify(before)

    assert (verified.ok, verified.erased, verified.rows) == (True, (2,), 4)
    assert receipt.head == ledger.head()


def test_edc_r05_the_row_stays_and_says_why_it_is_empty(ledger: Ledger) -> None:
    with_name(ledger)
    ledger.erase(2, PERSONS, "a name was typed into a note")

    erased, kept = ledger.history(NOTE)

    assert ("", Blank(), "a name was typed into a note") == (erased.raw, erased.value, erased.reason)
    assert (erased.user, erased.at_utc, erased.seq) == ("nurse", "2020-10-01T08:00:00.000Z", 2)
    assert (kept.raw, kept.replaces) == ("stable", 2)


def test_edc_r05_the_act_is_an_event_with_both_persons(ledger: Ledger) -> None:
    with_name(ledger)
    ledger.erase(2, PERSONS, "a name was typed into a note")

    (event,) = ledger.events({"erased"})

    assert (event.participant_id, event.visit, event.form, event.user) == ("P1", "W0", "core", "privacy officer")
    assert event.details == {"seq": "2", "first_person": "privacy officer", "second_person": "investigator"}
    assert event.reason == "a name was typed into a note"


def test_the_typed_reason_goes_with_the_value_it_was_typed_for(ledger: Ledger) -> None:
    with_name(ledger)
    ledger.erase(3, PERSONS, "the reason held a name")

    assert [version.reason for version in ledger.history(NOTE)] == ["", "the reason held a name"]
    assert ledger.verify().ok


def test_the_details_of_an_event_can_be_erased(ledger: Ledger) -> None:
    ledger.write(typed(), [NewEvent(kind="query_opened", participant_id="P1", details={"text": "Wang?"})])
    ledger.erase(1, PERSONS, "a name")

    assert ledger.events({"query_opened"})[0].details == {}
    assert ledger.verify().ok


def test_an_erased_value_stands_in_no_snapshot_not_even_of_the_past(ledger: Ledger) -> None:
    with_name(ledger)
    ledger.erase(2, PERSONS, "a name")

    for moment in (2, 3, None):
        versions = ledger.snapshot(moment).versions
        assert versions.filter(versions["seq"] == 2).select(
            "kind", "raw", "text", "unit", "reason").rows() == [("blank", "", "", "", "a name")]  # fmt: skip
    assert ledger.snapshot(2).current.filter(item="note.text")["item"].to_list() == []


def test_no_byte_of_an_erased_value_is_left_in_the_files(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.sqlite", clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
        with_name(ledger)
        assert any(b"Xiaoming" in file.read_bytes() for file in tmp_path.iterdir())

        ledger.erase(2, PERSONS, "privacy")

        assert not any(b"Xiaoming" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_value_is_saved_again_after_an_erasure(ledger: Ledger) -> None:
    ledger.write(typed(), [weight("60")])
    ledger.erase(1, PERSONS, "wrong participant")
    ledger.write(typed("right one"), [weight("70")])

    assert [version.raw for version in ledger.history(weight("70").slot)] == ["", "70"]
    assert ledger.verify().ok


@pytest.mark.parametrize(
    ("seq", "persons", "reason", "expected"),
    [
        (2, ("one", "one"), "a name", "two different persons"),
        (2, ("one", " one "), "a name", "two different persons"),
        (2, ("one", ""), "a name", "two different persons"),
        (2, PERSONS, " ", "a reason"),
        (9, PERSONS, "a name", "the number of an entry"),
        (1, PERSONS, "a name", "still holds a value"),
        (4, PERSONS, "a name", "holds a value"),
    ],
)
def test_edc_r05_an_erasure_needs_two_persons_a_reason_and_a_value(
    ledger: Ledger, seq: int, persons: tuple[str, str], reason: str, expected: str
) -> None:
    with_name(ledger)
    ledger.erase(1, PERSONS, "first")

    with pytest.raises(LedgerProblem, match="TW-STO-011") as refused:
        ledger.erase(seq, persons, reason)

    assert expected in refused.value.problem.expected
    assert ledger.head().seq == 4
