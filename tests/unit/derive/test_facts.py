"""Participant facts, three-valued where a date is partial, and the analysis sets made of them."""

import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled, steroids
from support.snapshots import snapshot_of
from trialwright.derive import derive

BEFORE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}


def participant(*lines):
    (found,) = derive(aba_dm(), snapshot_of("\n".join(lines)), catalog()).participants
    return found


def rescue(start, answer="Y"):
    return f"P01 LOG#1 concomitant_medication.rescue {answer}\nP01 LOG#1 concomitant_medication.start {start}"


def test_someone_never_dosed_is_in_the_full_analysis_set_and_not_in_the_safety_set():
    found = participant(enrolled("P01"), core_set("P01", "W0", BEFORE))

    assert found.sets == ("full_analysis",)
    assert found.first_dose == ""
    assert found.status == "enrolled"
    assert found.facts["dosed"] is False


def test_a_dose_of_zero_is_a_dose_not_given():
    assert participant(enrolled("P01"), dosed("P01", dose="0")).facts["dosed"] is False


def test_a_complete_baseline_and_no_major_deviation_make_the_per_protocol_set():
    lines = (enrolled("P01"), dosed("P01"), core_set("P01", "W0", BEFORE))

    assert participant(*lines).sets == ("full_analysis", "safety", "per_protocol")
    assert "per_protocol" not in participant(*lines, "P01 LOG#1 protocol_deviation.major Y").sets
    assert "per_protocol" in participant(*lines, "P01 LOG#1 protocol_deviation.major N").sets


def test_a_baseline_without_one_measure_is_not_complete():
    lines = (enrolled("P01"), dosed("P01"), core_set("P01", "W0", BEFORE | {"exm": None}))

    assert participant(*lines).facts["baseline_complete"] is False
    assert participant(*lines).sets == ("full_analysis", "safety")


def test_a_set_that_cannot_be_decided_takes_nobody_in_and_says_so():
    found = participant(
        enrolled("P01"), dosed("P01"), core_set("P01", "W0", BEFORE), "P01 LOG#1 protocol_deviation.major ?unknown"
    )

    assert found.facts["major_deviation"] is None
    assert found.facts["set.per_protocol"] is None
    assert found.sets == ("full_analysis", "safety")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2021-01-31", False),  # the day before the first dose: background treatment, not rescue
        ("2021-02-01", True),
        ("2021-03-15", True),
        ("2021-02", True),  # 1 February is the first dose, so no day of February is before it
        ("2021-01", False),
        ("2021", None),  # may be January
    ],
)
def test_rescue_is_what_began_on_or_after_the_first_dose(start, expected):
    assert participant(enrolled("P01"), dosed("P01"), rescue(start)).facts["rescue"] is expected


def test_a_rescue_answer_that_is_unknown_leaves_the_fact_unknown():
    assert participant(enrolled("P01"), dosed("P01"), rescue("2021-03-15", "?unknown")).facts["rescue"] is None
    assert participant(enrolled("P01"), dosed("P01"), rescue("2021-03-15", "N")).facts["rescue"] is False


def test_a_withdrawal_in_the_ledger_or_on_the_form_is_one_fact_with_its_reason():
    form = "P01 LOG disposition.status withdrawn\nP01 LOG disposition.date 2021-03-10\nP01 LOG disposition.reason moved"

    for line in (form, "P01 @withdrawn 2021-03-10 reason=moved"):
        found = participant(enrolled("P01"), dosed("P01"), line)

        assert found.facts["withdrawn"] is True
        assert found.facts["withdrawn_reason"] == "moved"
        assert found.status == "withdrawn"


def test_who_is_still_in_the_study_has_the_reason_none_not_a_missing_one():
    assert participant(enrolled("P01"), dosed("P01")).facts["withdrawn_reason"] == "none"


@pytest.mark.parametrize(
    "line", ["P01 @died 2021-03-10", "P01 LOG disposition.status died", "P01 LOG#1 adverse_event.outcome fatal"]
)
def test_death_is_known_from_any_of_its_three_places(line):
    assert participant(enrolled("P01"), dosed("P01"), line).facts["died"] is True


@pytest.mark.parametrize(("later", "expected"), [("20", False), ("25", True), ("15", False)])
def test_glucocorticoid_above_baseline_compares_daily_doses(later, expected):
    lines = steroids("P01", ("20", "2020-12-01", "2021-03-31"), (later, "2021-04-01", ""))

    found = participant(
        enrolled("P01"), dosed("P01"), core_set("P01", "W0", BEFORE), core_set("P01", "W12", BEFORE), lines
    )

    assert found.facts["glucocorticoid_above_baseline"] is expected


def test_an_empty_glucocorticoid_log_says_nothing():
    found = participant(enrolled("P01"), dosed("P01"), core_set("P01", "W0", BEFORE), core_set("P01", "W12", BEFORE))

    assert found.facts["glucocorticoid_above_baseline"] is None


def test_every_fact_is_a_record_that_leads_to_what_it_rests_on():
    analysis = derive(aba_dm(), snapshot_of(f"{enrolled('P01')}\n{dosed('P01')}"), catalog())
    by_id = {record.id: record for record in analysis.records}

    assert by_id["P01:-:fact.enrolled"].inputs == (3,)
    assert by_id["P01:-:fact.dosed"].inputs == (4, 5)
    assert by_id["P01:-:fact.set.safety"].inputs == (4, 5)
