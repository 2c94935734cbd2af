"""Time as a registration writes it: partial dates, spans of days between them, and time frames in words."""

import datetime as dt
import re
from functools import lru_cache

import msgspec

from trialwright.model.quantity import PartialDate
from trialwright.register.passages import lowered

_WORDS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_DAYS = {
    "hour": 0,
    "hr": 0,
    "h": 0,
    "minute": 0,
    "min": 0,
    "day": 1,
    "week": 7,
    "wk": 7,
    "month": 30,
    "mo": 30,
    "year": 365,
    "yr": 365,
}
_NUMBER = r"\d{1,5}(?:\.\d{1,3})?|" + "|".join(_WORDS)
_UNIT = r"minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?"
_COUNTED = re.compile(
    rf"(?<![\d.])(?=[\dotfsen])({_NUMBER})(?:\s*(?:-|to|and|or|,|/)\s*(?:{_NUMBER}))*[\s-]*(?:consecutive\s+)?({_UNIT})\b",
)
_NAMED = re.compile(rf"\b(?=[mhdwy])({_UNIT})[\s-]*({_NUMBER})\b(?:(?:\s*(?:,|-|to|and|or)\s*)+(\d{{1,5}}))*")
# "day7" has no word boundary before its number; a number in letters must have one
_ALL_NUMBERS = re.compile(r"(?<![\d.])\d{1,5}(?:\.\d{1,3})?|\b(?:" + "|".join(_WORDS) + ")")
_LIST_SIGNS = r"\s*(?:(?:,|&|/|-|\bto\b|\band\b|\bor\b)\s*)+"
_DAY_LIST = re.compile(
    # a later number with a unit of its own is no day of the list: "day 1 and 12 weeks"
    rf"(?:\bday|\b(?<!\d\s)days)[\s-]*(?:\d{{1,5}}|(?:{'|'.join(_WORDS)})\b)(?:{_LIST_SIGNS}\d{{1,5}}(?![\d.]*\d|[\s-]*(?:{_UNIT}|h)\b))*"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LETTERED = re.compile(r"([DWMY])(?<!\w[DWMY])(\d{1,3})\b")
_LETTER_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}


@lru_cache(maxsize=8192)
def read_date(text: str) -> PartialDate | None:
    """The date, or None where the text is not YYYY, YYYY-MM or YYYY-MM-DD or names no day of a study's lifetime."""
    try:
        date = PartialDate(text)
    except ValueError:
        return None
    return date if _FIRST_YEAR <= date.earliest.year <= _LAST_YEAR else None


def months_between(earlier: dt.date, later: dt.date) -> int:
    """Whole calendar months by month number: the registry derives its statuses at month precision."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


@lru_cache(maxsize=8192)  # "12 weeks" stands in many records
def days_named(text: str) -> tuple[int, ...]:
    """
    Every length or point of time in a time frame, in days (a month counts 30, a year 365, hours less than a day 0).

    "12 weeks" is (84,); "Day 1, 8 and 15" is (15,); "through study completion" is ().
    """
    found: list[int] = []
    lower = lowered(text)
    for match in _COUNTED.finditer(lower):
        numbers = [_number(word) for word in _ALL_NUMBERS.findall(match.group(0))]
        found.append(int(max(numbers) * _unit_days(match.group(2))))
    for match in _NAMED.finditer(lower):
        numbers = [_number(word) for word in _ALL_NUMBERS.findall(match.group(0))]
        found.append(int(max(numbers) * _unit_days(match.group(1))))
    found.extend(int(number) * _LETTER_DAYS[letter] for letter, number in _LETTERED.findall(text))
    return tuple(found)


class TimePoints(msgspec.Struct, frozen=True, kw_only=True):
    """What a time frame says of time: days by their number ("Day 22": 22), and lengths in days ("3 weeks": 21)."""

    days: tuple[int, ...]
    lengths: tuple[int, ...]


def time_points(text: str) -> TimePoints:
    """
    The numbered days of a time frame, every one of a list, apart from its lengths, which are as in `days_named`.

    "Day 1, 8 and 15" has the days 1, 8 and 15; "day 22, after 3 weeks" the day 22 and the length 21.
    """
    lower = lowered(text)
    days: list[int] = []
    for match in _DAY_LIST.finditer(lower):
        days.extend(_signed_days(match.group(0)))
    rest = _DAY_LIST.sub(" ; ", lower)
    lengths = list(days_named(rest))
    for letter, number in _LETTERED.findall(text):
        if letter == "D":
            days.append(int(number))
        else:
            lengths.append(int(number) * _LETTER_DAYS[letter])
    return TimePoints(days=tuple(days), lengths=tuple(lengths))


def _signed_days(listed: str) -> list[int]:
    """A minus that stands alone before its number is a day before the first dose; between two numbers it is "to"."""
    found: list[int] = []
    for match in _ALL_NUMBERS.finditer(listed):
        before = listed[: match.start()]
        bare = before[:-1].rstrip()
        alone = before.endswith("-") and (before[-2:-1] == "," or before[-2:-1].isspace())
        minus = alone and not bare[-1:].isdigit()
        found.append(int(_number(match.group(0))) * (-1 if minus else 1))
    return found


def has_time(text: str) -> bool:
    """The text names at least one point or length of time."""
    lower = lowered(text)
    return bool(_COUNTED.search(lower) or _NAMED.search(lower) or _LETTERED.search(text))


def _number(word: str) -> float:
    return float(_WORDS.get(word, 0) or word)


def _unit_days(unit: str) -> int:
    return _DAYS[unit.rstrip("s")]
