"""Late entry: each form of a visit that was first entered more than so many days after it, and by whom; as a table."""

import datetime as dt
import hashlib

from django.http import HttpResponse, HttpResponseBase

from trialwright.capture.late import Entries, Entry, entries, limit_of
from trialwright.export.csv.cells import table_of, write_table
from trialwright.pipeline import conduct
from trialwright.web import acts, journal
from trialwright.web.downloads import download
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page

DAYS = (0, 1, 3, 7, 14, 30)
"""What the page can be asked for, beside the limit of the definition."""
USUAL = 7
"""Where the definition names no limit, the page begins with these many days, and says so."""
SHOWN = 200
COPY = ("participant", "visit", "form", "visited", "entered_utc", "entered_at_site", "user", "days", "limit_days")


def view(call: Call) -> HttpResponse:
    limit, found = limit_of(call.place.study), _entries(call)
    days = _days(call, limit)
    late = found.later_than(days)
    names = Names(call.place.study, call.language)
    return page(
        call,
        "late/late.html",
        days=days,
        limit=limit,
        over=limit is not None and bool(found.later_than(limit)),
        choices=sorted({*DAYS, *([limit] if limit is not None else [])}),
        late=[(entry, names.form(entry.form)) for entry in late[:SHOWN]],
        total=len(late),
        judged=len(found.told),
        unknown=found.unknown,
    )


def copied(call: Call) -> HttpResponseBase:
    """All of them as a table a spreadsheet opens; that it was taken away stands in the ledger with its fingerprint."""
    limit, names = limit_of(call.place.study), Names(call.place.study, call.language)
    late = _entries(call).later_than(_days(call, limit))
    data = write_table(table_of("late", COPY, (_row(each, names, limit) for each in late)), "spreadsheet")
    told = {"what": "late", "entries": str(len(late)), "sha256": hashlib.sha256(data).hexdigest()}
    acts.record(call.place, "exported", user=call.reader.user, details=told)
    return download(data, f"{call.place.study.name}-late-entry.csv", "text/csv; charset=utf-8")


def _row(entry: Entry, names: Names, limit: int | None) -> tuple[str | int | None, ...]:
    place = (entry.participant_id, entry.visit, entry.form, entry.visited.isoformat())
    return (*place, entry.at_utc, names.moment(entry.at_utc), entry.user, entry.days, limit)


def _entries(call: Call) -> Entries:
    study = call.place.study

    def day_of(at_utc: str) -> dt.date:
        return conduct.today_at_site(study, dt.datetime.fromisoformat(at_utc))

    return entries(study, call.place.snapshot().versions, journal.visited(journal.courses(call.place)), day_of)


def _days(call: Call, limit: int | None) -> int:
    sent = call.request.POST if call.is_post else call.request.GET
    asked = str(sent.get("days", ""))
    usual = USUAL if limit is None else limit
    return int(asked) if asked in map(str, (*DAYS, usual)) else usual


ROUTES = (
    Route(path="overview/late/", name="late", view=view, act=ANY_ROLE),
    Route(path="overview/late/copy/", name="late_copy", view=copied, act=ANY_ROLE, post_only=True),
)
