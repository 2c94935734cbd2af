"""Training of the delegation log: a role with acts of the site, given without a training day or before it, is told."""

import datetime as dt

import pytest

from trialwright.capture.roles import training_owed
from trialwright.pipeline import conduct

MANAGER = conduct.Actor("data_manager_1")


def given(place, role: str, **term: str):
    """The grant that somebody new gets."""
    done = conduct.grant_role(place.ledger, place.study, MANAGER, user="new_one", role=role, **term)
    assert isinstance(done, conduct.Saved), done
    return next(each for each in place.grants() if each.user == "new_one")


@pytest.mark.parametrize(("role", "term", "owed"), [
    ("study_nurse", {}, "none"),
    ("investigator", {"trained": "2021-01-10"}, ""),
    ("study_nurse", {"trained": "2999-01-10"}, "late"),
    ("study_nurse", {"since": "2999-02-01", "trained": "2999-02-01"}, ""),
    ("study_nurse", {"since": "2999-02-01", "trained": "2999-02-02"}, "late"),
    ("statistician", {}, ""),
])  # fmt: skip
def test_training_is_owed_for_acts_of_the_site_and_before_the_role_begins(here, role, term, owed):
    assert training_owed(here.study, given(here, role, **term)) == owed


def test_the_log_and_the_page_of_people_tell_who_has_none(here, as_):
    given(here, "study_nurse", trained="2021-01-10")
    log = as_("data_manager", "zh").get("/people/delegation/").content.decode()
    told = as_("data_manager").get("/people/").content.decode()
    reader = as_("monitor").get("/people/").content.decode()
    note = told[told.index("without training before it") :].partition("</p>")[0]

    assert "无培训日期" in log
    assert "study_nurse_1" in note and "new_one" not in note
    assert "without training before it" not in reader


def test_training_on_the_day_that_a_role_is_given_is_in_time(here):
    zone = dt.timezone(dt.timedelta(hours=8))
    today = dt.datetime.now(zone).date().isoformat()

    assert training_owed(here.study, given(here, "study_nurse", trained=today)) == ""
