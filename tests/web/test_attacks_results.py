"""Verdicts and efficacy that somebody tries to see too early, by any page, picture or trace."""

import pytest

from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor
from trialwright.pipeline.conduct_people import Delegation
from trialwright.web import directory

MANAGER, INVESTIGATOR, STATISTICIAN = Actor("data_manager"), Actor("investigator"), Actor("statistician")
EFFICACY = ("/results/", "/results/trace/?cell=14.2.1.1:responders:n", "/results/figures/14.2.2.svg")


@pytest.fixture
def looked(demo):
    """Unlocked, week 12 of somebody reopened, and a look declared at that moment; all put back afterwards."""
    ledger, study = demo.ledger, demo.study
    who = next(e.participant_id for e in ledger.events(("visit_completed",)) if e.visit == "W12")
    conduct.unlock_data(ledger, study, MANAGER, reason="test")
    conduct.reopen_visit(ledger, study, INVESTIGATOR, who, "W12", reason="test")
    assert isinstance(conduct.declare_look(ledger, study, STATISTICIAN, reason="safety board"), conduct.Saved)
    yield demo, who
    for visit in ("W0", "W12"):
        conduct.complete_visit(ledger, study, INVESTIGATOR, who, visit, reason="test")
    conduct.lock_data(ledger, study, MANAGER, reason="test")


def shows(browser, path):
    """Whether anything of the results stands there: a cell, a line of a figure, a step of a trace."""
    answer = browser.get(path)
    text = answer.content.decode()
    return any(mark in text for mark in ("data-cell", "<path", "/history/"))


@pytest.mark.parametrize("path", EFFICACY)
def test_a_look_shows_no_open_visit_to_whoever_enters_data(looked, as_, path):
    browsers = {role: as_(role) for role in ("investigator", "study_nurse", "assessor")}

    assert {role: shows(browser, path) for role, browser in browsers.items()} == dict.fromkeys(browsers, False)


def test_a_second_role_that_sees_results_opens_no_look_to_an_assessor(looked, as_):
    place, _ = looked
    directory.grant(place, Delegation(user="assessor", role="statistician"), by="data_manager")
    try:
        seen = [shows(as_("assessor"), path) for path in EFFICACY]
    finally:
        directory.revoke(place, "assessor", "statistician", by="data_manager", reason="test")

    assert seen == [False, False, False]


def test_the_look_is_shown_to_who_enters_nothing_and_to_all_once_the_visits_are_complete(looked, as_):
    place, who = looked
    statistician, before = shows(as_("statistician"), "/results/"), shows(as_("investigator"), "/results/")
    conduct.complete_visit(place.ledger, place.study, INVESTIGATOR, who, "W12", reason="test")

    assert (statistician, before, shows(as_("investigator"), "/results/")) == (True, False, True)


def test_why_a_look_is_hidden_is_told_in_the_readers_language(looked, as_):
    english = as_("investigator").get("/results/").content.decode()
    chinese = as_("investigator", "zh").get("/results/").content.decode()

    assert "Nobody who enters core set measures sees a verdict forming" in english
    assert "填写核心指标者不得看到正在形成的判定" in chinese


def test_a_verdict_hides_again_while_the_baseline_behind_it_is_open(looked, as_):
    place, who = looked
    conduct.complete_visit(place.ledger, place.study, INVESTIGATOR, who, "W12", reason="test")
    page = f"/participants/{who}/visits/W12/"
    before = "Response at this visit" in as_("assessor").get(page).content.decode()
    conduct.reopen_visit(place.ledger, place.study, INVESTIGATOR, who, "W0", reason="test")

    assert before
    assert "Response at this visit" not in as_("assessor").get(page).content.decode()


def test_no_other_page_tells_a_verdict_of_an_open_visit(looked, as_):
    _, who = looked
    paths = ("/audit/", f"/audit/?participant={who}", "/queries/", f"/participants/{who}/", "/participants/",
             f"/participants/{who}/visits/W12/", "/study/", "/people/", "/registry/")  # fmt: skip
    words = ("Response at this visit", "not a responder", "undetermined:", "improved_by")
    for role in ("assessor", "monitor"):
        for path in paths:
            text = as_(role).get(path).content.decode()
            assert not [word for word in words if word in text], (role, path)
