"""Every address of the URLconf, every role, and nobody: what opens, what is refused, what asks to sign in."""

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from trialwright.web.page import ANY_ROLE, PUBLIC, SIGNED_IN, address, routes
from web.stage import enrolled

ROLES = ("study_nurse", "investigator", "monitor", "data_manager", "statistician", "sponsor", "administrator")
NAMES = {
    "participant_id": "P001", "visit": "W0", "form": "visit_date", "item": "visit_record.date", "number": "14.1",
    "seq": 1, "row": 1, "standard": "csv", "chapter": "sign",
}  # fmt: skip

MAY = {
    # what each role of the small study may do, written down once more by hand: the test's own knowledge
    "study_nurse": {"enter", "complete_visit"},
    "investigator": {
        "enter",
        "complete_visit",
        "enrol",
        "identify",
        "record_deviation",
        "sign",
        "report_safety",
        "keep_product",
    },
    "monitor": {"verify"},
    "data_manager": {"lock", "grant", "review", "record_deviation"},
    "sponsor": {"assess_safety"},
    "administrator": {"keep_accounts"},
    "statistician": {"look", "see_results"},
    "nobody": set(),
}
CHECK = "verify|review|lock"
POSTS = {
    # each address that changes something -> the act its reader needs, by hand as well
    "add_participant": "enter", "form": "enter", "grant_role": "grant", "revoke_role": "grant",
    "participant_consent": "enter", "participant_eligibility": "enrol", "participant_enrol": "enrol",
    "participant_screen_failure": "enrol", "participant_withdraw": "enrol", "participant_withdraw_consent": "enrol",
    "participant_complete": "enrol", "participant_died": "enrol", "participant_deviation": "record_deviation",
    "participant_unscheduled": "enter", "participant_arm": "enrol", "participant_date": "enrol",
    "visit_complete": "complete_visit", "visit_reopen": "complete_visit", "visit_missed": "complete_visit",
    "sign_participant": "sign", "sign_visit": "sign", "sign_form": "sign",
    "identity_keep": "identify", "identity_read": "identify", "identity_erase": "identify",
    "due_calendar": "enter|complete_visit|enrol",
    "query_open": CHECK, "checks_run": CHECK, "query_reopen": CHECK,
    "verify": "verify", "review": "review", "hold": "lock|review", "form_print": ANY_ROLE,
    "row_inactivate": "enter", "query_answer": "enter", "query_close": CHECK, "amendments_move": "lock",
    "safety_report": "report_safety", "safety_assess": "assess_safety", "safety_sent": "assess_safety",
    "safety_complete": "report_safety", "safety_print": ANY_ROLE,
    "deviations_report": "record_deviation", "deviation_record": "record_deviation",
    "deviation_settle": "record_deviation",
    "product_move": "keep_product",
    "account_add": "keep_accounts", "account_close": "keep_accounts", "account_unlock": "keep_accounts",
    "account_reset": "keep_accounts",
    "record_check": ANY_ROLE, "audit_copy": ANY_ROLE, "late_copy": ANY_ROLE, "take": "review|look|complete_visit",
    "lock": "lock", "unlock": "lock", "look": "look", "approval": "enrol", "opening": "enrol",
}  # fmt: skip
GONE = dict.fromkeys(
    (
        "query_answer",
        "query_close",
        "query_reopen",
        "query_open",
        "verify",
        "review",
        "hold",
        "form_print",
        "due_calendar",
        "safety_report",
        "deviation_record",
        "deviation_settle",
        "safety_assess",
        "safety_sent",
        "safety_complete",
        "safety_print",
    ),
    (404, 200),
) | {"take": (200,), "audit_copy": (200,), "late_copy": (200,)}
"""Addresses that name a thing which the small study does not have here: whoever may is told that nothing is here."""
ABSENT = ("safety_event",)
"""Pages of a thing that nobody has entered here."""
ONLY = {
    "identity": "identify", "exports": "review|look|complete_visit", "lost": "review|look|complete_visit",
    "results_figure": "see_results", "trace": "see_results", "compare": "see_results",
    "sign_participant": "sign", "sign_visit": "sign", "sign_form": "sign",
    "calculator": "see_results", "calculator_script": "see_results", "calculator_style": "see_results",
}  # fmt: skip


def allowed(act: str, role: str) -> bool:
    """Whether a role may do one of the acts that are joined by a bar."""
    return bool(MAY[role]) if act == ANY_ROLE else bool(set(act.split("|")) & MAY[role])


def addresses():
    """(name, address, only by post) of every pattern that Django itself knows."""
    found = {}
    (every,) = get_resolver().url_patterns
    for pattern in every.url_patterns:
        assert isinstance(pattern, URLPattern)
        needed = {name: NAMES[name] for name in pattern.pattern.converters}
        found[pattern.name] = address(pattern.name, **needed)
    return found


def test_every_address_that_changes_something_is_in_the_matrix():
    changing = {
        route.name for route in routes() if (route.post_only or route.post_act) and route.act not in (PUBLIC, SIGNED_IN)
    }

    assert set(POSTS) == changing


@pytest.mark.parametrize("role", ["", "nobody", *ROLES])
def test_pages_open_for_roles_and_for_nobody_else(here, as_, role):
    enrolled(here)
    browser = as_(role)
    for route in routes():
        if route.post_only or route.act in (PUBLIC, SIGNED_IN):
            continue
        got = browser.get(addresses()[route.name]).status_code
        if not role:
            expected = {302}
        elif role == "nobody" or not allowed(ONLY.get(route.name, ANY_ROLE), role):
            expected = {403}
        else:
            # the statistician may see results, but data are not locked: hidden, or told so
            expected = {200, 403, 404} if route.name in ONLY else {404} if route.name in ABSENT else {200}

        assert got in expected, (route.name, role, got)


@pytest.mark.parametrize("role", ["", "nobody", *ROLES])
def test_acts_are_refused_without_the_right_and_leave_nothing(here, as_, role):
    enrolled(here)
    browser = as_(role)
    for name, act in POSTS.items():
        if role and allowed(act, role):
            continue
        before = here.ledger.head()
        got = browser.post(addresses()[name], {"reason": "because", "do": "save"}).status_code

        assert got == (403 if role else 302), (name, role, got)
        assert before == here.ledger.head(), name


@pytest.mark.parametrize("role", ROLES)
def test_acts_reach_the_service_with_the_right(here, as_, role):
    enrolled(here)
    browser = as_(role)
    for name, act in POSTS.items():
        if allowed(act, role):
            assert browser.post(addresses()[name], {"do": "save"}).status_code in (302, 422, *GONE.get(name, ())), name


def test_an_act_by_get_is_refused(here, as_):
    enrolled(here)
    browser = as_("investigator")
    for route in routes():
        if route.post_only:
            assert browser.get(addresses()[route.name]).status_code in (405, 403, 302), route.name


def test_edc_r35_a_role_taken_back_counts_at_the_next_click_and_ends_the_session(here, as_):
    nurse, manager = as_("study_nurse"), as_("data_manager")
    before = nurse.get("/participants/").status_code
    manager.post("/people/revoke/", {"user": "study_nurse_1", "role": "study_nurse", "reason": "left"})

    assert (before, nurse.get("/participants/").status_code) == (200, 302)
    assert as_("study_nurse").get("/participants/").status_code == 403


def test_what_does_not_exist_and_what_may_not_be_seen_look_alike(here, as_):
    enrolled(here)
    browser = as_("monitor")
    for path in ("/participants/P999/", "/participants/P001/visits/W99/", "/participants/P001/visits/W0/forms/none/"):
        assert browser.get(path).status_code == 404


def test_any_role_is_the_default_for_reading():
    reading = {route.act for route in routes() if not route.post_only}

    assert {PUBLIC, SIGNED_IN, ANY_ROLE, "see_results", "sign", "identify", "review|look|complete_visit"} == reading
