"""Queries as pages show them: where, what is asked, who shall answer, how old, and the whole conversation."""

import datetime as dt

import msgspec

from trialwright.capture.checks import open_queries
from trialwright.capture.queries import Query, every_query
from trialwright.model.ledger import LedgerEvent
from trialwright.web.lookup import FormAt
from trialwright.web.names import Names
from trialwright.web.page import Call, address

OLD_DAYS = 14
"""From this age on a query is marked as old."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One query in the reader's language; `said` are the turns after the opening, each with its act in words."""

    asked: Query
    message: str
    where: str
    items: str
    href: str
    role: str
    days: int
    said: tuple[tuple[LedgerEvent, str], ...]

    @property
    def seq(self) -> int:
        return self.asked.query.seq

    @property
    def on_form(self) -> bool:
        """Whether a form is asked about, and not a visit or a participant as a whole."""
        return bool(self.asked.query.place.form)

    @property
    def old(self) -> bool:
        return self.asked.state != "closed" and self.days >= OLD_DAYS


def waiting(
    call: Call, *, participant_id: str = "", visit: str = "", form: str = "", row: int | None = None
) -> list[Shown]:
    """The open queries of everybody, or of one participant, visit, form or row; those without an answer first."""
    found = [
        each
        for each in listed(call, participant_id=participant_id)
        if each.asked.state != "closed"
        and visit in ("", each.asked.query.place.visit)
        and form in ("", each.asked.query.place.form)
        and row in (None, each.asked.query.place.row)
    ]
    return sorted(found, key=lambda each: each.asked.state == "answered")


def on(call: Call, at: FormAt, row: int) -> list[Shown]:
    """The open queries of one form and row."""
    return waiting(call, participant_id=at.participant_id, visit=at.visit.name, form=at.form.name, row=row)


def listed(call: Call, *, participant_id: str = "") -> list[Shown]:
    """Every query that was ever opened, the oldest first; of everybody or of one participant."""
    events = call.place.events_about(participant_id) if participant_id else call.place.events()
    every = every_query(events)
    if not every:
        return []
    names, today = Names(call.place.study, call.language), call.place.today()
    return [
        _shown(call, names, each, today) for each in every if participant_id in ("", each.query.place.participant_id)
    ]


def counted(call: Call, participant_id: str) -> dict[tuple[str, str], int]:
    """How many queries of a participant wait, by visit and form."""
    counts: dict[tuple[str, str], int] = {}
    for query in open_queries(call.place.events_about(participant_id)):
        if query.place.participant_id == participant_id:
            key = (query.place.visit, query.place.form)
            counts[key] = counts.get(key, 0) + 1
    return counts


def _shown(call: Call, names: Names, asked: Query, today: dt.date) -> Shown:
    place, roles = asked.query.place, {role.name: role.title for role in call.place.study.roles}
    return Shown(
        asked=asked,
        message=asked.query.message.of(call.language),
        where=names.place(place.visit, place.form, place.row),
        items=("、" if call.language == "zh" else ", ").join(names.item(item) for item in asked.query.items),
        href=_href(asked),
        role=roles[asked.asked].of(call.language) if asked.asked in roles else "",
        days=asked.age_days(today),
        said=tuple((turn, names.event(turn.kind)) for turn in asked.turns[1:]),
    )


def _href(asked: Query) -> str:
    """The page of what is asked about: form, visit or participant."""
    place = asked.query.place
    at = {"participant_id": place.participant_id, "visit": place.visit, "form": place.form}
    if place.form:
        return address("form", **at) + (f"?row={place.row}" if place.row else "")
    if place.visit:
        return address("visit", participant_id=place.participant_id, visit=place.visit)
    return address("participant", participant_id=place.participant_id)
