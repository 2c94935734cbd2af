"""Contemporaneous or not: when each form of a visit was first entered, and how many days after the visit."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec
import polars as pl

from trialwright.model.study import Study

Day = dt.date


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The first save of one form of one visit: the day of the visit, and who entered it when. `days` lie between."""

    participant_id: str
    visit: str
    form: str
    visited: Day
    at_utc: str
    user: str
    days: int


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """`told` the latest first; `unknown` forms stand at visits without a whole date, or with one after the entry."""

    told: tuple[Entry, ...]
    unknown: int

    def later_than(self, days: int) -> tuple[Entry, ...]:
        """Those entered more than so many days after the visit."""
        return tuple(entry for entry in self.told if entry.days > days)


def limit_of(study: Study) -> int | None:
    """Within how many days of a visit its data are entered by the definition; None where it does not say."""
    return study.records.entered_within_days if study.records else None


def entries(
    study: Study, versions: pl.DataFrame, visited: Mapping[tuple[str, str], Day], day_of: Callable[[str], Day]
) -> Entries:
    """
    Every form of every visit of which something was entered. Running logs belong to no day and are left out.

    Shape:   `versions` of a snapshot; `visited` the whole dates by participant and visit; `day_of` tells the day at
             the site of a moment of the ledger.
    Missing: what has no whole date, or one after the entry (a typed slip), is counted and not judged.
    """
    logs = {visit.name for visit in study.visits if visit.kind == "log"}
    told, unknown = [], 0
    for who, visit, form, at_utc, user in _first_saves(versions):
        if visit in logs:
            continue
        day = visited.get((who, visit))
        days = (day_of(at_utc) - day).days if day else -1
        if day is None or days < 0:
            unknown += 1
            continue
        told.append(Entry(participant_id=who, visit=visit, form=form, visited=day, at_utc=at_utc, user=user, days=days))
    return Entries(told=tuple(sorted(told, key=lambda entry: (-entry.days, entry.at_utc))), unknown=unknown)


def _first_saves(versions: pl.DataFrame) -> Iterable[tuple[str, str, str, str, str]]:
    """Participant, visit, form, moment and person of the first version that ever stood in a form, by seq."""
    place = ("participant_id", "visit", "form")
    first = versions.group_by(place).agg(pl.col("at_utc", "user").sort_by("seq").first(), pl.col("seq").min())
    return first.sort("seq").select(*place, "at_utc", "user").iter_rows()
