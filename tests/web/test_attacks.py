"""Somebody who means harm: outsiders, colleagues with too few rights, and odd bytes. Everything here once was tried."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from trialwright.pipeline import conduct
from trialwright.web.page import PUBLIC, SIGNED_IN, address, routes
from web import stage
from web.small_study import PASSWORD

HERE = {"participant_id": "P001", "visit": "W0", "form": "visit_date", "item": "visit_record.date", "number": "14.1"}

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
    paths = ["/participants/P001/visits/LOG/forms/adverse_events/", "/audit/", "/results/trace/", "/sign-in/",
             "/participants/P001/visits/W0/forms/visit_date/history/visit_record.date/", *map(path_of, routes())]  # fmt: skip
    asked = dict.fromkeys(("row", "page", "user", "participant", "kind", "cell", "record", "next", "saved"), odd)
    broken = [path for path in paths if browser.get(path, asked).status_code >= 500]
    for name in ("participant_id", "visit", "form", "item", "number"):
        for route in routes():
            if f":{name}>" in route.path and not route.post_only and odd.replace("/", ""):
                path = path_of(route, **{name: odd.replace("/", "")})
                if browser.get(path).status_code >= 500:
                    broken.append(path)

    assert [] == broken


@pytest.mark.parametrize("odd", ODD)
def test_odd_bytes_in_any_posted_field_never_break_a_page(here, as_, odd):
    stage.enrolled(here)
    browser, manager = quiet("investigator", as_), quiet("data_manager", as_)
    fields = ("username", "password", "next", "held", "language", "number", "version", "build", "row", "date", "reason",
              "code", "category", "description", "major", "token", "body", "user", "role", "do", "visit_record.date",
              "keep:visit_record.date", "visit_record.date__missing")  # fmt: skip
    broken = []
    for route in routes():
        if route.post_only or route.post_act or route.name == "sign_in":
            who = manager if route.act in ("lock", "grant") else browser
            if route.name == "sign_out":
                continue
            got = who.post(path_of(route), dict.fromkeys(fields, odd))
            if got.status_code >= 500:
                broken.append((route.name, got.status_code))

    assert [] == broken


@pytest.mark.parametrize("field", ["reason", "description"])
@pytest.mark.parametrize("text", ["a\x1b[2Jb", "nur‮esrun", "a\0b", "\x85next line"])
def test_characters_that_nobody_sees_reach_neither_ledger_nor_log(here, as_, field, text):
    stage.enrolled(here)
    before = here.ledger.head()
    sent = {"category": "visit_window", "description": "d", "date": "2021-02-09", "reason": "r", field: text}
    answer = as_("investigator").post("/participants/P001/deviation/", sent)

    assert (400, before) == (answer.status_code, here.ledger.head())


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/participants/", "/no/such/page/"])
def test_a_page_is_given_to_no_other_host_name(here, as_, path):
    assert as_("monitor").get(path, headers={"host": "rebound.example"}).status_code == 400


def test_a_huge_body_is_refused_before_it_is_read(here):
    client = Client()
    answer = client.post("/sign-in/", {"username": "a" * 1_000_001})

    assert (413, 0) == (answer.status_code, len(here.ledger.events(("sign_in_failed",))))


def test_a_thousand_times_too_many_fields_are_refused(here):
    client = Client()

    assert client.post("/sign-in/", {f"f{n}": "" for n in range(5000)}).status_code == 400


def test_a_file_that_is_sent_is_kept_nowhere(here, tmp_path, monkeypatch):
    import io

    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "none"))
    client = Client()
    answer = client.post("/sign-in/", {"username": "x", "password": "y", "file": io.BytesIO(b"x" * 900_000)})

    assert answer.status_code == 401
