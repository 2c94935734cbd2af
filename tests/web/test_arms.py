"""Enrolment on the participant's page asks for the arm that was allotted where there are several, else for none."""

import msgspec
import pytest

from trialwright.model.text import Text
from trialwright.pipeline import conduct
from web import stage

PAGE, ENROL = "/participants/P001/", "/participants/P001/enrol/"


@pytest.fixture
def eligible(here):
    """P001, whose eligibility is confirmed and who is not enrolled."""
    ledger, study, who = here.ledger, here.study, stage.INVESTIGATOR
    conduct.record_approval(ledger, study, who, date="2021-01-10", body="Committee", number="1")
    conduct.open_site(ledger, study, who, date="2021-01-11")
    conduct.add_participant(ledger, study, who, "P001")
    conduct.give_consent(ledger, study, who, "P001", version="1.0", date="2021-02-01")
    stage.save(here, "SCR", "visit_date", {"visit_record.date": "2021-02-01", "eligibility.inc1": "Y"})
    assert isinstance(conduct.confirm_eligibility(ledger, study, who, "P001"), conduct.Saved)
    return here


@pytest.fixture
def two_arms(eligible):
    (only,) = eligible.study.arms
    other = msgspec.structs.replace(only, name="comparator", title=Text("Comparator", "对照组"))
    eligible.study = msgspec.structs.replace(eligible.study, arms=(only, other))
    return eligible


def details(here):
    return [event.details for event in here.ledger.events(kinds=("enrolled",))]


@pytest.mark.parametrize(("language", "asked", "told", "shown"), [
    ("en", "What the allocation of this participant says", "names one of: Treatment, Comparator", "Arm: Comparator"),
    ("zh", "按该参与者的分组结果填写", "须选择其一：治疗组、对照组", "组别：对照组"),
])  # fmt: skip
def test_the_arm_is_asked_kept_and_shown(two_arms, as_, language, asked, told, shown):
    investigator = as_("investigator", language)
    page = investigator.get(PAGE).content.decode()
    refused = investigator.post(ENROL, {"date": "2021-02-08"})

    assert asked in page
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert details(two_arms) == []

    answer = investigator.post(ENROL, {"date": "2021-02-08", "arm": "comparator"})

    assert answer.status_code == 302
    assert details(two_arms) == [{"date": "2021-02-08", "arm": "comparator"}]
    assert shown in investigator.get(PAGE).content.decode()


def test_what_was_chosen_stays_chosen_when_the_date_is_refused(two_arms, as_):
    answer = as_("investigator").post(ENROL, {"date": "8 February", "arm": "comparator"})

    assert answer.status_code == 422
    assert '<option value="comparator" selected>' in answer.content.decode()


def test_the_audit_trail_tells_the_arm_by_its_title(two_arms, as_):
    as_("investigator").post(ENROL, {"date": "2021-02-08", "arm": "comparator"})

    assert "arm: Comparator" in as_("monitor").get("/audit/").content.decode()


def test_with_one_arm_nothing_is_asked(eligible, as_):
    investigator = as_("investigator")

    assert 'name="arm"' not in investigator.get(PAGE).content.decode()
    assert investigator.post(ENROL, {"date": "2021-02-08"}).status_code == 302
    assert details(eligible) == [{"date": "2021-02-08"}]
    assert "Arm:" not in investigator.get(PAGE).content.decode()
