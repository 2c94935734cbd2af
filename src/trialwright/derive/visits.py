"""When each visit took place: its date, study day and window. A record counts for the visit it was entered under."""

import msgspec

from trialwright.derive.book import Book
from trialwright.derive.days import last_day, study_day, timing
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.quantity import Missing, PartialDate
from trialwright.model.study import Study, Visit

VISIT_RECORD = "visit_record"
"""The instrument whose item `date` is the date of a visit."""

NOT_PLANNED = ("log", "unscheduled")
"""Kinds of visits that no time point of the analysis stands for; a window rule may still choose an unscheduled one."""

ENDED = ("withdrawn", "died", "completed")
"""After one of these a visit without a date did not take place; before, it may only not be entered yet."""


class Attended(msgspec.Struct, frozen=True, kw_only=True):
    """One planned visit of one participant as it was: without a date where it did not take place."""

    visit: Visit
    date: PartialDate | None
    absent: Missing
    closes: PartialDate | None
    study_day: int | None
    in_window: bool | None
    flags: tuple[str, ...]
    inputs: tuple[int, ...]

    @property
    def until(self) -> PartialDate | None:
        """The day up to which events bear on this visit: its date, or the last day it could have taken place."""
        return self.date or self.closes


def attended_visits(
    study: Study, book: Book, participant: str, dosed: tuple[PartialDate | None, tuple[int, ...]]
) -> dict[str, Attended]:
    """Every planned visit by name, those that did not take place included; then the unscheduled ones that did."""
    planned = [visit for visit in study.visits if visit.kind not in NOT_PLANNED]
    occasions = _occasions(study, book, participant)
    return {visit.name: _attended(book, participant, dosed, visit) for visit in (*planned, *occasions)}


def _occasions(study: Study, book: Book, participant: str) -> list[Visit]:
    """Unscheduled visits with anything entered, one an occasion ("UNS-1"), in the order of their numbers."""
    kinds = {visit.name: visit.kind for visit in study.visits}
    entered = {visit for visit, _, _, _ in book.sheets(participant)}
    split = [name.rpartition("-") for name in entered]
    numbered = sorted((base, int(number)) for base, _, number in split if number.isdecimal())
    return [study.visit(f"{base}-{number}") for base, number in numbered if kinds.get(base) == "unscheduled"]


def _attended(
    book: Book, participant: str, dosed: tuple[PartialDate | None, tuple[int, ...]], visit: Visit
) -> Attended:
    first_dose, dose_inputs = dosed
    sheet = book.sheet(participant, visit.name, VISIT_RECORD)
    missed = [e.seq for e in book.events(participant, "visit_missed") if e.visit == visit.name]
    not_done = bool(missed or book.events(participant, *ENDED))
    date = sheet.date("date")
    entered = sheet.answers.get("date")
    in_window, side = timing(first_dose, date, visit)
    flags = [side] if side else []
    if date is None:
        flags.append("missed" if missed else "no visit date")
    if date is not None and not date.complete:
        flags.append("partial date")
    if first_dose is None:
        flags.append("never dosed")
    return Attended(
        visit=visit,
        date=date,
        absent=entered if isinstance(entered, Missing) else Missing("not done" if not_done else "unknown"),
        closes=last_day(first_dose, visit),
        study_day=study_day(first_dose, date),
        in_window=in_window,
        flags=tuple(flags),
        # The study day and the window rest on the first dose as much as on the visit's own date.
        inputs=tuple(sorted({*sheet.inputs, *missed, *dose_inputs})),
    )


def visit_record(participant: str, attended: Attended) -> AnalysisRecord:
    """The visit as a record: other records of that visit use it, so that a trace reaches the date's keystroke."""
    return AnalysisRecord(
        id=visit_id(participant, attended.visit.name),
        participant_id=participant,
        visit=attended.visit.name,
        parameter="visit",
        kind="fact",
        value=attended.date.text if attended.date else attended.absent,
        date=attended.date.text if attended.date else "",
        study_day=attended.study_day,
        in_window=attended.in_window,
        flags=attended.flags,
        inputs=attended.inputs,
    )


def visit_id(participant: str, visit: str) -> str:
    """The id of a visit's own record."""
    return f"{participant}:{visit}:visit"
