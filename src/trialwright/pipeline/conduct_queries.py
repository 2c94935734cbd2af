"""Queries: opened by a person, answered by the site, closed and opened again by whoever checks the data."""

from collections.abc import Sequence

from trialwright.capture.checks import OpenQuery, open_queries
from trialwright.capture.gates import check_status, check_unlocked
from trialwright.capture.problems import problem
from trialwright.capture.queries import every_query
from trialwright.capture.status import STATUS_WORDS
from trialwright.capture.values import Place, fields_of
from trialwright.capture.visits import visits_of
from trialwright.model.ledger import Conflict, EventKind, LedgerEvent, Overtaken, Seen
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    QUALITY_ACTS,
    Actor,
    Refused,
    Saved,
    check_any_role,
    check_reason_given,
    decided_anew,
    event_at,
    read_acts,
    write_acts,
)
from trialwright.store import Ledger


@decided_anew
def open_query(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    place: Place,
    *,
    message: str,
    items: Sequence[str] = (),
    to: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    A person asks the site about items, a form, a visit or a participant; `to` names the role that shall answer.

    Shape:    of `place`, what is empty is not meant: without a form the whole visit, without a visit the participant.
    Problems: TW-CAP-036, TW-CAP-034 after data lock, 032 for a stranger, 037 for a place that is not in the schedule,
              056 for a role that does not exist, 088 without words.
    """
    seen, events = read_acts(ledger, place.participant_id)
    told = check_any_role(study, events, actor, QUALITY_ACTS, "query") + check_unlocked(events, "query")
    told += check_status(events, place.participant_id, [status for status in STATUS_WORDS if status != "unknown"])
    told += _check_place(ledger, study, events, place, items)
    told += [] if message.strip() else [problem("TW-CAP-088", "query")]
    if to and to not in [role.name for role in study.roles]:
        told.append(problem("TW-CAP-056", "query", typed=to, allowed=", ".join(role.name for role in study.roles)))
    if told:
        return Refused(tuple(told))
    details = {"items": ",".join(items), "to": to}
    made = event_at(place, "query_opened", {name: text for name, text in details.items() if text})
    return write_acts(ledger, study, actor, [made], reason=message, token=token, seen=seen)


@decided_anew
def answer_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, *, answer: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """What the site says to a query; who checks the data closes it."""
    seen, events = read_acts(ledger, query.place.participant_id)
    told = check_any_role(study, events, actor, ("enter", "verify"), "query") + _still_open(events, query)
    return _turn(ledger, study, actor, query, ("query_answered", answer, token, (seen, told)))


@decided_anew
def close_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """The query is settled."""
    seen, events = read_acts(ledger, query.place.participant_id)
    told = check_any_role(study, events, actor, QUALITY_ACTS, "query") + _still_open(events, query)
    return _turn(ledger, study, actor, query, ("query_closed", reason, token, (seen, told)))


@decided_anew
def reopen_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A closed query waits for an answer again: what settled it did not hold. Also one that a check had closed."""
    seen, events = read_acts(ledger, query.place.participant_id)
    told = check_any_role(study, events, actor, QUALITY_ACTS, "query") + check_unlocked(events, "query")
    closed = [each.query.seq for each in every_query(events) if each.state == "closed"]
    told += [] if query.seq in closed else [problem("TW-CAP-080", "query")]
    return _turn(ledger, study, actor, query, ("query_reopened", reason, token, (seen, told)))


def _still_open(events: Sequence[LedgerEvent], query: OpenQuery) -> list[Problem]:
    return [] if query.seq in [one.seq for one in open_queries(events)] else [problem("TW-CAP-064", "query")]


def _turn(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    query: OpenQuery,
    what: tuple[EventKind, str, str, tuple[Seen, list[Problem]]],
) -> Saved | Refused | Conflict | Overtaken:
    kind, words, token, (seen, told) = what
    if kind == "query_answered":
        told = told + ([] if words.strip() else [problem("TW-CAP-089", "query")])
    else:
        told = told + check_reason_given(words, "query")
    if told:
        return Refused(tuple(told))
    made = event_at(query.place, kind, {"query": str(query.seq), "check": query.check})
    return write_acts(ledger, study, actor, [made], reason=words, token=token, seen=seen)


def _check_place(
    ledger: Ledger, study: Study, events: Sequence[LedgerEvent], place: Place, items: Sequence[str]
) -> list[Problem]:
    """TW-CAP-037 for a visit, form, row or item that is not there; what is empty asks about the whole above it."""
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    missing = problem("TW-CAP-037", where, form=place.form, visit=place.visit)
    visit = next((v for v in visits_of(study, events, place.participant_id) if v.name == place.visit), None)
    if (place.form and not place.visit) or (place.visit and visit is None):
        return [missing]
    if not place.form:
        return [missing] if place.row or items else []
    if visit is None or place.form not in visit.forms:
        return [missing]
    form = study.form(place.form)
    known = {field.name for field in fields_of(form)}
    rows = {d.slot.row for d in ledger.datapoints(place.participant_id, place.visit, place.form)} if place.row else {0}
    return [missing] if not set(items) <= known or place.row not in rows else []
