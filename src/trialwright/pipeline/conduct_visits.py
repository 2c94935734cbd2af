"""Acts on the visits of a participant: complete, open again, missed, outside the schedule."""

from collections.abc import Sequence

from trialwright.capture.gates import check_status
from trialwright.capture.locks import check_open
from trialwright.capture.problems import problem
from trialwright.capture.signatures import broken_by_save
from trialwright.capture.status import visit_completed
from trialwright.capture.values import Held, values_of
from trialwright.capture.visits import PROGRESS_WORDS, VisitState, visit_state_of, visits_of
from trialwright.model.ledger import Conflict, EventKind, LedgerEvent, Overtaken, Slot
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
    read_acts,
    write_acts,
)
from trialwright.store import Ledger

_ADDED: tuple[EventKind, ...] = ("visit_added",)


def values_held(ledger: Ledger, study: Study, participant_id: str, visits: Sequence[str] = ()) -> dict[Slot, Held]:
    """What a participant has on the forms of some visits, or of all; cheaper than a snapshot of the whole study."""
    held: dict[Slot, Held] = {}
    unscheduled = any(visit.kind == "unscheduled" for visit in study.visits)
    events = ledger.events(kinds=_ADDED, participant_id=participant_id) if unscheduled else ()
    for visit in visits_of(study, events, participant_id):
        if not visits or visit.name in visits:
            for form in visit.forms:
                held |= values_of(ledger.datapoints(participant_id, visit.name, form))
    return held


@decided_anew
def complete_visit(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, visit: str, *, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    The visit is whole: its values can be changed only after reopening, and its verdict may be seen.

    Problems: TW-CAP-055 for required items that are empty, unless a reason says why the visit is complete without them.
    """
    where = f"{visit}/{participant_id}"
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("complete_visit",), where)
    told += check_open(events, where, participant_id, visit)
    state = _state(ledger, study, events, participant_id, visit)
    if state is None:
        return Refused((*told, problem("TW-CAP-037", where, form="", visit=visit)))
    if state.progress != "started":
        told.append(_visit_is(where, study, state, Text("started", "进行中")))
    owed = state.owed
    if owed and state.progress == "started" and not reason.strip():
        labels = Text(
            ", ".join(field.item.label.en for field in owed), "、".join(field.item.label.of("zh") for field in owed)
        )
        told.append(problem("TW-CAP-055", where, count=len(owed), visit=study.visit(visit).title, labels=labels))
    if told:
        return Refused(tuple(told))
    made = act("visit_completed", participant_id, visit, owed=",".join(field.name for field in owed))
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


@decided_anew
def reopen_visit(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, visit: str, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A complete visit is opened for correction; the verdict is hidden again until it is marked complete."""
    where = f"{visit}/{participant_id}"
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("complete_visit",), where)
    told += check_open(events, where, participant_id, visit)
    told += check_reason_given(reason, where)
    if not visit_completed(events, participant_id, visit):
        state = _state(ledger, study, events, participant_id, visit)
        complete = PROGRESS_WORDS["complete"]
        told.append(
            problem("TW-CAP-037", where, form="", visit=visit)
            if state is None
            else _visit_is(where, study, state, complete)
        )
    if told:
        return Refused(tuple(told))
    made = [act("visit_reopened", participant_id, visit)]
    made += broken_by_save(events, participant_id, visit, "", why="visit_reopened")
    return write_acts(ledger, study, actor, made, reason=reason, token=token, seen=seen)


@decided_anew
def miss_visit(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, visit: str, *, reason: str
) -> Saved | Refused | Conflict | Overtaken:
    """The visit did not take place and will not; only where nothing was entered for it."""
    where = f"{visit}/{participant_id}"
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enter", "complete_visit"), where)
    told += check_open(events, where, participant_id, visit)
    told += check_reason_given(reason, where)
    state = _state(ledger, study, events, participant_id, visit)
    if state is None:
        told.append(problem("TW-CAP-037", where, form="", visit=visit))
    elif state.progress != "empty":
        told.append(_visit_is(where, study, state, PROGRESS_WORDS["empty"]))
    if told:
        return Refused(tuple(told))
    made = act("visit_missed", participant_id, visit)
    return write_acts(ledger, study, actor, [made], reason=reason, token=f"missed:{participant_id}:{visit}", seen=seen)


@decided_anew
def add_visit(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, visit: str, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    One occasion of an unscheduled visit, with the next number of its kind; its forms can be filled in from now on.

    Problems: gates as for entering data; TW-CAP-070 where the schedule has no unscheduled visit of this name.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enter",), participant_id)
    told += check_open(events, participant_id, participant_id)
    told += check_status(events, participant_id, ("enrolled", "withdrawn", "completed"))
    told += check_reason_given(reason, participant_id)
    kinds = [each.name for each in study.visits if each.kind == "unscheduled"]
    if visit not in kinds:
        told.append(problem("TW-CAP-070", participant_id, typed=visit, allowed=", ".join(kinds) or "none"))
    if told:
        return Refused(tuple(told))
    added = [e for e in events if e.kind == "visit_added" and e.visit.rpartition("-")[0] == visit]
    # The same page sent twice means the same visit, not the next one.
    name = next((e.visit for e in added if token and e.details.get("page") == token), f"{visit}-{len(added) + 1}")
    made = act("visit_added", participant_id, name, page=token)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


def _visit_is(where: str, study: Study, state: VisitState, allowed: Text) -> Problem:
    title, status = study.visit(state.visit).title, PROGRESS_WORDS[state.progress]
    return problem("TW-CAP-062", where, visit=title, status=status, allowed=allowed)


def _state(
    ledger: Ledger, study: Study, events: Sequence[LedgerEvent], participant_id: str, visit: str
) -> VisitState | None:
    if not any(each.name == visit and each.kind != "log" for each in visits_of(study, events, participant_id)):
        return None
    return visit_state_of(study, values_held(ledger, study, participant_id, [visit]), events, participant_id, visit)
