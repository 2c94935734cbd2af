"""How long participants are watched for events: five courses, their days counted on a calendar."""

from fractions import Fraction

import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.analyze.families.at_risk import days_at_risk
from trialwright.analyze.material import Material
from trialwright.derive import derive

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
DAYS = {
    "P01": 85,  # week 12 took place on day 85
    "P02": 38,  # only week 0, withdrawn 2021-03-10
    "P03": 92,  # only week 0, withdrawn in September: day 85 and the seven days of its window
    "P04": 29,  # week 4, still under way, no event
    "P05": 11,  # only week 0, still under way, an event on day 11
}


def event(participant, row, start):
    items = {"term": '"Headache"', "grade": "=2", "serious": "N", "causality": "possible", "start": start}
    return "\n".join(f"{participant} LOG#{row} adverse_event.{item} {value}" for item, value in items.items())


def left(participant, day):
    items = {"status": "withdrawn", "date": day, "reason": "moved"}
    return "\n".join(f"{participant} LOG disposition.{item} {value}" for item, value in items.items())


COHORT = "\n".join(
    (
        *(line for pid in DAYS for line in (enrolled(pid), dosed(pid), core_set(pid, "W0", BASE))),
        core_set("P01", "W12", BASE),
        core_set("P04", "W4", BASE),
        left("P02", "2021-03-10"),
        left("P03", "2021-09-30"),
        event("P01", 1, "2021-02-10"),
        event("P02", 1, "2021-02-20"),
        event("P02", 2, "2021-04-01"),  # day 60: after leaving, though before the day of week 12
        event("P05", 1, "2021-02-11"),
    )
)


@pytest.fixture(scope="module")
def analysis():
    return derive(aba_dm(), snapshot_of(COHORT), catalog())


@pytest.fixture(scope="module")
def rows(analysis):
    return {row.cell: row for row in analyze(aba_dm(), analysis, catalog())}


def test_time_ends_with_week_12_with_leaving_or_with_the_last_that_is_known(analysis):
    material = Material(aba_dm(), analysis, catalog())
    estimand = aba_dm().estimand("adverse_events")
    events = [r for r in analysis.records if r.parameter.startswith("adverse_event:")]

    assert days_at_risk(material, estimand, tuple(DAYS), events) == DAYS


def test_events_and_time_of_a_rate_are_counted_over_the_same_days(rows):
    counted = rows["14.3.1.5:all:events"]

    assert rows["14.3.1.1:any:events"].value == 4
    assert counted.value == 3
    assert rows["14.3.1.5:all:years"].value == Fraction(sum(DAYS.values()) * 4, 1461)
    assert rows["14.3.1.5:all:rate_per_100"].value == 100 * 3 / Fraction(sum(DAYS.values()) * 4, 1461)


def test_whoever_has_an_event_is_at_risk_of_a_first_one_until_then(rows):
    """By hand: P01 until day 10, P02 until day 20, P05 until day 11; P03 and P04 have none and count whole."""
    days = 10 + 20 + DAYS["P03"] + DAYS["P04"] + 11

    assert rows["14.3.1.5:all:first_years"].value == Fraction(days * 4, 1461)
    assert rows["14.3.1.5:all:first_per_100"].value == 100 * 3 / Fraction(days * 4, 1461)
    assert rows["14.3.1.5:serious:first_per_100"].value == 0


def test_an_event_outside_the_time_at_risk_is_told(rows):
    assert rows["14.3.1.5:all:n"].warnings == ("1 event(s) began after the time at risk and are not counted here",)


def test_a_rate_rests_on_the_record_of_leaving(rows):
    assert "P02:LOG:disposition.date" in rows["14.3.1.5:all:rate_per_100"].records


def test_a_first_event_after_leaving_is_none():
    late = "\n".join((COHORT, event("P03", 1, "2021-10-02")))
    found = {row.cell: row for row in analyze(aba_dm(), derive(aba_dm(), snapshot_of(late), catalog()), catalog())}

    # P01 and P05 and the first of P02; P03 left before.
    assert found["14.3.1.9:day_85:n"].value == 3
