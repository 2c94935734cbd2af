"""Another assessor, side or scale than before is asked about; what is hidden keeps its value and is asked about too."""

import msgspec

from trialwright.capture.checks import check_form, settled_checks
from trialwright.capture.forms import FormInput
from trialwright.capture.steady import check_steady
from trialwright.capture.values import Held, Place
from trialwright.catalog.evaluator import compile_row
from trialwright.model.expression import Answered, Column, Compare, Constant
from trialwright.model.ledger import LedgerEvent
from trialwright.model.quantity import Code, Limit, Quantity, Words
from unit.conduct.small_study import STUDY

HERE = Place("P001", "W4", "visit")
FIRST = Place("P001", "W0", "visit")
ASSESSOR = "visit_record.assessor"
NECK, LEFT = "mmt8.neck_flexors", "mmt8.deltoid_middle_left"


def test_another_assessor_than_at_baseline_is_asked_about_without_a_name():
    before = {FIRST.slot(ASSESSOR): Held(Words("Dr Wang"), 1)}
    found = check_steady(STUDY, HERE, {ASSESSOR: Words("Dr Li")}, before)
    items, message = found["same_assessor"]

    assert (ASSESSOR, f"W0/{ASSESSOR}") == items
    assert "Li" not in message.en and "Wang" not in message.of("zh")


def test_the_same_assessor_written_otherwise_is_no_change():
    before = {FIRST.slot(ASSESSOR): Held(Words("Dr  WANG"), 1)}

    assert check_steady(STUDY, HERE, {ASSESSOR: Words("dr wang")}, before) == {}


def test_an_assessor_who_is_not_named_is_no_difference():
    assert check_steady(STUDY, HERE, {}, {FIRST.slot(ASSESSOR): Held(Words("Dr Wang"), 1)}) == {}


def test_an_answer_on_the_other_side_at_baseline_is_asked_about():
    core = msgspec.structs.replace(HERE, form="core")
    before = {msgspec.structs.replace(FIRST, form="core").slot(LEFT): Held(Quantity("8"), 1)}

    assert {"same_scale:mmt8"} == set(check_steady(STUDY, core, {NECK: Quantity("9")}, before))


def test_a_visit_is_not_held_against_a_later_one():
    before = {HERE.slot(ASSESSOR): Held(Words("Dr Wang"), 1)}

    assert check_steady(STUDY, FIRST, {ASSESSOR: Words("Dr Li")}, before) == {}


def test_failure_10_a_hidden_value_stays_and_opens_a_query():
    place = Place("P001", "LOG", "dosing", 1)
    present = {"dosing_log.interrupted": Code("N"), "dosing_log.interruption": Words("nausea")}
    got = check_form(STUDY.form("dosing"), place, present, read=FormInput(values={}))

    assert [act.details["check"] for act in got.acts] == ["hidden:dosing_log.interruption"]


def event(seq: int, kind: str, **details: str) -> LedgerEvent:
    return LedgerEvent(
        seq=seq, group=seq, kind=kind, participant_id="P001", visit="W4", form="visit", row=0, details=details,
        user="max", at_utc="", reason="", build=1, origin="typed",
    )  # fmt: skip


def test_a_question_that_a_person_settled_is_not_asked_again_until_its_item_changes():
    opened = event(1, "query_opened", check="weight_steady", items="weight.weight")
    closed = event(2, "query_closed", query="1", check="weight_steady")

    assert settled_checks([opened, closed], HERE, ["visit_record.date"]) == {"weight_steady"}
    assert settled_checks([opened, closed], HERE, ["weight.weight"]) == frozenset()


def test_a_query_that_the_check_itself_closed_is_not_settled():
    opened = event(1, "query_opened", check="weight_steady", items="weight.weight")
    closed = event(2, "query_closed", query="1", check="weight_steady", by="check")

    assert settled_checks([opened, closed], HERE, ["visit_record.date"]) == frozenset()


def test_a_limit_is_answered_but_no_number():
    row = {"ck": Limit("<", "0.5", "U/L")}

    assert compile_row(Answered("ck"))(row) is True
    assert compile_row(Compare(Column("ck"), "<", Constant(1)))(row) is None
