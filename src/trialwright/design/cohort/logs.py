"""Rows of the running logs: doses given, glucocorticoid periods, events."""

import datetime as dt
import math
from collections.abc import Iterator

import msgspec

from trialwright.catalog import Catalog
from trialwright.design.cohort.forms import post_form
from trialwright.design.cohort.model import Cohort, LogModel
from trialwright.design.cohort.values import Moment, Person
from trialwright.design.draws import Draws
from trialwright.model.study import Study, Visit


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The time between two visits, seen from the second."""

    visit: Visit
    day: dt.date
    since: dt.date | None
    since_visit: str
    first_dose: dt.date
    last: dt.date
    dose: str
    order: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One new row of a log; `number` is 0, for the capture service gives row ids."""

    form: str
    posted: dict[str, str]
    number: int = 0


def log_rows(
    study: Study, cohort: Cohort, catalog: Catalog, person: Person, period: Period, *, shared: tuple[int, ...]
) -> Iterator[Row]:
    """The rows that this participant's logs gained in the period; `shared` are the share-driven logs that apply."""
    for position, log in enumerate(cohort.logs):
        draws = person.draws.within("log", str(position))
        for start, end, dosed_at in _spans(study, log, draws, period, position in shared):
            moment = Moment(
                visit=period.visit.name,
                order=period.order,
                date=period.day,
                row_date=start,
                row_end=end,
                dose=period.dose,
                taper=_tapered(log, person, period.order, dosed_at),
            )
            stream = msgspec.structs.replace(person, draws=draws.within(start.isoformat()))
            posted = post_form(study.form(log.form), cohort, catalog, stream, moment, lines=log.fields)
            yield Row(form=log.form, posted=posted)


Span = tuple[dt.date, dt.date | None, str]
"""Start and end of a row, and the visit whose prescription it carries."""


def _spans(study: Study, log: LogModel, draws: Draws, period: Period, has_share: bool) -> Iterator[Span]:
    """The rows of this log that are typed at this visit."""
    name = period.visit.name
    if log.each == "dosing_visit":
        if any(name in drug.dosing_visits for drug in study.interventions):
            yield period.day, None, name
    elif log.each == "period":
        yesterday = period.day - dt.timedelta(days=1)
        before = period.first_dose - dt.timedelta(days=draws.integer(60, 200, "before"))
        yield (period.since or before), yesterday, period.since_visit or name
        if period.day == period.last:
            yield period.day, None, name
    else:
        for day in _event_days(log, draws, period, has_share):
            if (period.since is None or day > period.since) and day <= period.day:
                end = day + dt.timedelta(days=draws.integer(*log.lasts, "lasts", day.isoformat()))
                # What still goes on when it is typed has no end yet.
                yield day, end if end <= period.day else None, name


def _event_days(log: LogModel, draws: Draws, period: Period, has_share: bool) -> list[dt.date]:
    low, high = log.days
    count = (1 if has_share else 0) + (_poisson(log.rate, draws) if log.rate else 0)
    # Whoever leaves early has had the event by then: it falls into the part of the study that took place.
    high = max(low, min(high, (period.last - period.first_dose).days))
    return sorted(
        period.first_dose + dt.timedelta(days=draws.integer(low, high, "day", str(n)) - 1) for n in range(count)
    )


def _poisson(rate: float, draws: Draws) -> int:
    left, count, term = draws.uniform("count"), 0, math.exp(-rate)
    while left > term and count < 50:
        left -= term
        count += 1
        term *= rate / count
    return count


def _tapered(log: LogModel, person: Person, order: tuple[str, ...], visit: str) -> str:
    """Dose of a tapered drug from this visit on: the baseline dose times the declared share, in steps of 2.5."""
    baseline = next((f for f in log.fields if f.source == "taper"), None)
    if baseline is None or baseline.mean is None:
        return ""
    start = max(5.0, baseline.mean + baseline.sd * person.draws.normal("taper baseline"))
    share = 1.0
    for name in order[: order.index(visit) + 1]:
        share = log.taper.get(name, share)
    spread = log.taper_sd * person.draws.normal("taper") * (1 - share)
    dose = max(0.0, start * (share - spread))
    return format(round(dose / 2.5) * 2.5, "g")
