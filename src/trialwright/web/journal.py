"""How far each participant has come, as lists and timelines show it; judged by capture, gathered here."""

from weakref import WeakKeyDictionary

import msgspec

from trialwright.capture.status import Status, participant_status
from trialwright.capture.values import Values, values_held
from trialwright.capture.visits import VisitState, next_due, visit_states, visits_of
from trialwright.model.ledger import Case, EventKind, LedgerEvent
from trialwright.model.study import Study, Visit
from trialwright.web.place import Place


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


def courses(place: Place) -> tuple[Course, ...]:
    """Every participant in the order of being added."""
    added = place.ledger.events(kinds=["participant_added"])
    names = dict.fromkeys(event.participant_id for event in added)
    return tuple(found for name in names if (found := course(place, name)) is not None)


def course(place: Place, participant_id: str) -> Course | None:
    """One participant; None for a stranger. Kept until somebody writes about this participant."""
    case = place.case(participant_id)
    if not any(event.kind == "participant_added" for event in case.events):
        return None
    kept = _kept.setdefault(place, {})
    held = kept.get(participant_id)
    if held is not None and held[0] == case.last and held[1] is place.study:
        return held[2]
    made = _course(place.study, case, participant_id)
    kept[participant_id] = (case.last, place.study, made)
    return made


_kept: WeakKeyDictionary[Place, dict[str, tuple[int, Study, Course]]] = WeakKeyDictionary()


def _course(study: Study, case: Case, name: str) -> Course:
    values, events = values_held(case), case.events

    def states(visits: list[Visit]) -> tuple[VisitState, ...]:
        return visit_states(study, values, events, name, [visit.name for visit in visits])

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
