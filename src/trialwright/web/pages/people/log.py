"""The delegation log: every role that was ever given, by whom, for which site and term; and who held which on a day."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpResponse

from trialwright.capture.roles import training_owed
from trialwright.pipeline.conduct_base import utc_text
from trialwright.web import directory
from trialwright.web.page import Call
from trialwright.web.render import page


def log(call: Call) -> HttpResponse:
    """All grants; with `?on=2021-05-03` those that counted when that day ended at the site."""
    asked = str(call.request.GET.get("on", "")).strip()
    day = _day(asked)
    study = call.place.study
    roles = {role.name: role for role in study.roles}
    sites = {site.name: site for site in study.sites}
    printed = dict(directory.names(call.place))
    every = [grant for grant in call.place.grants() if day is None or grant.holds(_end_of(call, day))]
    return page(
        call,
        "people/log.html",
        lines=[
            (
                grant,
                printed.get(grant.user, ""),
                call.words(roles[grant.role].title) if grant.role in roles else grant.role,
                call.words(sites[grant.site].title) if grant.site in sites else "",
                training_owed(study, grant),
            )
            for grant in every
        ],
        asked=asked,
        wrong=bool(asked) and day is None,
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == len("2021-03-15") else None
    except ValueError:
        return None


def _end_of(call: Call, day: dt.date) -> str:
    sites = call.place.study.sites
    zone = ZoneInfo(sites[0].time_zone) if sites else dt.UTC
    return utc_text(dt.datetime.combine(day, dt.time(23, 59, 59, 999_000), zone))
