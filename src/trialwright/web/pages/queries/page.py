"""The queries that wait: the site answers, the data manager closes; both acts keep name, time and words."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from trialwright.capture.checks import OpenQuery, open_queries
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import answer, queries
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

Outcome = conduct.Saved | conduct.Refused | Conflict
DONE = Text(en="Recorded.", zh="已登记。")


def view(call: Call) -> HttpResponseBase:
    return _show(call)


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    who = str(call.request.GET.get("participant", ""))
    every = queries.waiting(call)
    return page(
        call,
        "queries/queries.html",
        status=422 if problems else 200,
        waiting=[each for each in every if who in ("", each.query.place.participant_id)],
        total=len(every),
        asked=who,
        participants=sorted({each.query.place.participant_id for each in every}),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
    )


def _answer(call: Call, query: OpenQuery) -> Outcome:
    place, words, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.answer_query(
        place.ledger, place.study, conduct.Actor(call.reader.user), query, answer=words, token=token
    )


def _close(call: Call, query: OpenQuery) -> Outcome:
    place, words, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.close_query(
        place.ledger, place.study, conduct.Actor(call.reader.user), query, reason=words, token=token
    )


def _acting(does: Callable[[Call, OpenQuery], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call, seq: int) -> HttpResponseBase:
        query = next((each for each in open_queries(call.place.events()) if each.seq == seq), None)
        if query is None:
            raise answer.NotHere
        done = does(call, query)
        if isinstance(done, conduct.Refused):
            return _show(call, done.problems)
        then = call.posted("next")
        safe = url_has_allowed_host_and_scheme(then, allowed_hosts={call.request.get_host()})
        return HttpResponseRedirect(then if safe else f"{address('queries')}?done=1")

    return view


ROUTES = (
    Route(path="queries/", name="queries", view=view, act=ANY_ROLE, navigation=Text(en="Queries", zh="质疑"), order=2),
    Route(path="queries/<int:seq>/answer/", name="query_answer", view=_acting(_answer), act="enter", post_only=True),
    Route(path="queries/<int:seq>/close/", name="query_close", view=_acting(_close), act="verify", post_only=True),
)
