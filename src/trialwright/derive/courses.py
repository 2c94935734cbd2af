"""One participant's course through the study, read once: first dose, visits, measures; and day by day, logs."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.book import UNKNOWN, Book
from trialwright.derive.events import start_of
from trialwright.derive.measures import Measured, derive_measures
from trialwright.derive.visits import Attended, attended_visits
from trialwright.model.entry import Scored
from trialwright.model.quantity import Missing, PartialDate, Quantity
from trialwright.model.study import Section, Study

DOSING = "dosing_log"
"""The log of study treatment; a row with a dose above zero is a dose given."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered about one participant, put on their own calendar."""

    participant: str
    book: Book
    asked: Mapping[str, Section]
    first_dose: PartialDate | None
    dose_inputs: tuple[int, ...]
    visits: Mapping[str, Attended]
    measures: Mapping[str, Measured]
    baseline: str  # name of the baseline visit, "" where the schedule has none

    @property
    def baseline_day(self) -> PartialDate | None:
        """The day of the baseline visit, or of the first dose where that visit has no date."""
        attended = self.visits.get(self.baseline)
        return (attended.date if attended else None) or self.first_dose


def read_course(study: Study, catalog: Catalog, book: Book, asked: Mapping[str, Section], pid: str) -> Course:
    """The course of one participant; without a dose there is no study day, and no window can be judged."""
    first_dose, inputs = _first_dose(book, pid)
    visits = attended_visits(study, book, pid, (first_dose, inputs))
    return Course(
        participant=pid,
        book=book,
        asked=asked,
        first_dose=first_dose,
        dose_inputs=inputs,
        visits=visits,
        measures=derive_measures(study, catalog, book, asked, visits, pid=pid),
        baseline=next((v.name for v in study.visits if v.kind == "baseline"), ""),
    )


def _first_dose(book: Book, pid: str) -> tuple[PartialDate | None, tuple[int, ...]]:
    """The earliest dated dose. A dose of zero is a dose not given."""
    given = []
    for row in book.rows(pid, DOSING):
        date, dose = start_of(row), row.sheet.answers.get("dose")
        if date is not None and not (isinstance(dose, Quantity) and dose.exact == 0):
            given.append((date.earliest, date.latest, date.text, row.sheet.inputs))
    if not given:
        return None, ()
    _, _, text, inputs = min(given)
    return PartialDate(text), inputs


def logged(
    catalog: Catalog, course: Course, instrument: str, score: str, on: PartialDate | None
) -> tuple[Scored, tuple[int, ...]]:
    """
    The score of a running log on a day, and the datapoints of its rows.

    Missing:  "not done" without a day; a partial date is answered where its first and last possible day agree,
              else "unknown".
    """
    rows = course.book.rows(course.participant, instrument)
    inputs = tuple(sorted({seq for row in rows for seq in row.sheet.inputs}))
    section = course.asked.get(instrument)
    if on is None or section is None:
        return Missing("not done"), inputs
    answers = [row.sheet.answers for row in rows]
    days: list[dt.date] = list(dict.fromkeys((on.earliest, on.latest)))
    values = [catalog.log_value(instrument, score, answers, day, section.options) for day in days]
    return (values[0] if all(value == values[0] for value in values) else UNKNOWN), inputs
