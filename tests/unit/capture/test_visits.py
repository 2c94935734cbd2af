"""Windows, study days, eligibility and scores, from values at hand."""

import datetime as dt
from fractions import Fraction

import msgspec
import pytest

from trialwright.capture import check_eligibility, eligible, form_scores, next_due, study_day, visit_state_of, window
from trialwright.capture.values import Held, Place
from trialwright.model.ledger import LedgerEvent, Slot
from trialwright.model.quantity import Missing, PartialDate, Quantity
from unit.conduct.small_study import CATALOG, STUDY

DAY_ONE = dt.date(2021, 3, 1)


def values(*triples):
    """(visit, form, item[, row]) and the value, as a dictionary of held values numbered from 1."""
    return {Slot("P001", *place[:3], *place[3:]): Held(value, n) for n, (place, value) in enumerate(triples, 1)}


DOSED = (
    (("LOG", "dosing", "dosing_log.date", 1), PartialDate("2021-02-28")),
    (("LOG", "dosing", "dosing_log.dose", 1), Quantity("0", "mg")),
    (("LOG", "dosing", "dosing_log.date", 2), PartialDate("2021-03-01")),
    (("LOG", "dosing", "dosing_log.dose", 2), Quantity("750", "mg")),
)


def happened(*kinds, visit=""):
    return [
        LedgerEvent(
            seq=n, group=n, kind=kind, participant_id="P001", visit=visit, form="", row=0, details={}, user="ning",
            at_utc="2021-03-01T00:00:00.000Z", reason="", build=1, origin="typed",
        )
        for n, kind in enumerate(kinds, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "number"),
    [("2021-03-01", 1), ("2021-03-02", 2), ("2021-02-28", -1), ("2021-02-27", -2), ("2021-03", None)],
)
def test_the_day_of_the_first_dose_is_day_1_and_there_is_no_day_0(day, number):
    assert number == study_day(PartialDate(day), DAY_ONE)


def test_a_window_is_counted_from_the_planned_day():
    due = window(STUDY.visit("W4"), DAY_ONE)

    assert (dt.date(2021, 3, 29), dt.date(2021, 3, 26), dt.date(2021, 4, 1)) == due


@pytest.mark.parametrize(
    ("date", "timing"),
    [
        ("2021-03-25", "early"), ("2021-03-26", "in window"), ("2021-03-29", "in window"), ("2021-04-01", "in window"),
        ("2021-04-02", "late"), ("2021-03", "unknown"), ("2021-05", "late"),
    ],
)  # fmt: skip
def test_a_visit_is_early_late_or_in_its_window(date, timing):
    held = values(*DOSED, (("W4", "visit", "visit_record.date"), PartialDate(date)))

    assert timing == visit_state_of(STUDY, held, [], "P001", "W4").timing


def test_a_dose_of_zero_does_not_begin_treatment():
    held = values(*DOSED, (("W4", "visit", "visit_record.date"), PartialDate("2021-03-29")))

    assert visit_state_of(STUDY, held, [], "P001", "W4").study_day == 29


def test_without_a_dose_no_window_can_be_judged():
    held = values((("W4", "visit", "visit_record.date"), PartialDate("2021-03-29")))
    state = visit_state_of(STUDY, held, [], "P001", "W4")

    assert (state.timing, state.study_day, state.due) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("kinds", "entered", "progress"),
    [
        ((), False, "empty"), ((), True, "started"), (("visit_missed",), False, "missed"),
        (("visit_completed",), True, "complete"), (("visit_completed", "visit_reopened"), True, "started"),
        (("visit_completed", "visit_reopened", "visit_completed"), True, "complete"),
    ],
)  # fmt: skip
def test_a_visit_is_empty_started_complete_or_missed(kinds, entered, progress):
    held = values((("W4", "visit", "weight.weight"), Quantity("64", "kg"))) if entered else {}

    assert progress == visit_state_of(STUDY, held, happened(*kinds, visit="W4"), "P001", "W4").progress


def test_what_is_owed_are_the_required_items_without_value_or_reason():
    held = values((("W4", "visit", "weight.weight"), Missing("not done")))
    state = visit_state_of(STUDY, held, [], "P001", "W4")

    assert "visit_record.date" in [field.name for field in state.owed]
    assert "weight.weight" not in [field.name for field in state.owed]
    assert state.forms[0].missing == 1


def test_the_next_visit_due_is_the_first_that_is_not_begun():
    events = happened("participant_added", "consent_given", "enrolled")
    held = values((("SCR", "screening", "weight.weight"), Quantity("64", "kg")))
    states = [visit_state_of(STUDY, held, events, "P001", v.name) for v in STUDY.visits]

    assert next_due(STUDY, states, events).visit == "W0"
    assert next_due(STUDY, states, [*events, *happened("withdrawn")]) is None


@pytest.mark.parametrize(("year", "met"), [("1970", True), ("2003", False), (None, None)])
def test_an_eligibility_criterion_is_met_not_met_or_undecided_with_its_evidence(year, met):
    answer = Missing("unknown") if year is None else Quantity(year)
    states = check_eligibility(STUDY, values((("SCR", "screening", "demographics.birth_year"), answer)))

    assert (met, met) == (states[0].met, eligible(states))
    assert [("demographics.birth_year", year or "unknown", 1)] == [
        (e.item, e.text, e.seq) for e in states[0].evidence
    ]  # fmt: skip


def test_a_criterion_without_expression_is_decided_by_the_investigator():
    asked = msgspec.structs.replace(STUDY.eligibility[0], met_when=None)
    study = msgspec.structs.replace(STUDY, eligibility=(asked,))

    assert check_eligibility(study, {})[0].met is None
    assert check_eligibility(study, {})[0].decided_by == "investigator"


def test_scores_are_derived_beside_the_form_and_say_why_there_are_none():
    muscles = [i.name for i in CATALOG.instrument("mmt8").items if not i.name.endswith("_left")]
    full = values(*((("W4", "core", f"mmt8.{m}"), Quantity("10")) for m in muscles))
    (score,) = form_scores(STUDY, full, Place("P001", "W4", "core"), CATALOG)
    (empty,) = form_scores(STUDY, {}, Place("P001", "W4", "core"), CATALOG)

    assert ("mmt8.total", Fraction(80)) == (score.name, score.score)
    assert Missing("unknown") == empty.score
