"""This week at the site: visits to make, consent forms to sign again, queries to answer; and a calendar file."""

import datetime as dt

import msgspec
from django.http import HttpResponseBase

from trialwright.capture.due import URGENCY_WORDS, DueVisit, consent_due, due_visits, visit_entries
from trialwright.capture.status import Status
from trialwright.model.calendar import calendar_text
from trialwright.model.study import ConsentVersion
from trialwright.model.text import Text
from trialwright.web import acts, journal, queries
from trialwright.web.downloads import download
from trialwright.web.journal import Course
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page

WEEKS = (1, 4, 12)
"""How far ahead the page can look."""
_LAST = dt.timedelta(weeks=60)
_WAITING: tuple[Status, ...] = ("added", "consented", "eligible")


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The visits planned for one day; those whose window has passed stand together, without a day."""

    day: dt.date | None
    visits: tuple[DueVisit, ...]


def view(call: Call) -> HttpResponseBase:
    asked = str(call.request.GET.get("weeks", ""))
    weeks = int(asked) if asked in map(str, WEEKS) else WEEKS[0]
    today, people = call.place.today(), journal.courses(call.place)
    visits = _visits(people, today, weeks * 7)
    waiting = [each for each in queries.listed(call) if each.asked.state == "open"]
    return page(
        call,
        "due/due.html",
        today=today,
        until=today + dt.timedelta(weeks=weeks),
        weeks=weeks,
        choices=WEEKS,
        overdue=[each for each in visits if each.urgency == "overdue"],
        days=_by_day(visits),
        urgency={code: call.words(word) for code, word in URGENCY_WORDS.items()},
        consents=_consents(call, people, today),
        screening=[person for person in people if person.status in _WAITING],
        unfinished=[
            (person.participant_id, state)
            for person in people
            for state in person.states
            if state.progress == "started"
        ],
        queries=len(waiting),
        old=sum(each.old for each in waiting),
    )


def calendar(call: Call) -> HttpResponseBase:
    """All visits still to come as a file; that it was taken away is told in the ledger."""
    today = call.place.today()
    visits = _visits(journal.courses(call.place), today, _LAST.days)
    entries = visit_entries(call.place.study, visits, call.language)
    acts.record(
        call.place, "exported", user=call.reader.user, details={"what": "calendar", "entries": str(len(entries))}
    )
    text = calendar_text(entries, of="Visits", stamp=today.isoformat())
    return download(text, "visits.ics", "text/calendar; charset=utf-8")


def _visits(people: tuple[Course, ...], today: dt.date, days: int) -> list[DueVisit]:
    found = [
        each
        for person in people
        for each in due_visits(person.participant_id, person.states, person.events, today, days=days)
    ]
    return sorted(found, key=lambda each: (each.due, each.participant_id))


def _by_day(visits: list[DueVisit]) -> list[Day]:
    coming = [each for each in visits if each.urgency != "overdue"]
    days = sorted({each.due for each in coming})
    return [Day(day=day, visits=tuple(each for each in coming if each.due == day)) for day in days]


def _consents(call: Call, people: tuple[Course, ...], today: dt.date) -> list[tuple[str, ConsentVersion]]:
    owed = [(p.participant_id, consent_due(call.place.study, p.events, p.participant_id, today)) for p in people]
    return [(who, version) for who, version in owed if version is not None]


ROUTES = (
    Route(path="due/", name="due", view=view, act=ANY_ROLE, navigation=Text(en="This week", zh="本周安排"), order=1),
    Route(path="due/visits.ics", name="due_calendar", view=calendar, act="enter|complete_visit|enrol", post_only=True),
)
