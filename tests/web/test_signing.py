"""Signing in the app: asked who one is once more, bound to what was shown, and broken for everybody to see."""

import re

import pytest

from trialwright.capture.signatures import signatures
from trialwright.pipeline import conduct
from web.small_study import PASSWORD
from web.stage import INVESTIGATOR, enrolled, save

AT = "/participants/P001/visits/W0/"
RIGHT = {"username": "investigator_1", "password": PASSWORD, "meaning": "reviewed"}


@pytest.fixture
def complete(here):
    """P001 with a complete baseline visit."""
    enrolled(here)
    done = conduct.complete_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W0", reason="measured elsewhere")
    assert isinstance(done, conduct.Saved), done
    return here


def shown(browser, path=AT + "sign/"):
    """What the page holds in its hidden fields."""
    html = browser.get(path).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(hash[^"]*|token)" value="([^"]+)">', html))


def sign(browser, path=AT + "sign/", **more):
    return browser.post(path, shown(browser, path) | RIGHT | more)


def opened(browser, path):
    """A page as the browser gets it; to print is an act, so it is posted."""
    return (browser.post(path) if path.endswith("print/") else browser.get(path)).content.decode()


def states(place):
    return [(s.scope.level, s.state) for s in signatures(place.ledger.snapshot())]


def test_edc_r50_name_meaning_and_both_times_stand_on_page_print_and_list(complete, as_):
    browser = as_("investigator")

    assert sign(browser).status_code == 302

    found = signatures(complete.ledger.snapshot())[0]
    for path in (AT, AT + "forms/visit_date/", AT + "forms/visit_date/print/", "/signatures/"):
        html = opened(browser, path)
        for told in (found.name, "I have reviewed these data", "+08:00", " UTC", found.hash[:16], found.head[:16]):
            assert told in html, (path, told)


def test_edc_r52_a_change_shows_the_broken_signature_on_every_page_that_showed_it(complete, as_):
    browser = as_("investigator")
    sign(browser)
    conduct.reopen_visit(complete.ledger, complete.study, INVESTIGATOR, "P001", "W0", reason="a slip")
    save(complete, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="read the wrong line")

    assert states(complete) == [("visit", "broken")]
    for path in (AT, AT + "forms/visit_date/", AT + "forms/visit_date/print/", "/signatures/"):
        assert "No longer holds" in opened(browser, path), path


@pytest.mark.parametrize("wrong", [
    {"password": "not the password"},
    {"password": ""},
    {"username": "monitor_1"},
    {"username": "monitor_1", "password": PASSWORD},
    {"username": ""},
], ids=["password", "no password", "name", "another's own pair", "no name"])  # fmt: skip
def test_edc_r53_nothing_is_signed_with_wrong_or_somebody_elses_credentials(complete, as_, wrong):
    answer = sign(as_("investigator"), **wrong)

    assert answer.status_code == 422
    assert states(complete) == []
    assert [e.user for e in complete.ledger.events(("signature_refused",))] == ["investigator_1"]


def test_edc_r53_wrong_passwords_at_signing_lock_the_account_and_end_the_session(complete, as_):
    browser = as_("investigator")
    answers = [sign(browser, password="wrong").status_code for _ in range(5)]

    assert answers == [422, 422, 422, 422, 429]
    assert browser.get("/participants/").status_code == 302
    assert [e.details for e in complete.ledger.events(("account_locked",))] == [{"user": "investigator_1"}]


def test_edc_r51_each_signature_asks_for_both_components_again(complete, as_):
    browser = as_("investigator")
    sign(browser, AT + "forms/visit_date/sign/")
    alone = {"meaning": "reviewed", **shown(browser)}

    assert browser.post(AT + "sign/", alone).status_code == 422
    assert states(complete) == [("form", "valid")]


@pytest.mark.parametrize("field", ["hash", "token"])
def test_a_hash_that_was_not_shown_is_not_signed(complete, as_, field):
    browser = as_("investigator")
    forged = shown(browser) | RIGHT | {"hash": "0" * 64 if field == "hash" else ""}

    assert browser.post(AT + "sign/", forged).status_code == 422
    assert states(complete) == []


def test_what_somebody_saved_in_between_is_shown_again_before_it_is_signed(complete, as_):
    browser = as_("investigator")
    before = shown(browser)
    conduct.reopen_visit(complete.ledger, complete.study, INVESTIGATOR, "P001", "W0", reason="a slip")
    save(complete, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="read the wrong line")
    conduct.complete_visit(complete.ledger, complete.study, INVESTIGATOR, "P001", "W0", reason="as before")
    answer = browser.post(AT + "sign/", before | RIGHT)

    assert answer.status_code == 422
    assert "was changed since this page was opened" in answer.content.decode()


def test_edc_r54_signing_form_by_form_lists_them_and_leaves_a_row_for_each(complete, as_):
    browser = as_("investigator")

    assert "One for each form" in browser.get(AT + "sign/").content.decode()
    assert sign(browser, rows="forms").status_code == 302
    assert [e.form for e in complete.ledger.events(("signed",))] == ["visit_date"]


def test_a_double_click_signs_once(complete, as_):
    browser = as_("investigator")
    sent = shown(browser) | RIGHT
    answers = [browser.post(AT + "sign/", sent).status_code for _ in range(2)]

    assert answers[0] == 302
    assert len(complete.ledger.events(("signed",))) == 1


def test_a_statement_that_the_page_did_not_offer_is_refused(complete, as_):
    assert sign(as_("investigator"), meaning="<script>alert(1)</script>").status_code == 422
    assert states(complete) == []


def test_what_waits_for_a_signature_is_listed_for_whoever_may_sign(complete, as_):
    ours, theirs = (as_(role).get("/signatures/").content.decode() for role in ("investigator", "monitor"))

    assert f'href="{AT}sign/"' in ours
    assert "Waiting for a signature (1)" in theirs
    assert f'href="{AT}sign/"' not in theirs
