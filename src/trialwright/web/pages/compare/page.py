"""Two data cuts side by side, for whoever may see the results: which cells changed, and because of which entries."""

import datetime as dt

from django.http import HttpResponseBase

from trialwright.capture.gates import ShownResults
from trialwright.model.problem import Problem
from trialwright.web import results
from trialwright.web.page import Call, Route
from trialwright.web.render import page
from trialwright.web.wording import said_in

MOST = 200
"""Changed cells shown; the two reports hold all."""


def view(call: Call) -> HttpResponseBase:
    allowed = results.shown_to(call.place, call.reader)
    if isinstance(allowed, Problem):
        return page(call, "results/hidden.html", status=403, message=said_in(allowed, call.language))
    days = results.days_of(call.place, allowed)
    if not days:
        return page(call, "compare/compare.html", days=(), first="", last="", compared=None, most=MOST)
    first = _chosen(call, "first", days, days[len(days) // 2])
    last = _chosen(call, "last", days, days[-1])
    asked = "last" in call.request.GET
    compared = _compared(call, allowed, first, last) if asked and first < last else None
    return page(call, "compare/compare.html", days=days, first=first, last=last, compared=compared, most=MOST)


def _chosen(call: Call, name: str, days: tuple[str, ...], usual: str) -> str:
    """A day that the ledger knows, else the usual one: nothing else is taken from the address."""
    asked = str(call.request.GET.get(name, ""))
    try:
        dt.date.fromisoformat(asked)
    except ValueError:
        return usual
    return min(max(asked, days[0]), days[-1])


def _compared(call: Call, allowed: ShownResults, first: str, last: str) -> results.Compared:
    return results.compared(call.place, allowed, first, last, call.language)


ROUTES = (Route(path="results/compare/", name="compare", view=view, act="see_results"),)
