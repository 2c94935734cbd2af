"""Somebody of one site who knows the other site's numbers: in a field instead of the address, they open nothing."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from trialwright.capture.deviations import recorded
from trialwright.capture.values import Place as Spot
from trialwright.catalog import load
from trialwright.pipeline import conduct
from web.small_study import PASSWORD
from web.stage import INVESTIGATOR
from web.test_sites import FOREIGN, OURS, THEIRS, at_one, two  # noqa: F401 - fixtures

EVENT = {"term": "pneumonia", "grade": "3", "serious": "Y", "serious_hospitalisation": "Y", "causality": "possible",
         "outcome": "recovering", "start": "2021-03-01", "awareness": "2021-03-02"}  # fmt: skip
KIND = load().terms("deviation_category").choices[0].code
AT = {"participant": FOREIGN, "visit": "W0", "form": "physician"}


@pytest.fixture
def filled(two):  # noqa: F811 - the fixture of the other file
    """P777 of site two with values, an open query, a serious event and a deviation on record."""
    for visit, form, posted in (
        ("W0", "physician", {"physician_global.vas": "4.5"}),
        ("W4", "visit_date", {"visit_record.date": "2021-05-30"}),
        ("LOG", "adverse_events", {f"adverse_event.{k}": v for k, v in EVENT.items()}),
    ):
        done = conduct.save_form(two.ledger, two.study, conduct.FormSave(
            actor=INVESTIGATOR, participant_id=FOREIGN, visit=visit, form=form, posted=posted,
        ))  # fmt: skip
        assert isinstance(done, conduct.Saved), done
    monitor = conduct.Actor("monitor_1")
    asked = conduct.open_query(two.ledger, two.study, monitor, Spot(FOREIGN, "W0", "physician"), message="Right?")
    assert isinstance(asked, conduct.Saved)
    kept = conduct.record_deviation(two.ledger, two.study, INVESTIGATOR, FOREIGN, category=KIND, major=False,
                                    description="late", date="2021-05-30")  # fmt: skip
    assert isinstance(kept, conduct.Saved), kept
    return two


def posts(place):
    """(role, address, fields): every act that names its thing in a field, or acts on a thing by its number."""
    query = next(e.seq for e in reversed(place.ledger.events(("query_opened",))) if e.participant_id == FOREIGN)
    why = {"reason": "mine now", "token": "a"}
    for role in ("monitor", "data_manager"):
        yield role, "/queries/ask/", AT | {"message": "mine"} | why
        yield role, f"/queries/{query}/close/", why
        yield role, f"/queries/{query}/reopen/", why
    yield "study_nurse", f"/queries/{query}/answer/", why
    yield "investigator", f"/queries/{query}/answer/", why
    yield "monitor", "/quality/verify/", AT | {"item": "physician_global.vas", "version": "9999"} | why
    yield "data_manager", "/quality/review/", AT | {"version": "9999"} | why
    for kind in ("frozen", "locked", "unfrozen", "unlocked"):
        for scope in (AT, {"participant": FOREIGN}, {"participant": FOREIGN, "visit": "W0"}, {"site": THEIRS}, {}):
            yield "data_manager", "/quality/hold/", scope | {"kind": kind} | why
        # a site named beside a participant of the own one, and a participant beside the own site
        yield "data_manager", "/quality/hold/", {"site": OURS, "participant": FOREIGN, "kind": kind} | why
    yield (
        "investigator",
        "/deviations/report/",
        {"key": recorded(place.ledger.snapshot())[0].key, "date": "2021-03-01", "body": "x"} | why,
    )
    for role in ("investigator", "data_manager"):
        yield role, "/study/lock/", why
        yield role, "/study/unlock/", why
        yield role, "/amendments/move/", why
    yield "statistician", "/study/look/", why
    yield "investigator", "/study/approval/", {"date": "2021-01-01", "body": "x", "number": "1"} | why
    for site in ("", THEIRS):
        for role in ("monitor", "administrator"):
            yield "data_manager", "/people/grant/", {"user": "nobody_1", "role": role, "site": site} | why
        yield "data_manager", "/people/revoke/", {"user": "monitor_1", "role": "monitor", "site": site} | why
    for act in ("report", "assess", "sent", "complete", "print"):
        for role in ("investigator", "sponsor"):
            yield role, f"/safety/{FOREIGN}/1/{act}/", {"causality": "unrelated", "narrative": "x"} | why


def test_no_act_that_names_a_thing_of_another_site_in_a_field_is_done(filled, at_one):  # noqa: F811
    done = []
    for role, path, fields in posts(filled):
        before = filled.ledger.head()
        answer = at_one(role).post(path, fields)
        if answer.status_code not in (403, 404, 422) or filled.ledger.head() != before:
            done.append((role, path, fields, answer.status_code))

    assert done == []


def test_running_the_checks_at_one_site_asks_nothing_at_the_other(filled, at_one):  # noqa: F811
    before = filled.ledger.head().seq
    at_one("data_manager").post("/queries/run/", {"token": "r"})
    new = [event for event in filled.ledger.events() if event.seq > before]

    assert [event for event in new if event.participant_id == FOREIGN] == []


@pytest.mark.parametrize("victim", ["data_manager_1", "investigator_1", "administrator_1"])
@pytest.mark.parametrize("act", ["password", "close", "unlock"])
def test_whoever_keeps_accounts_at_one_site_touches_none_that_counts_elsewhere(filled, at_one, act, victim):  # noqa: F811
    """A password set for somebody with more rights would be those rights."""
    before = filled.ledger.head()
    answer = at_one("administrator").post(f"/people/{act}/", {"user": victim, "reason": "mine now"})
    someone = Client()
    someone.post("/sign-in/", {"username": victim, "password": PASSWORD})

    assert answer.status_code == 422
    assert before.seq == next(e.seq for e in filled.ledger.events(("signed_in",)) if e.user == victim) - 1
    assert someone.get("/participants/").status_code == 200


def test_whoever_keeps_accounts_at_one_site_keeps_those_of_that_site(filled, at_one):  # noqa: F811
    browser = at_one("administrator")
    page = browser.post("/people/password/", {"user": "study_nurse.one"})
    closed = browser.post("/people/close/", {"user": "monitor.one", "reason": "left"})

    assert re.search(r"<code translate=\"no\">[a-z0-9-]{23}</code>", page.content.decode())
    assert closed.status_code == 302
    assert not User.objects.get(username="monitor.one").is_active
