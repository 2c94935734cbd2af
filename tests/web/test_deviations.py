"""Deviations stand in one place: found by rule or told by a person, decided, and told to the ethics committee."""

import re

import msgspec
import pytest

from trialwright.capture.deviations import candidates, recorded, sets_left
from trialwright.capture.values import Place
from trialwright.model.expression import All, CodeIs, Not
from trialwright.model.quantity import PartialDate
from trialwright.model.study import AnalysisSet
from trialwright.model.text import Text
from trialwright.pipeline import conduct, conduct_deviations
from web.small_study import HERE
from web.stage import INVESTIGATOR, enrolled, save

MANAGER = conduct.Actor("data_manager_1")


@pytest.fixture
def late(here):
    """P001, enrolled, with a date for week 4; no dose stands in this study, so no window can be judged."""
    enrolled(here)
    save(here, "W4", "visit_date", {"visit_record.date": "2021-03-19"})
    return here


def rules(place) -> list[str]:
    return [each.rule for each in candidates(place.study, place.ledger.snapshot())]


def told(place, **more):
    given = {
        "category": "procedure",
        "major": False,
        "description": "the scale was read twice",
        "date": "2021-03-01",
    } | more
    return conduct.record_deviation(place.ledger, place.study, INVESTIGATOR, "P001", **given)


def codes(answer) -> list[str]:
    return [] if isinstance(answer, conduct.Saved) else [problem.code for problem in answer.problems]


def test_a_deviation_told_by_a_person_is_a_row_of_the_log_and_stands_nowhere_else(here):
    enrolled(here)
    assert codes(told(here, major=True)) == []
    (found,) = recorded(here.ledger.snapshot())

    assert (found.form, found.row, found.major, found.description) == (
        "deviations",
        1,
        True,
        "the scale was read twice",
    )
    assert here.ledger.events(("deviation_recorded",)) == ()
    assert found.key == "P001-D1"


def test_whoever_may_record_deviations_writes_in_their_log_and_in_no_other_form(here):
    enrolled(here)

    def save_as(form: str, posted: dict[str, str]) -> list[str]:
        return codes(conduct.save_form(here.ledger, here.study, conduct.FormSave(
            actor=MANAGER, participant_id="P001", visit="LOG", form=form, posted=posted,
        )))  # fmt: skip

    deviation = {"protocol_deviation.category": "other", "protocol_deviation.major": "N",
                 "protocol_deviation.description": "x", "protocol_deviation.date": "2021-03-01"}  # fmt: skip

    assert save_as("deviations", deviation) == []
    assert save_as("adverse_events", {"adverse_event.term": "rash"}) == ["TW-CAP-036"]


@pytest.mark.parametrize(("more", "code"), [
    ({"category": "weather"}, "TW-CAP-007"), ({"description": " "}, "TW-CAP-059"), ({"date": "1.3.2021"}, "TW-CAP-010"),
])  # fmt: skip
def test_half_a_deviation_is_refused(here, more, code):
    enrolled(here)

    assert codes(told(here, **more)) == [code]
    assert recorded(here.ledger.snapshot()) == ()


def test_a_missed_visit_and_a_visit_before_consent_are_found_by_themselves(here):
    enrolled(here)
    save(here, "W0", "visit_date", {"visit_record.date": "2021-01-25"}, reason="read the wrong line")
    conduct.miss_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W4", reason="travelling")
    found = {each.rule: each for each in candidates(here.study, here.ledger.snapshot())}

    assert sorted(found) == ["consent:W0", "missed:W4"]
    assert found["consent:W0"].major
    assert "before consent on 2021-02-01" in found["consent:W0"].description.en


@pytest.mark.parametrize(("signed", "found"), [
    ("", ["reconsent:W0"]), ("2021-02-20", ["reconsent:W0"]), ("2021-02-08", []), ("2021-02-06", []),
])  # fmt: skip
def test_a_visit_under_a_new_consent_version_that_was_not_signed_by_then_is_found(here, signed, found):
    """Version 2.0 is in force since 5 February; week 0 took place on 8 February."""
    enrolled(here)
    second = msgspec.structs.replace(
        here.study.consents[0], name="2.0", effective=PartialDate("2021-02-05"), reconsent=True
    )
    here.study = msgspec.structs.replace(here.study, consents=(*here.study.consents, second))
    if signed:
        conduct.give_consent(here.ledger, here.study, INVESTIGATOR, "P001", version="2.0", date=signed)
    seen = [each for each in candidates(here.study, here.ledger.snapshot()) if each.category == "consent"]

    assert [each.rule for each in seen] == found
    assert all(each.major and "consent version 2.0, in force since 2021-02-05" in each.description.en for each in seen)


def test_a_treatment_visit_without_a_dose_is_found_once_it_is_complete(late):
    before = rules(late)
    conduct.complete_visit(late.ledger, late.study, INVESTIGATOR, "P001", "W4", reason="measured elsewhere")

    assert (before, rules(late)) == ([], ["no_dose:W4"])


def test_enrolled_without_meeting_a_criterion_is_found_when_the_answer_is_corrected(here):
    enrolled(here)
    save(here, "SCR", "visit_date", {"eligibility.inc1": "N"}, reason="a second reading")

    assert rules(here) == ["eligibility:inc1"]


def put_on_record(place, as_, **more):
    page = as_("investigator").get("/deviations/").content.decode()
    token = re.search(r'name="token" value="(\w+)"', page).group(1)
    sent = {"rule": "missed:W4", "major": "N", "token": token} | more
    return as_("investigator").post("/deviations/P001/record/", sent)


@pytest.fixture
def missed(here):
    enrolled(here)
    conduct.miss_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W4", reason="travelling")
    return here


def test_what_was_put_on_record_is_no_candidate_any_more_and_not_twice(missed, as_):
    first = put_on_record(missed, as_, date="2021-03-08")
    again = put_on_record(missed, as_, date="2021-03-08")

    assert (first.status_code, again.status_code) == (302, 404)
    assert rules(missed) == []
    assert [each.description for each in recorded(missed.ledger.snapshot())] == ["Week 4 did not take place"]


def test_what_is_none_is_settled_with_its_reason(missed, as_):
    browser = as_("investigator")
    without = browser.post("/deviations/P001/settle/", {"rule": "missed:W4", "reason": ""})
    settled = browser.post("/deviations/P001/settle/", {"rule": "missed:W4", "reason": "allowed by amendment 2"})

    assert (without.status_code, settled.status_code) == (422, 302)
    assert rules(missed) == []
    assert missed.ledger.events(("deviation_settled",))[0].reason == "allowed by amendment 2"
    assert recorded(missed.ledger.snapshot()) == ()


def test_the_committee_is_told_once_of_each_and_the_list_says_when(missed, as_):
    put_on_record(missed, as_, date="2021-03-08")
    browser = as_("investigator")
    new = browser.get("/deviations/print/?new=1").content.decode()
    sent = {"key": "P001-D1", "date": "2021-04-01", "body": "Committee"}
    answers = [browser.post("/deviations/report/", sent).status_code for _ in range(2)]

    assert "P001-D1" in new
    assert answers == [302, 422]
    assert "P001-D1" not in browser.get("/deviations/print/?new=1").content.decode()
    assert "2021-04-01" in browser.get("/deviations/print/").content.decode()


@pytest.mark.parametrize("key", ["P001-D9", "", "<script>"])
def test_a_report_of_nothing_on_record_is_refused(missed, key):
    done = conduct_deviations.report_deviations(
        missed.ledger, missed.study, INVESTIGATOR, keys=[key] if key else [], date="2021-04-01", body=""
    )

    assert codes(done) == ["TW-CAP-131"]


def test_the_sets_that_an_important_deviation_leaves_are_those_whose_condition_asks_for_it(here):
    def analysis_set(name, includes):
        return AnalysisSet(name=name, title=Text(name, name), says="", includes=includes, origin=HERE)

    dosed = CodeIs(column="dosed", codes=("Y",))
    strict = All((dosed, Not(CodeIs(column="major_deviation", codes=("Y",)))))
    study = msgspec.structs.replace(
        here.study, analysis_sets=(analysis_set("safety", dosed), analysis_set("per_protocol", strict))
    )

    assert [each.name for each in sets_left(study)] == ["per_protocol"]


def test_a_row_out_of_use_is_no_deviation_any_more(here):
    enrolled(here)
    told(here)
    conduct.inactivate_row(here.ledger, here.study, INVESTIGATOR, Place("P001", "LOG", "deviations", 1), reason="twice")

    assert recorded(here.ledger.snapshot()) == ()


def test_what_the_page_keeps_of_a_participant_follows_the_next_save(here, as_):
    enrolled(here)
    browser = as_("monitor")
    before = browser.get("/deviations/").content.decode()
    save(here, "W4", "visit_date", {"visit_record.date": "2020-01-02"})
    after = browser.get("/deviations/").content.decode()
    anew = candidates(here.study, here.ledger.snapshot())

    assert "before consent" not in before
    assert any(each.rule == "consent:W4" for each in anew)
    assert after.count("before consent") >= 1
