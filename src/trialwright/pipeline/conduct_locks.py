"""Freeze and lock at every level, the data lock, looks before it, and what stands in the way."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

from trialwright.capture.gates import check_status, check_unlocked
from trialwright.capture.locks import LEVEL_WORDS, LEVELS, STATE_WORDS, Hold, Scope, hold_on, hold_on_site
from trialwright.capture.obstacles import KIND_WORDS, Obstacle, counted, obstacles_of, unsigned
from trialwright.capture.problems import problem
from trialwright.capture.status import STATUS_WORDS, data_locked
from trialwright.capture.values import values_in
from trialwright.capture.visits import visits_of
from trialwright.model.ledger import Conflict, LedgerEvent, NewEvent, Overtaken, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_reason_given,
    decided_anew,
    in_force_now,
    read_acts,
    seen_so_far,
    write_acts,
)
from trialwright.pipeline.conduct_visits import values_held
from trialwright.store import Ledger

HoldAct = Literal["frozen", "unfrozen", "locked", "unlocked"]
_ROLES = {"frozen": ("lock", "review"), "unfrozen": ("lock", "review"), "locked": ("lock",), "unlocked": ("lock",)}


@decided_anew
def hold(
    ledger: Ledger, study: Study, actor: Actor, kind: HoldAct, scope: Scope, *, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A form, visit, participant or site is frozen, locked, or opened again; the whole study frozen or opened again.

    Shape:    the whole study is locked by `lock_data`.
    Problems: TW-CAP-036, 034 after data lock, 032, 037 and 087 for what does not exist, 085 where nothing would change,
              059 for opening without a reason, 086 for a lock over unsettled matters without one.
    """
    wide = scope.level in ("site", "study")
    seen = seen_so_far(ledger, None if wide else scope.participant_id)
    events = ledger.events() if wide else read_acts(ledger, scope.participant_id)[1]
    where = "/".join(filter(None, (scope.form, scope.visit, scope.participant_id, scope.site))) or "study"
    told = check_any_role(study, events, actor, _ROLES[kind], where, site=scope.site)
    told += check_unlocked(events, where)
    told += _check_scope(study, events, scope, where)
    if told:
        return Refused(tuple(told))
    told += check_reason_given(reason, where) if kind in ("unfrozen", "unlocked") else []
    told += _check_changes(events, kind, scope, where)
    details = {"scope": scope.level, "site": scope.site} if scope.level != "study" else {"scope": "study"}
    if kind == "locked" and not told:
        found = _against(ledger, study, events, scope)
        details["exceptions"] = str(sum(counted(found).values())) if found else ""
        told += [] if reason.strip() or not found else [unsettled(where, found)]
    if told:
        return Refused(tuple(told))
    made = NewEvent(
        kind=kind,
        participant_id=scope.participant_id,
        visit=scope.visit,
        form=scope.form,
        details={name: text for name, text in details.items() if text},
    )
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


@decided_anew
def lock_data(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Nothing of the study's data changes after this, and results may be seen.

    Problems: TW-CAP-034 where they are locked already; TW-CAP-057 while queries are open or started visits are not
              complete, TW-CAP-086 for all else that is unsettled, unless a reason says why they are locked with these
              exceptions.
    """
    # What is unsettled is everybody's: no save may slip in between counting it and the lock.
    seen, snapshot = seen_so_far(ledger, None), ledger.snapshot()
    events = in_force_now(ledger, snapshot.events)
    told = check_any_role(study, events, actor, ("lock",), "data lock") + check_unlocked(events, "data lock")
    found = () if told else tuple(obstacles_in(study, snapshot))
    counts = counted(found)
    queries, visits = counts.get("query", 0), counts.get("visit_open", 0)
    if not reason.strip():
        told += [problem("TW-CAP-057", "data lock", count=queries, visits=visits)] if queries or visits else []
        others = [each for each in found if each.kind not in ("query", "visit_open")]
        told += [unsettled("data lock", others)] if others else []
    if told:
        return Refused(tuple(told))
    made = act(
        "locked", scope="data", head=ledger.head().hash, open_queries=str(queries), unfinished_visits=str(visits),
        exceptions=str(sum(counts.values())),
    )  # fmt: skip
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


def obstacles_in(study: Study, snapshot: Snapshot, today: dt.date | None = None) -> Iterator[Obstacle]:
    """
    Everything that stands against the data lock, participant by participant.

    `today` tells which windows have passed; None: the day of the last entry, so that the same data tell the same.
    """
    day = today or dt.date.fromisoformat((snapshot.as_of_utc or "1970-01-01")[:10])
    common = [event for event in snapshot.events if not event.participant_id]
    own: dict[str, list[LedgerEvent]] = {}
    for event in snapshot.events:
        if event.participant_id:
            own.setdefault(event.participant_id, []).append(event)
    for who, events in own.items():
        if any(event.kind == "participant_added" for event in events):
            yield from obstacles_of(study, who, values_in(snapshot, who), [*common, *events], today=day)
    yield from unsigned(study, snapshot)


def unsettled(where: str, found: Sequence[Obstacle]) -> Problem:
    """TW-CAP-086 with what is unsettled, by kind and number."""
    counts = counted(found)
    kinds = Text(
        ", ".join(f"{count} {KIND_WORDS[kind].en}" for kind, count in counts.items()),
        "、".join(f"{KIND_WORDS[kind].of('zh')} {count}" for kind, count in counts.items()),
    )
    return problem("TW-CAP-086", where, count=sum(counts.values()), kinds=kinds)


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


def _check_scope(study: Study, events: Sequence[LedgerEvent], scope: Scope, where: str) -> list[Problem]:
    if scope.level == "study":
        return []
    if scope.level == "site":
        names = [site.name for site in study.sites]
        return [] if scope.site in names else [problem("TW-CAP-087", where, typed=scope.site, allowed=", ".join(names))]
    told = check_status(events, scope.participant_id, [status for status in STATUS_WORDS if status != "unknown"])
    visits = {visit.name: visit for visit in visits_of(study, events, scope.participant_id)}
    if scope.visit and (scope.visit not in visits or (scope.form and scope.form not in visits[scope.visit].forms)):
        told.append(problem("TW-CAP-037", where, form=scope.form, visit=scope.visit))
    return told


def _check_changes(events: Sequence[LedgerEvent], kind: HoldAct, scope: Scope, where: str) -> list[Problem]:
    """TW-CAP-085 for a freeze or lock of what is so already, and for opening what is open."""
    state: Literal["frozen", "locked"] = "frozen" if kind in ("frozen", "unfrozen") else "locked"
    held = _held(events, scope, state)
    wide = held is not None and LEVELS.index(held.level) >= LEVELS.index(scope.level)
    if (held is None) == (kind in ("frozen", "locked")) or (kind in ("frozen", "locked") and not wide):
        return []
    word = STATE_WORDS[state] if held is not None else Text("open", "开放")
    return [problem("TW-CAP-085", where, what=LEVEL_WORDS[scope.level], state=word)]


def _held(events: Sequence[LedgerEvent], scope: Scope, state: str) -> Hold | None:
    """The freeze, or the lock, that covers all of a scope."""
    alone = [e for e in events if e.kind in (("frozen", "unfrozen") if state == "frozen" else ("locked", "unlocked"))]
    alone += [e for e in events if e.kind == "participant_added"]
    if scope.participant_id:
        return hold_on(alone, scope.participant_id, scope.visit, scope.form)
    return hold_on_site(alone, scope.site)


def _against(ledger: Ledger, study: Study, events: Sequence[LedgerEvent], scope: Scope) -> list[Obstacle]:
    if scope.participant_id:
        values, day = values_held(ledger, study, scope.participant_id), _last_day(events)
        found = obstacles_of(study, scope.participant_id, values, events, today=day, scope=scope)
        return (
            [*found, *unsigned(study, ledger.snapshot(), scope.participant_id, scope)]
            if study.signatures
            else list(found)
        )
    here = {
        event.participant_id
        for event in events
        if event.kind == "participant_added" and event.details.get("site", "") == scope.site
    }
    return [each for each in obstacles_in(study, ledger.snapshot()) if each.place.participant_id in here]


def _last_day(events: Sequence[LedgerEvent]) -> dt.date:
    return dt.date.fromisoformat(max((event.at_utc for event in events), default="1970-01-01")[:10])


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
