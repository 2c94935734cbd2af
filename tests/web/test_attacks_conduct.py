"""Attacks on what people do beside entering: texts that want to run, posts from elsewhere, numbers that are none."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client

from trialwright.pipeline import conduct
from trialwright.web.page import PUBLIC, SIGNED_IN, address, routes
from web.small_study import PASSWORD
from web.stage import INVESTIGATOR, enrolled, save
from web.test_permissions import NAMES

PAYLOADS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; alert(1); //", "{{ 7 * 7 }}", "{% raw %}",
    "javascript:alert(1)", "=HYPERLINK(\"x\")",
)  # fmt: skip
SERIOUS = {
    "adverse_event.grade": "3", "adverse_event.serious": "Y", "adverse_event.serious_hospitalisation": "Y",
    "adverse_event.causality": "possible", "adverse_event.start": "2021-03-01",
}  # fmt: skip


@pytest.fixture
def filled(here):
    """P001 with a serious event, a missed visit and a complete baseline."""
    enrolled(here)
    save(here, "LOG", "adverse_events", SERIOUS | {"adverse_event.term": "pneumonia"})
    conduct.miss_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W4", reason="travelling")
    conduct.complete_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W0", reason="elsewhere")
    return here


def yesterday(place) -> str:
    moment = place.ledger.now() - dt.timedelta(days=1)
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")


def send_everywhere(place, as_, text: str) -> None:
    """The text through every new field that takes words; some answers refuse it, which must not run it either."""
    site, sponsor, manager, admin = (as_(role) for role in ("investigator", "sponsor", "data_manager", "administrator"))
    aware = yesterday(place)
    sent = {"recipient": "authority", "stage": "report", "sent": aware, "number": text}
    missed = {"rule": "missed:W4", "major": "N", "description": text, "date": "2021-03-08"}
    came = {"move": "received", "lot": text[:40], "vials": "3", "date": "2021-03-01", "reason": text}
    answers = [
        site.post("/safety/P001/1/report/", {"aware": aware, "narrative": text}),
        site.post("/safety/P001/1/report/", {"aware": text, "narrative": text}),
        sponsor.post("/safety/P001/1/assess/", {"causality": "possible", "unexpected": "Y", "reason": text}),
        sponsor.post("/safety/P001/1/sent/", sent),
        sponsor.post("/safety/P001/1/sent/", {"recipient": text, "stage": text, "sent": text}),
        site.post("/deviations/P001/record/", missed),
        site.post("/deviations/report/", {"key": "P001-D1", "date": "2021-04-01", "body": text}),
        site.post("/product/move/", came),
        site.post("/product/move/", {"move": text, "lot": text, "vials": text, "date": text, "expiry": text}),
        manager.post("/people/grant/", {"user": "nobody_1", "role": "monitor", "reason": text}),
        manager.post("/people/grant/", {"user": text, "role": text, "site": text, "since": text, "until": text}),
        admin.post("/people/add/", {"user": text, "printed": text, "identity": text}),
        admin.post("/people/add/", {"user": f"u{abs(hash(text)) % 10**6}", "printed": text, "identity": text}),
        site.post("/participants/P001/visits/W0/sign/", {"username": text, "password": text, "meaning": text}),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code < 500
        assert text == "javascript:alert(1)" or text not in answer.content.decode() or "<" not in text


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_text_of_safety_product_people_or_signatures_runs(filled, as_, text):
    send_everywhere(filled, as_, text)
    reader = as_("administrator")
    pages = [route.path for route in routes() if not route.post_only and "<" not in route.path and route.act != PUBLIC]
    pages += ["safety/P001/1/", "participants/P001/", "participants/P001/visits/W0/", "people/delegation/"]
    told = [reader.get(f"/{path}") for path in pages] + [as_("sponsor").post("/safety/P001/1/print/")]
    for answer in told:
        html = answer.content.decode() if "html" in answer.headers.get("Content-Type", "") else ""
        assert answer.status_code < 500
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript:' not in html
        assert ">49<" not in html


def new_posts():
    names = ("safety", "deviation", "product", "account", "sign", "grant", "revoke", "second_factor")
    return [r for r in routes() if (r.post_only or r.post_act) and r.name.startswith(names)]


@pytest.mark.parametrize("route", new_posts(), ids=lambda r: r.name)
def test_a_post_without_the_token_of_its_page_does_nothing(filled, route):
    browser = Client(enforce_csrf_checks=True)
    role = (
        "administrator" if route.act == "keep_accounts" else "data_manager" if route.act == "grant" else "investigator"
    )
    person = User.objects.get(username=f"{role}_1")
    browser.force_login(person, "django.contrib.auth.backends.ModelBackend")
    before = filled.ledger.head()
    needed = {name: NAMES[name] for name in NAMES if f":{name}>" in route.path}
    answer = browser.post(
        address(route.name, **needed), {"reason": "x", "username": person.username, "password": PASSWORD}
    )

    assert answer.status_code == 403
    assert filled.ledger.head() == before


@pytest.mark.parametrize("row", ["0", "99999999999999999999", "-1", "1%00", "1'--", "%2e%2e"])
def test_a_row_that_is_none_is_not_here(filled, as_, row):
    browser = as_("investigator")

    assert browser.get(f"/safety/P001/{row}/").status_code in (400, 404)
    assert browser.post(f"/safety/P001/{row}/report/", {"narrative": "x"}).status_code in (400, 404)


@pytest.mark.parametrize("turn", ["999999", "-3", "x", "1; DROP TABLE entry", "9" * 400])
def test_a_turn_that_is_none_reports_nothing(filled, as_, turn):
    sent = {"aware": yesterday(filled), "narrative": "x", "turn": turn}
    answer = as_("investigator").post("/safety/P001/1/report/", sent)

    # no number at all means the latest turn; a number of another entry is refused
    assert answer.status_code == (422 if turn == "999999" else 302)


def test_pages_for_everybody_signed_in_show_only_the_own_account(filled, as_):
    for route in routes():
        if route.act == SIGNED_IN and not route.post_only:
            told = as_("study_nurse").get(f"/{route.path}").content.decode()
            assert "investigator_1" not in told, route.name
