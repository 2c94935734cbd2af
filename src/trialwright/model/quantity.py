"""Values as they were written: exact numbers with a unit, partial dates, and reasons for absence."""

import calendar
import datetime as dt
import re
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import msgspec

MissingReason = Literal["not done", "not applicable", "unknown"]
MISSING_REASONS: tuple[MissingReason, ...] = ("not done", "not applicable", "unknown")

LimitSign = Literal["<", "<=", ">", ">="]
LIMIT_SIGNS: tuple[LimitSign, ...] = ("<=", ">=", "<", ">")

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}|UU)(?:-(\d{2}|UU))?)?")


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """Absent, with the reason, because the tables count the reasons apart."""

    reason: MissingReason


@lru_cache(maxsize=65_536)
def _exact(text: str) -> Fraction:
    # The same few hundred readings stand in a study a hundred thousand times.
    return Fraction(text)


class Quantity(msgspec.Struct, frozen=True, tag="quantity"):
    """
    A number exactly as written, with its unit ("" where the item has none).

    `text` is a plain decimal ("1250", "0.5", "-3"); the typed form (comma, full width) stays in the datapoint's `raw`.
    """

    text: str
    unit: str = ""

    def __post_init__(self) -> None:
        if not _DECIMAL.fullmatch(self.text):
            raise ValueError("a Quantity is a plain decimal such as 1250 or 0.5")

    @property
    def exact(self) -> Fraction:
        return _exact(self.text)

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])


class Limit(msgspec.Struct, frozen=True, tag="limit"):
    """
    A laboratory's "<0.5": the number lies on one side of a limit, and nobody knows where.

    It is no number and no absence: conditions and scores take it as unknown, the typed form stays readable.
    """

    sign: LimitSign
    text: str
    unit: str = ""

    def __post_init__(self) -> None:
        if self.sign not in LIMIT_SIGNS or not _DECIMAL.fullmatch(self.text):
            raise ValueError("a Limit is a sign (<, <=, >, >=) and a plain decimal")

    @property
    def written(self) -> str:
        return f"{self.sign}{self.text}"


@lru_cache(maxsize=4096)
def _bounds(text: str) -> tuple[dt.date, dt.date, bool]:
    """The first and the last day that a date of known precision may mean, and whether they are one by its words."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        raise ValueError("not a partial date")
    year, month, day = match.groups()
    known_month = int(month) if month and month != "UU" else None
    known_day = int(day) if known_month and day and day != "UU" else None
    last_month = known_month or 12
    last_day = known_day or calendar.monthrange(int(year), last_month)[1]
    return (
        dt.date(int(year), known_month or 1, known_day or 1),
        dt.date(int(year), last_month, last_day),
        known_day is not None,
    )


class PartialDate(msgspec.Struct, frozen=True, tag="date"):
    """
    A calendar date of known precision: "2021", "2021-03", "2021-03-15"; unknown parts may be written UU.

    Never a moment in time and never shifted by a zone. Comparisons are three-valued through `earliest`, `latest`.
    """

    text: str

    def __post_init__(self) -> None:
        if not _PARTIAL.fullmatch(self.text):
            raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD, unknown parts UU")
        _bounds(self.text)  # which refuses what is no day of the calendar

    @property
    def complete(self) -> bool:
        return _bounds(self.text)[2]

    @property
    def earliest(self) -> dt.date:
        return _bounds(self.text)[0]

    @property
    def latest(self) -> dt.date:
        return _bounds(self.text)[1]


class Code(msgspec.Struct, frozen=True, tag="code"):
    """One choice of a code list, by its code."""

    code: str


class Words(msgspec.Struct, frozen=True, tag="words"):
    """Free text."""

    text: str


Value = Quantity | Limit | PartialDate | Code | Words | Missing
