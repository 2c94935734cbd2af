"""Queries that people ask, values compared with their source, forms reviewed, everything frozen and locked."""

import msgspec
import pytest

from trialwright.capture.checks import open_queries
from trialwright.capture.locks import Scope, hold_on
from trialwright.capture.marks import reviewed, verified
from trialwright.capture.obstacles import counted
from trialwright.capture.queries import every_query
from trialwright.capture.status import data_locked
from trialwright.capture.values import Place, values_of
from trialwright.pipeline import conduct
from unit.conduct.small_study import INVESTIGATOR, MANAGER, NURSE, OUTSIDER, STUDY, codes, enrolled, save, saved

VISIT = Place("P001", "W0", "visit")
FORM = Scope(participant_id="P001", visit="W0", form="visit")


@pytest.fixture
def ledger(tmp_path):
    """P001 enrolled, with a date and a weight at week 0."""
    with enrolled(tmp_path) as ledger:
        saved(save(ledger, "W0", "visit", {"visit_record.date": "2021-06-03", "weight.weight": "65"}))
        yield ledger


def held(ledger, place=VISIT):
    return values_of(ledger.datapoints(place.participant_id, place.visit, place.form))


def marks(ledger):
    """Item -> whether its mark was lost."""
    return {slot.item: mark.lost for slot, mark in verified(ledger.events(), held(ledger)).items()}


def version(ledger):
    return ledger.form_version("P001", "W0", "visit")


# -- queries


@pytest.mark.parametrize(
    ("place", "items"),
    [
        (VISIT, ("weight.weight",)),
        (VISIT, ()),
        (Place("P001", "W0", ""), ()),
        (Place("P001", "", ""), ()),
    ],
)
def test_a_person_asks_about_an_item_a_form_a_visit_or_a_participant(ledger, place, items):
    saved(conduct.open_query(ledger, STUDY, MANAGER, place, items=items, message="On which scale?", to="nurse"))
    (asked,) = every_query(ledger.events())

    assert (asked.query.place, asked.query.items, asked.query.message.en) == (place, items, "On which scale?")
    assert (asked.state, asked.asked, asked.by_person) == ("open", "nurse", True)


def test_a_query_names_a_place_a_role_and_words_that_exist(ledger):
    ask = lambda place=VISIT, **more: codes(  # noqa: E731 - the question of every line below
        conduct.open_query(ledger, STUDY, MANAGER, place, **({"message": "why"} | more))
    )

    assert ask(Place("P001", "W99", "")) == ["TW-CAP-037"]
    assert ask(Place("P001", "W0", "none")) == ["TW-CAP-037"]
    assert ask(items=("demographics.sex",)) == ["TW-CAP-037"]
    assert ask(msgspec.structs.replace(VISIT, row=3)) == ["TW-CAP-037"]
    assert ask(Place("P999", "", "")) == ["TW-CAP-032"]
    assert ask(to="surgeon") == ["TW-CAP-056"]
    assert ask(message=" ") == ["TW-CAP-088"]
    assert codes(conduct.open_query(ledger, STUDY, NURSE, VISIT, message="why")) == ["TW-CAP-036"]


def test_the_whole_life_of_a_query_stays_readable(ledger):
    saved(conduct.open_query(ledger, STUDY, MANAGER, VISIT, message="Right?"))
    query = open_queries(ledger.events())[0]
    saved(conduct.answer_query(ledger, STUDY, NURSE, query, answer="yes"))
    saved(conduct.close_query(ledger, STUDY, MANAGER, query, reason="seen"))

    assert codes(conduct.answer_query(ledger, STUDY, NURSE, query, answer="still")) == ["TW-CAP-064"]

    saved(conduct.reopen_query(ledger, STUDY, MANAGER, query, reason="another page says no"))
    (asked,) = every_query(ledger.events())

    assert [(turn.kind, turn.reason) for turn in asked.turns] == [
        ("query_opened", "Right?"), ("query_answered", "yes"), ("query_closed", "seen"),
        ("query_reopened", "another page says no"),
    ]  # fmt: skip
    assert asked.state == "open"
    assert codes(conduct.reopen_query(ledger, STUDY, MANAGER, query, reason="again")) == ["TW-CAP-080"]


def test_no_check_closes_what_a_person_asked(ledger):
    saved(conduct.open_query(ledger, STUDY, MANAGER, VISIT, items=("weight.weight",), message="Right?"))
    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip"))

    assert [query.message.en for query in open_queries(ledger.events())] == ["Right?"]


def test_all_checks_are_run_anew_and_settled_ones_stay_settled(ledger):
    saved(save(ledger, "W0", "visit", {"weight.weight": "120"}, reason="heavier"))
    (query,) = open_queries(ledger.events())

    assert codes(conduct.run_checks(ledger, STUDY, MANAGER)) == ["TW-CAP-081"]

    saved(conduct.close_query(ledger, STUDY, MANAGER, query, reason="weighed twice"))

    assert codes(conduct.run_checks(ledger, STUDY, MANAGER)) == ["TW-CAP-081"]

    stricter = msgspec.structs.replace(STUDY, forms=tuple(_renamed(form) for form in STUDY.forms))
    saved(conduct.run_checks(ledger, stricter, MANAGER, reason="new build"))

    assert [query.check for query in open_queries(ledger.events())] == ["weight_steady_2"]
    assert codes(conduct.run_checks(ledger, STUDY, NURSE)) == ["TW-CAP-036"]


def _renamed(form):
    checks = tuple(msgspec.structs.replace(check, name=f"{check.name}_2") for check in form.checks)
    return msgspec.structs.replace(form, checks=checks)


# -- verification and review


def test_a_verified_value_loses_its_mark_with_the_next_version_and_only_that_value(ledger):
    items = ("visit_record.date", "weight.weight")
    saved(conduct.verify_values(ledger, STUDY, MANAGER, VISIT, items, expected=version(ledger)))

    assert marks(ledger) == {"visit_record.date": False, "weight.weight": False}

    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip"))

    assert marks(ledger) == {"visit_record.date": False, "weight.weight": True}

    saved(conduct.verify_values(ledger, STUDY, MANAGER, VISIT, ("weight.weight",), expected=version(ledger)))

    assert marks(ledger) == {"visit_record.date": False, "weight.weight": False}


def test_a_mark_never_covers_what_was_saved_after_the_page_was_made(ledger):
    before = version(ledger)
    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip"))

    got = conduct.verify_values(ledger, STUDY, MANAGER, VISIT, ("weight.weight",), expected=before)
    assert codes(got) == ["TW-CAP-083"]
    assert codes(conduct.review_form(ledger, STUDY, MANAGER, VISIT, expected=before)) == ["TW-CAP-083"]
    assert marks(ledger) == {}


def test_only_what_stands_is_verified_and_only_by_who_may(ledger):
    now = version(ledger)

    assert codes(conduct.verify_values(ledger, STUDY, MANAGER, VISIT, (), expected=now)) == ["TW-CAP-084"]
    assert codes(conduct.verify_values(ledger, STUDY, MANAGER, VISIT, ("visit_record.assessor",), expected=now)) == [
        "TW-CAP-084"
    ]
    assert codes(conduct.verify_values(ledger, STUDY, NURSE, VISIT, ("weight.weight",), expected=now)) == ["TW-CAP-036"]


def test_a_mark_is_taken_back_with_a_reason(ledger):
    saved(conduct.verify_values(ledger, STUDY, MANAGER, VISIT, ("weight.weight",), expected=version(ledger)))
    back = lambda reason: conduct.unverify_values(  # noqa: E731 - asked twice below
        ledger, STUDY, MANAGER, VISIT, ("weight.weight",), expected=version(ledger), reason=reason
    )

    assert codes(back("")) == ["TW-CAP-059"]

    saved(back("another participant's file"))

    assert marks(ledger) == {}
    assert codes(back("again")) == ["TW-CAP-084"]


def test_a_reviewed_form_is_to_be_reviewed_again_after_a_change(ledger):
    saved(conduct.review_form(ledger, STUDY, MANAGER, VISIT, expected=version(ledger)))
    before = reviewed(ledger.events(), held(ledger), "P001")["W0", "visit"]
    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip"))
    after = reviewed(ledger.events(), held(ledger), "P001")["W0", "visit"]

    assert (before.lost, after.lost, after.act.user) == (False, True, MANAGER.user)


# -- freeze and lock


@pytest.mark.parametrize("kind", ["frozen", "locked"])
@pytest.mark.parametrize(
    "scope",
    [
        FORM,
        Scope(participant_id="P001", visit="W0"),
        Scope(participant_id="P001"),
        Scope(site="one"),
    ],
)
def test_a_freeze_or_lock_of_any_level_stops_entry_until_it_is_opened(ledger, kind, scope):
    saved(conduct.hold(ledger, STUDY, MANAGER, kind, scope, reason="with what is open"))
    typed = {"weight.weight": "66"}

    assert codes(save(ledger, "W0", "visit", typed, reason="slip")) == ["TW-CAP-041"]

    opening = "unfrozen" if kind == "frozen" else "unlocked"
    saved(conduct.hold(ledger, STUDY, MANAGER, opening, scope, reason="a slip is to be corrected"))

    saved(save(ledger, "W0", "visit", typed, reason="slip"))


def test_the_whole_study_is_frozen_and_opened(ledger):
    saved(conduct.hold(ledger, STUDY, MANAGER, "frozen", Scope()))

    assert codes(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip")) == ["TW-CAP-041"]

    saved(conduct.hold(ledger, STUDY, MANAGER, "unfrozen", Scope(), reason="done"))

    assert hold_on(ledger.events(), "P001", "W0", "visit") is None


def test_opening_one_form_leaves_the_rest_of_the_participant_locked(ledger):
    saved(conduct.hold(ledger, STUDY, MANAGER, "locked", Scope(participant_id="P001"), reason="exceptions"))
    saved(conduct.hold(ledger, STUDY, MANAGER, "unlocked", FORM, reason="a slip"))

    assert hold_on(ledger.events(), "P001", "W0", "visit") is None
    assert hold_on(ledger.events(), "P001", "SCR", "screening").level == "participant"


def test_a_form_locked_by_itself_stays_locked_when_its_participant_is_opened(ledger):
    saved(conduct.hold(ledger, STUDY, MANAGER, "locked", FORM, reason="exceptions"))
    saved(conduct.hold(ledger, STUDY, MANAGER, "locked", Scope(participant_id="P001"), reason="exceptions"))
    saved(conduct.hold(ledger, STUDY, MANAGER, "unlocked", Scope(participant_id="P001"), reason="week 4 is to come"))

    assert hold_on(ledger.events(), "P001", "W0", "visit").level == "form"
    assert hold_on(ledger.events(), "P001", "SCR", "screening") is None


def test_a_lock_needs_a_role_a_place_something_to_change_and_all_settled_or_a_reason(ledger):
    hold = lambda kind, scope, who=MANAGER, reason="": codes(  # noqa: E731 - the question of every line below
        conduct.hold(ledger, STUDY, who, kind, scope, reason=reason)
    )
    visit = Scope(participant_id="P001", visit="W0")

    assert hold("locked", visit) == ["TW-CAP-086"]
    assert hold("locked", visit, INVESTIGATOR, "r") == ["TW-CAP-036"]
    assert hold("locked", Scope(site="none"), reason="r") == ["TW-CAP-087"]
    assert hold("locked", Scope(participant_id="P001", visit="W99"), reason="r") == ["TW-CAP-037"]
    assert hold("unlocked", visit, reason="r") == ["TW-CAP-085"]
    assert hold("locked", visit, reason="W0 is open") == []
    assert hold("locked", visit, reason="r") == ["TW-CAP-085"]
    assert hold("locked", FORM, reason="r") == ["TW-CAP-085"]
    assert hold("unlocked", visit) == ["TW-CAP-059"]


def test_a_locked_visit_is_not_completed_nor_a_locked_participant_withdrawn(ledger):
    saved(conduct.hold(ledger, STUDY, MANAGER, "locked", Scope(participant_id="P001"), reason="exceptions"))

    assert codes(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, "P001", "W0", reason="r")) == ["TW-CAP-082"]
    assert codes(conduct.withdraw(ledger, STUDY, INVESTIGATOR, "P001", date="2021-07-01", code="lost", reason="moved"))[
        :1
    ] == ["TW-CAP-082"]


def test_a_page_loaded_before_a_freeze_is_refused_and_a_save_made_before_is_acknowledged_again(ledger):
    """A double click whose second half arrives after the freeze tells the truth: it was saved."""
    page = {"expected": version(ledger), "token": "page-1", "reason": "slip"}
    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, **page))
    saved(conduct.hold(ledger, STUDY, MANAGER, "frozen", FORM))

    again = saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, **page))
    other = save(
        ledger, "W0", "visit", {"weight.weight": "67"}, expected=version(ledger), token="page-2", reason="slip"
    )

    assert again.receipt.repeated
    assert codes(other) == ["TW-CAP-041"]


def test_every_reason_why_not_is_counted_by_kind(ledger):
    asks = tuple(
        msgspec.structs.replace(form, verify=form.name == "visit", review=form.name == "visit") for form in STUDY.forms
    )
    study = msgspec.structs.replace(STUDY, forms=asks)
    saved(conduct.open_query(ledger, study, MANAGER, VISIT, message="Right?"))
    found = counted(conduct.obstacles_in(study, ledger.snapshot()))

    assert found == {"query": 1, "visit_open": 2, "unverified": 2, "unreviewed": 1, "no_end": 1}

    saved(conduct.verify_values(ledger, study, MANAGER, VISIT, ("weight.weight",), expected=version(ledger)))
    saved(conduct.review_form(ledger, study, MANAGER, VISIT, expected=version(ledger)))
    saved(save(ledger, "W0", "visit", {"weight.weight": "66"}, reason="slip"))
    found = counted(conduct.obstacles_in(study, ledger.snapshot()))

    assert found == {
        "query": 1, "visit_open": 2, "unverified": 1, "changed_verified": 1, "changed_reviewed": 1, "no_end": 1,
    }  # fmt: skip


def test_a_row_of_a_log_is_one_matter_however_many_answers_it_lacks(ledger):
    saved(save(ledger, "LOG", "events", {"adverse_event.end": "2021-06-05"}, row=1))
    saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash"}, row=2))
    found = [each for each in conduct.obstacles_in(STUDY, ledger.snapshot()) if each.kind == "owed"]
    refused = conduct.lock_data(ledger, STUDY, MANAGER)
    (told,) = (problem for problem in refused.problems if problem.code == "TW-CAP-086")
    saved(conduct.lock_data(ledger, STUDY, MANAGER, reason="an interim cut"))
    (lock,) = ledger.events(("locked",))

    assert [each.place.row for each in found] == [1, 2]
    assert "adverse_event.term" in found[0].items and len(found[0].items) > 1
    assert counted(found) == {"owed": 2}
    assert "2 log rows with required answers missing" in told.sentence()
    assert "有必填项目未填的持续记录 2" in told.fields["kinds_zh"]
    assert lock.details["exceptions"] == "5", "the two rows, two visits begun, no end of participation"


def test_a_stranger_asks_marks_and_locks_nothing(ledger):
    now = version(ledger)
    refused = [
        conduct.open_query(ledger, STUDY, OUTSIDER, VISIT, message="why"),
        conduct.verify_values(ledger, STUDY, OUTSIDER, VISIT, ("weight.weight",), expected=now),
        conduct.review_form(ledger, STUDY, OUTSIDER, VISIT, expected=now),
        conduct.hold(ledger, STUDY, OUTSIDER, "frozen", FORM),
        conduct.run_checks(ledger, STUDY, OUTSIDER),
    ]

    assert [codes(each) for each in refused] == [["TW-CAP-036"]] * 5


def test_a_locked_site_is_no_data_lock(ledger):
    saved(conduct.hold(ledger, STUDY, MANAGER, "locked", Scope(site="one"), reason="exceptions"))

    assert not data_locked(ledger.events())
    assert codes(conduct.unlock_data(ledger, STUDY, MANAGER, reason="r")) == ["TW-CAP-058"]
