"""Every address, made from the pages' own declarations; each is guarded before its view is called."""

from collections.abc import Callable

from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from trialwright.store import LedgerProblem
from trialwright.web import answer, place
from trialwright.web.page import PUBLIC, Call, Route, routes
from trialwright.web.routing import by_shape


def guarded(route: Route) -> Callable[..., HttpResponseBase]:
    """The view behind the route, called only for a reader who may do what the route says; never cached."""

    def view(request: HttpRequest, **args: object) -> HttpResponseBase:
        with place.current().ledger.one_moment():
            return answered(request, args)

    def answered(request: HttpRequest, args: dict[str, object]) -> HttpResponseBase:
        who = str(args.get("participant_id", ""))
        call = answer.call_for(request, route, who)
        method = request.method or "GET"
        if method not in (("POST",) if route.post_only else ("GET", "HEAD", "POST")):
            return HttpResponseNotAllowed(["POST"] if route.post_only else ["GET", "HEAD", "POST"])
        if route.act != PUBLIC and not call.reader.user:
            return answer.to_sign_in(call)
        if owed := answer.owed_first(call):
            return owed
        if who and answer.is_foreign(call, who):
            return answer.not_here(call)
        if not route.allows(call.reader, method):
            return answer.refused(call)
        return _answered(call, args)

    return view


def _answered(call: Call, args: dict[str, object]) -> HttpResponseBase:
    try:
        return call.route.view(call, **args)
    except answer.NotHere:
        return answer.not_here(call)
    except LedgerProblem as trouble:
        return answer.not_written(call, trouble.problem)


# at every request, for a log of queries and for caches that are not used here
request_started.disconnect(reset_queries)
request_finished.disconnect(close_caches)
# looked at when the request before was answered; none is too old in between, for none ever gets old (CONN_MAX_AGE)
request_started.disconnect(close_old_connections)
# there is but one set of addresses, set again when the next request begins
request_finished.disconnect(reset_urlconf)

urlpatterns = by_shape((route.path, guarded(route), route.name) for route in routes())
handler404 = "trialwright.web.answer.no_such_page"
handler500 = "trialwright.web.answer.broken"
