"""Glucocorticoid doses as prednisone: the daily dose around a day, and the doses so far."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from trialwright.catalog.instruments.answers import code, number
from trialwright.catalog.instruments.glucocorticoid_log.course import Course
from trialwright.catalog.terms.glucocorticoids.compute import LOW_MG, TABLES, band, prednisone_equivalent_mg
from trialwright.model.entry import Answers, Scored, Told, Undecided
from trialwright.model.quantity import Missing, PartialDate

__all__ = ["TABLES", "Given", "answer", "log_value"]

Given = Course

WEEK = "7"  # days averaged where nobody chose
EVERY_OTHER = "alternate_days"
SYSTEMIC = ("oral", "intravenous", "intramuscular", "subcutaneous", "")  # a route that was not said counts
LOCAL = ("intra_articular", "inhaled", "topical", "other")

# Doses a day. Alternate days are averaged unless the definition says by_calendar: the window would decide the dose.
DOSES_A_DAY = {
    "once_daily": Fraction(1),
    "twice_daily": Fraction(2),
    "three_daily": Fraction(3),
    "four_daily": Fraction(4),
    "alternate_days": Fraction(1, 2),
    "once_weekly": Fraction(1, 7),
    "": Fraction(1),
}

_OPEN = Undecided("a dose, a date or an equivalent is not known, and it could change the answer")


def log_value(rows: Sequence[Answers], score: str, on: dt.date, options: Mapping[str, str]) -> Scored:
    """
    A dose as prednisone on the day `on`, exact.

    Shape:   `daily_dose` mg/d, mean of the days of the window that end with `on` (included), pulses left out;
             `cumulative_dose` and `pulse_dose` mg from the first row to `on` (included), with and of pulses.
    Missing: "unknown" for an empty log, for a dose taken as needed (unless `as_needed` says how it counts), for a dose,
             date or equivalent that is not known where it could change the answer. A day that no row covers counts 0.
    Source:  entry.yaml; equivalents by the numbered table that the definition names.
    """
    if not rows:
        return Missing("unknown")
    window = int(options.get("window_days", WEEK))
    first = on - dt.timedelta(days=window - 1) if score == "daily_dose" else dt.date.min
    total = Fraction(0)
    for row in _rows_of(rows, score):
        dose = _dose_between(row, first, on, options)
        if isinstance(dose, Missing):
            return dose
        total += dose
    return total / window if score == "daily_dose" else total


def _rows_of(rows: Sequence[Answers], score: str) -> Iterator[Answers]:
    for row in rows:
        pulse = code(row, "pulse") == "Y"
        if code(row, "drug") == "none" or code(row, "route") in LOCAL:
            continue
        if score == "cumulative_dose" or pulse == (score == "pulse_dose"):
            yield row


def _dose_between(row: Answers, first: dt.date, last: dt.date, options: Mapping[str, str]) -> Scored:
    """Milligrams of prednisone that one row gives from `first` to `last`; Missing where its dates leave it open."""
    doses = _doses(row, first, last, options)
    if doses == 0:
        return Fraction(0)
    dose, drug = number(row, "dose"), code(row, "drug")
    if isinstance(doses, Missing) or not drug or isinstance(dose, Missing):
        return Missing("unknown")
    equal = prednisone_equivalent_mg(drug, dose, options["equivalents"])
    return equal if isinstance(equal, Missing) else equal * doses


def _doses(row: Answers, first: dt.date, last: dt.date, options: Mapping[str, str]) -> Scored:
    """How many doses of the row fall between `first` and `last`, both included."""
    least, most = _days(row, first, last)
    often = code(row, "frequency")
    if most == 0:
        return Fraction(0)
    if often == "as_needed":
        often = {"not_counted": "never", "counted_daily": "once_daily"}.get(options.get("as_needed", ""), often)
    if often == "never":
        return Fraction(0)
    if least != most or often == "as_needed":
        return Missing("unknown")
    if often == "single":
        return Fraction(1)
    if often == EVERY_OTHER and options.get("alternate_days") == "by_calendar":
        return _every_other(row, first, last)
    return DOSES_A_DAY[often] * most


def _every_other(row: Answers, first: dt.date, last: dt.date) -> Scored:
    """Doses on the first day of the row, the third, the fifth ...; unknown where that first day is."""
    start, end = row.get("start"), row.get("end")
    if not isinstance(start, PartialDate) or not start.complete:
        return Missing("unknown")
    begin = start.earliest
    until = min(last, end.latest) if isinstance(end, PartialDate) else last
    ahead = max(0, (first - begin).days)
    days = (until - begin).days
    # Even days from the start on, from the first one not before `first` to the last one not after `until`.
    return Fraction(max(0, days // 2 - (ahead + 1) // 2 + 1))


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


def answer(given: Course, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `daily_dose` on the day with its `band`; with a baseline also the change, and whether it was halved.

    Shape:   `cumulative_dose` and `pulse_dose` run from the baseline (else from the first row) to the day, both
             included; `halved` is 50 % or more below baseline, `low` at most 7.5 mg.
    Missing: undecided where `log_value` is.
    """
    rows = [period.answers() for period in given.rows]
    dose = {name: log_value(rows, "daily_dose", day, settings) for name, day in given.days().items()}
    told: dict[str, Told] = {"daily_dose": _told(dose["on"])}
    on = dose["on"]
    told["band"] = band(on) if isinstance(on, Fraction) else _OPEN
    told["low"] = on <= LOW_MG if isinstance(on, Fraction) else _OPEN
    if given.baseline is not None:
        told["baseline_dose"] = _told(dose["baseline"])
        told |= _change(dose["baseline"], on)
    for name in ("cumulative_dose", "pulse_dose"):
        total = log_value(rows, name, given.on, settings)
        before = Fraction(0) if given.baseline is None else _until(rows, name, given.baseline, settings)
        told[name] = total - before if isinstance(total, Fraction) and isinstance(before, Fraction) else _OPEN
    return told


def _until(rows: Sequence[Answers], name: str, baseline: dt.date, settings: Mapping[str, str]) -> Scored:
    """What had been taken before the baseline day began."""
    return log_value(rows, name, baseline - dt.timedelta(days=1), settings)


def _change(before: Scored, now: Scored) -> dict[str, Told]:
    if isinstance(before, Missing) or isinstance(now, Missing):
        return dict.fromkeys(("change", "percent_change", "halved"), _OPEN)
    change = now - before
    if before == 0:
        # From nothing there is no percentage, and nothing to halve.
        nothing = Undecided("no glucocorticoid was taken at baseline")
        return {"change": change, "percent_change": nothing, "halved": nothing}
    return {"change": change, "percent_change": 100 * change / before, "halved": 2 * now <= before}


def _told(dose: Scored) -> Told:
    return dose if isinstance(dose, Fraction) else _OPEN
