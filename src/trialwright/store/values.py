"""A value as ledger columns (kind, text, unit) and back."""

import datetime as dt
from functools import lru_cache

from trialwright.model.ledger import Blank, Stored
from trialwright.model.quantity import (
    LIMIT_SIGNS,
    MISSING_REASONS,
    Code,
    Limit,
    Missing,
    PartialDate,
    Quantity,
    Words,
)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NAIVE = _EPOCH.replace(tzinfo=None)
_MILLISECOND = dt.timedelta(milliseconds=1)


def columns_of(value: Stored) -> tuple[str, str, str]:
    """Kind (the tag of the value), text, unit."""
    match value:
        case Quantity(text, unit):
            return "quantity", text, unit
        case Limit(sign, text, unit):
            return "limit", f"{sign}{text}", unit
        case PartialDate(text):
            return "date", text, ""
        case Code(code):
            return "code", code, ""
        case Words(text):
            return "words", text, ""
        case Missing(reason):
            return "missing", reason, ""
        case Blank():
            return "blank", "", ""


def value_of(kind: str, text: str, unit: str) -> Stored:
    """
    The value that `columns_of` took apart.

    Raises: ValueError for a kind or reason that no version of this ledger wrote.
    """
    match kind:
        case "quantity":
            return Quantity(text, unit)
        case "date":
            return PartialDate(text)
        case "code":
            return Code(text)
        case "words":
            return Words(text)
        case "blank":
            return Blank()
        case "limit":
            for sign in LIMIT_SIGNS:  # the longer signs first: "<=5" does not begin with "<" and "=5"
                if text.startswith(sign):
                    return Limit(sign, text.removeprefix(sign), unit)
        case "missing":
            for reason in MISSING_REASONS:
                if reason == text:
                    return Missing(reason)
    raise ValueError(f"a ledger value is a quantity, limit, date, code, words, missing or blank, found {kind!r}")


def milliseconds(moment: dt.datetime) -> int:
    """Whole milliseconds since 1970 UTC, rounded down. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the ledger has a time zone")
    return (moment - _EPOCH) // _MILLISECOND


@lru_cache(maxsize=4096)  # the values of one save share it
def at_utc(ms: int) -> str:
    """ISO 8601 in UTC with milliseconds: 2020-10-01T08:00:00.000Z. Sorts as time does."""
    return (_NAIVE + ms * _MILLISECOND).isoformat(timespec="milliseconds") + "Z"
