"""Value estimands: a measure or the score of a running log at a visit, its baseline and its change."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.courses import Course, logged
from trialwright.derive.intercurrent import ENDING, Dated, Found, events_at, planned_until, visit_that_counts
from trialwright.derive.measures import Measured, measure_id, unit_of
from trialwright.derive.visits import Attended, visit_id
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.entry import Scored
from trialwright.model.quantity import Missing
from trialwright.model.study import Estimand, Study

UNUSABLE = ("composite", "hypothetical")
"""Strategies that leave a number undefined after the event: no worst value and no unobserved course is declared."""


def derive_log_scores(catalog: Catalog, course: Course) -> list[AnalysisRecord]:
    """
    Every measure of every running log on the day of every baseline and planned visit.

    Missing:  a visit without a date has no value, whatever the log says of that time.
    """
    records = []
    for name in course.asked:
        instrument = catalog.instrument(name)
        if not instrument.repeating:
            continue
        for key, measure in instrument.measures.items():
            before, _ = logged(catalog, course, name, measure.of, course.baseline_day)
            for visit, attended in course.visits.items():
                if attended.visit.kind in ("baseline", "planned"):
                    now, inputs = logged(catalog, course, name, measure.of, attended.date)
                    place = (course, visit, attended)
                    records.append(
                        _log_record(f"{name}.{key}", unit_of(instrument, measure.of), place, (before, now), inputs)
                    )
    return records


def _log_record(
    parameter: str, unit: str, place: tuple[Course, str, Attended], pair: tuple[Scored, Scored], inputs: tuple[int, ...]
) -> AnalysisRecord:
    course, visit, attended = place
    before, now = pair
    used = visit_id(course.participant, course.baseline), visit_id(course.participant, visit)
    known = isinstance(before, Fraction) and isinstance(now, Fraction)
    change = now - before if isinstance(before, Fraction) and isinstance(now, Fraction) else Missing("unknown")
    return AnalysisRecord(
        id=f"{course.participant}:{visit}:{parameter}",
        participant_id=course.participant,
        visit=visit,
        parameter=parameter,
        kind="measure",
        value=now,
        unit=unit,
        baseline=before,
        change=None if visit == course.baseline else change,
        date=attended.date.text if attended.date else "",
        study_day=attended.study_day,
        in_window=attended.in_window,
        flags=(*attended.flags, *(() if known else ("value missing",))),
        inputs=inputs,
        uses=tuple(dict.fromkeys(u for u in used if course.baseline or u != used[0])),
    )


def derive_value(
    study: Study,
    estimand: Estimand,
    catalog: Catalog,
    courses: Sequence[Course],
    *,
    logs: dict[str, AnalysisRecord],
    dated: Dated,
) -> list[AnalysisRecord]:
    """
    The value at the endpoint's visit after the intercurrent-event strategies, one record a participant; and the course
    to it, one record a participant and visit (parameter `<estimand>:course`), which models of repeated measures use.

    Missing:  in the course a hypothetical or composite event ends the values at the visit by which it was found, and
              so does one after which a participant is not followed (while on treatment, while alive).
    """
    instrument, _, key = estimand.variable.entry.partition(".")
    key = key or next(iter(catalog.instrument(instrument).measures), "")
    records = []
    for course in courses:
        happened = events_at(study, estimand, dated, course)
        visit = visit_that_counts(study, estimand, course, happened)
        source = _source(course, logs, measure_id(course.participant, visit, instrument, key))
        records.append(_value_record(estimand, course, source, happened))
        records += _course(study, estimand, course, happened, logs=logs, at=(instrument, key))
    return records


def _course(
    study: Study,
    estimand: Estimand,
    course: Course,
    happened: Sequence[Found],
    *,
    logs: dict[str, AnalysisRecord],
    at: tuple[str, str],
) -> list[AnalysisRecord]:
    visits = planned_until(study, estimand.variable.visit)[1:]
    ends = [h for h in happened if h.event.found and h.event.seen_at and h.event.strategy in (*UNUSABLE, *ENDING)]
    first = min((visits.index(h.event.seen_at) for h in ends if h.event.seen_at in visits), default=len(visits))
    records = []
    for number, visit in enumerate(visits):
        source = _source(course, logs, measure_id(course.participant, visit, *at))
        if source is None:
            continue
        over = [h for h in ends if number >= first]
        lost = Missing("not applicable")
        records.append(
            msgspec.structs.replace(
                source,
                id=f"{course.participant}:{visit}:{estimand.name}:course",
                parameter=f"{estimand.name}:course",
                kind="value",
                value=lost if over else source.value,
                change=lost if over else source.change,
                improvement_pct=lost if over else source.improvement_pct,
                flags=tuple(dict.fromkeys((*source.flags, *(f"{h.event.strategy}: {h.event.name}" for h in over)))),
                inputs=tuple(sorted({seq for h in happened if h.event.found is not False for seq in h.inputs})),
                uses=(source.id,),
            )
        )
    return records


def _source(course: Course, logs: dict[str, AnalysisRecord], wanted: str) -> AnalysisRecord | None:
    measured: Measured | None = course.measures.get(wanted)
    return measured.record if measured is not None else logs.get(wanted)


def _value_record(
    estimand: Estimand, course: Course, source: AnalysisRecord | None, happened: Sequence[Found]
) -> AnalysisRecord:
    barred = [h for h in happened if h.event.found is not False and h.event.strategy in UNUSABLE]
    visit = estimand.variable.visit
    base = source or AnalysisRecord(
        id="", participant_id=course.participant, visit=visit, parameter="", kind="value", value=Missing("not done")
    )
    lost = Missing("not applicable")
    flags = [*base.flags, *(f"{h.event.strategy}: {h.event.name}" for h in barred)]
    flags += [f"undecided: {h.event.name}" for h in happened if h.event.found is None]
    return msgspec.structs.replace(
        base,
        id=f"{course.participant}:{visit}:{estimand.name}",
        visit=visit,
        parameter=estimand.name,
        kind="value",
        value=lost if barred else base.value,
        change=lost if barred else base.change,
        improvement_pct=lost if barred else base.improvement_pct,
        flags=tuple(dict.fromkeys(flags)),
        intercurrent=tuple(h.event.name for h in happened if h.event.found),
        inputs=tuple(sorted({seq for h in happened if h.event.found for seq in h.inputs})),
        uses=((source.id,) if source else ()),
        details={"visit_used": base.visit},
    )
