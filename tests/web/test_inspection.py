"""What an inspector asks, asked of the app: who did what, the same on every copy, and by which key."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from trialwright.catalog import load
from trialwright.pipeline import conduct
from trialwright.web import directory
from trialwright.web.pages.audit.page import HIDDEN
from trialwright.web.problems import Refused
from web.small_study import PASSWORD
from web.stage import enrolled, save
from web.test_signing import AT as SIGNING
from web.test_signing import RIGHT, complete, shown  # noqa: F401 - a fixture

FORM = "/participants/P001/visits/W0/forms/physician/"


def test_edc_r07_every_workflow_act_stands_in_the_ledger_with_who_did_it(here, as_):
    """Each act through its page or its command; the list beside it is the requirement's own."""
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5"})
    nurse, monitor, manager, admin, doctor = (
        as_(role) for role in ("study_nurse", "monitor", "data_manager", "administrator", "investigator")
    )
    at = {"participant": "P001", "visit": "W0", "form": "physician", "next": FORM}

    def version():
        return re.search(r'name="version" value="(\d+)"', monitor.get(FORM).content.decode())[1]

    monitor.post("/queries/ask/", at | {"message": "Right?", "token": "1"})
    query = f"/queries/{here.ledger.events(('query_opened',))[-1].seq}/"
    nurse.post(query + "answer/", {"reason": "Yes", "token": "2"})
    monitor.post(query + "close/", {"reason": "seen", "token": "3"})
    monitor.post(query + "reopen/", {"reason": "another page says no", "token": "4"})
    monitor.post(query + "close/", {"reason": "settled", "token": "5"})
    monitor.post("/quality/verify/", at | {"item": ["physician_global.vas"], "version": version(), "token": "6"})
    manager.post("/quality/review/", at | {"version": version(), "token": "7"})
    manager.post("/quality/hold/", at | {"kind": "frozen", "reason": "cleaning", "token": "8"})
    manager.post("/quality/hold/", at | {"kind": "unfrozen", "reason": "clean", "token": "9"})
    conduct.complete_visit(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", "W0", reason="elsewhere")
    doctor.post(SIGNING + "sign/", shown(doctor) | RIGHT)
    manager.post("/study/lock/", {"reason": "the rest is left out", "token": "10"})
    manager.post("/study/unlock/", {"reason": "not yet", "token": "11"})
    doctor.post("/participants/P001/withdraw/", {"date": "2021-03-01", "code": "other", "reason": "moved"})
    nurse.post(FORM + "print/", {"token": "12"})
    manager.post("/exports/csv/")
    monitor.post("/audit/copy/")
    Client().post("/sign-in/", {"username": "monitor_1", "password": "wrong"})
    someone = Client()
    someone.post("/sign-in/", {"username": "monitor_1", "password": PASSWORD})
    someone.post("/sign-out/")
    admin.post("/people/add/", {"user": "li.wei", "printed": "Li Wei", "identity": "card"})
    manager.post("/people/grant/", {"user": "nobody_1", "role": "monitor"})
    manager.post("/people/revoke/", {"user": "nobody_1", "role": "monitor", "reason": "over"})
    admin.post("/people/close/", {"user": "nobody_1", "reason": "left"})
    found = {(event.kind, event.user) for event in here.ledger.events()}

    assert {
        ("query_opened", "monitor_1"), ("query_answered", "study_nurse_1"), ("query_closed", "monitor_1"),
        ("query_reopened", "monitor_1"), ("verified", "monitor_1"), ("reviewed", "data_manager_1"),
        ("frozen", "data_manager_1"), ("unfrozen", "data_manager_1"), ("locked", "data_manager_1"),
        ("unlocked", "data_manager_1"), ("signed", "investigator_1"), ("withdrawn", "investigator_1"),
        ("printed", "study_nurse_1"), ("exported", "data_manager_1"), ("exported", "monitor_1"),
        ("sign_in_failed", "monitor_1"), ("signed_in", "monitor_1"), ("signed_out", "monitor_1"),
        ("account_added", "administrator_1"), ("account_closed", "administrator_1"),
        ("role_granted", "data_manager_1"), ("role_revoked", "data_manager_1"),
    } - found == set()  # fmt: skip


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def numbers(rows):
    return sorted({int(row["entry"]) for row in rows})


def test_edc_r08_the_copy_of_the_trail_holds_the_lines_of_the_page_and_those_of_the_export(here, as_):
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5", "mmt8.neck_flexors": "7"})
    save(here, "W0", "physician", {"physician_global.vas": "5.4"}, reason="=misread")
    browser = as_("data_manager")
    page = browser.get("/audit/").content.decode()
    told = here.ledger.snapshot()
    every = table(browser.post("/audit/copy/"))
    (taken,) = here.ledger.events(("exported",))
    values = [row for row in every if row["item"]]
    total = int(re.search(r"(\d+) saves and acts", page)[1])

    assert len(numbers(every)) == total
    assert len(values) == told.versions.height
    assert len(every) - len(values) == len(told.events)
    (changed,) = (row for row in values if row["old"])
    assert (changed["old"], changed["new"], changed["user"]) == ("4.5 cm", "5.4 cm", "investigator_1")
    assert changed["reason"] == "'=misread", "a spreadsheet does not run it"
    assert (taken.user, taken.details["entries"]) == ("data_manager_1", str(total))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"participant": "P001"}, 2),
        ({"participant": "P002"}, 0),
        ({"form": "physician"}, 1),
        ({"form": "laboratory"}, 1),
        ({"form": "function"}, 0),
        ({"user": "investigator_1"}, 2),
        ({"user": "monitor_1"}, 0),
        ({"since": "2000-01-01", "until": "2999-01-01"}, 2),
        ({"since": "2999-01-01"}, 0),
        ({"form": "physician", "user": "investigator_1", "since": "2000-01-01"}, 1),
    ],
    ids=str,
)
def test_edc_r08_the_trail_is_searched_by_participant_form_person_and_period(here, as_, asked, found):
    enrolled(here)
    save(here, "W4", "physician", {"physician_global.vas": "4.5"})
    save(here, "W4", "laboratory", {"muscle_enzymes.ck": "1250"})
    browser = as_("monitor")
    page = browser.get("/audit/", asked | {"kind": "value"}).content.decode()
    rows = table(browser.post("/audit/copy/", asked | {"kind": "value"}))
    wanted = [row for row in rows if row["where"].startswith("Week 4")]

    assert len(wanted) == found == page.count(">Week 4 · ")


def test_edc_r08_the_history_of_one_item_is_a_page_of_its_own(here, as_):
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5", "mmt8.neck_flexors": "7"})
    save(here, "W0", "physician", {"physician_global.vas": "5.4"}, reason="misread")
    page = as_("monitor").get(FORM + "history/physician_global.vas/").content.decode()

    assert "4.5" in page and "5.4" in page and "misread" in page
    assert "neck" not in page


def test_edc_r10_pages_say_in_which_zone_their_times_are(here, as_):
    enrolled(here)

    assert "Asia/Shanghai" in as_("monitor").get("/audit/").content.decode()
    assert "Asia/Shanghai" in as_("monitor", "zh").get("/audit/").content.decode()


def test_what_is_hidden_while_somebody_scores_is_hidden_in_the_copy_of_the_trail_too(here, as_):
    """Week 0 is complete and week 4 begun: whoever may score sees no earlier score, in the list or in its copy."""
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5"})
    conduct.complete_visit(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", "W0", reason="elsewhere")
    seen = {}
    for moment in ("before", "while"):
        for role in ("study_nurse", "monitor"):
            page = as_(role).get("/audit/?form=physician&kind=value").content.decode()
            copy = table(as_(role).post("/audit/copy/", {"form": "physician", "kind": "value"}))
            seen[moment, role] = ("4.5 cm" in page, [row["new"] for row in copy])
        save(here, "W4", "visit_date", {"visit_record.date": "2021-03-08"}) if moment == "before" else None

    assert seen["before", "study_nurse"] == seen["before", "monitor"] == seen["while", "monitor"] == (True, ["4.5 cm"])
    assert seen["while", "study_nurse"] == (False, [HIDDEN.en])


def test_edc_r17_after_the_data_lock_the_site_still_takes_its_data_and_its_trail_away(demo, as_):
    """The demo is locked. Every value of the copy and of the trail is there for the site; the sponsor takes nothing."""
    browser = as_("investigator")
    with zipfile.ZipFile(io.BytesIO(browser.post("/exports/csv/").content)) as archive:
        (name,) = (n for n in archive.namelist() if re.search(r"machine/audit\b", n))
        held = list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
    trail = browser.post("/audit/copy/", {"kind": "value"})

    assert sum(row["what"] == "datapoint" for row in held) == demo.ledger.snapshot().versions.height
    assert (trail.status_code, len(table(trail))) == (200, demo.ledger.snapshot().versions.height)
    assert as_("sponsor").post("/exports/csv/").status_code == 403


def test_edc_r17_the_sponsor_changes_no_value_that_the_site_entered(here, as_):
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5"})
    before = here.ledger.head()
    answer = as_("sponsor").post(FORM, {"physician_global.vas": "9", "reason": "better", "do": "save"})
    manager = conduct.Actor("data_manager_1")
    also = conduct.grant_role(here.ledger, here.study, manager, user="sponsor_1", role="study_nurse")
    directly = conduct.save_form(
        here.ledger,
        here.study,
        conduct.FormSave(actor=conduct.Actor("sponsor_1"), participant_id="P001", visit="W0", form="physician",
                         posted={"physician_global.vas": "9"}, reason="better"),
    )  # fmt: skip

    assert answer.status_code == 403
    assert [problem.code for problem in also.problems] == ["TW-CAP-112"], "nor by a second role"
    assert [problem.code for problem in directly.problems] == ["TW-CAP-036"]
    assert before == here.ledger.head()


@pytest.mark.parametrize("password", ["elevenchars", "password1234", "qwertyuiop123", "123456789012", "monitor.li-wei"])
def test_edc_r32_a_short_a_common_and_a_similar_password_are_refused(here, password):
    with pytest.raises(Refused) as told:
        directory.add_user(here, "monitor.li-wei", password, roles=(), by="test")

    assert told.value.problem.code == "TW-WEB-006"
    assert not User.objects.filter(username="monitor.li-wei").exists()


def settings_under(tmp_path, **more):
    """What a server of its own would run with, as text."""
    keep = {name: text for name, text in os.environ.items() if not name.startswith(("TRIALWRIGHT_", "DJANGO_"))}
    code = (
        "import trialwright.web.settings as s; from django.conf import settings; settings.configure(); "
        "print(s.PASSWORD_HASHERS[0].rpartition('.')[2], len(s.PASSWORD_HASHERS), s.SESSION_COOKIE_SECURE, "
        "s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE)"
    )
    place = {"TRIALWRIGHT_STUDY": str(tmp_path), "TRIALWRIGHT_DB": str(tmp_path / "ledger.sqlite")}
    done = subprocess.run([sys.executable, "-c", code], env=keep | place | more, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_edc_r32_passwords_are_hashed_with_argon2_and_nothing_else(tmp_path):
    hasher, number, *_ = settings_under(tmp_path)

    assert (hasher, number) == ("Argon2PasswordHasher", "1")


@pytest.mark.parametrize(("cert", "secure"), [("", "False"), ("server.pem", "True")])
def test_edc_r41_with_tls_no_cookie_travels_in_the_clear(tmp_path, cert, secure):
    _, _, *cookies = settings_under(tmp_path, **({"TRIALWRIGHT_TLS_CERT": cert} if cert else {}))

    assert cookies == [secure, secure, secure, "True", "Strict"]


def test_edc_r60_no_instrument_asks_who_somebody_is():
    """Neither a name, initials, a number of the hospital or of the state, nor a day of birth: the year is enough."""
    known = load()
    items = [(name, item) for name in known.names("instrument") for item in known.instrument(name).items]
    asks = re.compile(
        r"\b(name of the (patient|participant)|initials|telephone|phone|address|e-?mail|identity card|passport|"
        r"medical record number|hospital number|date of birth)\b|"
        r"姓名|电话|手机|住址|地址|身份证|病历号|住院号|出生日期",
        re.IGNORECASE,
    )
    found = [(name, i.name) for name, i in items if asks.search(f"{i.label.en} {i.label.of('zh')}")]
    births = [(i.name, i.kind) for _, i in items if "birth" in i.name]

    assert len(items) > 200
    assert found == []
    assert births == [("birth_year", "integer")]
