"""How far each participant has come, as lists and timelines show it; judged by capture, gathered here."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from trialwright.capture import deviations
from trialwright.capture.deviations import Candidate
from trialwright.capture.obstacles import Obstacle, obstacles_of
from trialwright.capture.status import Status, participant_status
from trialwright.capture.values import Values, values_held
from trialwright.capture.visits import VisitState, next_due, visit_states, visits_of
from trialwright.model.dating import dated
from trialwright.model.ledger import Case, EventKind, LedgerEvent
from trialwright.model.study import Study, Visit
from trialwright.web.place import Place

_Made = TypeVar("_Made")


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """
    One participant: status, own acts, values, and the state of every visit and log.

    `events` are the acts as they were entered, `acts` the same with the days that count.
    """

    participant_id: str
    status: Status
    events: tuple[LedgerEvent, ...]
    acts: tuple[LedgerEvent, ...]
    values: Values
    states: tuple[VisitState, ...]
    logs: tuple[VisitState, ...]
    due: VisitState | None

    def last(self, kind: EventKind, visit: str = "") -> LedgerEvent | None:
        """The latest act of a kind, with the day that counts, at a visit where one is named."""
        found = (e for e in reversed(self.acts) if e.kind == kind and visit in ("", e.visit))
        return next(found, None)

    def all(self, kind: EventKind) -> tuple[LedgerEvent, ...]:
        return tuple(event for event in self.acts if event.kind == kind)

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
    return _kept_courses(place, participant_id, case, lambda: _course(place.study, case, participant_id))


def visited(people: Iterable[Course]) -> dict[tuple[str, str], dt.date]:
    """The day of each visit that has a whole date, by participant and visit."""
    return {
        (person.participant_id, state.visit): state.date.earliest
        for person in people
        for state in person.states
        if state.date is not None and state.date.complete
    }


def departures(place: Place, participant_id: str) -> tuple[Candidate, ...]:
    """What one participant's data show of deviations. Kept as a course is."""
    case = place.case(participant_id)
    return _kept_departures(
        place, participant_id, case,
        lambda: deviations.departures(place.study, participant_id, values_held(case), case.events),
    )  # fmt: skip


def obstacles(place: Place, person: Course, today: dt.date) -> tuple[Obstacle, ...]:
    """What of one participant stands against the data lock. Kept as a course is, for the day."""
    who = person.participant_id
    return _kept_obstacles(
        place, who, place.case(who),
        lambda: tuple(obstacles_of(place.study, who, person.values, person.events, today=today)), today,
    )  # fmt: skip


class _Kept(msgspec.Struct, Generic[_Made], frozen=True):
    """What was made, and of what: another object in one of these places means that somebody wrote."""

    case: Case
    study: Study
    day: dt.date | None
    made: _Made

    def of(self, case: Case, study: Study, day: dt.date | None) -> bool:
        # the very same objects, not the same number of the last entry: a ledger restored in its place may count alike
        same = self.case.events is case.events and self.case.forms is case.forms
        return same and self.study is study and self.day == day


class _UntilWritten(Generic[_Made]):
    """What is worked out of one participant, kept while nobody writes about that participant."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Place, dict[str, _Kept[_Made]]] = WeakKeyDictionary()

    def __call__(
        self, place: Place, who: str, case: Case, make: Callable[[], _Made], day: dt.date | None = None
    ) -> _Made:
        kept = self._kept.setdefault(place, {})
        held = kept.get(who)
        if held is None or not held.of(case, place.study, day):
            held = kept[who] = _Kept(case, place.study, day, make())
        return held.made


_kept_courses = _UntilWritten[Course]()
_kept_departures = _UntilWritten[tuple[Candidate, ...]]()
_kept_obstacles = _UntilWritten[tuple[Obstacle, ...]]()


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
        acts=tuple(dated(events)),
        values=values,
        states=planned,
        logs=states([visit for visit in visits if visit.kind == "log"]),
        due=next_due(study, planned, events),
    )
