"""Acts on the study as a whole: approval, opening, builds, roles, deviations, lock, looks, queries."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from trialwright.capture.checks import OpenQuery, open_queries
from trialwright.capture.gates import check_status, check_unlocked
from trialwright.capture.problems import problem
from trialwright.capture.status import STATUS_WORDS, data_locked
from trialwright.model.ledger import Conflict, LedgerEvent, NewEvent, Overtaken, Seen
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_code,
    check_date,
    check_reason_given,
    decided_anew,
    read_acts,
    seen_so_far,
    write_acts,
)
from trialwright.store import Ledger

_STARTERS = ("grant", "enrol")
"""Whose roles may set the study up: who keeps the delegation log, and the investigator."""


@decided_anew
def record_approval(
    ledger: Ledger, study: Study, actor: Actor, *, date: str, body: str = "", number: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """The ethics committee approved on a date; nobody is enrolled before this stands here."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, _STARTERS, "ethics approval")
    day, wrong = check_date(date, "ethics approval")
    if told or wrong:
        return Refused((*told, *wrong))
    made = act("ethics_approval", date=day, body=body, number=number)
    return write_acts(ledger, study, actor, [made], token=f"approval:{day}:{number}", seen=seen)


@decided_anew
def open_site(
    ledger: Ledger, study: Study, actor: Actor, *, date: str, site: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A site may begin. "" is the study's first site."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, _STARTERS, "site opening")
    day, wrong = check_date(date, "site opening")
    if told or wrong:
        return Refused((*told, *wrong))
    name = site or (study.sites[0].name if study.sites else "")
    return write_acts(
        ledger, study, actor, [act("site_opened", date=day, site=name)], token=f"site:{name}:{day}", seen=seen
    )


@decided_anew
def publish_build(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """This build of the definition is in force from now on."""
    seen, events = read_acts(ledger)
    first = not any(event.kind == "build_published" for event in events)
    told = check_any_role(study, events, actor, _STARTERS, "build")
    told += [] if first else check_reason_given(reason, "build")
    if told:
        return Refused(tuple(told))
    made = act("build_published", build=str(study.build), hash=study.hash, status=study.status)
    return write_acts(ledger, study, actor, [made], reason=reason, token=f"build:{study.build}:{study.hash}", seen=seen)


@decided_anew
def grant_role(
    ledger: Ledger, study: Study, actor: Actor, *, user: str, role: str, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A person may act in a role from now on. The very first grant of a ledger needs no role: somebody has to begin.

    Problems: TW-CAP-036, TW-CAP-056 for a role the study does not have.
    """
    seen, events = read_acts(ledger)
    begun = any(event.kind == "role_granted" for event in events)
    told = check_any_role(study, events, actor, ("grant",), "roles") if begun else []
    grant = _Grant(seen=seen, told=told, kind="role_granted", user=user, role=role, reason=reason, token=token)
    return _role(ledger, study, actor, grant)


@decided_anew
def revoke_role(
    ledger: Ledger, study: Study, actor: Actor, *, user: str, role: str, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A person no longer acts in a role; what they did stays theirs."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, ("grant",), "roles") + check_reason_given(reason, "roles")
    revoked = _Grant(seen=seen, told=told, kind="role_revoked", user=user, role=role, reason=reason, token=token)
    return _role(ledger, study, actor, revoked)


class _Grant(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    told: list[Problem]
    kind: Literal["role_granted", "role_revoked"]
    user: str
    role: str
    reason: str
    token: str


def _role(ledger: Ledger, study: Study, actor: Actor, grant: _Grant) -> Saved | Refused | Conflict | Overtaken:
    told, names = list(grant.told), [role.name for role in study.roles]
    if grant.role not in names:
        told.append(problem("TW-CAP-056", "roles", typed=grant.role, allowed=", ".join(names)))
    if told:
        return Refused(tuple(told))
    made = act(grant.kind, user=grant.user, role=grant.role)
    return write_acts(ledger, study, actor, [made], reason=grant.reason, token=grant.token, seen=grant.seen)


@decided_anew
def record_deviation(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    participant_id: str,
    *,
    category: str,
    major: bool,
    description: str,
    date: str,
    visit: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    A departure from the protocol, told by whoever saw it, also after the visit was marked complete.

    `category` is one of the terms deviation_category. Where the study keeps deviations on a form, save that form
    instead: one deviation stands in one place.
    """
    seen, events = read_acts(ledger, participant_id)
    where = participant_id or "deviations"
    told = check_any_role(study, events, actor, ("record_deviation",), where) + check_unlocked(events, where)
    told += check_reason_given(description, where)
    if participant_id:
        told += check_status(events, participant_id, [s for s in STATUS_WORDS if s != "unknown"])
    told += check_code(category, "deviation_category", where)
    day, wrong = check_date(date, where)
    if told or wrong:
        return Refused((*told, *wrong))
    made = act(
        "deviation_recorded", participant_id, visit, category=category, major="Y" if major else "N",
        description=description, date=day,
    )  # fmt: skip
    return write_acts(ledger, study, actor, [made], reason=description, token=token, seen=seen)


@decided_anew
def lock_data(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Nothing of the study's data changes after this, and results may be seen.

    Problems: TW-CAP-034 where they are locked already; TW-CAP-057 while queries are open or started visits are not
              complete, unless a reason says why they are locked with these exceptions.
    """
    # Open queries and unfinished visits are everybody's: no save may slip in between counting them and the lock.
    seen, events = seen_so_far(ledger, None), ledger.events()
    told = check_any_role(study, events, actor, ("lock",), "data lock") + check_unlocked(events, "data lock")
    queries, visits = len(open_queries(events)), len(unfinished_visits(ledger, study, events))
    if (queries or visits) and not reason.strip():
        told.append(problem("TW-CAP-057", "data lock", count=queries, visits=visits))
    if told:
        return Refused(tuple(told))
    head = ledger.head()
    made = act("locked", scope="data", head=head.hash, open_queries=str(queries), unfinished_visits=str(visits))
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


def unfinished_visits(ledger: Ledger, study: Study, events: Sequence[LedgerEvent]) -> list[tuple[str, str]]:
    """Participant and visit of everything that was begun and is not marked complete."""
    last: dict[tuple[str, str], str] = {}
    for event in events:
        if event.kind in ("visit_completed", "visit_reopened"):
            last[event.participant_id, event.visit] = event.kind
    logs = {visit.name for visit in study.visits if visit.kind == "log"}
    begun = ledger.snapshot().current.select("participant_id", "visit").unique().sort("participant_id", "visit")
    return [
        (participant_id, visit)
        for participant_id, visit in begun.iter_rows()
        if visit not in logs and last.get((participant_id, visit)) != "visit_completed"
    ]


@decided_anew
def unlock_data(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """Locked data may be corrected again, for a reason that is stored; results are hidden again."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, ("lock",), "data lock") + check_reason_given(reason, "data lock")
    if not data_locked(events):
        told.append(problem("TW-CAP-058", "data lock"))
    if told:
        return Refused(tuple(told))
    return write_acts(ledger, study, actor, [act("unlocked", scope="data")], reason=reason, token=token, seen=seen)


@decided_anew
def declare_look(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """Efficacy is looked at before data lock, as of this moment; the look is listed in every report."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, ("look",), "look") + check_reason_given(reason, "look")
    if told:
        return Refused(tuple(told))
    return write_acts(
        ledger, study, actor, [act("look_declared", head=ledger.head().hash)], reason=reason, token=token, seen=seen
    )


@decided_anew
def answer_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, *, answer: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """What the site says to a query; the data manager closes it."""
    return _on_query(ledger, study, actor, query, (("enter", "verify"), "query_answered", answer, token))


@decided_anew
def close_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """The query is settled."""
    return _on_query(ledger, study, actor, query, (("verify", "lock"), "query_closed", reason, token))


def _on_query(
    ledger: Ledger, study: Study, actor: Actor, query: OpenQuery, what: tuple[tuple[str, ...], str, str, str]
) -> Saved | Refused | Conflict | Overtaken:
    roles, kind, words, token = what
    seen, events = read_acts(ledger, query.place.participant_id)
    told = check_any_role(study, events, actor, roles, "query") + check_reason_given(words, "query")
    if query.seq not in [one.seq for one in open_queries(events)]:
        told.append(problem("TW-CAP-064", "query"))
    if told:
        return Refused(tuple(told))
    place = query.place
    made = NewEvent(
        kind="query_answered" if kind == "query_answered" else "query_closed",
        participant_id=place.participant_id,
        visit=place.visit,
        form=place.form,
        row=place.row,
        details={"query": str(query.seq), "check": query.check},
    )
    return write_acts(ledger, study, actor, [made], reason=words, token=token, seen=seen)
