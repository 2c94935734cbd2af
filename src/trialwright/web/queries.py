"""The queries that wait, as pages show them: where, what is asked, and what the site has answered so far."""

import msgspec

from trialwright.capture.checks import OpenQuery, open_queries
from trialwright.model.ledger import LedgerEvent
from trialwright.web.names import Names
from trialwright.web.page import Call, address


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One open query in the reader's language; `answer` is the last thing the site said to it, with its name."""

    query: OpenQuery
    message: str
    where: str
    items: str
    href: str
    opened: LedgerEvent
    answer: LedgerEvent | None = None


def waiting(
    call: Call, *, participant_id: str = "", visit: str = "", form: str = "", row: int | None = None
) -> list[Waiting]:
    """The open queries of everybody, or of one participant, visit, form or row; those without an answer first."""
    names = Names(call.place.study, call.language)
    events = call.place.events()
    by_seq = {event.seq: event for event in events if event.kind == "query_opened"}
    answers = {e.details.get("query", ""): e for e in events if e.kind == "query_answered"}
    found = [
        _told(call, names, query, (by_seq[query.seq], answers.get(str(query.seq))))
        for query in open_queries(events)
        if participant_id in ("", query.place.participant_id)
        and visit in ("", query.place.visit)
        and form in ("", query.place.form)
        and row in (None, query.place.row)
    ]
    return sorted(found, key=lambda each: each.query.answered)


def counted(call: Call, participant_id: str) -> dict[tuple[str, str], int]:
    """How many queries of a participant wait, by visit and form."""
    counts: dict[tuple[str, str], int] = {}
    for query in open_queries(call.place.events()):
        if query.place.participant_id == participant_id:
            key = (query.place.visit, query.place.form)
            counts[key] = counts.get(key, 0) + 1
    return counts


def _told(call: Call, names: Names, query: OpenQuery, acts: tuple[LedgerEvent, LedgerEvent | None]) -> Waiting:
    place, (opened, answer) = query.place, acts
    path = address("form", participant_id=place.participant_id, visit=place.visit, form=place.form)
    return Waiting(
        query=query,
        message=query.message.of(call.language),
        where=names.place(place.visit, place.form, place.row),
        items=("、" if call.language == "zh" else ", ").join(names.item(item) for item in query.items),
        href=f"{path}?row={place.row}" if place.row else path,
        opened=opened,
        answer=answer if query.answered else None,
    )
