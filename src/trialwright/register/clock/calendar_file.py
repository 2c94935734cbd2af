"""Due dates as an iCalendar file (RFC 5545): one all-day entry a duty, with a reminder two weeks before."""

from trialwright.model.deadlines import Deadline, DeadlineReport

_OCTETS = 75
_REMIND_DAYS = 14


def render_calendar(report: DeadlineReport) -> str:
    """
    What lies ahead or is overdue, as a calendar that any program can subscribe to.

    Shape: the same report gives the same bytes; an entry keeps its identity from one file to the next.
    """
    stamp = report.checked_on.replace("-", "") + "T000000Z"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Trialwright//Registration deadlines//EN",
        "CALSCALE:GREGORIAN",
    ]
    for one in report.deadlines:
        if one.due and one.state in ("due", "overdue", "cannot be judged"):
            lines += _event(report, one, stamp)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(report: DeadlineReport, one: Deadline, stamp: str) -> list[str]:
    study = report.registry_id or report.input
    told = [f"Counted from {one.basis.en}.", one.says.en, f"Source: {one.source}."]
    if one.estimated:
        told.insert(0, "Counted from an estimate: it moves when the date becomes actual.")
    return [
        "BEGIN:VEVENT",
        f"UID:{one.code}@{_token(study)}.trialwright",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{one.due.replace('-', '')}",
        f"SUMMARY:{_escaped(f'{study}: {one.what.en}')}",
        f"DESCRIPTION:{_escaped(' '.join(part for part in told if part))}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-P{_REMIND_DAYS}D",
        f"DESCRIPTION:{_escaped(one.what.en)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _token(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line of at most 75 octets, continued after a blank; a letter is never cut in two."""
    folded, octets = "", 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > _OCTETS:
            folded += "\r\n "
            octets = 1
        folded += letter
        octets += size
    return folded + "\r\n"
