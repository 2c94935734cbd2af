"""What a watching program is told, and what never reaches a log."""

import json
import logging

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings

from trialwright.store.problems import disk_refused
from trialwright.web.logs import AccessLogMiddleware, JsonFormatter
from web import stage


def test_the_health_page_answers_without_sign_in_and_says_nothing_of_the_trial(here):
    stage.enrolled(here)
    answer = Client().get("/health/")

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "ok"})


def test_the_health_page_tells_that_the_ledger_does_not_answer(here, monkeypatch):
    def refuse():
        raise disk_refused("ledger.sqlite")

    monkeypatch.setattr(here.ledger, "head", refuse)
    answer = Client().get("/health/")

    assert (answer.status_code, json.loads(answer.content)) == (503, {"status": "broken", "problem": "TW-STO-015"})


def line_of(caplog, message="x"):
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_an_exception_is_logged_by_type_and_place_and_never_by_its_text(here, as_, monkeypatch, caplog):
    stage.enrolled(here)

    def broken(*_):
        raise RuntimeError("CK 1250 of P001 Wang Xiaoming")

    monkeypatch.setattr(here, "case", broken)
    browser = as_("study_nurse")
    browser.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        assert browser.get("/participants/P001/").status_code == 500

    (line,) = [line for line in line_of(caplog) if line["logger"] == "django.request"]
    assert line["exception"] == "RuntimeError"
    assert line["route"] == "participant"
    assert any("test_health_and_logs.py" in place for place in line["places"])
    for secret in ("1250", "P001", "Wang"):
        assert secret not in json.dumps(line)


def test_the_access_log_names_routes_and_no_address_account_or_value(here, as_, caplog):
    stage.enrolled(here)
    browser = as_("study_nurse")
    sent = {"muscle_enzymes.ck": "1250", "reason": "misread", "do": "save", "build": "1", "version": "0"}
    watched = ["trialwright.web.logs.AccessLogMiddleware", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=watched), caplog.at_level(logging.INFO, logger="trialwright.access"):
        browser.post("/participants/P001/visits/W0/forms/laboratory/", sent)

    lines = [line for line in line_of(caplog) if line["logger"] == "trialwright.access"]
    assert [(line["route"], line["method"], line["status"]) for line in lines] == [("form", "POST", 302)]
    assert {"at_utc", "level", "logger", "process", "route", "method", "status", "ms"} == set(lines[0])
    for secret in ("1250", "P001", "misread", "study_nurse"):
        assert secret not in json.dumps(lines)


@pytest.mark.parametrize("answer", [200, 404])
def test_a_request_that_no_route_knows_is_logged_without_its_address(answer, caplog):
    class Answer:
        status_code = answer

    with caplog.at_level(logging.INFO, logger="trialwright.access"):
        AccessLogMiddleware(lambda _: Answer())(RequestFactory().get("/participants/P001/"))

    assert "P001" not in caplog.text
    assert [line["status"] for line in line_of(caplog)] == [answer]
