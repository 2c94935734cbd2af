"""The screening log: everybody who was ever considered, also those who never entered, with the reason why."""

import msgspec
from django.http import HttpResponseBase

from trialwright.capture.eligibility import check_eligibility
from trialwright.web import journal
from trialwright.web.journal import Course
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    One person: when added, when consented, what came of it, and why not. Dates are those of the acts.

    `decided` is the day of the outcome that is shown; `entered` the day of enrolment where that is another act.
    """

    person: Course
    added: str
    site: str
    consent: str
    decided: str
    entered: str
    failed: tuple[str, ...]
    undecided: int
    why: str


def view(call: Call) -> HttpResponseBase:
    lines = [_line(call, person) for person in journal.courses(call.place)]
    entered = sum(any(e.kind == "enrolled" for e in line.person.events) for line in lines)
    return page(
        call,
        "screening/screening.html",
        lines=lines,
        entered=entered,
        failed=sum(line.person.status == "screen_failure" for line in lines),
        waiting=sum(line.person.status in ("added", "consented", "eligible") for line in lines),
        criteria={each.name: call.words(each.text) for each in call.place.study.eligibility},
    )


def _line(call: Call, person: Course) -> Line:
    sites = {site.name: site.title for site in call.place.study.sites}
    added, consent = person.last("participant_added"), person.all("consent_given")
    entered = person.last("enrolled")
    end = person.last("screen_failure") or entered
    # an outcome and the act that brings it about have one name
    stands = next((act for act in reversed(person.acts) if act.kind == person.status), end)
    # asked only of those who are not decided: of hundreds of enrolled people it would take seconds
    states = check_eligibility(call.place.study, person.values) if end is None else ()
    first = consent[0].details if consent else {}
    site = added.details.get("site", "") if added else ""
    return Line(
        person=person,
        added=added.at_utc if added else "",
        site=call.words(sites[site]) if site in sites else site,
        consent=" · ".join(filter(None, (first.get("date", ""), first.get("version", "")))),
        decided=stands.details.get("date", "") if stands else "",
        entered=entered.details.get("date", "") if entered and stands is not entered else "",
        failed=tuple(filter(None, end.details.get("criteria", "").split(","))) if end else (),
        undecided=sum(state.met is None for state in states),
        why=end.reason if end and end.kind == "screen_failure" else "",
    )


ROUTES = (
    Route(
        path="screening/",
        name="screening",
        view=view,
        act=ANY_ROLE,
    ),
)
