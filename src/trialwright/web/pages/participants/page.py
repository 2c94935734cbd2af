"""The participants: who takes part, how far each has come, what is due next."""

import datetime as dt

import msgspec
from django.http import HttpResponseBase, HttpResponseRedirect

from trialwright.capture.status import STATUS_WORDS
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import journal
from trialwright.web.journal import Course
from trialwright.web.page import ANY_ROLE, SIGNED_IN, Call, Route, address
from trialwright.web.render import page

MANY = 8
"""From so many participants on, the list offers a choice by status and number."""
SOON = dt.timedelta(days=7)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: the participant, and how urgent the next visit is ("overdue", "now", "soon" or "")."""

    person: Course
    urgency: str


def view(call: Call) -> HttpResponseBase:
    people = journal.courses(call.place)
    status, number = (str(call.request.GET.get(name, "")).strip() for name in ("status", "number"))
    today = call.place.today()
    entries = [Entry(person=person, urgency=_urgency(person, today)) for person in people]
    wanted = [
        entry
        for entry in entries
        if status in ("", entry.person.status) and number.casefold() in entry.person.participant_id.casefold()
    ]
    done = {event.kind for event in call.place.ledger.events(kinds=[gate.event for gate in call.place.study.gates])}
    return page(
        call,
        "participants/participants.html",
        entries=[e for e in wanted if e.urgency] + [e for e in wanted if not e.urgency],
        many=len(people) >= MANY,
        everybody=len(people),
        asked={"status": status, "number": number},
        statuses=[
            (code, text.of(call.language)) for code, text in STATUS_WORDS.items() if code in {p.status for p in people}
        ],
        enrolled=sum(any(event.kind == "enrolled" for event in person.events) for person in people),
        next_number=conduct.next_participant_id(call.place.ledger),
        owed_gates=[g for g in call.place.study.gates if g.event not in done],
    )


def _urgency(person: Course, today: dt.date) -> str:
    due = person.due
    if due is None or due.earliest is None or due.latest is None:
        return ""
    if due.latest < today:
        return "overdue"
    if due.earliest <= today:
        return "now"
    return "soon" if due.earliest <= today + SOON else ""


def home(call: Call) -> HttpResponseBase:
    del call
    return HttpResponseRedirect(address("participants"))


ROUTES = (
    Route(
        path="participants/",
        name="participants",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Participants", zh="参与者"),
        order=1,
    ),
    Route(path="", name="home", view=home, act=SIGNED_IN),
)
