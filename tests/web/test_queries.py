"""Queries: they open by themselves, the site answers, who checks the data closes; rows of logs taken out of use."""

import re

import pytest

from trialwright.capture.checks import open_queries
from web.stage import enrolled, save

FORM = "/participants/P001/visits/W0/forms/physician/"
LOG = "/participants/P001/visits/LOG/forms/adverse_events/"
ASKED = "An unusually high global. Is it right?"


@pytest.fixture
def asked(here) -> int:
    """The seq of a query that a value above 9 opened."""
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "9.5"})
    return open_queries(here.ledger.events())[0].seq


def test_an_open_query_stands_on_its_form_its_visit_and_the_list(asked, as_):
    browser = as_("study_nurse")

    assert ASKED in browser.get(FORM).content.decode()
    assert "1 open" in browser.get("/participants/P001/visits/W0/").content.decode()
    assert ASKED in browser.get("/queries/").content.decode()


def test_the_site_answers_and_who_verifies_closes(here, asked, as_):
    as_("study_nurse").post(f"/queries/{asked}/answer/", {"reason": "read twice", "token": "a"})
    answered = as_("monitor").get("/queries/").content.decode()
    as_("monitor").post(f"/queries/{asked}/close/", {"reason": "seen on paper", "token": "b"})

    assert "read twice" in answered and "study_nurse_1" in answered
    assert open_queries(here.ledger.events()) == ()
    assert "No query is open" in as_("monitor").get("/queries/").content.decode()


def test_a_query_is_not_answered_without_words(here, asked, as_):
    answer = as_("study_nurse").post(f"/queries/{asked}/answer/", {"reason": " "})

    assert answer.status_code == 422
    assert not open_queries(here.ledger.events())[0].answered


def test_an_empty_question_speaks_of_a_question_and_keeps_item_and_addressee(here, asked, as_):
    sent = {"participant": "P001", "visit": "W0", "form": "physician", "row": "0", "item": "mmt8.neck_flexors",
            "to": "investigator", "message": "   ", "next": FORM, "token": "a"}  # fmt: skip
    answer = as_("monitor").post("/queries/ask/", sent)
    page = answer.content.decode()
    again = as_("monitor").post("/queries/ask/", sent | {"message": "Which side?", "token": "b"})

    assert answer.status_code == 422
    assert "o question was written" in page and "reason" not in page.partition("<main")[2].lower()
    assert '<option value="mmt8.neck_flexors" selected>' in page and '<option value="investigator" selected>' in page
    assert f'name="next" value="{FORM}"' in page
    assert again.headers["Location"].startswith(FORM)
    assert len(here.ledger.events(("query_opened",))) == 2


def test_an_empty_answer_speaks_of_an_answer(asked, as_):
    page = as_("study_nurse", "zh").post(f"/queries/{asked}/answer/", {"reason": "  "}).content.decode()

    assert "未填写答复内容" in page and "未说明原因" not in page


def test_after_answering_on_a_form_the_form_is_shown_again_and_no_other_host(asked, as_):
    browser = as_("study_nurse")
    first = browser.post(f"/queries/{asked}/answer/", {"reason": "read twice", "next": FORM, "token": "a"})
    other = browser.post(f"/queries/{asked}/answer/", {"reason": "again", "next": "https://e.org/", "token": "b"})

    assert [answer.headers["Location"] for answer in (first, other)] == [FORM, "/queries/?done=1"]


def test_a_row_taken_out_of_use_needs_a_reason_and_stays_readable(here, as_):
    enrolled(here)
    save(here, "LOG", "adverse_events", {"adverse_event.term": "rash"}, row=1)
    browser = as_("study_nurse")
    without = browser.post(LOG + "inactivate/", {"row": "1"})
    browser.post(LOG + "inactivate/", {"row": "1", "reason": "belongs to somebody else", "token": "a"})
    rows = browser.get(LOG).content.decode()

    assert without.status_code == 422
    assert "rash" in rows and "inactive" in rows and "belongs to somebody else" in rows
    assert re.search(r'href="([^"]*\?row=2)">Add a row', rows), "the number is not given again"


def test_the_trail_tells_a_save_as_one_line_with_what_stood_before(here, as_):
    enrolled(here)
    save(here, "W0", "physician", {"physician_global.vas": "4.5", "mmt8.neck_flexors": "7"})
    save(here, "W0", "physician", {"physician_global.vas": "5.4"}, reason="misread")
    text = as_("monitor").get("/audit/?kind=value&participant=P001").content.decode()

    assert "<del>4.5 cm</del> → <strong>5.4 cm</strong>" in text and "misread" in text
    assert "2 values" in text


@pytest.mark.parametrize(("days", "found"), [("since=2999-01-01", 0), ("until=2999-01-01", 1)])
def test_the_trail_is_filtered_by_day(here, as_, days, found):
    enrolled(here)
    text = as_("monitor").get(f"/audit/?kind=enrolled&{days}").content.decode()

    assert f"{found} saves and acts" in text


@pytest.mark.parametrize("day", ["29990101", "２９９９－０１－０１", "2999年1月1日", "2999/1/1", "2999-01", "2999"])
def test_a_day_of_the_trail_is_understood_as_forms_understand_it(here, as_, day):
    enrolled(here)
    since = as_("monitor").get("/audit/", {"kind": "enrolled", "since": day}).content.decode()
    until = as_("monitor").get("/audit/", {"kind": "enrolled", "until": day}).content.decode()

    assert "0 saves and acts" in since
    assert "1 saves and acts" in until


@pytest.mark.parametrize("day", ["2021-13-01", "yesterday", "01.02.2021"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_a_day_that_is_none_is_said_beside_its_field_and_no_line_passes_for_its(here, as_, name, day):
    enrolled(here)
    before = here.ledger.head()
    shown = as_("monitor").get("/audit/", {name: day})
    taken = as_("monitor").post("/audit/copy/", {name: day})

    for answer in (shown, taken):
        text = answer.content.decode()
        assert answer.status_code == 422
        assert re.search(rf'id="{name}-notes"><p class="problem">&#34;{day}&#34;', text), text
        assert f'value="{day}"' in text
        assert "No lines are shown" in text and 'class="cards trail"' not in text
    assert before == here.ledger.head(), "a copy of nothing is not taken"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", True),
        ("&since=2000-01-01&until=2999-01-01", True),
        ("&since=2999-01-01", False),
        ("&user=nobody&since=2000-01-01", False),
        ("&user=study_nurse_1&since=2000-01-01", True),
        ("&user=monitor_1&until=2999-01-01", False),
    ],
)
def test_the_filters_of_the_trail_hold_together(here, as_, asked, found):
    enrolled(here)
    browser = as_("study_nurse")
    browser.post(FORM, {"physician_global.vas": "4.5", "token": "a", "build": "1", "version": "0", "do": "save"})
    text = browser.get("/audit/?kind=value&participant=P001" + asked).content.decode()

    assert found == ("4.5 cm" in text)
    assert found != (re.search(r"\b0 saves and acts", text) is not None)
