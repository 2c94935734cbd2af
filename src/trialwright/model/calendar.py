"""An iCalendar file (RFC 5545) of all-day entries: text in, text out."""

import msgspec

_OCTETS = 75


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One all-day entry. `uid` stays the same from one file to the next; `on` is the day, `until` the last one."""

    uid: str
    on: str  # 2021-03-15
    summary: str
    description: str = ""
    remind_days: int = 0
    reminder: str = ""  # what the reminder says; "" says the summary


def calendar_text(entries: tuple[Entry, ...], *, of: str, stamp: str) -> str:
    """The file: the same entries give the same bytes. `of` names what the calendar holds, `stamp` the day it says."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Trialwright//{of}//EN",
        "CALSCALE:GREGORIAN",
    ]
    for entry in entries:
        lines += _event(entry, stamp.replace("-", "") + "T000000Z")
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry, stamp: str) -> list[str]:
    reminder = [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-P{entry.remind_days}D",
        f"DESCRIPTION:{_escaped(entry.reminder or entry.summary)}",
        "END:VALARM",
    ]
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{entry.on.replace('-', '')}",
        f"SUMMARY:{_escaped(entry.summary)}",
        *([f"DESCRIPTION:{_escaped(entry.description)}"] if entry.description else []),
        "TRANSP:TRANSPARENT",
        *(reminder if entry.remind_days else []),
        "END:VEVENT",
    ]


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
