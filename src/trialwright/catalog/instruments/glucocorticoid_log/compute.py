"""Glucocorticoid doses as prednisone: the daily dose around a day, and the doses so far."""

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from trialwright.catalog.instruments.answers import code, number
from trialwright.catalog.terms.glucocorticoids.compute import prednisone_equivalent_mg
from trialwright.model.entry import Answers, Scored
from trialwright.model.quantity import Missing, PartialDate

DAYS_AVERAGED = 7
SYSTEMIC = ("oral", "intravenous", "intramuscular", "subcutaneous", "")  # a route that was not said counts
LOCAL = ("intra_articular", "inhaled", "topical", "other")

# Doses a day. Alternate days are averaged, not placed on odd or even days: the window would decide the dose.
DOSES_A_DAY = {
    "once_daily": Fraction(1),
    "twice_daily": Fraction(2),
    "three_daily": Fraction(3),
    "four_daily": Fraction(4),
    "alternate_days": Fraction(1, 2),
    "once_weekly": Fraction(1, 7),
    "": Fraction(1),
}


def log_value(rows: Sequence[Answers], score: str, on: dt.date, options: dict[str, str]) -> Scored:
    """
    A dose as prednisone on the day `on`, exact.

    Shape:   `daily_dose` mg/d, mean of the 7 days that end with `on` (included), pulses left out; `cumulative_dose`
             and `pulse_dose` mg from the first row to `on` (included), with and of pulses.
    Missing: "unknown" for an empty log, for a dose taken as needed, for a dose or date that is not known where it
             could change the answer. A day that no row covers counts 0.
    Source:  entry.yaml; equivalents by the numbered table that the definition names.
    """
    if not rows:
        return Missing("unknown")
    first = on - dt.timedelta(days=DAYS_AVERAGED - 1) if score == "daily_dose" else dt.date.min
    total = Fraction(0)
    for row in _rows_of(rows, score):
        dose = _dose_between(row, first, on, options["equivalents"])
        if isinstance(dose, Missing):
            return dose
        total += dose
    return total / DAYS_AVERAGED if score == "daily_dose" else total


def _rows_of(rows: Sequence[Answers], score: str) -> Iterator[Answers]:
    for row in rows:
        pulse = code(row, "pulse") == "Y"
        if code(row, "drug") == "none" or code(row, "route") in LOCAL:
            continue
        if score == "cumulative_dose" or pulse == (score == "pulse_dose"):
            yield row


def _dose_between(row: Answers, first: dt.date, last: dt.date, table: str) -> Scored:
    """Milligrams of prednisone that one row gives from `first` to `last`; Missing where its dates leave it open."""
    least, most = _days(row, first, last)
    if most == 0:
        return Fraction(0)
    dose, drug = number(row, "dose"), code(row, "drug")
    if least != most or not drug or isinstance(dose, Missing) or code(row, "frequency") == "as_needed":
        return Missing("unknown")
    if code(row, "frequency") == "single":
        return prednisone_equivalent_mg(drug, dose, table)
    return prednisone_equivalent_mg(drug, dose, table) * DOSES_A_DAY[code(row, "frequency")] * most


def _days(row: Answers, first: dt.date, last: dt.date) -> tuple[int, int]:
    """Fewest and most days of the row that lie between `first` and `last`, both included."""
    start, end = row.get("start"), row.get("end")
    if not isinstance(start, PartialDate):
        return 0, (last - first).days + 1
    earliest, latest = start.earliest, start.latest
    if code(row, "frequency") == "single":
        return int(first <= earliest and latest <= last), int(earliest <= last and latest >= first)
    soonest = latest_end = last  # no end: it goes on
    if isinstance(end, PartialDate):
        soonest, latest_end = end.earliest, end.latest
    elif isinstance(end, Missing) and end.reason != "not applicable":
        soonest = latest
    return _overlap(latest, soonest, first, last), _overlap(earliest, latest_end, first, last)


def _overlap(start: dt.date, end: dt.date, first: dt.date, last: dt.date) -> int:
    return max(0, (min(end, last) - max(start, first)).days + 1)
