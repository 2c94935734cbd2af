"""How the trial stands, in counts: enrolment against plan, visits, queries by age, how soon data are entered."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from trialwright.capture.queries import Query
from trialwright.capture.visits import VisitState, past_window
from trialwright.model.dating import dated
from trialwright.model.ledger import LedgerEvent
from trialwright.model.study import Study
from trialwright.model.text import Text

VisitCount = Literal["complete", "started", "missed", "overdue", "to_come"]
VISIT_WORDS: dict[VisitCount, Text] = {
    "complete": Text("complete", "已完成"),
    "started": Text("begun", "进行中"),
    "missed": Text("missed", "缺失"),
    "overdue": Text("window has passed", "已超窗"),
    "to_come": Text("to come", "未到期"),
}

AGES: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 14), (15, 30), (31, None))
LAGS: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, None))
"""Days, both included; None: and more."""
ENOUGH = 5
"""Below this number no median is told: it would be a single participant's habit."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """
    `reached` is the number enrolled after each day on which somebody was; `planned` the number wanted in all.

    `begin` and `end` are the registered start, and primary completion less the time until the last planned visit: who
    comes later cannot finish by then. `expected` is how many an even pace between them gives today; None: no end known.
    """

    reached: tuple[tuple[dt.date, int], ...]
    planned: int
    begin: dt.date
    end: dt.date | None
    expected: int | None

    @property
    def enrolled(self) -> int:
        return self.reached[-1][1] if self.reached else 0


class Lags(msgspec.Struct, frozen=True, kw_only=True):
    """
    Days from a visit to its first entry: how many visits in each of LAGS, and the median (None below ENOUGH).

    `beyond` is how many took longer than the definition allows; None: it names no limit.
    """

    counts: tuple[int, ...]
    visits: int
    median: int | None
    longest: int
    beyond: int | None = None


def enrolment(study: Study, events: Iterable[LedgerEvent], today: dt.date) -> Enrolment:
    """Enrolment so far against the registered plan."""
    dates = sorted(
        dt.date.fromisoformat(event.details["date"])
        for event in dated(tuple(events))
        if event.kind == "enrolled" and len(event.details.get("date", "")) == len("2021-03-15")
    )
    reached = {day: n for n, day in enumerate(dates, 1)}
    begin, completion = study.registration.start_date.earliest, study.registration.primary_completion
    last = max((visit.study_day or 0 for visit in study.visits), default=0)
    end = completion.latest - dt.timedelta(days=last) if completion else None
    expected = None
    if end is not None and end > begin:
        share = min(1.0, max(0.0, (today - begin).days / (end - begin).days))
        expected = math.floor(study.enrolment_planned * share)
    return Enrolment(
        reached=tuple(reached.items()), planned=study.enrolment_planned, begin=begin, end=end, expected=expected
    )


def visit_counts(
    study: Study, people: Iterable[tuple[Sequence[LedgerEvent], Sequence[VisitState]]], today: dt.date
) -> dict[str, dict[VisitCount, int]]:
    """
    Visit -> how many of the enrolled stand where. Unscheduled visits and logs are not counted.

    Shape: `people` holds the own acts and the visit states of everybody who was enrolled and has not left.
    """
    planned = [visit.name for visit in study.visits if visit.kind not in ("log", "unscheduled")]
    counts: dict[str, dict[VisitCount, int]] = {name: dict.fromkeys(VISIT_WORDS, 0) for name in planned}
    for events, several in people:
        for state in several:
            if state.visit in counts:
                counts[state.visit][_counts_as(state, events, today)] += 1
    return counts


def _counts_as(state: VisitState, events: Sequence[LedgerEvent], today: dt.date) -> VisitCount:
    if state.progress != "empty":
        return state.progress
    return "overdue" if past_window(state, events, today) else "to_come"


def query_ages(queries: Iterable[Query], today: dt.date) -> tuple[tuple[int, int], ...]:
    """For each of AGES: how many wait for the site, and how many are answered and wait to be closed."""
    found = [[0, 0] for _ in AGES]
    for each in queries:
        if each.state != "closed":
            found[_bucket(each.age_days(today), AGES)][each.state == "answered"] += 1
    return tuple((site, checker) for site, checker in found)


def lags(
    visited: Mapping[tuple[str, str], dt.date],
    first_entry: Mapping[tuple[str, str], dt.date],
    limit: int | None = None,
) -> Lags:
    """
    How soon data are entered after a visit.

    Shape:   both by participant and visit; `visited` the whole dates of visits, `first_entry` the days at the site.
    Missing: visits without a whole date, and those entered before they took place (a typed slip), are left out.
    """
    days = sorted(
        (first_entry[key] - day).days for key, day in visited.items() if key in first_entry and first_entry[key] >= day
    )
    counts = [0] * len(LAGS)
    for each in days:
        counts[_bucket(each, LAGS)] += 1
    return Lags(
        counts=tuple(counts),
        visits=len(days),
        median=days[(len(days) - 1) // 2] if len(days) >= ENOUGH else None,
        longest=days[-1] if days else 0,
        beyond=None if limit is None else sum(each > limit for each in days),
    )


def _bucket(days: int, buckets: Sequence[tuple[int, int | None]]) -> int:
    return next(n for n, (_, high) in enumerate(buckets) if high is None or days <= high)
