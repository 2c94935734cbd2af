"""Participant facts: what analysis sets and intercurrent events ask about, three-valued, each with what it rests on."""

from collections.abc import Iterable

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.book import Row
from trialwright.derive.courses import DOSING, Course, logged
from trialwright.derive.days import both, either, on_or_before
from trialwright.derive.events import start_of
from trialwright.derive.measures import Measured, measure_id
from trialwright.model.allotment import ARM_ACTS, arm_named
from trialwright.model.dating import inputs_of
from trialwright.model.ledger import EventKind, LedgerEvent
from trialwright.model.quantity import Missing, PartialDate
from trialwright.model.study import Study

# Where the facts are read from: the log or form, its item, and the code that says yes. These are names of catalog
# instruments; a study without such a form simply has no such fact (false), as ARCHITECTURE says.
MEDICATION = "concomitant_medication"
DEVIATION = "protocol_deviation"
DISPOSITION = "disposition"
ADVERSE_EVENT = "adverse_event"
GLUCOCORTICOID = ("glucocorticoid_log", "daily_dose")
YES, NO = "Y", "N"
NOT_WITHDRAWN = "none"
"""The code of `withdrawn_reason` while a participant is in the study: not missing, so a condition on it is false."""

NO_ARM = "none"
"""The arm of a participant who is not enrolled."""

STOPPED = "stopped"
"""The action taken with study treatment that ends it."""


class Fact(msgspec.Struct, frozen=True):
    """A truth (None = unknown) or a code, and the seqs and record ids behind it."""

    value: bool | str | None
    inputs: tuple[int, ...] = ()
    uses: tuple[str, ...] = ()


Facts = dict[str, Fact]


def facts_until(study: Study, catalog: Catalog, course: Course, until: PartialDate | None, visit: str = "") -> Facts:
    """
    The participant facts on a day (None: over the whole study).

    Shape:    one Fact a name of ARCHITECTURE's list; `arm` where the study has several.
    Missing:  unknown where a partial or missing date leaves open whether something came before the day.
    """
    withdrawn = _either_source(course, "withdrawn", "withdrawn", until)
    died = _died(course, until)
    return {
        **({"arm": _arm(course)} if len(study.arms) > 1 else {}),
        "consented": _event(course, ("consent_given",), until),
        "enrolled": _event(course, ("enrolled",), until),
        "dosed": _dosed(course, until),
        "completed": _either_source(course, "completed", "completed", until),
        "withdrawn": withdrawn,
        "withdrawn_reason": _withdrawn_reason(course, withdrawn),
        "died": died,
        "major_deviation": _major_deviation(course, until),
        "baseline_complete": _baseline_complete(study, course),
        "rescue": _rescue(course, until),
        "glucocorticoid_above_baseline": _more_glucocorticoid(catalog, course, until, visit),
        "treatment_stopped": _treatment_stopped(course, until, (withdrawn, died)),
    }


def _arm(course: Course) -> Fact:
    """The arm of enrolment, as last corrected, whenever that was: an arm is assigned, it does not come about."""
    acts = course.book.events(course.participant, *ARM_ACTS)
    return Fact(arm_named(acts) or NO_ARM, tuple(event.seq for event in acts))


def as_row(facts: Facts) -> dict[str, str | None]:
    """Facts as the columns a condition reads: a truth is the code Y or N, unknown is missing."""
    return {name: _code(fact.value) for name, fact in facts.items()}


def _code(value: bool | str | None) -> str | None:
    if isinstance(value, bool):
        return YES if value else NO
    return value


def _before(date: PartialDate | None, until: PartialDate | None) -> bool | None:
    if until is None:
        return True
    return None if date is None else on_or_before(date, until)


def _event_date(event: LedgerEvent) -> PartialDate:
    """The day an act says it took place, else the day it was recorded."""
    return PartialDate(event.details.get("date") or event.at_utc[:10])


def _event(course: Course, kinds: tuple[EventKind, ...], until: PartialDate | None) -> Fact:
    events = course.book.events(course.participant, *kinds)
    found = either([_before(_event_date(e), until) for e in events])
    return Fact(found, tuple(seq for e in events for seq in inputs_of(e)))


def _says(row: Row, item: str) -> bool | None:
    """A yes/no answer: unknown only where somebody said so; a blank is not a yes."""
    if row.sheet.answers.get(item) == Missing("unknown"):
        return None
    return row.sheet.code(item) == YES


def _rows(rows: Iterable[tuple[Row, bool | None]]) -> Fact:
    """True where one row holds, unknown where one might; the rows that do or might are what it rests on."""
    weighed = [(row, held) for row, held in rows if held is not False]
    found = either([held for _, held in weighed])
    return Fact(found, tuple(sorted({seq for row, _ in weighed for seq in row.sheet.inputs})))


def _dosed(course: Course, until: PartialDate | None) -> Fact:
    if course.first_dose is None:
        rows = course.book.rows(course.participant, DOSING)
        # A dose row without a date, or of zero, does not show that treatment began.
        return Fact(False, tuple(sorted({seq for row in rows for seq in row.sheet.inputs})))
    return Fact(_before(course.first_dose, until), course.dose_inputs)


def _either_source(course: Course, kind: EventKind, status: str, until: PartialDate | None) -> Fact:
    """An act of the ledger, or the end-of-study form saying the same."""
    act = _event(course, (kind,), until)
    form = _rows(
        (row, _before(row.sheet.date("date"), until))
        for row in course.book.rows(course.participant, DISPOSITION)
        if row.sheet.code("status") == status
    )
    values = [v for v in (act.value, form.value) if not isinstance(v, str)]
    return Fact(either(values), tuple(sorted({*act.inputs, *form.inputs})))


def _withdrawn_reason(course: Course, withdrawn: Fact) -> Fact:
    if not withdrawn.value:
        return Fact(NOT_WITHDRAWN if withdrawn.value is False else None, withdrawn.inputs)
    said = [row.sheet.code("reason") for row in course.book.rows(course.participant, DISPOSITION)]
    said += [e.details.get("reason", "") for e in course.book.events(course.participant, "withdrawn")]
    return Fact(next((reason for reason in said if reason), None), withdrawn.inputs)


def _died(course: Course, until: PartialDate | None) -> Fact:
    act = _either_source(course, "died", "died", until)
    fatal = _rows(
        (row, _before(row.sheet.date("end") or start_of(row), until))
        for row in course.book.rows(course.participant, ADVERSE_EVENT)
        if row.sheet.code("outcome") == "fatal" or row.sheet.code("serious_death") == YES
    )
    values = [v for v in (act.value, fatal.value) if not isinstance(v, str)]
    return Fact(either(values), tuple(sorted({*act.inputs, *fatal.inputs})))


def _major_deviation(course: Course, until: PartialDate | None) -> Fact:
    rows = _rows(
        (row, both(_says(row, "major"), _before(start_of(row), until)))
        for row in course.book.rows(course.participant, DEVIATION)
    )
    acts = [
        e
        for e in course.book.events(course.participant, "deviation_recorded")
        if e.details.get("major") == YES or e.details.get("severity") == "major"
    ]
    act = either([_before(_event_date(e), until) for e in acts])
    known = rows.value if not isinstance(rows.value, str) else None
    return Fact(either([known, act]), tuple(sorted({*rows.inputs, *(e.seq for e in acts)})))


def _baseline_complete(study: Study, course: Course) -> Fact:
    """Every measure that fills a role of a primary response endpoint has a value at its baseline."""
    wanted = {
        name
        for estimand in study.estimands
        if estimand.level == "primary" and estimand.variable.kind == "response"
        for name in estimand.variable.measures.values()
    }
    measured: dict[str, Measured] = {}
    for m in course.measures.values():
        if {m.record.parameter, m.record.parameter.partition(".")[0]} & wanted:
            measured.setdefault(m.record.parameter, m)
    complete = bool(measured) and not any(isinstance(m.pair.baseline, Missing) for m in measured.values())
    inputs = {seq for m in measured.values() for seq in m.baseline_inputs}
    return Fact(complete, tuple(sorted(inputs)), tuple(m.record.id for m in measured.values()))


def _rescue(course: Course, until: PartialDate | None) -> Fact:
    """Rescue medication begun on or after the day of the first dose and by the day asked about."""
    found = _rows(
        (row, both(_says(row, "rescue"), both(_since_first_dose(course, row), _before(start_of(row), until))))
        for row in course.book.rows(course.participant, MEDICATION)
    )
    return Fact(found.value, tuple(sorted({*found.inputs, *(course.dose_inputs if found.inputs else ())})))


def _since_first_dose(course: Course, row: Row) -> bool | None:
    start = start_of(row)
    if course.first_dose is None:
        return False
    return None if start is None else on_or_before(course.first_dose, start)


def _more_glucocorticoid(catalog: Catalog, course: Course, until: PartialDate | None, visit: str) -> Fact:
    """The daily dose on the day (or at the last visit) is above the baseline's; unknown where one of them is."""
    instrument, score = GLUCOCORTICOID
    if instrument not in course.asked:
        return Fact(False)
    day = until or max((a.date for a in course.visits.values() if a.date), key=lambda d: d.earliest, default=None)
    before, rows = logged(catalog, course, instrument, score, course.baseline_day)
    inputs = tuple(sorted({*rows, *(seq for attended in course.visits.values() for seq in attended.inputs)}))
    now, _ = logged(catalog, course, instrument, score, day)
    uses = (measure_id(course.participant, visit, instrument, score),) if visit else ()
    if isinstance(before, Missing) or isinstance(now, Missing):
        return Fact(None, inputs, uses)
    return Fact(now > before, inputs, uses)


def _treatment_stopped(course: Course, until: PartialDate | None, ends: tuple[Fact, Fact]) -> Fact:
    """Study treatment ended early: stopped for an adverse event, withdrawal or death."""
    stopped = _rows(
        (row, _before(start_of(row), until))
        for row in course.book.rows(course.participant, ADVERSE_EVENT)
        if row.sheet.code("action") == STOPPED
    )
    values = [fact.value for fact in (stopped, *ends) if not isinstance(fact.value, str)]
    return Fact(either(values), tuple(sorted({*stopped.inputs, *(seq for end in ends for seq in end.inputs)})))
