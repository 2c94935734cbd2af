"""Somebody who means harm: outsiders, colleagues with too few rights, and odd bytes. Everything here once was tried."""

import datetime as dt
import re

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.utils import timezone

from trialwright.pipeline.conduct_people import Delegation
from trialwright.web import directory
from trialwright.web.page import address, routes
from trialwright.web.problems import Refused
from web import stage
from web.small_study import PASSWORD

HERE = {"participant_id": "P001", "visit": "W0", "form": "visit_date", "item": "visit_record.date", "number": "14.1",
        "chapter": "sign"}  # fmt: skip

ODD = ("\0", "\x1b[31m", "‮abc", "²", "9" * 5000, "9" * 25, "-1", "%00", "<script>alert(1)</script>",
       "{{7*7}}", "' OR 1=1 --", "../../etc/passwd", "é" * 3000, "😀", "\r\nSet-Cookie: a=b", "\ud7ff￿")  # fmt: skip
FOREIGN = {
    "participant_id": ("P999", "P001 ", "p001", "..", "%2e%2e", "'"), "visit": ("W99", "w0", "LOG"),
    "form": ("none", "laboratory"), "item": ("none.none", "haq_di.x"), "number": ("99.9", ".."),
}  # fmt: skip


def path_of(route, **other):
    """The address of a route in the small study; whatever it names by a number is called 1."""
    names = re.findall(r"<\w+:(\w+)>", route.path)
    return address(route.name, **{name: (HERE | other).get(name, 1) for name in names})


def quiet(role, as_):
    """A browser that turns a crash of ours into a 500, as the server does."""
    browser = as_(role)
    browser.raise_request_exception = False
    return browser


@pytest.mark.parametrize("odd", ODD)
def test_odd_bytes_in_any_address_or_question_never_break_a_page(here, as_, odd):
    stage.enrolled(here)
    browser = quiet("investigator", as_)
    paths = [
        "/participants/P001/visits/LOG/forms/adverse_events/",
        "/audit/",
        "/results/trace/",
        "/sign-in/",
        "/participants/P001/visits/W0/forms/visit_date/history/visit_record.date/",
        *map(path_of, routes()),
    ]
    asked = dict.fromkeys(("row", "page", "user", "participant", "kind", "cell", "record", "next", "saved"), odd)
    broken = [path for path in paths if browser.get(path, asked).status_code >= 500]
    for name in ("participant_id", "visit", "form", "item", "number"):
        for route in routes():
            if f":{name}>" in route.path and not route.post_only and odd.replace("/", ""):
                path = path_of(route, **{name: odd.replace("/", "")})
                if browser.get(path).status_code >= 500:
                    broken.append(path)

    assert broken == []


@pytest.mark.parametrize("odd", ODD)
def test_odd_bytes_in_any_posted_field_never_break_a_page(here, as_, odd):
    stage.enrolled(here)
    browser, manager = quiet("investigator", as_), quiet("data_manager", as_)
    fields = ("username", "password", "next", "held", "language", "number", "version", "build", "row", "date", "reason",
              "code", "category", "description", "major", "token", "body", "user", "role", "do", "visit_record.date",
              "keep:visit_record.date", "choose", "was", "visit_record.date__missing")  # fmt: skip
    broken = []
    for route in routes():
        if route.post_only or route.post_act or route.name == "sign_in":
            who = manager if route.act in ("lock", "grant") else browser
            if route.name == "sign_out":
                continue
            got = who.post(path_of(route), dict.fromkeys(fields, odd))
            if got.status_code >= 500:
                broken.append((route.name, got.status_code))

    assert broken == []


@pytest.mark.parametrize("field", ["reason", "description"])
@pytest.mark.parametrize("text", ["a\x1b[2Jb", "nur‮esrun", "a\0b", "\x85next line"])
def test_characters_that_nobody_sees_reach_neither_ledger_nor_log(here, as_, field, text):
    stage.enrolled(here)
    before = here.ledger.head()
    sent = {
        "category": "visit_window",
        "major": "N",
        "description": "d",
        "date": "2021-02-09",
        "reason": "r",
        field: text,
    }
    answer = as_("investigator").post("/participants/P001/deviation/", sent)

    assert (400, before) == (answer.status_code, here.ledger.head())


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/participants/", "/no/such/page/"])
def test_a_page_is_given_to_no_other_host_name(here, as_, path):
    assert as_("monitor").get(path, headers={"host": "rebound.example"}).status_code == 400


def test_a_huge_body_is_refused_before_it_is_read(here):
    client = Client()
    answer = client.post("/sign-in/", {"username": "a" * 1_000_001})

    assert (answer.status_code, len(here.ledger.events(("sign_in_failed",)))) == (413, 0)


def test_a_thousand_times_too_many_fields_are_refused(here):
    client = Client()

    assert client.post("/sign-in/", {f"f{n}": "" for n in range(5000)}).status_code == 400


def test_a_file_that_is_sent_is_kept_nowhere(here, tmp_path, monkeypatch):
    import io

    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "none"))
    client = Client()
    answer = client.post("/sign-in/", {"username": "x", "password": "y", "file": io.BytesIO(b"x" * 900_000)})

    assert answer.status_code == 401


def locked_address(name="nobody_9"):
    """Thirty failures of this computer's address, spread over names so that no account is locked."""
    client = Client()
    for number in range(30):
        client.post("/sign-in/", {"username": f"{name}{number}", "password": "wrong"})
    return client


def test_an_address_is_locked_after_thirty_guesses_and_open_again_after_a_quarter_of_an_hour(here):
    client = locked_address()
    during = client.post("/sign-in/", {"username": "monitor_1", "password": PASSWORD}).status_code
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    after = client.post("/sign-in/", {"username": "monitor_1", "password": PASSWORD}).status_code

    assert (during, after) == (429, 302)


def test_a_forged_proxy_header_gives_no_new_address(here):
    client = locked_address()
    sent = {"username": "monitor_1", "password": PASSWORD}
    headers = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "203.0.113.7", "forwarded": "for=203.0.113.7"}

    assert client.post("/sign-in/", sent, headers=headers).status_code == 429


def test_what_is_typed_as_a_name_by_mistake_is_written_down_nowhere(here):
    Client().post("/sign-in/", {"username": PASSWORD, "password": ""})
    (event,) = here.ledger.events(("sign_in_failed",))

    assert (event.user, event.details) == ("unknown", {"user": "unknown"})


def test_a_guess_for_an_account_is_told_with_its_name(here):
    Client().post("/sign-in/", {"username": "monitor_1", "password": "wrong"})
    (event,) = here.ledger.events(("sign_in_failed",))

    assert event.details == {"user": "monitor_1"}


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(here):
    def answered(name):
        answer = Client().post("/sign-in/", {"username": name, "password": "wrong"})
        text = re.sub(r'value="[^"]{30,}"', "", answer.content.decode())
        return answer.status_code, text.replace(name, "")

    assert answered("monitor_1") == answered("monitor_9")


def test_a_session_number_that_somebody_else_chose_is_not_kept(here):
    client = Client()
    client.cookies["trialwright_session"] = "chosenbysomebodyelse0000000000000"
    client.post("/sign-in/", {"username": "monitor_1", "password": PASSWORD})

    assert client.cookies["trialwright_session"].value != "chosenbysomebodyelse0000000000000"


def signed_in(name="monitor_1"):
    client = Client()
    assert client.post("/sign-in/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def test_signing_out_kills_the_session_also_for_a_copied_cookie(here):
    client, thief = signed_in(), Client()
    thief.cookies["trialwright_session"] = client.cookies["trialwright_session"].value
    before = thief.get("/participants/").status_code
    client.post("/sign-out/")

    assert (before, thief.get("/participants/").status_code) == (200, 302)


@pytest.mark.parametrize("change", ["password", "closed"])
def test_a_changed_password_or_a_closed_account_ends_every_session(here, change):
    client = signed_in()
    user = User.objects.get(username="monitor_1")
    if change == "password":
        user.set_password("another long passphrase")
    else:
        user.is_active = False
    user.save()

    assert client.get("/participants/").status_code == 302


@pytest.mark.parametrize("rested", [settings.IDLE_SECONDS + 1, -3600])
def test_a_session_that_rested_too_long_or_began_in_the_future_is_over(here, rested):
    client = signed_in()
    session = client.session
    session["seen"] = int(dt.datetime.now(dt.UTC).timestamp()) - rested
    session.save()

    assert client.get("/participants/").status_code == 302


def test_a_session_is_watched_from_its_first_moment(here):
    assert "seen" in signed_in().session


def test_nobody_gives_a_role_to_the_own_account(here, as_):
    answer = as_("data_manager").post("/people/grant/", {"user": "data_manager_1", "role": "statistician"})
    held = [role.name for role in here.roles_of("data_manager_1")]

    assert (answer.status_code, held) == (422, ["data_manager"])
    assert "own account" in answer.content.decode()


def test_the_right_to_give_roles_is_looked_up_in_the_ledger_and_not_in_the_page(here):
    with pytest.raises(Refused) as refused:
        directory.grant(here, Delegation(user="nobody_1", role="investigator"), by="investigator_1")

    assert refused.value.problem.code == "TW-WEB-015"
    assert here.roles_of("nobody_1") == ()


def test_roles_are_taken_back_only_by_who_may_give_them(here):
    with pytest.raises(Refused):
        directory.revoke(here, "data_manager_1", "data_manager", by="study_nurse_1", reason="mine")

    assert [role.name for role in here.roles_of("data_manager_1")] == ["data_manager"]


@pytest.mark.parametrize("path", ["/sign-in/", "/participants/", "/audit/", "/people/", "/no/such/page/"])
def test_every_page_bears_its_protection(here, as_, path):
    headers = as_("monitor").get(path).headers
    policy = headers["Content-Security-Policy"]

    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"] and "private" in headers["Cache-Control"]


def test_no_page_is_kept_in_a_cache_also_when_it_asks_to_sign_in(here):
    assert "no-store" in Client().get("/participants/").headers["Cache-Control"]


def test_cookies_are_for_the_server_only(here):
    client = signed_in()
    for name in ("trialwright_session", "csrftoken"):
        cookie = client.cookies.get(name)
        if cookie is not None:
            assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


def test_every_post_needs_the_token_of_its_page(here):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="investigator_1"), "django.contrib.auth.backends.ModelBackend")
    before = here.ledger.head()
    for route in routes():
        assert client.post(path_of(route), {"reason": "r", "language": "zh"}).status_code == 403, route.name

    assert before == here.ledger.head()


@pytest.mark.parametrize(
    "then", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example"]
)
def test_no_next_leads_to_another_host(here, then):
    asked = Client().post("/language/", {"language": "zh", "next": then}).headers["Location"]
    sign_in = Client().post("/sign-in/", {"username": "monitor_1", "password": PASSWORD, "next": then})

    assert (asked, sign_in.headers["Location"]) == ("/participants/", "/participants/")


def test_what_is_held_for_one_person_is_given_to_no_other(here):
    fields = signing.dumps(["investigator_1", "/study/unlock/", [["reason", "r"]]], salt="trialwright.held")
    answer = Client().post("/sign-in/", {"username": "monitor_1", "password": PASSWORD, "held": fields})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/participants/")


def test_a_knock_under_another_name_writes_no_page_of_traceback_to_the_log(here, caplog):
    Client().get("/sign-in/", headers={"host": "rebound.example"})

    assert caplog.text == ""
