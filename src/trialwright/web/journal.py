"""How far each participant has come, as lists and timelines show it; judged by capture, gathered here."""

from collections import defaultdict

import msgspec

from trialwright.capture.status import Status, participant_status
from trialwright.capture.values import Values, values_in
from trialwright.capture.visits import VisitState, next_due, visit_state_of, visits_of
from trialwright.model.ledger import EventKind, LedgerEvent, Snapshot
from trialwright.model.study import Study, Visit


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One participant: status, own acts, values, and the state of every visit and log."""

    participant_id: str
    status: Status
    events: tuple[LedgerEvent, ...]
    values: Values
    states: tuple[VisitState, ...]
    logs: tuple[VisitState, ...]
    due: VisitState | None

    def last(self, kind: EventKind, visit: str = "") -> LedgerEvent | None:
        """The latest act of a kind, at a visit where one is named."""
        found = (e for e in reversed(self.events) if e.kind == kind and visit in ("", e.visit))
        return next(found, None)

    def all(self, kind: EventKind) -> tuple[LedgerEvent, ...]:
        return tuple(event for event in self.events if event.kind == kind)

    def state(self, visit: str) -> VisitState:
        return next(state for state in (*self.states, *self.logs) if state.visit == visit)

    @property
    def complete(self) -> int:
        return sum(state.progress == "complete" for state in self.states)


def courses(study: Study, snapshot: Snapshot) -> tuple[Course, ...]:
    """Every participant in the order of being added."""
    acts = acts_by_participant(snapshot)
    return tuple(_course(study, snapshot, name, events) for name, events in acts.items())


def course(study: Study, snapshot: Snapshot, participant_id: str) -> Course | None:
    """One participant; None for a stranger."""
    events = acts_by_participant(snapshot).get(participant_id)
    return _course(study, snapshot, participant_id, events) if events else None


def acts_by_participant(snapshot: Snapshot) -> dict[str, tuple[LedgerEvent, ...]]:
    """The acts of everybody who was added, by participant."""
    acts: dict[str, list[LedgerEvent]] = defaultdict(list)
    for event in snapshot.events:
        if event.participant_id:
            acts[event.participant_id].append(event)
    return {name: tuple(events) for name, events in acts.items() if any(e.kind == "participant_added" for e in events)}


def _course(study: Study, snapshot: Snapshot, name: str, events: tuple[LedgerEvent, ...]) -> Course:
    values = values_in(snapshot, name)

    def states(visits: list[Visit]) -> tuple[VisitState, ...]:
        return tuple(visit_state_of(study, values, events, name, visit.name) for visit in visits)

    visits = visits_of(study, events, name)
    planned = states([visit for visit in visits if visit.kind != "log"])
    return Course(
        participant_id=name,
        status=participant_status(events),
        events=events,
        values=values,
        states=planned,
        logs=states([visit for visit in visits if visit.kind == "log"]),
        due=next_due(study, planned, events),
    )
