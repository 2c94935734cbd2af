"""Until when the records of a trial are kept; before that day nothing of them is deleted."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from trialwright.capture.problems import problem
from trialwright.capture.status import locks_of_data
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.text import Text

OPEN = Text("as long as the data are not locked, and {years} years from then", "至数据锁定后满 {years} 年")
UNTIL = Text("until {day}", "至 {day}")


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """`until` is the first day on which records may go; None while the data are not locked: the years begin then."""

    years: int
    until: dt.date | None

    @property
    def said(self) -> Text:
        """How long, in words."""
        if self.until is None:
            return Text(OPEN.en.format(years=self.years), OPEN.of("zh").format(years=self.years))
        return Text(UNTIL.en.format(day=self.until), UNTIL.of("zh").format(day=self.until))


def keeping(study: Study, events: Iterable[LedgerEvent]) -> Keeping | None:
    """
    How long the records are kept by the definition (`records: kept_years`); None where it does not say.

    The years count from the day at the site on which the data were locked for the last time. Data that were unlocked
    again are kept without an end in sight.
    """
    years = study.records.kept_years if study.records else None
    if years is None:
        return None
    locks = locks_of_data(events)
    if not locks or locks[-1].kind == "unlocked":
        return Keeping(years=years, until=None)
    zone = ZoneInfo(study.sites[0].time_zone) if study.sites else dt.UTC
    locked = dt.datetime.fromisoformat(locks[-1].at_utc).astimezone(zone).date()
    return Keeping(years=years, until=_years_after(locked, years))


def check_deletion(study: Study, events: Iterable[LedgerEvent], today: dt.date, where: str) -> list[Problem]:
    """TW-CAP-093 where the records are still to be kept."""
    kept = keeping(study, events)
    if kept is None or (kept.until is not None and kept.until <= today):
        return []
    return [problem("TW-CAP-093", where, kept=kept.said)]


def _years_after(day: dt.date, years: int) -> dt.date:
    """The same day of a later year; after 29 February the 1 March, so that no year is cut short."""
    year = min(day.year + years, dt.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)
