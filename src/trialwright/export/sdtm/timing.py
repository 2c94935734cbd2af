"""Dates as ISO 8601 with their own precision, days that know no day 0, and the epoch of a date."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from trialwright.model.quantity import PartialDate

_UNKNOWN = "UU"
_DAYS = 65_536
"""Answers that are kept: the same few thousand days stand in a study a hundred thousand times."""


def iso_date(date: PartialDate) -> str:
    """
    A date in ISO 8601 as SDTM writes it: "2021", "2021-03", "2021-03-15"; a day without its month is "2021---15".

    Nothing is imputed: the precision is what was known.
    """
    year, *rest = date.text.split("-")
    month = rest[0] if rest and rest[0] != _UNKNOWN else ""
    day = rest[1] if len(rest) > 1 and rest[1] != _UNKNOWN else ""
    if day:
        return f"{year}-{month or '-'}-{day}"
    return f"{year}-{month}" if month else year


@lru_cache(maxsize=_DAYS)
def complete(text: str | None) -> dt.date | None:
    """The date in an ISO text of full precision (a time after it is passed over), else None."""
    if not text or len(text) < 10:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


@lru_cache(maxsize=_DAYS)
def study_day(text: str | None, reference: str | None) -> int | None:
    """
    The day of a date counted from the reference day, which is day 1; the day before it is day -1.

    Missing: None where either date is partial or absent.
    """
    day, first = complete(text), complete(reference)
    if day is None or first is None:
        return None
    apart = (day - first).days
    return apart + 1 if apart >= 0 else apart


@lru_cache(maxsize=_DAYS)
def epoch(text: str | None, starts: Sequence[tuple[str, str]]) -> str | None:
    """
    The epoch of a day: the last of `starts` (epoch and ISO day, in order) that had begun by then.

    Missing: None where a partial date leaves it open. Whatever lies before the first start counts to that epoch, and
             whoever entered one alone has no other.
    """
    if not text or not starts:
        return None
    if len(starts) == 1:
        return starts[0][0]
    whole = complete(text)
    date = PartialDate(text) if len(text) in (4, 7) else None
    earliest, latest = (date.earliest, date.latest) if date is not None else (whole, whole)
    if earliest is None or latest is None:
        return None
    first, last = _begun_by(earliest, starts), _begun_by(latest, starts)
    return first if first == last else None


def _begun_by(day: dt.date, starts: Sequence[tuple[str, str]]) -> str:
    """The epoch of a whole day; a start that is not known to the day counts for nothing."""
    begun = [name for name, start in starts[1:] if (first := complete(start)) is not None and first <= day]
    return begun[-1] if begun else starts[0][0]
