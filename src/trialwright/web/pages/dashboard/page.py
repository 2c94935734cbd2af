"""The overview: where the trial stands, in counts and small charts; never anything of how well the treatment works."""

import datetime as dt

import polars as pl
from django.http import HttpResponseBase

from trialwright.capture.late import limit_of
from trialwright.capture.obstacles import counted
from trialwright.capture.overview import AGES, LAGS, VISIT_WORDS, enrolment, lags, query_ages, visit_counts
from trialwright.capture.queries import every_query
from trialwright.capture.safety import due_list
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import charts, journal, quality
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page

WITHIN = Text(en="{low} to {high} days", zh="{low} 至 {high} 天")
FROM = Text(en="{low} days and more", zh="{low} 天及以上")
ONE = {0: Text(en="same day", zh="当天"), 1: Text(en="next day", zh="次日")}

LEFT = ("withdrawn", "consent_withdrawn", "died")


def view(call: Call) -> HttpResponseBase:
    place, today = call.place, call.place.today()
    people, study, names = journal.courses(place), place.study, Names(place.study, call.language)
    entered = [person for person in people if person.last("enrolled") is not None]
    plan = enrolment(study, place.events(), today)
    staying = [(person.events, person.states) for person in entered if person.status not in LEFT]
    visits = visit_counts(study, staying, today)
    ages = query_ages(every_query(place.events()), today)
    late = lags(journal.visited(entered), _first_entries(call), limit_of(study))
    against = counted(quality.against_lock(call))
    now = place.ledger.now()
    clocks = due_list(study, place.snapshot(), now) if study.safety else ()
    late_clocks = [clock for clock in clocks if clock.state == "overdue"]
    return page(
        call,
        "dashboard/dashboard.html",
        today=today,
        plan=plan,
        step=charts.step(plan.reached, begin=plan.begin, end=plan.end, planned=plan.planned, today=today),
        screened=len(people),
        failed=sum(person.status == "screen_failure" for person in people),
        left=sum(person.status in LEFT for person in entered),
        done=sum(person.status == "completed" for person in entered),
        visits=visits,
        visit_bars=charts.bars([(names.visit_short(name), list(counts.items())) for name, counts in visits.items()]),
        visit_words={kind: call.words(word) for kind, word in VISIT_WORDS.items()},
        staying=len(staying),
        ages=[(_days(call, bucket), *counts) for bucket, counts in zip(AGES, ages, strict=True)],
        age_bars=charts.bars(
            [
                (_days(call, bucket), [("started", site), ("complete", checker)])
                for bucket, (site, checker) in zip(AGES, ages, strict=True)
            ]
        ),
        open_queries=sum(map(sum, ages)),
        late=late,
        limit=limit_of(study),
        lag_rows=[(_days(call, bucket), count) for bucket, count in zip(LAGS, late.counts, strict=True)],
        lag_bars=charts.bars(
            [(_days(call, bucket), [("complete", count)]) for bucket, count in zip(LAGS, late.counts, strict=True)]
        ),
        overdue=against.get("visit_overdue", 0),
        owed=against.get("owed", 0),
        begun=against.get("visit_open", 0),
        has_safety=study.safety is not None,
        clocks=clocks[:8],
        owed_reports=len(clocks),
        late_reports=len(late_clocks),
    )


def _first_entries(call: Call) -> dict[tuple[str, str], dt.date]:
    """The day at the site on which the first value of each visit was saved."""
    study = call.place.study
    first = call.place.snapshot().versions.group_by("participant_id", "visit").agg(pl.col("at_utc").min())
    return {
        (who, visit): conduct.today_at_site(study, dt.datetime.fromisoformat(at_utc))
        for who, visit, at_utc in first.iter_rows()
    }


def _days(call: Call, bucket: tuple[int, int | None]) -> str:
    low, high = bucket
    if high is None:
        return call.words(FROM).format(low=low)
    return call.words(ONE[low]) if low == high else call.words(WITHIN).format(low=low, high=high)


ROUTES = (
    Route(
        path="overview/", name="overview", view=view, act=ANY_ROLE, navigation=Text(en="Overview", zh="总览"), order=0
    ),
)
