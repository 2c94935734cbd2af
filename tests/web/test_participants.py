"""Adding participants from the list: once a click, and never two under one number."""

import re

LIST = "/participants/"


def added(here):
    return [(e.participant_id, e.user) for e in here.ledger.events(kinds=("participant_added",))]


def offered(browser) -> str:
    return re.search(r'name="number" value="([^"]+)"', browser.get(LIST).content.decode())[1]


def test_a_second_click_on_the_same_page_adds_nobody_twice(here, as_):
    nurse = as_("study_nurse")
    number = offered(nurse)
    first, second = (nurse.post("/participants/add/", {"number": number}) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert added(here) == [("P001", "study_nurse_1")]


def test_a_number_that_somebody_else_took_in_between_is_told(here, as_):
    nurse, investigator = as_("study_nurse"), as_("investigator")
    number = offered(nurse)
    investigator.post("/participants/add/", {"number": offered(investigator)})
    answer = nurse.post("/participants/add/", {"number": number})

    assert added(here) == [("P001", "investigator_1")]
    assert answer.status_code != 302
    assert "P001" in answer.content.decode()
    assert offered(nurse) == "P002"
