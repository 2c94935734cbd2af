"""Visits outside the schedule, and consent to a new version before later visits."""

import msgspec
import pytest

from trialwright.capture import visit_state_of, visits_of
from trialwright.capture.consents import unsigned_versions
from trialwright.model.quantity import PartialDate
from trialwright.model.study import ConsentVersion
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from unit.conduct.small_study import (
    INVESTIGATOR,
    NURSE,
    ORIGIN,
    OUTSIDER,
    STUDY,
    codes,
    enrolled,
    request,
    saved,
    visit,
)

UNPLANNED = visit("UNS", "unscheduled", "visit", "core")
OPEN = msgspec.structs.replace(STUDY, visits=(*STUDY.visits, UNPLANNED))
SECOND = ConsentVersion(
    name="2.0", title=Text("Second", "第二版"), effective=PartialDate("2021-06-10"), reconsent=True, origin=ORIGIN
)
AGAIN = msgspec.structs.replace(STUDY, consents=(*STUDY.consents, SECOND))


@pytest.fixture
def ledger(tmp_path):
    with enrolled(tmp_path) as one:
        yield one


def save(ledger, study, where, form, posted, **more):
    return conduct.save_form(ledger, study, request(where, form, posted, **more))


def test_an_unscheduled_visit_gets_the_next_number_and_can_be_entered(ledger):
    for reason in ("fever", "rash"):
        saved(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason=reason))
    saved(save(ledger, OPEN, "UNS-2", "visit", {"visit_record.date": "2021-06-20", "weight.weight": "64"}))
    names = [each.name for each in visits_of(OPEN, ledger.events(), "P001")]

    assert names == ["SCR", "W0", "W4", "UNS-1", "UNS-2", "LOG"]
    assert [e.reason for e in ledger.events(kinds=("visit_added",))] == ["fever", "rash"]
    assert OPEN.visit("UNS-2").title.en == "UNS 2"


def test_an_unscheduled_visit_that_was_not_added_takes_nothing(ledger):
    saved(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason="fever"))

    assert codes(save(ledger, OPEN, "UNS-2", "visit", {"visit_record.date": "2021-06-20"})) == ["TW-CAP-037"]
    assert codes(save(ledger, OPEN, "UNS", "visit", {"visit_record.date": "2021-06-20"})) == ["TW-CAP-037"]


def test_a_double_click_adds_one_visit(ledger):
    for _ in range(2):
        saved(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason="fever", token="page 1"))

    assert [e.visit for e in ledger.events(kinds=("visit_added",))] == ["UNS-1"]


def test_only_who_enters_adds_a_visit_that_the_schedule_knows_for_a_reason(ledger):
    assert codes(conduct.add_visit(ledger, OPEN, OUTSIDER, "P001", "UNS", reason="fever")) == ["TW-CAP-036"]
    assert codes(conduct.add_visit(ledger, OPEN, NURSE, "P001", "W4", reason="fever")) == ["TW-CAP-070"]
    assert codes(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason=" ")) == ["TW-CAP-059"]
    assert codes(conduct.add_visit(ledger, STUDY, NURSE, "P001", "UNS", reason="fever")) == ["TW-CAP-070"]


def test_an_unscheduled_visit_has_no_window_and_is_neither_early_nor_late(ledger):
    saved(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason="fever"))
    saved(save(ledger, OPEN, "UNS-1", "visit", {"visit_record.date": "2021-06-20", "weight.weight": "64"}))
    held = conduct.values_held(ledger, OPEN, "P001")
    state = visit_state_of(OPEN, held, ledger.events(), "P001", "UNS-1")

    assert (state.progress, state.timing, state.due) == ("started", "", None)


def test_an_unscheduled_visit_is_marked_complete_as_any_other(ledger):
    saved(conduct.add_visit(ledger, OPEN, NURSE, "P001", "UNS", reason="fever"))
    saved(save(ledger, OPEN, "UNS-1", "visit", {"visit_record.date": "2021-06-20", "weight.weight": "64"}))
    saved(conduct.complete_visit(ledger, OPEN, INVESTIGATOR, "P001", "UNS-1", reason="no core set"))

    assert codes(save(ledger, OPEN, "UNS-1", "visit", {"weight.weight": "65"}, reason="x")) == ["TW-CAP-035"]


def test_edc_r62_a_visit_after_a_new_version_waits_for_the_new_consent(ledger):
    week_4 = {"visit_record.date": "2021-06-29", "weight.weight": "64"}
    refused = save(ledger, AGAIN, "W4", "visit", week_4)
    saved(conduct.give_consent(ledger, AGAIN, NURSE, "P001", version="2.0", date="2021-06-28"))

    assert codes(refused) == ["TW-CAP-071"]
    assert saved(save(ledger, AGAIN, "W4", "visit", week_4))


def test_edc_r62_a_visit_before_the_new_version_and_the_logs_do_not_wait(ledger):
    saved(save(ledger, AGAIN, "W0", "visit", {"visit_record.date": "2021-06-02", "weight.weight": "64"}))
    saved(save(ledger, AGAIN, "W0", "visit", {"weight.weight": "65"}, reason="misread"))

    assert saved(save(ledger, AGAIN, "LOG", "events", {"adverse_event.term": "fever"}))


def test_without_a_date_the_visit_is_held_against_today(ledger):
    assert codes(save(ledger, AGAIN, "W4", "visit", {"weight.weight": "64"})) == ["TW-CAP-071"]


def test_a_version_that_does_not_ask_again_stops_nobody(ledger):
    gentle = msgspec.structs.replace(SECOND, reconsent=False)
    study = msgspec.structs.replace(STUDY, consents=(*STUDY.consents, gentle))

    assert saved(save(ledger, study, "W4", "visit", {"visit_record.date": "2021-06-29", "weight.weight": "64"}))
    assert [version.name for version in unsigned_versions(study, ledger.events(), "P001")] == ["2.0"]
