"""A course of glucocorticoids on one line: the dose on a day against the dose at baseline."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.strict_yaml import guess
from trialwright.catalog.terms.glucocorticoids.compute import NAMES
from trialwright.model.entry import Answers
from trialwright.model.quantity import Code, PartialDate, Quantity

Frequency = Literal[
    "once_daily", "twice_daily", "three_daily", "four_daily", "alternate_days", "once_weekly", "single", "as_needed"
]
Route = Literal[
    "oral", "intravenous", "intramuscular", "subcutaneous", "intra_articular", "inhaled", "topical", "other"
]


class Period(msgspec.Struct, frozen=True):
    """One dose over one period, both days included; no `end` while it goes on."""

    drug: str
    start: str
    mg: Fraction | None = None
    frequency: Frequency = "once_daily"
    route: Route = "oral"
    end: str | None = None
    pulse: bool = False

    def __post_init__(self) -> None:
        if self.drug != "none" and self.drug not in NAMES:
            raise ValueError(f'drug: "{self.drug}" is not in the table. {guess(self.drug, [*NAMES, "none"])}'.strip())
        if self.mg is not None and (self.mg < 0 or "/" in exact_text(self.mg)):
            raise ValueError("mg: a dose is a decimal, not below 0")
        begin = PartialDate(self.start)
        if self.end is not None and PartialDate(self.end).latest < begin.earliest:
            raise ValueError("end: the last day lies before the first")

    def answers(self) -> Answers:
        """The period as a row of the log."""
        row: Answers = {
            "drug": Code(self.drug),
            "frequency": Code(self.frequency),
            "route": Code(self.route),
            "start": PartialDate(self.start),
            "pulse": Code("Y" if self.pulse else "N"),
        }
        if self.mg is not None:
            row["dose"] = Quantity(exact_text(self.mg), "mg")
        if self.end is not None:
            row["end"] = PartialDate(self.end)
        return row


class Course(msgspec.Struct, frozen=True):
    """Every period of one participant, the day that is asked about, and the day it is compared with."""

    rows: Sequence[Period]
    on: dt.date
    baseline: dt.date | None = None

    def __post_init__(self) -> None:
        if self.baseline is not None and self.baseline > self.on:
            raise ValueError("baseline: it lies after the day that is asked about")

    def days(self) -> Mapping[str, dt.date]:
        """The days that a dose is wanted on."""
        return {"on": self.on} | ({"baseline": self.baseline} if self.baseline is not None else {})
