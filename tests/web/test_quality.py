"""Verified, reviewed, frozen and locked on the pages: who sees what, what is offered, and what a change undoes."""

import re

import pytest

from trialwright.capture.locks import Scope
from trialwright.pipeline import conduct
from web.stage import enrolled, save

FORM = "/participants/P001/visits/W0/forms/physician/"
AT = {"participant": "P001", "visit": "W0", "form": "physician", "next": FORM}
MANAGER = conduct.Actor("data_manager_1")


@pytest.fixture
def filled(here):
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5", "mmt8.neck_flexors": "7"})
    return here


def text(browser, path=FORM):
    return browser.get(path).content.decode()


def ticked(page):
    """The items whose box is ticked on the page of verification."""
    return re.findall(r'name="item" value="([\w.]+)" form="verify-form" checked', page)


def version(page):
    return re.search(r'name="version" value="(\d+)"', page)[1]


def verify(browser, **more):
    page = text(browser)
    return browser.post("/quality/verify/", AT | {"item": ticked(page), "version": version(page), "token": "v"} | more)


def test_a_monitor_ticks_what_was_compared_and_a_later_change_shows(filled, as_):
    monitor = as_("monitor")
    offered = ticked(text(monitor))
    done = verify(monitor)
    marked = text(as_("study_nurse"))
    save(filled, "W0", "physician", {"physician_global.vas": "5.4"}, reason="misread")
    changed = text(monitor)

    assert offered == ["physician_global.vas", "mmt8.neck_flexors"]
    assert done.headers["Location"] == FORM + "?done=1"
    assert marked.count("tag-verified") == 1 and marked.count("sign-verified") == 1  # short in a grid, a word elsewhere
    assert "tag-lost" not in marked
    assert changed.count("tag-verified") == 1 and changed.count("tag-lost") == 1
    assert ticked(changed) == ["physician_global.vas"], "only what changed is to be compared again"


def test_what_was_saved_after_the_page_was_made_is_not_marked(filled, as_):
    monitor = as_("monitor")
    page = text(monitor)
    save(filled, "W0", "physician", {"physician_global.vas": "5.4"}, reason="misread")
    answer = monitor.post("/quality/verify/", AT | {"item": ticked(page), "version": version(page)})

    assert answer.status_code == 422
    assert "saved this form after the page was made" in answer.content.decode()
    assert "tag-verified" not in text(monitor)


def test_a_reviewer_marks_the_form_and_a_change_asks_for_another_review(filled, as_):
    manager = as_("data_manager")
    page = text(manager)
    manager.post("/quality/review/", AT | {"version": version(page)})
    reviewed = text(manager)
    save(filled, "W0", "physician", {"physician_global.vas": "5.4"}, reason="misread")

    assert "reviewed" in reviewed and "Mark as reviewed" not in reviewed
    assert "changed since the review" in text(manager) and "Mark as reviewed" in text(manager)


def test_a_frozen_form_is_read_and_says_who_froze_it(filled, as_):
    manager, nurse = as_("data_manager"), as_("study_nurse")
    manager.post("/quality/hold/", AT | {"kind": "frozen", "reason": "source is missing", "token": "f"})
    page = text(nurse)

    assert "This form is frozen." in page and "source is missing" in page and 'name="do" value="save"' not in page

    manager.post("/quality/hold/", AT | {"kind": "unfrozen", "reason": "it was found", "token": "u"})

    assert 'name="do" value="save"' in text(nurse)


def test_typing_that_a_freeze_overtook_stays_on_the_page_with_the_reason(filled, as_):
    nurse = as_("study_nurse")
    page = text(nurse)
    filled_in = {"physician_global.vas": "5.1", "reason": "misread", "version": version(page), "build": "1",
                 "token": "t", "do": "save"}  # fmt: skip
    conduct.hold(filled.ledger, filled.study, MANAGER, "frozen", Scope(participant_id="P001"))
    answer = nurse.post(FORM, filled_in)
    shown = answer.content.decode()

    assert answer.status_code == 422
    assert "The participant is frozen" in shown and 'value="5.1"' in shown and "misread" in shown

    conduct.hold(filled.ledger, filled.study, MANAGER, "unfrozen", Scope(participant_id="P001"), reason="goes on")

    assert nurse.post(FORM, filled_in).headers["Location"] == FORM + "?saved=1"


def test_a_stale_save_that_a_lock_overtook_comes_back_as_typed_and_is_merged_once_it_is_opened(filled, as_):
    nurse = as_("study_nurse")
    page = text(nurse)
    mine = {"physician_global.vas": "5.1", "reason": "misread", "version": version(page), "build": "1", "token": "t",
            "do": "save"}  # fmt: skip
    save(filled, "W0", "physician", {"physician_global.vas": "6.2"}, reason="by somebody else")
    conduct.hold(filled.ledger, filled.study, MANAGER, "locked", Scope(participant_id="P001"), reason="for a visit")
    locked = nurse.post(FORM, mine)
    conduct.hold(filled.ledger, filled.study, MANAGER, "unlocked", Scope(participant_id="P001"), reason="over")
    merge = nurse.post(FORM, mine)

    assert locked.status_code == 422 and 'value="5.1"' in locked.content.decode()
    assert merge.status_code == 409
    assert all(value in merge.content.decode() for value in ("4.5", "6.2", "5.1"))


def test_only_what_changes_something_is_offered_and_only_to_who_may(filled, as_):
    offered = lambda role: re.findall(r'name="kind" value="(\w+)"', text(as_(role)))  # noqa: E731 - asked often below

    assert offered("study_nurse") == [] and offered("monitor") == []
    assert offered("data_manager") == ["frozen", "locked"]

    conduct.hold(filled.ledger, filled.study, MANAGER, "locked", Scope(participant_id="P001"), reason="done")

    assert offered("data_manager") == ["unlocked"]


@pytest.mark.parametrize("at", [AT, AT | {"form": ""}, AT | {"form": "", "visit": ""}])
def test_a_question_of_a_person_stands_where_it_was_asked(filled, as_, at):
    as_("monitor").post("/queries/ask/", at | {"message": "On which scale?", "to": "study_nurse", "token": "q"})
    page = FORM if at["form"] else "/participants/P001/visits/W0/" if at["visit"] else "/participants/P001/"

    assert "On which scale?" in text(as_("study_nurse"), page)
    listed = text(as_("study_nurse"), "/queries/?role=study_nurse")
    assert "On which scale?" in listed and "asked by monitor_1" in listed and "for: Study nurse" in listed


def test_a_closed_query_is_found_again_and_asked_again(filled, as_):
    monitor = as_("monitor")
    monitor.post("/queries/ask/", AT | {"message": "On which scale?", "item": "physician_global.vas", "token": "q"})
    seq = re.search(r"/queries/(\d+)/close/", text(monitor, "/queries/"))[1]
    monitor.post(f"/queries/{seq}/close/", {"reason": "seen", "token": "c"})

    assert "On which scale?" not in text(monitor, "/queries/")
    assert "seen" in text(monitor, "/queries/?state=closed")

    monitor.post(f"/queries/{seq}/reopen/", {"reason": "not after all", "token": "r"})
    page = text(monitor, "/queries/")

    assert "On which scale?" in page and "not after all" in page and "seen" in page


def test_every_reason_why_not_leads_to_the_page_on_which_it_is_settled(filled, as_):
    as_("monitor").post("/queries/ask/", AT | {"message": "On which scale?", "token": "q"})
    page = text(as_("data_manager"), "/study/ready/")

    assert f'href="{FORM}"' in page and "On which scale?" in page
    assert 'href="/participants/P001/visits/W0/"' in page and "Visits begun and not complete (2)" in page
    assert "Enrolled participants without an end of participation (1)" in page
    assert as_("monitor").get("/study/ready/?participant=P999").status_code == 200


def test_rows_of_logs_are_counted_as_they_are_listed_each_with_its_own_page(filled, as_):
    save(filled, "LOG", "dosing", {"dosing_log.date": "2021-02-01"})
    save(filled, "LOG", "dosing", {"dosing_log.date": "2021-02-22"}, row=2)
    page = text(as_("data_manager"), "/study/ready/")
    listed = page[page.index('<h2 id="owed">') :].partition("</section>")[0]

    assert "Log rows with required answers missing (2)" in listed
    assert re.findall(r'href="[^"]*/dosing/\?row=(\d)"', listed) == ["1", "2"]


def test_all_checks_are_run_from_the_page_of_queries(filled, as_):
    done = as_("data_manager").post("/queries/run/", {"token": "x"})

    assert done.headers["Location"] == "/queries/?nothing=1"
    assert "nothing is to be asked" in text(as_("data_manager"), "/queries/?nothing=1")


@pytest.mark.parametrize("path", ["/quality/verify/", "/quality/review/", "/quality/hold/", "/queries/ask/"])
def test_a_stranger_and_what_does_not_exist_are_not_here(filled, as_, path):
    for role in ("monitor", "data_manager"):
        for at in (
            {"participant": "P999"},
            {"participant": "P999", "kind": "frozen", "visit": "W0", "form": "physician"},
        ):
            assert as_(role).post(path, at | {"message": "x", "version": "1"}).status_code in (404, 403), (role, at)


def test_after_an_act_no_other_host_is_gone_to(filled, as_):
    done = as_("data_manager").post("/quality/hold/", AT | {"kind": "frozen", "next": "https://e.org/"})

    assert done.headers["Location"] == "/participants/"
