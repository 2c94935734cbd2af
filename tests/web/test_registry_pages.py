"""The pages of the registry record, and the page that checks any record and keeps nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

SEED = Path(__file__).parents[2] / "studies" / "aba_dm" / "registered"
RECORD = SEED / "NCT04946669.reconstructed.v2.json"
PAGE = SEED / "NCT04946669.tabular.txt"


def _post(browser, **sent):
    return browser.post("/registry/check/", {"on": "2026-11-23", "record": "", **sent})


def test_the_record_stands_there_as_the_registry_showed_it(demo, as_):
    page = as_("monitor").get("/registry/record/").content.decode()

    assert "Tracking Information" in page
    assert "ICMJE" in page
    assert "An Exploratory Study on the Efficacy and Safety of Abatacept" in page


def test_the_history_tells_every_build_and_marks_what_changed(demo, as_):
    page = as_("monitor").get("/registry/history/").content.decode()

    assert "build 2 of the definition" in page
    assert "<ins>" in page
    assert "<del>" in page


def test_an_outcome_measure_whose_title_stayed_is_not_struck_out_and_put_in_again(demo, as_):
    page = as_("monitor").get("/registry/history/").content.decode()
    pairs = re.findall(r"<del>([^<]*)</del></p>\s*<p[^>]*><ins>([^<]*)</ins>", page)

    assert pairs
    assert [old for old, new in pairs if old == new] == []


def test_the_history_says_in_chinese_what_each_version_is(demo, as_):
    client = as_("monitor")
    client.cookies["trialwright_language"] = "zh"
    page = client.get("/registry/history/").content.decode()

    assert "登记副本，2021-06-29 → 方案定义第 1 版（已登记）" in page
    assert "方案定义第 2 版（修订方案）" in page
    assert "of the definition" not in page


def test_what_is_due_names_the_duty_the_day_and_the_law(demo, as_):
    page = as_("monitor").get("/registry/due/").content.decode()

    assert "42 CFR 11" in page
    assert "overdue" in page


def test_what_is_due_goes_along_as_a_calendar_that_names_no_participant(demo, as_):
    page = as_("monitor").get("/registry/due/").content.decode()
    answer = as_("monitor").get("/registry/due/registry.ics")
    calendar = answer.content.decode()

    assert "/registry/due/registry.ics" in page
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert calendar.count("BEGIN:VEVENT") >= page.count("tag-overdue") > 0
    assert "42 CFR 11" in calendar.replace("\r\n ", "")
    assert "ABA-0" not in calendar


def test_whether_the_law_applies_is_answered_question_by_question(demo, as_):
    page = as_("monitor").get("/registry/due/").content.decode()
    law = page[page.index('id="law"') :]

    assert "not an applicable clinical trial" in law
    assert "<p>no, Early Phase 1</p>" in law
    assert law.count("<article") == 5
    assert "yes (yes)" not in law


def test_a_chosen_file_is_checked_on_the_given_day(demo, as_):
    answer = _post(as_("monitor"), file=SimpleUploadedFile("record.json", RECORD.read_bytes()))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "TW-REG-101" in page
    assert "Checked on 2026-11-23" in page
    assert "Why it matters" in page


def test_pasted_text_is_checked_in_the_readers_language(demo, as_):
    browser = as_("monitor")
    browser.post("/language/", {"language": "zh", "next": "/registry/check/"})
    page = _post(browser, record=PAGE.read_text(encoding="utf-8")).content.decode()

    assert "核查日期 2026-11-23" in page
    assert "TW-REG-301" in page


def test_nothing_of_a_checked_record_is_kept(demo, as_):
    browser = as_("monitor")
    browser.get("/registry/check/")
    before = demo.ledger.head()
    files = {path for path in demo.folder.rglob("*") if path.is_file()}
    _post(browser, file=SimpleUploadedFile("secret-record.json", RECORD.read_bytes()))

    assert before == demo.ledger.head()
    assert files == {path for path in demo.folder.rglob("*") if path.is_file()}
    assert "secret-record" not in browser.get("/registry/check/").content.decode()


def test_neither_text_nor_file_is_answered_with_a_sentence(demo, as_):
    answer = _post(as_("monitor"))

    assert answer.status_code == 422
    assert "Paste a record, or choose a file." in answer.content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "23.11.2026"])
def test_a_day_that_is_none_is_answered_with_a_sentence(demo, as_, day):
    answer = _post(as_("monitor"), record="x", on=day)

    assert answer.status_code == 422
    assert "YYYY-MM-DD" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x00\x01\x02", "TW-REG-003"),
        (b"{", "TW-REG-004"),
        (b"just a letter", "TW-REG-005"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><clinical_study>&a;</clinical_study>', "TW-REG-008"),
    ],
    ids=["no text", "half a document", "a letter", "entities"],
)
def test_what_is_no_record_is_a_finding_and_no_crash(demo, as_, data, code):
    answer = _post(as_("monitor"), file=SimpleUploadedFile("odd", data))

    assert answer.status_code == 200
    assert code in answer.content.decode() or "TW-REG-00" in answer.content.decode()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(demo, as_):
    huge = SimpleUploadedFile("huge.json", b"x" * (settings.RECORD_UPLOAD_MAX + 1))
    answer = _post(as_("monitor"), file=huge)

    assert answer.status_code == 413
    assert "up to 5 MB" in answer.content.decode()


def test_pasted_text_beyond_the_limit_is_refused_with_a_sentence(demo, as_):
    answer = _post(as_("monitor"), record="x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))

    assert answer.status_code == 413
    assert "1 MB as pasted text" in answer.content.decode()


def test_a_page_copied_with_unseen_characters_is_checked_all_the_same(demo, as_):
    answer = _post(as_("monitor"), record="\u202a" + PAGE.read_text(encoding="utf-8") + "\x0b")

    assert answer.status_code == 200
    assert "TW-REG-" in answer.content.decode()


def test_a_file_sent_to_any_other_page_is_read_past(demo, as_):
    answer = as_("monitor").post("/registry/", {"file": SimpleUploadedFile("x.json", RECORD.read_bytes())})

    assert answer.status_code in (200, 403, 405)
    assert "x.json" not in answer.content.decode()


def test_nobody_without_a_role_checks_a_record(here, as_):
    assert _post(as_("nobody"), record="x").status_code == 403


def test_words_of_a_record_are_shown_and_never_run(demo, as_):
    wicked = RECORD.read_bytes().replace(b"iMACS score improved", b"<script>alert(1)</script> improved")
    page = _post(as_("monitor"), file=SimpleUploadedFile("<img src=x>.json", wicked)).content.decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
