"""Dates as people type them: year first, in digits, Chinese or with an English month; unknown parts stay unknown."""

import re
import unicodedata

from trialwright.capture.numbers import visible
from trialwright.model.quantity import PartialDate

_MONTHS = {
    name: n
    for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_UNKNOWN = r"(?:U{1,3}|UN|UNK|X{1,2}|\?{1,2}|--?|不详|未知)"
_PART = rf"(\d{{1,2}}|{_UNKNOWN})"
_DIGITS = re.compile(rf"(\d{{4}})(?:([-/.]){_PART}(?:\2{_PART})?)?", re.ASCII | re.IGNORECASE)
_CHINESE = re.compile(rf"(\d{{4}})\s*年(?:\s*{_PART}\s*月?(?:\s*{_PART}\s*[日号]?)?)?", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ENGLISH = re.compile(rf"(?:{_PART}[-\s.]+)?([A-Za-z]{{3,9}})[-\s.,]+(\d{{4}})", re.ASCII | re.IGNORECASE)
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})", re.ASCII)


def parse_date(raw: str) -> PartialDate | str:
    """
    A date of the precision that was typed, or why there is none: "day first", "calendar" or "text".

    "2021", "2021-3", "2021/03/15", "20210315", "2021-UU-UU", "2021年3月", "15 Mar 2021". A date that begins with day
    or month is refused: 03/04 is in March for some and in April for others.
    """
    text = unicodedata.normalize("NFKC", visible(raw)).replace("。", ".").strip()
    parts = _parts(text)
    if parts is None:
        return "day first" if _DAY_FIRST.fullmatch(text) else "text"
    if "00" in parts:
        return "calendar"
    year, month, day = parts
    written = year if not month else f"{year}-{month}" if not day else f"{year}-{month}-{day}"
    try:
        return PartialDate(written)
    except ValueError:
        return "calendar"


def _parts(text: str) -> tuple[str, str, str] | None:
    if found := _COMPACT.fullmatch(text):
        return found[1], found[2], found[3]
    if found := _DIGITS.fullmatch(text):
        return found[1], _two(found[3]), _two(found[4])
    if found := _CHINESE.fullmatch(text):
        return found[1], _two(found[2]), _two(found[3])
    if found := _ENGLISH.fullmatch(text):
        month = _MONTHS.get(found[2][:3].lower())
        return (found[3], f"{month:02d}", _two(found[1])) if month else None
    return None


def _two(part: str | None) -> str:
    """Two digits, UU for what was said to be unknown, "" for what was not said."""
    if part is None:
        return ""
    return f"{int(part):02d}" if part.isdigit() else "UU"
