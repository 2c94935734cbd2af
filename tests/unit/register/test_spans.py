"""Dates and time frames as registrations write them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.register.spans import days_named, has_time, months_between, read_date, time_points

from .records import codes, planted

# a whole check an example: no deadline, the machine may be busy
whole_check = settings(deadline=None, max_examples=40)
DAYS = st.dates(dt.date(2005, 8, 1), dt.date(2026, 11, 23))


@pytest.mark.parametrize(
    ("frame", "days"),
    [
        ("12 weeks", [84]),
        ("Baseline, 6 and 12 months", [360]),
        ("up to 24 months", [720]),
        ("Day 1, 8 and 15", [15]),
        ("Week 52", [364]),
        ("twelve weeks", [84]),
        ("12-week visit", [84]),
        ("72 hours", [0]),
        ("D28", [28]),
        ("within12 months", [360]),
        ("on day 3, and on day7", [3, 7]),
        ("2 years", [730]),
        ("through study completion", []),
        ("2009", []),
    ],
)
def test_time_frames_are_read_in_days(frame, days):
    assert tuple(days) == days_named(frame)
    assert bool(days) == has_time(frame)


@pytest.mark.parametrize(
    ("frame", "days", "lengths"),
    [
        ("Day 1 to Day 3", [1, 3], []),
        ("day 1 and day 22, after 21 days", [1, 22], [21]),
        ("Day 1, 8 and 15", [1, 8, 15], []),
        ("Days 1-5", [1, 5], []),
        ("Study days -7, -5 and 1", [-7, -5, 1], []),
        ("Day 1 and 12 weeks", [1], [84]),
        ("Day 1 - Day 14", [1, 14], []),
        ("within 30 days 90", [], [30, 90]),
        ("D28, W12", [28], [84]),
        ("12 weeks", [], [84]),
    ],
)
def test_a_day_by_its_number_is_told_from_a_length_of_time(frame, days, lengths):
    points = time_points(frame)

    assert (tuple(days), tuple(lengths)) == (points.days, points.lengths)


@pytest.mark.parametrize("text", ["", "2021-13", "2021-02-30", "July 2021", "2021-1-1", "20210101"])
def test_what_is_no_date_is_none(text):
    assert read_date(text) is None


@given(DAYS, st.integers(0, 600))
def test_months_between_counts_month_numbers(day, months):
    later = dt.date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)

    assert months == months_between(day, later)


@whole_check
@given(start=DAYS, submitted=DAYS)
def test_lateness_is_exactly_the_days_after_the_start(start, submitted):
    status = "statusModule"
    report = planted(
        {f"{status}.startDateStruct.date": start.isoformat(), f"{status}.studyFirstSubmitDate": submitted.isoformat()}
    )
    late = [one for one in report.findings if one.code == "TW-REG-101"]
    days = (submitted - start).days

    assert (days > 0) == bool(late)
    assert not late or f"{days} days late" in late[0].found
    assert not late or (days > 21) == (late[0].severity == "error")


@whole_check
@given(verified=DAYS, completion=DAYS, on=st.dates(dt.date(2010, 1, 1), dt.date(2030, 1, 1)))
def test_unknown_needs_twenty_five_months_and_a_completion_that_has_passed(verified, completion, on):
    status = "statusModule"
    report = planted(
        {
            f"{status}.statusVerifiedDate": f"{verified:%Y-%m}",
            f"{status}.completionDateStruct": {"date": completion.isoformat(), "type": "ESTIMATED"},
            f"{status}.primaryCompletionDateStruct": {"date": completion.isoformat(), "type": "ESTIMATED"},
        },
        on,
    )
    expected = months_between(verified, on) >= 25 and months_between(completion, on) >= 1

    assert expected == ("TW-REG-109" in codes(report))


@given(st.text(max_size=200))
def test_no_time_frame_makes_the_reader_fail(text):
    assert all(day >= 0 for day in days_named(text))
    assert all(days >= 0 for days in time_points(text).lengths)
