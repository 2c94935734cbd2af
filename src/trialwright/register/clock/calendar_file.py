"""Due dates as an iCalendar file (RFC 5545): one all-day entry a duty, with a reminder two weeks before."""

from trialwright.model.calendar import Entry, calendar_text
from trialwright.model.deadlines import Deadline, DeadlineReport

_REMIND_DAYS = 14


def render_calendar(report: DeadlineReport) -> str:
    """
    What lies ahead or is overdue, as a calendar that any program can subscribe to.

    Shape: the same report gives the same bytes; an entry keeps its identity from one file to the next.
    """
    entries = tuple(
        _entry(report, one)
        for one in report.deadlines
        if one.due and one.state in ("due", "overdue", "cannot be judged")
    )
    return calendar_text(entries, of="Registration deadlines", stamp=report.checked_on)


def _entry(report: DeadlineReport, one: Deadline) -> Entry:
    study = report.registry_id or report.input
    told = [f"Counted from {one.basis.en}.", one.says.en, f"Source: {one.source}."]
    if one.estimated:
        told.insert(0, "Counted from an estimate: it moves when the date becomes actual.")
    return Entry(
        uid=f"{one.code}@{_token(study)}.trialwright",
        on=one.due,
        summary=f"{study}: {one.what.en}",
        description=" ".join(part for part in told if part),
        remind_days=_REMIND_DAYS,
        reminder=one.what.en,
    )


def _token(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text)
