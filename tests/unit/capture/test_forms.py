"""A posted form: what is written, what is refused, what stays hidden."""

import datetime as dt

import pytest

from trialwright.capture import changes_of, check_form, check_reason, fields_of, open_queries, read_form
from trialwright.capture.values import Place
from trialwright.model.expression import CodeIs
from trialwright.model.ledger import Blank, LedgerEvent
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Words
from unit.conduct.small_study import STUDY, form, section

DOSING = STUDY.form("dosing")
VISIT = STUDY.form("visit")
TODAY = dt.date(2021, 6, 30)
PLACE = Place("P001", "W0", "visit")


def codes(problems):
    return [p.code for p in problems]


def test_every_problem_of_a_form_is_told_at_once():
    got = read_form(VISIT, {"visit_record.date": "03/04/2021", "weight.weight": "heavy"})

    assert codes(got.problems) == ["TW-CAP-010", "TW-CAP-001"]


def test_an_item_that_was_not_sent_keeps_what_it_holds_and_one_sent_empty_is_cleared():
    stored = {"weight.weight": Quantity("64", "kg"), "visit_record.date": PartialDate("2021-06-02")}
    got = read_form(VISIT, {"weight.weight": ""}, stored)

    assert {"weight.weight": Blank()} == {name: t.value for name, t in changes_of(got, stored).items()}


def test_a_value_and_its_typed_form_are_both_kept():
    got = read_form(VISIT, {"weight.weight": "６４，５", "weight.weight__unit": "kg"})

    assert ("６４，５", Quantity("64.5", "kg")) == (got.values["weight.weight"].raw, got.values["weight.weight"].value)


def test_a_reason_for_absence_is_what_was_typed():
    got = read_form(VISIT, {"weight.weight": "", "weight.weight__missing": "not done"})

    assert ("not done", Missing("not done")) == (got.values["weight.weight"].raw, got.values["weight.weight"].value)


def test_a_hidden_item_takes_no_new_value():
    got = read_form(DOSING, {"dosing_log.interrupted": "N", "dosing_log.interruption": "nausea"})

    assert codes(got.problems) == ["TW-CAP-017"]
    assert got.hidden == ("dosing_log.interruption",)


def test_a_hidden_item_keeps_the_value_it_held():
    stored = {"dosing_log.interrupted": Code("Y"), "dosing_log.interruption": Words("nausea")}
    posted = {"dosing_log.interrupted": "N", "dosing_log.interruption": "nausea"}
    got = read_form(DOSING, posted, stored)

    assert got.problems == ()
    assert {"dosing_log.interrupted": Code("N")} == {n: t.value for n, t in changes_of(got, stored).items()}


def test_clearing_what_is_hidden_does_not_erase_it():
    stored = {"dosing_log.interrupted": Code("N"), "dosing_log.interruption": Words("nausea")}
    got = read_form(DOSING, {"dosing_log.interruption": ""}, stored)

    assert changes_of(got, stored) == {}


def test_an_item_behind_a_hidden_item_is_hidden_too():
    chain = form("chain", section("dosing_log", shown={
        "interruption": CodeIs("dosing_log.interrupted", ("Y",)),
        "reaction": CodeIs("dosing_log.lot", ("never",)),
        "reaction_text": CodeIs("dosing_log.reaction", ("Y",)),
    }))  # fmt: skip
    got = read_form(chain, {}, {"dosing_log.reaction": Code("Y")})

    assert {"dosing_log.interruption", "dosing_log.reaction", "dosing_log.reaction_text"} == set(got.hidden)


def test_a_condition_that_cannot_be_decided_hides():
    assert read_form(DOSING, {}).hidden == ("dosing_log.interruption",)


def test_what_is_wrong_in_a_hidden_item_is_not_told_twice():
    got = read_form(DOSING, {"dosing_log.interrupted": "N", "dosing_log.interruption": "a\x00"})

    assert got.problems == ()


@pytest.mark.parametrize("item", ["mmt8.total", "weight.height", "adverse_event.term"])
def test_a_score_or_a_strange_item_cannot_be_typed(item):
    got = read_form(VISIT, {item: "80", "token": "x", "reason": "y"})

    assert codes(got.problems) == ["TW-CAP-016"]


def test_items_that_the_options_leave_out_are_not_on_the_form():
    names = {field.name for field in fields_of(STUDY.form("core"))}

    assert "mmt8.quadriceps_right" in names
    assert "mmt8.quadriceps_left" not in names
    assert len([name for name in names if name.startswith("mmt8.")]) == 8


def test_an_empty_required_item_warns_and_does_not_stop():
    got = read_form(VISIT, {"weight.weight": "64"})

    assert (got.problems, codes(got.warnings)) == ((), ["TW-CAP-022"])


def test_the_first_entry_needs_no_reason_and_every_change_does():
    stored = {"weight.weight": Quantity("64", "kg")}
    new = changes_of(read_form(VISIT, {"visit_record.date": "2021-06-02"}, stored), stored)
    changed = changes_of(read_form(VISIT, {"weight.weight": "65"}, stored), stored)

    assert check_reason(VISIT, new, stored, "") is None
    assert check_reason(VISIT, changed, stored, "  ").code == "TW-CAP-018"
    assert check_reason(VISIT, changed, stored, "misread the scale") is None


def test_filling_a_cleared_item_again_is_a_change():
    stored = {"weight.weight": Blank()}
    changed = changes_of(read_form(VISIT, {"weight.weight": "65"}), stored)

    assert check_reason(VISIT, changed, stored, "").code == "TW-CAP-018"


def test_a_check_that_fails_opens_a_query_and_does_not_stop():
    got = check_form(VISIT, PLACE, {"weight.weight": Quantity("120", "kg")})

    assert [event.kind for event in got.acts] == ["query_opened"]
    assert codes(got.warnings) == ["TW-CAP-024"]
    assert got.acts[0].details["check"] == "weight_steady"


def test_a_check_compares_in_the_items_own_unit():
    assert check_form(VISIT, PLACE, {"weight.weight": Quantity("64000", "g")}).acts == ()


@pytest.mark.parametrize("present", [{}, {"weight.weight": Missing("not done")}])
def test_a_check_that_cannot_be_decided_is_not_false(present):
    assert check_form(VISIT, PLACE, present).acts == ()


def opened(seq=7):
    event = check_form(VISIT, PLACE, {"weight.weight": Quantity("120", "kg")}).acts[0]
    return LedgerEvent(
        seq=seq, group=1, kind="query_opened", participant_id="P001", visit="W0", form="visit", row=0,
        details=event.details, user="ning", at_utc="2021-06-02T00:00:00.000Z", reason="", build=1, origin="typed",
    )  # fmt: skip


def test_the_same_check_opens_no_second_query():
    queries = open_queries([opened()])

    assert check_form(VISIT, PLACE, {"weight.weight": Quantity("121", "kg")}, queries=queries).acts == ()


def test_a_query_is_closed_when_its_check_holds_again():
    got = check_form(VISIT, PLACE, {"weight.weight": Quantity("64", "kg")}, queries=open_queries([opened()]))

    assert [(event.kind, event.details["query"]) for event in got.acts] == [("query_closed", "7")]


def test_a_value_outside_its_limits_is_queried_without_repeating_it():
    read = read_form(VISIT, {"weight.weight": "20"}, today=TODAY)
    got = check_form(VISIT, PLACE, {"weight.weight": Quantity("20", "kg")}, read=read)

    assert [event.details["check"] for event in got.acts] == ["limits:weight.weight"]
    assert got.acts[0].details["message"] == "Body weight lies outside 30 kg to 200 kg: is it right?"
