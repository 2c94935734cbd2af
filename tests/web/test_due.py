"""What is due at the site, the calendar to take along, and the screening log."""

import datetime as dt
import re

import pytest

from trialwright.pipeline import conduct
from web.stage import INVESTIGATOR, enrolled, save

TODAY = dt.date(2021, 3, 5)  # the first dose is on 8 February: week 4 is planned for 8 March, 5 to 11 March


@pytest.fixture
def treated(here, monkeypatch):
    """P001 dosed on 2021-02-08; the pages are read on the first day of the window of week 4."""
    enrolled(here)
    study = here.study
    dosing = {"dosing_log.date": "2021-02-08", "dosing_log.dose": "500"}
    assert "dosing" in [form.name for form in study.forms], "the small study keeps a log of doses"
    save(here, "LOG", "dosing", dosing, row=1)
    monkeypatch.setattr(type(here), "today", lambda self: TODAY)
    return here


def text(browser, path):
    return browser.get(path).content.decode()


def unfolded(browser):
    return browser.post("/due/visits.ics").content.decode().replace("\r\n ", "").split("\r\n")


def test_an_open_window_is_due_and_a_later_one_is_not_yet(treated, as_):
    page = text(as_("study_nurse"), "/due/")

    assert "P001 · Week 4" in page and "window is open" in page and "2021-03-05 – 2021-03-11" in page
    assert "P001 · Week 12" not in page
    assert "P001 · Week 12" in text(as_("study_nurse"), "/due/?weeks=12")


def test_a_window_that_has_passed_is_told_apart(treated, as_, monkeypatch):
    monkeypatch.setattr(type(treated), "today", lambda self: dt.date(2021, 3, 12))

    assert "Window has passed, nothing entered (1)" in text(as_("study_nurse"), "/due/")

    conduct.miss_visit(treated.ledger, treated.study, INVESTIGATOR, "P001", "W4", reason="abroad")

    assert "Window has passed" not in text(as_("study_nurse"), "/due/")


LATER = dt.date(2021, 6, 1)  # every window has passed: week 4 on 11 March, week 12 on 9 May


def _left(here, how, date):
    by = (here.ledger, here.study, INVESTIGATOR, "P001")
    if how == "withdrawn":
        return conduct.withdraw(*by, date=date, code="adverse_event", reason="rash")
    if how == "died":
        return conduct.record_death(*by, date=date, reason="told by the family")
    return conduct.withdraw_consent(*by, date=date, reason="moves away")


@pytest.mark.parametrize("how", ["withdrawn", "died", "consent_withdrawn"])
@pytest.mark.parametrize(("date", "owed"), [("2021-02-20", 0), ("2021-03-11", 0), ("2021-03-12", 1), ("2021-05-20", 2)])
def test_no_visit_is_owed_whose_window_was_open_or_to_come_when_the_person_left(
    treated, as_, monkeypatch, how, date, owed
):
    """Week 4 ends on 11 March: who left on that day could still have come, who left on the 12th had missed it."""
    monkeypatch.setattr(type(treated), "today", lambda self: LATER)
    assert isinstance(_left(treated, how, date), conduct.Saved)

    due, ready, overview = (text(as_("study_nurse"), path) for path in ("/due/", "/study/ready/", "/overview/"))

    assert re.findall(r"nothing entered \((\d)\)", due) == [str(owed)] * bool(owed)
    assert re.findall(r'<h2 id="visit_overdue">[^<]*\((\d)\)', ready) == [str(owed)] * bool(owed)
    assert f'<span class="count">{owed}</span> visits past their window' in overview
    assert len([line for line in unfolded(as_("study_nurse")) if line.startswith("SUMMARY:")]) == owed


def test_who_stays_owes_every_visit_whose_window_has_passed(treated, as_, monkeypatch):
    monkeypatch.setattr(type(treated), "today", lambda self: LATER)

    assert "Window has passed, nothing entered (2)" in text(as_("study_nurse"), "/due/")


def test_the_calendar_names_nobody_and_keeps_its_entries_apart_from_file_to_file(treated, as_):
    first, again = unfolded(as_("study_nurse")), unfolded(as_("investigator"))
    uids = [line for line in first if line.startswith("UID:")]

    assert [line for line in first if line.startswith("SUMMARY")] == ["SUMMARY:P001 · Week 4", "SUMMARY:P001 · Week 12"]
    assert uids == [line for line in again if line.startswith("UID:")] and len(set(uids)) == 2
    assert all("P001" not in uid and "W4" not in uid for uid in uids)
    assert not re.search("treatment|Hospital|drug|small", "\n".join(first), re.IGNORECASE)


def test_a_moved_first_dose_moves_the_entry_and_keeps_its_identity(treated, as_):
    before = unfolded(as_("study_nurse"))
    save(treated, "LOG", "dosing", {"dosing_log.date": "2021-02-09"}, row=1, reason="misread")
    after = unfolded(as_("study_nurse"))
    pick = lambda lines, start: [line for line in lines if line.startswith(start)]  # noqa: E731 - twice below

    assert pick(before, "UID:") == pick(after, "UID:")
    assert (pick(before, "DTSTART")[0], pick(after, "DTSTART")[0]) == (
        "DTSTART;VALUE=DATE:20210308", "DTSTART;VALUE=DATE:20210309",
    )  # fmt: skip


def test_taking_the_calendar_along_is_told_in_the_ledger_and_no_link_takes_it(treated, as_):
    assert as_("study_nurse").get("/due/visits.ics").status_code == 405

    as_("study_nurse").post("/due/visits.ics")

    assert [(e.user, e.details["what"]) for e in treated.ledger.events(("exported",))] == [
        ("study_nurse_1", "calendar")
    ]


def test_who_never_entered_stands_in_the_screening_log_with_the_reason(here, as_):
    enrolled(here)
    ledger, study = here.ledger, here.study
    for who in ("P002", "P003"):
        conduct.add_participant(ledger, study, INVESTIGATOR, who)
    conduct.screen_fail(ledger, study, INVESTIGATOR, "P002", reason="did not wish to take part", date="2021-02-03")
    page = text(as_("monitor"), "/screening/")

    assert "3 considered: 1 entered, 1 did not, 1 undecided" in page
    assert "did not wish to take part" in page and "screen failure" in page and "2021-02-03" in page
    assert "1 criteria undecided" in page


def test_edc_r62_a_new_version_of_the_consent_form_is_due_for_who_signed_the_first(treated, as_):
    import msgspec

    from trialwright.model.quantity import PartialDate

    second = msgspec.structs.replace(
        treated.study.consents[0], name="2.0", effective=PartialDate("2021-03-01"), reconsent=True
    )
    treated.study = msgspec.structs.replace(treated.study, consents=(*treated.study.consents, second))
    page = text(as_("study_nurse"), "/due/")

    assert "To sign again" in page and "since 2021-03-01" in page

    conduct.give_consent(treated.ledger, treated.study, INVESTIGATOR, "P001", version="2.0", date="2021-03-05")

    assert "To sign again" not in text(as_("study_nurse"), "/due/")
