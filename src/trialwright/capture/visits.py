"""The visits of a participant: what is entered, what is owed, and whether a visit kept its window."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from trialwright.capture.forms import hidden_fields
from trialwright.capture.status import inactive_rows, left_on, participant_status
from trialwright.capture.values import VISIT_DATE, Values, fields_of, first_dose, values_in
from trialwright.model.ledger import Blank, EventKind, LedgerEvent, Snapshot, Stored
from trialwright.model.quantity import Missing, PartialDate
from trialwright.model.study import Field, Form, Study, Visit
from trialwright.model.text import Text

Progress = Literal["empty", "started", "complete", "missed"]
Timing = Literal["", "in window", "early", "late", "unknown"]

PROGRESS_WORDS: dict[Progress, Text] = {
    "empty": Text("not started", "未开始"),
    "started": Text("started", "进行中"),
    "complete": Text("complete", "已完成"),
    "missed": Text("missed", "未访视"),
}
TIMING_WORDS: dict[Timing, Text] = {
    "": Text("", ""),
    "in window": Text("in window", "在窗口期内"),
    "early": Text("early", "提前"),
    "late": Text("late", "延迟"),
    "unknown": Text("window cannot be judged", "无法判断窗口期"),
}


class FormState(msgspec.Struct, frozen=True, kw_only=True):
    """
    How far one form of a visit is. `owed` are the required items without a value or a reason, `owed_rows` the row of
    each of them (0 outside a log); `rows` of a log.
    """

    form: str
    filled: int
    missing: int  # items marked with a reason for absence
    owed: tuple[Field, ...]
    owed_rows: tuple[int, ...]
    rows: tuple[int, ...] = ()


class VisitState(msgspec.Struct, frozen=True, kw_only=True):
    """
    One visit of one participant. `study_day` is real (day of first dose = 1, no day 0), None where it cannot be known.

    `due` is the planned day, `earliest` and `latest` the window, all None before the first dose.
    """

    visit: str
    progress: Progress
    date: PartialDate | None
    study_day: int | None
    due: dt.date | None
    earliest: dt.date | None
    latest: dt.date | None
    timing: Timing
    forms: tuple[FormState, ...]

    @property
    def owed(self) -> tuple[Field, ...]:
        return tuple(field for form in self.forms for field in form.owed)


def visits_of(study: Study, events: Iterable[LedgerEvent], participant_id: str) -> tuple[Visit, ...]:
    """The schedule as it stands for one participant: unscheduled visits only as often as they took place."""
    added = [study.visit(e.visit) for e in events if (e.kind, e.participant_id) == ("visit_added", participant_id)]
    planned = [visit for visit in study.visits if visit.kind not in ("unscheduled", "log")]
    return (*planned, *added, *(visit for visit in study.visits if visit.kind == "log"))


def visit_state(study: Study, snapshot: Snapshot, participant_id: str, visit: str) -> VisitState:
    """The state of one visit in a snapshot."""
    return visit_state_of(study, values_in(snapshot, participant_id), snapshot.events, participant_id, visit)


def visit_state_of(
    study: Study, values: Values, events: Sequence[LedgerEvent], participant_id: str, visit: str
) -> VisitState:
    """The same from values at hand. `values` must hold the dosing log for the window to be judged."""
    return visit_states(study, values, events, participant_id, [visit])[0]


def visit_states(
    study: Study, values: Values, events: Sequence[LedgerEvent], participant_id: str, visits: Sequence[str]
) -> tuple[VisitState, ...]:
    """The states of several visits; what is held is gone through once for all of them."""
    day_one, filled = _in_use(values, events, participant_id)
    own = [event for event in events if event.participant_id == participant_id and event.kind in _VISIT_ACTS]
    return tuple(_state(study, filled, own, day_one, study.visit(visit)) for visit in visits)


_VISIT_ACTS: tuple[EventKind, ...] = ("visit_completed", "visit_reopened", "visit_missed")
_Filled = dict[tuple[str, str], dict[int, dict[str, Stored]]]
"""Visit and form -> row -> item -> what stands there."""


def _in_use(values: Values, events: Sequence[LedgerEvent], participant_id: str) -> tuple[dt.date | None, _Filled]:
    """The day of the first dose, and everything by form; rows taken out of use count for neither."""
    gone = inactive_rows(events, participant_id)
    used = {slot: held for slot, held in values.items() if (slot.visit, slot.form, slot.row) not in gone}
    filled: _Filled = {}
    for slot, held in used.items():
        row = filled.setdefault((slot.visit, slot.form), {}).setdefault(slot.row, {})
        if not isinstance(held.value, Blank):
            row[slot.item] = held.value
    return first_dose(used), filled


def _state(
    study: Study, filled: _Filled, events: Sequence[LedgerEvent], day_one: dt.date | None, planned: Visit
) -> VisitState:
    date = next(
        (
            value
            for name in planned.forms
            for value in [filled.get((planned.name, name), {}).get(0, {}).get(VISIT_DATE)]
            if isinstance(value, PartialDate)
        ),
        None,
    )
    due, earliest, latest = window(planned, day_one)
    forms = tuple(_form_state(study.form(name), filled.get((planned.name, name), {})) for name in planned.forms)
    kinds = [event.kind for event in events if event.visit == planned.name]
    progress: Progress = "started" if any(f.filled or f.missing or f.rows for f in forms) else "empty"
    if [kind for kind in kinds if kind != "visit_missed"][-1:] == ["visit_completed"]:
        progress = "complete"
    elif progress == "empty" and "visit_missed" in kinds:
        progress = "missed"
    return VisitState(
        visit=planned.name,
        progress=progress,
        date=date,
        study_day=study_day(date, day_one),
        due=due,
        earliest=earliest,
        latest=latest,
        timing=_timing(planned, date, earliest, latest),
        forms=forms,
    )


def study_day(date: PartialDate | None, day_one: dt.date | None) -> int | None:
    """Days from the first dose, which is day 1; the day before is day -1. None for a partial date or no dose yet."""
    if date is None or day_one is None or not date.complete:
        return None
    days = (date.earliest - day_one).days
    return days + 1 if days >= 0 else days


def window(visit: Visit, day_one: dt.date | None) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """Planned day, first and last day of the window; all None before the first dose or for a visit without a day."""
    if visit.study_day is None or day_one is None:
        return None, None, None
    # There is no day 0: day -1 is the day before day 1.
    due = day_one + dt.timedelta(days=visit.study_day - 1 if visit.study_day > 0 else visit.study_day)
    return due, due - dt.timedelta(days=visit.early), due + dt.timedelta(days=visit.late)


def past_window(state: VisitState, events: Iterable[LedgerEvent], today: dt.date) -> bool:
    """
    Whether a visit's window has passed and the site still owes it: neither begun nor recorded as missed.

    Whoever has left is owed no visit whose window was not over by then. `events` are the participant's own.
    Missing: of an end of which only the month or year is known, its first day counts, so that nothing is claimed as
    owed that may have come after it.
    """
    if state.progress != "empty" or state.latest is None:
        return False
    left = left_on(events)
    return state.latest < (min(today, left) if left else today)


def next_due(study: Study, states: Sequence[VisitState], events: Sequence[LedgerEvent]) -> VisitState | None:
    """The next visit to expect: the first planned one that is neither begun nor missed; None once all is over."""
    if participant_status(events) not in ("enrolled", "eligible", "consented"):
        return None
    planned = {v.name for v in study.visits if v.kind in ("screening", "baseline", "planned")}
    return next((s for s in states if s.visit in planned and s.progress == "empty"), None)


def _timing(visit: Visit, date: PartialDate | None, earliest: dt.date | None, latest: dt.date | None) -> Timing:
    if date is None or visit.study_day is None:
        return ""
    if earliest is None or latest is None:
        return "unknown"
    if date.latest < earliest:
        return "early"
    if date.earliest > latest:
        return "late"
    return "in window" if earliest <= date.earliest and date.latest <= latest else "unknown"


def _form_state(form: Form, held: Mapping[int, Mapping[str, Stored]]) -> FormState:
    filled = missing = 0
    owed: list[tuple[Field, int]] = []
    fields = fields_of(form)
    for row in sorted(held) or ([] if form.repeating else [0]):
        present = held.get(row, {})
        hidden = hidden_fields(fields, present)
        missing += sum(isinstance(value, Missing) for value in present.values())
        filled += sum(not isinstance(value, Missing) for value in present.values())
        owed += [(f, row) for f in fields if f.required and f.name not in hidden and f.name not in present]
    return FormState(
        form=form.name,
        filled=filled,
        missing=missing,
        owed=tuple(field for field, _ in owed),
        owed_rows=tuple(row for _, row in owed),
        rows=tuple(sorted(held)) if form.repeating else (),
    )
