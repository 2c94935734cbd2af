"""Acts of conduct: in their order, once each, by those who may, with their reason."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest

from trialwright.capture import data_locked, open_queries, participant_status
from trialwright.model.quantity import Quantity
from trialwright.model.study import Arm
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from unit.conduct.small_study import (
    INVESTIGATOR,
    MANAGER,
    NURSE,
    OUTSIDER,
    STUDY,
    codes,
    consented,
    enrolled,
    new_ledger,
    opened,
    save,
    saved,
    staffed,
)  # fmt: skip

ID = "P001"


def last(ledger, kind):
    return ledger.events(kinds=(kind,))[-1]


def fill_week_4(ledger):
    saved(save(ledger, "W4", "visit", {"visit_record.date": "2021-06-29", "weight.weight": "64"}))


def test_nobody_consents_or_enrols_before_approval_and_opening(tmp_path):
    with staffed(tmp_path) as ledger:
        saved(conduct.add_participant(ledger, STUDY, NURSE, ID))
        refused = conduct.give_consent(ledger, STUDY, NURSE, ID, version="1.0", date="2021-06-01")

        assert codes(refused) == ["TW-CAP-030", "TW-CAP-030"]

        saved(conduct.record_approval(ledger, STUDY, INVESTIGATOR, date="2021-01-10", body="committee", number="7"))
        saved(conduct.open_site(ledger, STUDY, INVESTIGATOR, date="2021-01-20"))

        assert saved(conduct.give_consent(ledger, STUDY, NURSE, ID, version="1.0", date="2021-06-01"))
        assert last(ledger, "ethics_approval").details == {"date": "2021-01-10", "body": "committee", "number": "7"}
        assert last(ledger, "site_opened").details == {"date": "2021-01-20", "site": "one"}


def test_numbers_are_given_in_order_and_never_twice(tmp_path):
    with opened(tmp_path) as ledger:
        for _ in range(2):
            saved(conduct.add_participant(ledger, STUDY, NURSE))

        assert [e.participant_id for e in ledger.events(kinds=("participant_added",))] == ["P001", "P002"]
        assert codes(conduct.add_participant(ledger, STUDY, NURSE, "P001")) == ["TW-CAP-050"]


@pytest.mark.parametrize("number", ["Li Wei", "李", "P001;", "-1", "P" * 21, "１"])
def test_a_number_says_nothing_of_the_person(tmp_path, number):
    with opened(tmp_path) as ledger:
        assert codes(conduct.add_participant(ledger, STUDY, NURSE, number)) == ["TW-CAP-051"]


@pytest.mark.parametrize(
    ("version", "date", "code"),
    [("3.0", "2021-06-01", "TW-CAP-053"), ("1.0", "2021-06", "TW-CAP-012"), ("1.0", "06/01/2021", "TW-CAP-010")],
)
def test_consent_names_a_version_that_exists_and_a_whole_date(tmp_path, version, date, code):
    with opened(tmp_path) as ledger:
        saved(conduct.add_participant(ledger, STUDY, NURSE, ID))

        assert codes(conduct.give_consent(ledger, STUDY, NURSE, ID, version=version, date=date)) == [code]


@pytest.mark.parametrize(("year", "named"), [(None, "Undecided: inc1"), ("2010", "not met: inc1")])
def test_eligibility_is_not_confirmed_while_a_criterion_is_open_or_not_met(tmp_path, year, named):
    with consented(tmp_path) as ledger:
        if year:
            saved(save(ledger, "SCR", "screening", {"demographics.birth_year": year}))
        got = conduct.confirm_eligibility(ledger, STUDY, INVESTIGATOR, ID)

        assert codes(got) == ["TW-CAP-054"]
        assert named in got.problems[0].found
        assert codes(conduct.enrol(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-02")) == ["TW-CAP-052"]


def test_enrolment_happens_once(tmp_path):
    with enrolled(tmp_path) as ledger:
        assert codes(conduct.enrol(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-03")) == ["TW-CAP-052"]
        assert len(ledger.events(kinds=("enrolled",))) == 1


def arm(name):
    origin = STUDY.visits[0].origin
    return Arm(name=name, title=Text(name, name), kind="EXPERIMENTAL", description="", interventions=(), origin=origin)


def test_with_several_arms_the_enrolment_names_the_one_that_was_allotted(tmp_path):
    two = msgspec.structs.replace(STUDY, arms=(arm("new"), arm("old")))
    with consented(tmp_path) as ledger:
        saved(save(ledger, "SCR", "screening", {"demographics.birth_year": "1970"}))
        saved(conduct.confirm_eligibility(ledger, two, INVESTIGATOR, ID))
        for said in ("", "newer"):
            assert codes(conduct.enrol(ledger, two, INVESTIGATOR, ID, date="2021-06-02", arm=said)) == ["TW-CAP-160"]

        saved(conduct.enrol(ledger, two, INVESTIGATOR, ID, date="2021-06-02", arm="old"))

        assert last(ledger, "enrolled").details == {"date": "2021-06-02", "arm": "old"}


def test_with_one_arm_the_enrolment_names_none(tmp_path):
    one = msgspec.structs.replace(STUDY, arms=(arm("only"),))
    with consented(tmp_path) as ledger:
        saved(save(ledger, "SCR", "screening", {"demographics.birth_year": "1970"}))
        saved(conduct.confirm_eligibility(ledger, one, INVESTIGATOR, ID))
        assert codes(conduct.enrol(ledger, one, INVESTIGATOR, ID, date="2021-06-02", arm="other")) == ["TW-CAP-160"]

        saved(conduct.enrol(ledger, one, INVESTIGATOR, ID, date="2021-06-02"))

        assert last(ledger, "enrolled").details == {"date": "2021-06-02"}


def test_two_people_enrolling_at_the_same_moment_enrol_once(tmp_path):
    with consented(tmp_path) as ledger:
        saved(save(ledger, "SCR", "screening", {"demographics.birth_year": "1970"}))
        saved(conduct.confirm_eligibility(ledger, STUDY, INVESTIGATOR, ID))
        together = Barrier(2)

        def enrol(_):
            together.wait()
            return conduct.enrol(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-02")

        with ThreadPoolExecutor(2) as people:
            list(people.map(enrol, range(2)))

        assert len(ledger.events(kinds=("enrolled",))) == 1


def test_a_screen_failure_keeps_its_reason_and_the_criteria(tmp_path):
    with consented(tmp_path) as ledger:
        saved(save(ledger, "SCR", "screening", {"demographics.birth_year": "2010"}))

        assert codes(conduct.screen_fail(ledger, STUDY, INVESTIGATOR, ID, reason=" ")) == ["TW-CAP-059"]

        saved(conduct.screen_fail(ledger, STUDY, INVESTIGATOR, ID, reason="too young"))
        event = last(ledger, "screen_failure")

        assert (event.reason, event.details) == ("too young", {"criteria": "inc1"})


def test_withdrawal_keeps_code_date_and_words_and_leaves_safety_open(tmp_path):
    with enrolled(tmp_path) as ledger:
        saved(conduct.withdraw(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-20", code="moved", reason="new job"))
        event = last(ledger, "withdrawn")

        assert (event.reason, event.details) == ("new job", {"date": "2021-06-20", "reason": "moved"})
        assert saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash"}))


def test_a_reason_for_leaving_is_one_of_the_list(tmp_path):
    with enrolled(tmp_path) as ledger:
        got = conduct.withdraw(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-20", code="tired", reason="said so")

        assert codes(got) == ["TW-CAP-007"]


def test_a_query_is_answered_closed_and_then_no_longer_open(tmp_path):
    with enrolled(tmp_path) as ledger:
        saved(save(ledger, "W4", "visit", {"weight.weight": "120"}))
        (query,) = open_queries(ledger.events())
        saved(conduct.answer_query(ledger, STUDY, NURSE, query, answer="weighed twice"))

        assert [q.answered for q in open_queries(ledger.events())] == [True]
        assert codes(conduct.close_query(ledger, STUDY, NURSE, query, reason="fine")) == ["TW-CAP-036"]

        saved(conduct.close_query(ledger, STUDY, MANAGER, query, reason="plausible"))

        assert open_queries(ledger.events()) == ()
        assert last(ledger, "query_closed").reason == "plausible"
        assert codes(conduct.close_query(ledger, STUDY, MANAGER, query, reason="again")) == ["TW-CAP-064"]


def test_withdrawal_of_consent_stops_collection_and_keeps_what_is_there(tmp_path):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)
        saved(conduct.withdraw_consent(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-30", reason="not said"))

        assert codes(save(ledger, "LOG", "events", {"adverse_event.term": "rash"})) == ["TW-CAP-033"]
        assert len(ledger.datapoints(ID, "W4", "visit")) == 2


def test_a_visit_with_empty_required_items_needs_a_reason_to_be_complete(tmp_path):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)
        got = conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, "W4")

        assert codes(got) == ["TW-CAP-055"]
        assert "9 required items" in got.problems[0].found

        saved(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, "W4", reason="assessor was ill"))
        event = last(ledger, "visit_completed")

        assert (event.user, event.reason, len(event.details["owed"].split(","))) == ("iris", "assessor was ill", 9)


def test_a_complete_visit_is_changed_only_after_reopening_with_a_reason(tmp_path):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)
        saved(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, "W4", reason="assessor was ill"))

        assert codes(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="slip")) == ["TW-CAP-035"]
        assert codes(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W4", reason="")) == ["TW-CAP-059"]

        saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W4", reason="weight was wrong"))

        assert last(ledger, "visit_reopened").reason == "weight was wrong"
        assert saved(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="slip"))


@pytest.mark.parametrize("visit", ["W4", "W99", "LOG"])
def test_a_visit_that_was_not_begun_cannot_be_complete(tmp_path, visit):
    with enrolled(tmp_path) as ledger:
        code = {"W4": "TW-CAP-062"}.get(visit, "TW-CAP-037")

        assert codes(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, visit)) == [code]
        assert codes(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, visit, reason="why")) == [code]


def test_a_missed_visit_is_one_without_values(tmp_path):
    with enrolled(tmp_path) as ledger:
        saved(conduct.miss_visit(ledger, STUDY, NURSE, ID, "W4", reason="snow"))

        assert last(ledger, "visit_missed").reason == "snow"

        saved(save(ledger, "W0", "visit", {"weight.weight": "64"}))

        assert codes(conduct.miss_visit(ledger, STUDY, NURSE, ID, "W0", reason="snow")) == ["TW-CAP-062"]


def test_data_lock_closes_everything_and_needs_a_reason_for_its_exceptions(tmp_path):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)

        # the participant has no end either, which no visit and no query tells
        assert codes(conduct.lock_data(ledger, STUDY, MANAGER)) == ["TW-CAP-057", "TW-CAP-086"]

        saved(conduct.lock_data(ledger, STUDY, MANAGER, reason="week 4 stays open"))
        event = last(ledger, "locked")

        assert (event.reason, event.details["unfinished_visits"]) == ("week 4 stays open", "2")
        assert codes(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="slip")) == ["TW-CAP-034"]
        assert codes(conduct.add_participant(ledger, STUDY, NURSE)) == ["TW-CAP-034"]
        assert codes(conduct.lock_data(ledger, STUDY, MANAGER, reason="again")) == ["TW-CAP-034"]


def test_unlocking_keeps_its_reason(tmp_path):
    with enrolled(tmp_path) as ledger:
        assert codes(conduct.unlock_data(ledger, STUDY, MANAGER, reason="why")) == ["TW-CAP-058"]

        saved(conduct.lock_data(ledger, STUDY, MANAGER, reason="screening is open"))

        assert codes(conduct.unlock_data(ledger, STUDY, MANAGER, reason="")) == ["TW-CAP-059"]

        saved(conduct.unlock_data(ledger, STUDY, MANAGER, reason="a weight was wrong"))

        assert last(ledger, "unlocked").reason == "a weight was wrong"
        assert not data_locked(ledger.events())


def test_a_look_is_an_act_with_its_purpose(tmp_path):
    with opened(tmp_path) as ledger:
        assert codes(conduct.declare_look(ledger, STUDY, MANAGER, reason="")) == ["TW-CAP-059"]

        saved(conduct.declare_look(ledger, STUDY, MANAGER, reason="safety board, half way"))

        assert last(ledger, "look_declared").reason == "safety board, half way"


def test_a_deviation_is_recorded_with_all_that_was_said(tmp_path):
    with enrolled(tmp_path) as ledger:
        told = {"category": "visit_window", "major": True, "description": "nine days late", "date": "2021-06-30"}
        saved(conduct.record_deviation(ledger, STUDY, INVESTIGATOR, ID, visit="W4", **told))
        event = last(ledger, "deviation_recorded")

        assert event.details == {**told, "major": "Y"}
        assert (event.participant_id, event.visit) == (ID, "W4")


def test_the_first_grant_needs_no_role_and_every_later_one_does(tmp_path):
    with new_ledger(tmp_path) as ledger:
        saved(conduct.grant_role(ledger, STUDY, MANAGER, user="max", role="manager"))

        assert codes(conduct.grant_role(ledger, STUDY, NURSE, user="ning", role="nurse")) == ["TW-CAP-036"]
        assert codes(conduct.grant_role(ledger, STUDY, MANAGER, user="ning", role="boss")) == ["TW-CAP-056"]


def test_the_first_build_needs_no_reason_and_the_next_one_does(tmp_path):
    with staffed(tmp_path) as ledger:
        saved(conduct.publish_build(ledger, STUDY, INVESTIGATOR))

        assert codes(conduct.publish_build(ledger, STUDY, INVESTIGATOR)) == ["TW-CAP-059"]
        assert last(ledger, "build_published").details["build"] == "1"


ACTS = {
    "add": lambda ledger, who: conduct.add_participant(ledger, STUDY, who, "P002"),
    "withdraw": lambda ledger, who: conduct.withdraw(
        ledger, STUDY, who, ID, date="2021-06-20", code="moved", reason="new job"
    ),
    "died": lambda ledger, who: conduct.record_death(
        ledger, STUDY, who, ID, date="2021-06-20", reason="told by family"
    ),
    "complete": lambda ledger, who: conduct.complete_participant(ledger, STUDY, who, ID, date="2021-06-20"),
    "complete_visit": lambda ledger, who: conduct.complete_visit(ledger, STUDY, who, ID, "W4", reason="assessor ill"),
    "deviation": lambda ledger, who: conduct.record_deviation(
        ledger, STUDY, who, ID, category="other", major=False, description="late", date="2021-06-20"
    ),
    "lock": lambda ledger, who: conduct.lock_data(ledger, STUDY, who, reason="done"),
    "look": lambda ledger, who: conduct.declare_look(ledger, STUDY, who, reason="board"),
    "grant": lambda ledger, who: conduct.grant_role(ledger, STUDY, who, user="zoe", role="nurse"),
    "approval": lambda ledger, who: conduct.record_approval(ledger, STUDY, who, date="2021-02-01"),
}
ALLOWED = {
    NURSE: {"add"},
    INVESTIGATOR: {"add", "withdraw", "died", "complete", "complete_visit", "deviation", "approval"},
    MANAGER: {"lock", "look", "grant", "approval"},
    OUTSIDER: set(),
}


@pytest.mark.parametrize("name", sorted(ACTS))
@pytest.mark.parametrize("who", list(ALLOWED), ids=lambda who: who.user)
def test_each_act_is_done_by_those_who_may_and_by_nobody_else(tmp_path, name, who):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)
        got = ACTS[name](ledger, who)

        if name in ALLOWED[who]:
            assert last(ledger, saved(got) and ledger.events()[-1].kind).user == who.user
        else:
            assert codes(got) == ["TW-CAP-036"]


def test_every_act_leaves_the_participant_where_it_says(tmp_path):
    with enrolled(tmp_path) as ledger:
        saved(conduct.complete_participant(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-30"))

        assert participant_status(ledger.events(), ID) == "completed"
        assert codes(
            conduct.withdraw(ledger, STUDY, INVESTIGATOR, ID, date="2021-07-01", code="moved", reason="x")
        ) == ["TW-CAP-052"]


def test_the_chain_still_verifies_after_all_of_it(tmp_path):
    with enrolled(tmp_path) as ledger:
        fill_week_4(ledger)
        saved(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="slip"))

        assert ledger.verify().ok
        assert Quantity("65", "kg") == ledger.datapoints(ID, "W4", "visit")[1].value
