"""Enrolment on the participant's page asks for the arm that was allotted where there are several, else for none."""

import msgspec
import pytest

from trialwright.capture.signatures import content_of
from trialwright.catalog import load
from trialwright.derive import derive
from trialwright.export.sdtm.subjects import subjects
from trialwright.model.allotment import arm_named
from trialwright.model.signature import Scope
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


CORRECT = "/participants/P001/arm/"
SAID = {"arm": "comparator", "reason": "read from the wrong envelope"}


@pytest.fixture
def slipped(two_arms):
    """P001, enrolled into the first arm, where the allocation said the comparator."""
    done = conduct.enrol(two_arms.ledger, two_arms.study, stage.INVESTIGATOR, "P001", date="2021-02-08", arm="only")
    assert isinstance(done, conduct.Saved)
    return two_arms


def test_a_slip_is_corrected_with_a_reason_and_both_arms_stay_readable(slipped, as_):
    investigator = as_("investigator")
    before = investigator.get(PAGE).content.decode()
    answer = investigator.post(CORRECT, SAID)
    after = investigator.get(PAGE).content.decode()
    (event,) = slipped.ledger.events(kinds=("arm_corrected",))
    trail = as_("monitor", "zh").get("/audit/").content.decode()

    assert "Correct the arm" in before and "Arm as it was entered" not in before
    assert answer.status_code == 302
    assert (event.details, event.reason) == ({"arm": "comparator", "was": "only"}, SAID["reason"])
    assert "Arm: Comparator" in after and "Arm as it was entered" in after and SAID["reason"] in after
    assert "更正组别" in trail and "组别：对照组" in trail and "原为：治疗组" in trail and SAID["reason"] in trail
    assert details(slipped) == [{"date": "2021-02-08", "arm": "only"}]


@pytest.mark.parametrize(("sent", "code"), [
    ({"arm": "comparator", "reason": " "}, "TW-CAP-059"), ({"arm": "only", "reason": "x"}, "TW-CAP-161"),
    ({"arm": "third", "reason": "x"}, "TW-CAP-160"), ({"arm": "", "reason": "x"}, "TW-CAP-160"),
])  # fmt: skip
def test_without_a_reason_or_another_arm_nothing_is_corrected(slipped, as_, sent, code):
    answer = as_("investigator").post(CORRECT, sent)
    told = conduct.correct_arm(slipped.ledger, slipped.study, stage.INVESTIGATOR, "P001", **sent)

    assert answer.status_code == 422
    assert isinstance(told, conduct.Refused) and [each.code for each in told.problems] == [code]
    assert slipped.ledger.events(kinds=("arm_corrected",)) == ()


def test_a_second_correction_counts_and_a_double_click_does_not(slipped, as_):
    investigator = as_("investigator")
    for sent in (SAID | {"token": "a"}, SAID | {"token": "a"}, {"arm": "only", "reason": "it was right", "token": "b"}):
        investigator.post(CORRECT, sent)
    events = slipped.ledger.events(participant_id="P001")

    assert [e.details["arm"] for e in events if e.kind == "arm_corrected"] == ["comparator", "only"]
    assert arm_named(events) == "only"


def test_locked_data_and_another_role_change_no_arm(slipped, as_):
    assert as_("study_nurse").post(CORRECT, SAID).status_code == 403
    assert "Correct the arm" not in as_("study_nurse").get(PAGE).content.decode()
    manager = conduct.Actor("data_manager_1")
    assert isinstance(conduct.lock_data(slipped.ledger, slipped.study, manager, reason="test"), conduct.Saved)

    assert as_("investigator").post(CORRECT, SAID).status_code == 422
    assert slipped.ledger.events(kinds=("arm_corrected",)) == ()


def test_before_enrolment_and_in_a_study_of_one_arm_there_is_nothing_to_correct(eligible, as_):
    told = conduct.correct_arm(eligible.ledger, eligible.study, stage.INVESTIGATOR, "P001", arm="only", reason="x")

    assert isinstance(told, conduct.Refused) and "TW-CAP-052" in [each.code for each in told.problems]
    as_("investigator").post(ENROL, {"date": "2021-02-08"})
    assert "Correct the arm" not in as_("investigator").get(PAGE).content.decode()


def test_who_left_before_enrolment_has_no_arm_to_correct(two_arms):
    at = (two_arms.ledger, two_arms.study, stage.INVESTIGATOR, "P001")
    assert isinstance(conduct.withdraw_consent(*at, date="2021-02-02", reason="moved away"), conduct.Saved)

    told = conduct.correct_arm(*at, arm="comparator", reason="slip")

    assert isinstance(told, conduct.Refused) and [each.code for each in told.problems] == ["TW-CAP-162"]
    assert two_arms.ledger.events(kinds=("arm_corrected",)) == ()


def test_the_corrected_arm_is_the_one_that_is_derived_and_exported(slipped):
    at = (slipped.ledger, slipped.study, stage.INVESTIGATOR, "P001")
    stage.save(slipped, "LOG", "dosing", {"dosing_log.date": "2021-02-08", "dosing_log.dose": "500"}, row=1)
    told = []
    for _ in range(2):
        snapshot = slipped.ledger.snapshot()
        (person,) = derive(slipped.study, snapshot, load()).participants
        told.append((person.facts["arm"], subjects(slipped.study, snapshot, ())["P001"].arm.name))
        conduct.correct_arm(*at, arm="comparator", reason="wrong envelope")

    assert told == [("only", "only"), ("comparator", "comparator")]


def test_a_signature_of_the_participant_is_broken_by_it(slipped):
    scope = Scope(participant_id="P001")
    before = content_of(slipped.ledger.snapshot(), scope).hash
    conduct.correct_arm(slipped.ledger, slipped.study, stage.INVESTIGATOR, "P001", arm="comparator", reason="x")

    assert content_of(slipped.ledger.snapshot(), scope).hash != before
