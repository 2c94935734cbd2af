"""Who may save what, and when: every combination that matters, as a table."""

import msgspec
import pytest

from trialwright.capture import (
    check_may_save,
    data_locked,
    hold_on,
    may_see_results,
    may_see_verdict,
    participant_status,
    results_shown,
    roles_of,
)
from trialwright.capture.values import Place
from trialwright.model.ledger import LedgerEvent
from unit.conduct.small_study import STUDY

BEGUN = ("ethics_approval", "site_opened")
IN = (*BEGUN, "participant_added", "consent_given")
ENROLLED = (*IN, "eligibility_confirmed", "enrolled")
PERSONAL = {"participant_added", "consent_given", "consent_withdrawn", "eligibility_confirmed", "enrolled",
            "screen_failure", "withdrawn", "completed", "died"}  # fmt: skip


def events(*kinds, visit="", **details):
    """Acts in this order; "visit_..." at `visit`, personal ones by P001."""
    return [
        LedgerEvent(
            seq=n, group=n, kind=kind, participant_id="P001" if kind in PERSONAL or kind.startswith("visit_") else "",
            visit=visit if kind.startswith("visit_") else "", form="", row=0, details=details, user="max",
            at_utc="2021-06-01T00:00:00.000Z", reason="", build=1, origin="typed",
        )
        for n, kind in enumerate(kinds, 1)
    ]  # fmt: skip


def codes(acts, visit, form, roles=("nurse",), row=0):
    place = Place("P001", visit, form, row)
    return [p.code for p in check_may_save(STUDY, acts, place, roles)]


@pytest.mark.parametrize(
    ("kinds", "screening", "baseline", "week_4", "adverse_event"),
    [
        # nothing stands yet
        ((), ["032"], ["032"], ["032"], ["032"]),
        (("participant_added",), *([["030", "030", "031"]] * 4)),
        (("ethics_approval", "participant_added"), ["030", "031"], ["030", "031"], ["030", "031"], ["030", "031"]),
        ((*BEGUN, "participant_added"), ["031"], ["031"], ["031"], ["031"]),
        # consent opens screening and the logs, enrolment opens treatment
        (IN, [], ["038"], ["038"], []),
        ((*IN, "screen_failure"), [], ["038"], ["038"], []),
        (ENROLLED, [], [], [], []),
        # leaving keeps safety open, withdrawal of consent closes all, data lock closes all
        ((*ENROLLED, "withdrawn"), [], [], [], []),
        ((*ENROLLED, "completed"), [], [], [], []),
        ((*ENROLLED, "died"), [], [], [], []),
        ((*ENROLLED, "consent_withdrawn"), ["033"], ["033"], ["033"], ["033"]),
        ((*ENROLLED, "locked"), ["034"], ["034"], ["034"], ["034"]),
        ((*ENROLLED, "locked", "unlocked"), [], [], [], []),
    ],
)  # fmt: skip
def test_what_may_be_saved_when(kinds, screening, baseline, week_4, adverse_event):
    places = [("SCR", "screening"), ("W0", "core"), ("W4", "core"), ("LOG", "events")]
    got = [[code[-3:] for code in codes(events(*kinds), *place)] for place in places]

    assert [screening, baseline, week_4, adverse_event] == got


@pytest.mark.parametrize(
    ("roles", "refused"),
    [((), True), (("manager",), True), (("nobody",), True), (("nurse",), False), (("manager", "investigator"), False)],
)
def test_only_a_role_that_may_enter_saves(roles, refused):
    assert (["TW-CAP-036"] if refused else []) == codes(events(*ENROLLED), "W4", "core", roles)


@pytest.mark.parametrize(("visit", "form"), [("W4", "screening"), ("W99", "core"), ("W4", "nonsense"), ("LOG", "core")])
def test_a_form_that_the_schedule_does_not_have_there_is_refused(visit, form):
    assert codes(events(*ENROLLED), visit, form) == ["TW-CAP-037"]


def test_a_complete_visit_is_closed_until_it_is_reopened():
    complete = [*events(*ENROLLED), *events("visit_completed", visit="W4")]
    reopened = [*complete, *events("visit_reopened", visit="W4")]

    assert codes(complete, "W4", "core") == ["TW-CAP-035"]
    assert codes(complete, "W0", "core") == []
    assert codes(reopened, "W4", "core") == []


def test_a_second_baseline_is_refused():
    twice = msgspec.structs.replace(
        STUDY, visits=(*STUDY.visits, msgspec.structs.replace(STUDY.visit("W0"), name="W0b"))
    )  # fmt: skip
    second = Place("P001", "W0b", "core")

    assert [p.code for p in check_may_save(twice, events(*ENROLLED), second, ("nurse",), {"W0"})] == ["TW-CAP-040"]
    assert check_may_save(twice, events(*ENROLLED), second, ("nurse",), {"W0b", "W4"}) == []


def test_a_form_that_stands_once_has_no_second_row():
    assert codes(events(*ENROLLED), "W0", "core", row=1) == ["TW-CAP-040"]


def test_a_lock_of_one_form_closes_that_form_alone():
    (lock,) = events("locked")
    lock = msgspec.structs.replace(lock, participant_id="P001", visit="W4", form="core", seq=99)
    acts = [*events(*ENROLLED), lock]

    assert codes(acts, "W4", "core") == ["TW-CAP-041"]
    assert codes(acts, "W4", "visit") == []
    assert not data_locked(acts)
    assert hold_on(acts, "P001", "W4", "core").state == "locked"


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), "unknown"), (("participant_added",), "added"), (IN, "consented"), (ENROLLED, "enrolled"),
        ((*ENROLLED, "consent_given"), "enrolled"), ((*ENROLLED, "withdrawn"), "withdrawn"),
        ((*ENROLLED, "completed", "died"), "died"), ((*IN, "screen_failure"), "screen_failure"),
    ],
)  # fmt: skip
def test_a_participant_stands_at_the_furthest_point_reached(kinds, status):
    assert status == participant_status(events(*kinds), "P001")


def test_a_role_is_held_from_grant_to_revocation():
    granted = events("role_granted", user="ning", role="nurse")
    revoked = [*granted, *events("role_revoked", user="ning", role="nurse")]

    assert (roles_of(granted, "ning"), roles_of(revoked, "ning")) == (("nurse",), ())
    assert roles_of(granted, "otto") == ()


def test_nobody_sees_a_verdict_before_the_visit_is_complete():
    acts = events(*ENROLLED)
    complete = [*acts, *events("visit_completed", visit="W4")]
    reopened = [*complete, *events("visit_reopened", visit="W4")]

    assert [may_see_verdict(STUDY, these, "P001", "W4") for these in (acts, complete, reopened)] == [False, True, False]
    assert not may_see_verdict(STUDY, complete, "P001", "W0")
    assert not may_see_verdict(STUDY, complete, "P002", "W4")


@pytest.mark.parametrize(
    ("kinds", "roles", "shown"),
    [
        ((), ("manager",), "TW-CAP-063"), (("locked",), ("manager",), "locked"),
        (("locked",), ("nurse",), "TW-CAP-036"),
        (("locked", "unlocked"), ("manager",), "TW-CAP-063"), (("look_declared",), ("manager",), "look"),
        (("look_declared", "locked", "unlocked"), ("manager",), "look"), (("locked",), (), "TW-CAP-036"),
    ],
)  # fmt: skip
def test_efficacy_is_hidden_until_data_lock_or_a_declared_look(kinds, roles, shown):
    got = results_shown(STUDY, events(*kinds), roles)

    assert shown == getattr(got, "because", None) or shown == getattr(got, "code", None)
    assert may_see_results(STUDY, events(*kinds), roles) == (not shown.startswith("TW-"))


def test_a_look_shows_the_data_as_of_its_own_moment():
    assert results_shown(STUDY, events("site_opened", "look_declared", "role_granted"), ("manager",)).as_of == 2
