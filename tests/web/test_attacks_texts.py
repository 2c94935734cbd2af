"""Texts that are programs: typed into every field that takes words, then looked for on every page and in every file."""

import logging
from html.parser import HTMLParser

import pytest

from trialwright.pipeline import conduct
from trialwright.web import directory
from web import stage
from web.small_study import PASSWORD

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


@pytest.fixture
def poisoned(here, as_):
    """The script in every text that a person of the study can type."""
    stage.enrolled(here)
    doctor, manager, statistician = as_("investigator"), as_("data_manager"), as_("statistician")
    person = "/participants/P001/"
    sent = {"reason": SCRIPT, "description": SCRIPT, "category": "visit_window", "major": "N",
            "date": "2021-02-09", "token": "1"}  # fmt: skip
    acts = [
        (doctor, "/study/approval/", {"date": "2021-01-12", "body": SCRIPT, "number": SCRIPT}),
        (doctor, person + "deviation/", sent),
        (doctor, person + "visits/W0/complete/", sent | {"token": "2"}),
        (doctor, person + "visits/W0/reopen/", sent | {"token": "3"}),
        (doctor, person + "visits/W4/missed/", sent),
        (statistician, "/study/look/", {"reason": SCRIPT, "token": "4"}),
        (manager, "/people/grant/", {"user": "nobody_1", "role": "monitor"}),
        (manager, "/people/revoke/", {"user": "nobody_1", "role": "monitor", "reason": SCRIPT}),
        (manager, "/study/lock/", {"reason": SCRIPT, "token": "5"}),
        (manager, "/study/unlock/", {"reason": SCRIPT, "token": "6"}),
    ]
    refused = [path for who, path, fields in acts if who.post(path, fields).status_code != 302]
    assert refused == []
    stage.save(here, "LOG", "deviations", deviation(), row=0)
    return here


class Attributes(HTMLParser):
    """Every attribute of a page that would run something."""

    def __init__(self):
        super().__init__()
        self.acting = []

    def handle_starttag(self, tag, attrs):
        self.acting += [
            (tag, name) for name, text in attrs if name.startswith("on") or (text or "").startswith("javascript:")
        ]


def acting(text):
    reader = Attributes()
    reader.feed(text)
    return reader.acting


def deviation():
    return {"protocol_deviation.description": SCRIPT, "protocol_deviation.category": "visit_window",
            "protocol_deviation.date": "2021-02-09", "protocol_deviation.major": "N"}  # fmt: skip


def test_a_typed_script_is_shown_as_text_on_every_page(poisoned, as_):
    log = "/participants/P001/visits/LOG/forms/deviations/"
    paths = ["/participants/", "/participants/P001/", "/participants/P001/visits/W0/", "/participants/P001/visits/LOG/",
             "/audit/", "/audit/?kind=value", "/study/", "/people/", "/queries/", "/results/", log, log + "?row=1",
             log + "history/protocol_deviation.description/?row=1"]  # fmt: skip
    shown = 0
    for role in ("investigator", "statistician", "data_manager"):
        for path in paths:
            text = as_(role).get(path).content.decode()
            shown += text.count("&lt;script&gt;alert(1)")
            assert "<script>alert" not in text and "<img src=x" not in text and "&gt;49" not in text, path
            assert acting(text) == [], path

    assert shown > 10


def test_what_is_asked_for_in_an_address_comes_back_as_text(here, as_):
    for path in ("/audit/", "/sign-in/", "/queries/", "/participants/", "/results/trace/"):
        names = ("user", "participant", "kind", "next", "cell", "record", "page", "since", "q")
        text = as_("statistician").get(path, dict.fromkeys(names, SCRIPT)).content.decode()
        assert "<script>alert" not in text and "<img src=x" not in text, path


def test_no_value_and_no_password_stands_in_any_log(here, as_, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    stage.enrolled(here)
    form = "/participants/P001/visits/W0/forms/laboratory/"
    as_("investigator").post(form, {"muscle_enzymes.ck": "98765", "muscle_enzymes.ldh": "Wang Xiaoming", "do": "save"})
    as_("").post("/sign-in/", {"username": "monitor_1", "password": PASSWORD})
    as_("").post("/sign-in/", {"username": "monitor_1", "password": "a wrong secret"})
    out, err = capfd.readouterr()
    told = caplog.text + out + err

    assert [word for word in ("98765", "Wang Xiaoming", PASSWORD, "a wrong secret") if word in told] == []


def test_the_delegation_log_answers_who_had_which_right_on_a_day(here, as_):
    manager = as_("data_manager")
    manager.post("/people/revoke/", {"user": "study_nurse_1", "role": "study_nurse", "reason": "left"})
    until = next(e for e in here.ledger.events(("role_revoked",)))
    before = directory.delegation(here, as_of=until.seq - 1)
    after = directory.delegation(here)

    assert ("study_nurse_1", ("study_nurse",)) in before
    assert ("study_nurse_1", ()) in after


def test_an_account_that_was_never_added_in_the_ledger_has_no_right(here):
    from django.contrib.auth.models import User

    User.objects.create_superuser("root", password=PASSWORD)

    assert here.roles_of("root") == ()
    assert isinstance(conduct.lock_data(here.ledger, here.study, conduct.Actor("root"), reason="r"), conduct.Refused)
