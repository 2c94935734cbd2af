"""Which record of which visit counts for an endpoint's visit, by the window rule of its variable."""

from collections.abc import Mapping

import msgspec

from trialwright.derive.courses import Course
from trialwright.derive.days import timing
from trialwright.derive.measures import Measured, measure_id
from trialwright.derive.visits import Attended
from trialwright.model.quantity import Missing
from trialwright.model.study import Study, Variable

OUTSIDE = Missing("not applicable")
"""A value that was measured, yet not for this endpoint."""


def visit_for(study: Study, variable: Variable, course: Course, visit: str) -> str:
    """
    The visit whose record counts for `visit`; "" where none does.

    Shape:    only the endpoint's own visit has a window rule; a visit that a strategy fell back on counts as it is.
    Missing:  a day that may lie inside or outside the window (a partial date) is not inside it.
    """
    if visit != variable.visit or variable.window == "as_entered":
        return visit
    if variable.window == "in_window":
        attended = course.visits.get(visit)
        return visit if attended is not None and attended.in_window else ""
    return _nearest(study, course, visit)


def _nearest(study: Study, course: Course, visit: str) -> str:
    """Of the visits after the first dose inside the window the nearest to the planned day, of two the earlier."""
    target = study.visit(visit)
    near = [
        (abs(attended.study_day - target.study_day), attended.study_day, name)
        for name, attended in course.visits.items()
        if attended.study_day is not None
        and target.study_day is not None
        and attended.visit.kind in ("planned", "unscheduled")
        and attended.study_day > 1
        and _inside(course, attended, target.name)
        and _was_measured(course, name)
    ]
    return min(near)[2] if near else ""


def _inside(course: Course, attended: Attended, target: str) -> bool:
    inside, _ = timing(course.first_dose, attended.date, course.visits[target].visit)
    return inside is True


def _was_measured(course: Course, visit: str) -> bool:
    """Whether anything that criteria look at was measured there: a dosing visit without measures is no candidate."""
    return any(m.record.visit == visit and not isinstance(m.pair.now, Missing) for m in course.measures.values())


def measure_at(course: Course, visit: str, counts: str, at: tuple[str, str]) -> Measured | None:
    """A measure for `visit` by the record of the visit that `counts`; without one the baseline stands alone."""
    if counts:
        return course.measures.get(measure_id(course.participant, counts, *at))
    own = course.measures.get(measure_id(course.participant, visit, *at))
    if own is None:
        return None
    return msgspec.structs.replace(own, pair=msgspec.structs.replace(own.pair, now=OUTSIDE))


def told(variable: Variable, visit: str, counts: str) -> Mapping[str, str]:
    """What the record of a verdict says of the window rule, where it changed anything."""
    if counts == visit:
        return {}
    return {"window": variable.window, "window_visit": counts or "none"}
