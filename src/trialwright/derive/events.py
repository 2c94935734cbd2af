"""Rows of running logs and acts of the ledger as records: what happened, when, and whether treatment came first."""

from collections.abc import Mapping

from trialwright.catalog import Catalog
from trialwright.derive.book import Book, Row
from trialwright.derive.days import on_or_before, study_day
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.dating import inputs_of
from trialwright.model.entry import Instrument
from trialwright.model.ledger import LedgerEvent
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Value
from trialwright.model.study import Section

EMERGENT = "treatment-emergent"
BEFORE = "before first dose"
UNDECIDED = "unknown whether treatment-emergent"

START_ITEMS = ("start_date", "start", "date")
"""Items that say when a row of a log began, the first that the instrument has."""

END_ITEMS = ("end_date", "end", "stop_date")


def log_records(
    catalog: Catalog, book: Book, asked: Mapping[str, Section], first_dose: PartialDate | None, pid: str
) -> list[AnalysisRecord]:
    """One record a row of every repeating instrument; its items stand in `details` as texts."""
    return [
        _row_record(catalog.instrument(name), row, first_dose, pid)
        for name in asked
        if catalog.instrument(name).repeating
        for row in book.rows(pid, name)
    ]


def start_of(row: Row) -> PartialDate | None:
    """When a row of a log began, as precisely as it is known."""
    return row.sheet.date(*START_ITEMS)


def end_of(row: Row) -> PartialDate | None:
    """When a row of a log ended; None while it goes on or is not known."""
    return row.sheet.date(*END_ITEMS)


def _row_record(instrument: Instrument, row: Row, first_dose: PartialDate | None, pid: str) -> AnalysisRecord:
    start = start_of(row)
    details = {item: text_of(value) for item, value in row.sheet.answers.items()}
    first_item = instrument.items[0].name if instrument.items else ""
    return AnalysisRecord(
        id=f"{pid}:{row.visit}:{instrument.name}:{row.row}",
        participant_id=pid,
        visit=row.visit,
        parameter=f"{instrument.name}:{row.row}",
        kind="event",
        value=details.get(first_item, ""),
        date=start.text if start else "",
        study_day=study_day(first_dose, start),
        flags=(emergence(first_dose, start), *row.sheet.flags),
        details=details,
        inputs=row.sheet.inputs,
    )


def emergence(first_dose: PartialDate | None, start: PartialDate | None) -> str:
    """
    Whether something began on or after the day of the first dose.

    Missing:  a start that could lie on either side is undecided; safety tables count it with the treatment-emergent
              ones (the cautious side) and say how many they are. Never dosed: before.
    """
    if first_dose is None:
        return BEFORE
    if start is None:
        return UNDECIDED
    return {True: EMERGENT, False: BEFORE, None: UNDECIDED}[on_or_before(first_dose, start)]


def ledger_record(event: LedgerEvent, first_dose: PartialDate | None = None) -> AnalysisRecord:
    """
    An act of the ledger (withdrawal, deviation, look ...) as a record; its id holds its seq, which never changes.

    Units: the day it happened, as the act says, else the day it was entered; from the first dose where there was one.
    """
    place = event.participant_id or "study"
    day = event.details.get("date", event.at_utc[:10])
    return AnalysisRecord(
        id=f"{place}:{event.visit or '-'}:{event.kind}:{event.seq}",
        participant_id=event.participant_id,
        visit=event.visit,
        parameter=event.kind,
        kind="event",
        value=event.details.get("reason", event.reason),
        date=day,
        study_day=study_day(first_dose, PartialDate(day)) if event.participant_id else None,
        details={**event.details, "user": event.user, "at_utc": event.at_utc},
        inputs=inputs_of(event),
    )


def text_of(value: Value) -> str:
    """A value as a plain text; a reason for absence stands in brackets."""
    match value:
        case Quantity(text, _) | PartialDate(text):
            return text
        case Code(code):
            return code
        case Missing(reason):
            return f"[{reason}]"
        case _:
            return value.text
