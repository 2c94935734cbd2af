"""Plain calendar dates that may be partial: before or after, study day, window; three-valued."""

import datetime as dt

from trialwright.model.quantity import PartialDate
from trialwright.model.study import Visit


def on_or_before(first: PartialDate, second: PartialDate) -> bool | None:
    """True where `first` cannot be later than `second`, False where it must be; None where the precision leaves it."""
    if first.latest <= second.earliest:
        return True
    return False if first.earliest > second.latest else None


def either(truths: list[bool | None]) -> bool | None:
    """Kleene's or: one true is enough, one unknown leaves it unknown."""
    if True in truths:
        return True
    return None if None in truths else False


def both(first: bool | None, second: bool | None) -> bool | None:
    """Kleene's and."""
    if first is False or second is False:
        return False
    return True if first and second else None


def study_day(first_dose: PartialDate | None, date: PartialDate | None) -> int | None:
    """Day of `date` counted from the first dose: day 1 is its day, the day before it is -1; None where not exact."""
    if first_dose is None or date is None or not (first_dose.complete and date.complete):
        return None
    return _numbered((date.earliest - first_dose.earliest).days)


def last_day(first_dose: PartialDate | None, visit: Visit) -> PartialDate | None:
    """The last day of a visit's window in the participant's own calendar; None where the first dose is not exact."""
    if first_dose is None or not first_dose.complete or visit.study_day is None:
        return None
    return exactly(first_dose.earliest + dt.timedelta(days=_offset(visit.study_day) + visit.late))


def exactly(day: dt.date) -> PartialDate:
    """A complete date."""
    return PartialDate(day.isoformat())


def timing(first_dose: PartialDate | None, date: PartialDate | None, visit: Visit) -> tuple[bool | None, str]:
    """
    In the visit's window or not, and "early" or "late" where it is outside.

    Missing:  a partial date is decided where all its possible days fall on the same side, else None.
    """
    if first_dose is None or date is None or visit.study_day is None:
        return None, ""
    target = _offset(visit.study_day)
    lowest = (date.earliest - first_dose.latest).days - target
    highest = (date.latest - first_dose.earliest).days - target
    if -visit.early <= lowest and highest <= visit.late:
        return True, ""
    if highest < -visit.early:
        return False, "early"
    return (False, "late") if lowest > visit.late else (None, "")


def _offset(day: int) -> int:
    # There is no day 0: day 1 is the day of the first dose, day -1 the day before.
    return day - 1 if day > 0 else day


def _numbered(offset: int) -> int:
    return offset + 1 if offset >= 0 else offset
