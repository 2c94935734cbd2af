"""Study days and windows by hand, in plain dates; no day 0; partial dates three-valued."""

import pytest

from support.cohorts import aba_dm
from trialwright.derive.days import last_day, on_or_before, study_day, timing
from trialwright.model.quantity import PartialDate

FIRST = PartialDate("2021-02-01")


@pytest.mark.parametrize(
    ("date", "day"),
    [("2021-02-01", 1), ("2021-02-02", 2), ("2021-01-31", -1), ("2021-01-18", -14), ("2021-04-26", 85)],
)
def test_the_day_of_the_first_dose_is_day_1_and_there_is_no_day_0(date, day):
    # 2021: February has 28 days, so 1 February + 84 days = 26 April.
    assert study_day(FIRST, PartialDate(date)) == day


@pytest.mark.parametrize(("first", "date"), [("2021-02", "2021-04-26"), ("2021-02-01", "2021-04")])
def test_a_partial_date_has_no_study_day(first, date):
    assert study_day(PartialDate(first), PartialDate(date)) is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2021-04-26", (True, "")),
        ("2021-04-19", (True, "")),  # day 78: 7 days early is still in the window
        ("2021-04-18", (False, "early")),
        ("2021-05-03", (True, "")),  # day 92: 7 days late is still in
        ("2021-05-04", (False, "late")),
        ("2021-03", (False, "early")),  # every day of March is early
        ("2021-04", (None, "")),  # part of April is early, part in the window
        ("2021-06", (False, "late")),
    ],
)
def test_the_window_of_week_12_is_day_85_with_seven_days_either_way(date, expected):
    assert timing(FIRST, PartialDate(date), aba_dm().visit("W12")) == expected


def test_without_a_first_dose_no_window_can_be_judged():
    assert timing(None, PartialDate("2021-04-26"), aba_dm().visit("W12")) == (None, "")


def test_the_last_day_of_a_window_skips_day_0():
    # Screening is planned on day -14, which is 18 January, with 13 days late: the day before the first dose.
    assert last_day(FIRST, aba_dm().visit("SCR")) == PartialDate("2021-01-31")
    assert last_day(FIRST, aba_dm().visit("W0")) == FIRST
    assert last_day(FIRST, aba_dm().visit("W12")) == PartialDate("2021-05-03")
    assert last_day(None, aba_dm().visit("W12")) is None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2021-03-01", "2021-03-01", True),
        ("2021-03-02", "2021-03-01", False),
        ("2021-03", "2021-03-15", None),
        ("2021-02", "2021-03-15", True),
        ("2021-04", "2021-03-15", False),
        ("2021", "2021-03-15", None),
    ],
)
def test_before_or_after_is_told_only_where_the_precision_allows(first, second, expected):
    assert on_or_before(PartialDate(first), PartialDate(second)) is expected
