"""Training of the delegation log: a role with acts of the site, given without a training day or before it, is told."""

import datetime as dt

import msgspec
import pytest
from django.contrib.auth.models import User

from trialwright.capture.roles import training_owed
from trialwright.pipeline import conduct
from trialwright.web import directory
from trialwright.web.problems import Refused
from web.small_study import PASSWORD

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


@pytest.fixture
def strict(here):
    """The small study, in which nobody becomes a study nurse untrained."""
    here.study = msgspec.structs.replace(
        here.study,
        roles=tuple(msgspec.structs.replace(r, trained_first=r.name == "study_nurse") for r in here.study.roles),
    )
    return here


def ahead(days: int) -> str:
    return (dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date() + dt.timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("days", "given_it"), [(None, False), (1, False), (0, True), (-30, True)])
def test_edc_r37_where_the_definition_asks_for_training_first_no_role_is_given_without_it(strict, as_, days, given_it):
    sent = {"user": "nobody_1", "role": "study_nurse"} | ({} if days is None else {"trained": ahead(days)})
    answer = as_("data_manager", "zh").post("/people/grant/", sent)
    may_enter = as_("nobody").get("/participants/").status_code == 200

    assert (answer.status_code, may_enter) == ((302, True) if given_it else (422, False))
    assert given_it or "培训" in answer.content.decode()


def test_edc_r37_nor_by_the_command_that_adds_an_account(strict):
    with pytest.raises(Refused) as told:
        directory.add_user(strict, "li.wei", PASSWORD, roles=("study_nurse",), by="test")
    nobody = User.objects.filter(username="li.wei").exists()
    directory.add_user(strict, "li.wei", PASSWORD, roles=("study_nurse",), by="test", trained="2021-03-15")

    assert (told.value.problem.code, nobody) == ("TW-CAP-113", False)
    assert [each.trained for each in strict.grants_of("li.wei")] == ["2021-03-15"]


def test_another_role_of_the_same_study_is_given_as_before(strict, as_):
    answer = as_("data_manager").post("/people/grant/", {"user": "nobody_1", "role": "monitor"})

    assert answer.status_code == 302
