"""A participant's visits against their windows: a line from left to right, and one from top to bottom for a phone."""

import datetime as dt

import msgspec

from trialwright.capture.visits import VisitState
from trialwright.web.journal import Course
from trialwright.web.names import Names

WIDTH, EDGE = 900, 60
TALL, TOP, BELOW = 300, 16, 22
"""The narrow drawing: how high its days are at least, what is above them, and what a label takes."""
A_VISIT = 46
"""Each visit makes it so much higher, so that a long schedule is not pressed together."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One visit, in drawing units along the line; `label_at` is where its name stands beside the upright line."""

    label: str
    day: str
    plan: float
    start: float
    length: float
    seen: float | None
    outside: bool
    label_at: float = 0.0


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """`length` of the whole line; `today` is None before the first window and after the last."""

    length: float
    marks: tuple[Mark, ...]
    today: float | None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The same visits drawn twice; a screen shows one of them."""

    wide: Drawing
    tall: Drawing


def timeline(person: Course, names: Names, today: dt.date) -> Timeline | None:
    """Windows and dates on one line; None before day 1 is known."""
    planned = [state for state in person.states if state.due and state.earliest and state.latest]
    if not planned:
        return None
    high = max(TALL, A_VISIT * len(planned))
    wide = _drawn(planned, names, today, (EDGE, WIDTH - EDGE))
    return Timeline(
        wide=msgspec.structs.replace(wide, length=WIDTH), tall=_labelled(_drawn(planned, names, today, (TOP, high)))
    )


def _drawn(planned: list[VisitState], names: Names, today: dt.date, between: tuple[int, int]) -> Drawing:
    days = [d for s in planned for d in (s.due, s.earliest, s.latest, _seen(s)) if d]
    first, last = min(days), max(days)
    unit = (between[1] - between[0]) / max(1, (last - first).days)

    def at(day: dt.date) -> float:
        return round(between[0] + (day - first).days * unit, 1)

    marks = []
    for state in planned:
        if state.due is None or state.earliest is None or state.latest is None:
            continue
        seen = _seen(state)
        marks.append(
            Mark(
                label=names.visit_short(state.visit),
                day=(seen or state.due).isoformat(),
                plan=at(state.due),
                start=at(state.earliest),
                length=max(4.0, round((state.latest - state.earliest).days * unit, 1)),
                seen=at(seen) if seen else None,
                outside=state.timing in ("early", "late"),
            )
        )
    return Drawing(length=between[1], marks=tuple(marks), today=at(today) if first <= today <= last else None)


def _labelled(drawing: Drawing) -> Drawing:
    """With a place for each name: beside its planned day, or below the name before where the two would touch."""
    placed: list[Mark] = []
    for mark in drawing.marks:
        after = placed[-1].label_at + BELOW if placed else mark.plan
        placed.append(msgspec.structs.replace(mark, label_at=max(mark.plan, after)))
    end = max(drawing.length, *(mark.start + mark.length for mark in placed), placed[-1].label_at)
    return msgspec.structs.replace(drawing, length=round(end + TOP, 1), marks=tuple(placed))


def _seen(state: VisitState) -> dt.date | None:
    text = state.date.text if state.date else ""
    return dt.date.fromisoformat(text) if len(text) == 10 and text.replace("-", "").isdigit() else None
