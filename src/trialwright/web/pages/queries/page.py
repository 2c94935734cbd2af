"""The queries: people and checks ask, the site answers, who checks the data closes and asks again; all words stay."""

from collections.abc import Callable
from typing import get_args

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from trialwright.capture.checks import OpenQuery
from trialwright.capture.locks import Scope
from trialwright.capture.queries import QUERY_WORDS, QueryState, every_query
from trialwright.capture.values import Place as Spot
from trialwright.capture.values import fields_of
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import answer, lookup, queries
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.pages.quality.page import back_to
from trialwright.web.render import page
from trialwright.web.wording import said_in

Outcome = conduct.Saved | conduct.Refused | Conflict
CHECKERS = "verify|review|lock"
"""Whose acts concern the data: they ask, close and ask again."""
DONE = Text(en="Recorded.", zh="已登记。")
NOTHING = Text(en="Every check was run: nothing is to be asked or settled.", zh="已运行全部核查：无需提出或关闭质疑。")
FILTERS = ("participant", "state", "role")
NO_WORDS = "TW-CAP-088"
WAITING = "waiting"
"""The state that the list shows at first: open and answered ones."""


def view(call: Call) -> HttpResponseBase:
    return _show(call)


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    asked = {name: str(call.request.GET.get(name, "")) for name in FILTERS}
    asked["state"] = asked["state"] if asked["state"] in (*get_args(QueryState), "all") else WAITING
    every = queries.listed(call)
    shown = [each for each in every if _wanted(each, asked)]
    return page(
        call,
        "queries/queries.html",
        status=422 if problems else 200,
        shown=sorted(shown, key=lambda each: (each.asked.state == "closed", each.asked.state == "answered")),
        total=sum(each.asked.state != "closed" for each in every),
        asked=asked,
        participants=sorted({each.asked.query.place.participant_id for each in every}),
        roles=[role for role in call.place.study.roles if any(each.asked.asked == role.name for each in every)],
        states=[(state, call.words(word)) for state, word in QUERY_WORDS.items()],
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=_notice(call),
    )


def _wanted(each: queries.Shown, asked: dict[str, str]) -> bool:
    states = ("open", "answered") if asked["state"] == WAITING else (asked["state"],)
    return (
        asked["participant"] in ("", each.asked.query.place.participant_id)
        and asked["role"] in ("", each.asked.asked)
        and (asked["state"] == "all" or each.asked.state in states)
    )


def _notice(call: Call) -> str:
    if call.is_post:
        return ""
    if call.request.GET.get("nothing"):
        return call.words(NOTHING)
    return call.words(DONE) if call.request.GET.get("done") else ""


def ask(call: Call) -> HttpResponseBase:
    """A person asks the site; back to the page on which it was asked."""
    who = call.posted("participant")
    lookup.course(call, who)
    items = [item for item in (call.posted("item"),) if item]
    spot = Spot(who, call.posted("visit"), call.posted("form"), lookup.row_of(call))
    place, token = call.place, call.posted("token")
    done = conduct.open_query(
        place.ledger, place.study, _actor(call), spot, message=call.posted("message"), items=items,
        to=call.posted("to"), token=token,
    )  # fmt: skip
    if not isinstance(done, conduct.Refused):
        return back_to(call)
    if [each.code for each in done.problems] == [NO_WORDS]:
        return _ask_again(call, spot, done.problems)
    return answer.told(call, done.problems)


def _ask_again(call: Call, spot: Spot, problems: tuple[Problem, ...]) -> HttpResponse:
    """The question once more, with its item and addressee as they were chosen."""
    who, names = spot.participant_id, Names(call.place.study, call.language)
    items: list[tuple[str, str]] = []
    told, back = [who], address("participant", participant_id=who)
    if spot.visit:
        told.append(names.visit(spot.visit))
        back = address("visit", participant_id=who, visit=spot.visit)
    if spot.form:
        at = lookup.form_at(call, who, spot.visit, spot.form)
        items = [(field.name, call.words(field.item.label)) for field in fields_of(at.form)]
        told.append(call.words(at.form.title))
        back = at.href(spot.row)
    return page(
        call,
        "queries/ask.html",
        status=422,
        scope=Scope(participant_id=who, visit=spot.visit, form=spot.form),
        row=spot.row,
        items=items,
        place=" · ".join(told),
        back=back,
        typed={name: call.posted(name) for name in ("item", "to", "next")},
        problems=[("ask-message", said_in(problem, call.language)) for problem in problems],
    )


def run(call: Call) -> HttpResponseBase:
    """Every check of the definition on everything that stands."""
    done = conduct.run_checks(call.place.ledger, call.place.study, _actor(call), token=call.posted("token"))
    if isinstance(done, conduct.Refused):
        if [problem.severity for problem in done.problems] == ["note"]:
            return HttpResponseRedirect(f"{address('queries')}?nothing=1")
        return _show(call, done.problems)
    return HttpResponseRedirect(f"{address('queries')}?done=1")


def _answer(call: Call, query: OpenQuery) -> Outcome:
    place, words, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.answer_query(place.ledger, place.study, _actor(call), query, answer=words, token=token)


def _close(call: Call, query: OpenQuery) -> Outcome:
    place, words, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.close_query(place.ledger, place.study, _actor(call), query, reason=words, token=token)


def _reopen(call: Call, query: OpenQuery) -> Outcome:
    place, words, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.reopen_query(place.ledger, place.study, _actor(call), query, reason=words, token=token)


def _acting(does: Callable[[Call, OpenQuery], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call, seq: int) -> HttpResponseBase:
        query = next((each.query for each in every_query(call.place.events()) if each.query.seq == seq), None)
        if query is None:
            raise answer.NotHere
        lookup.course(call, query.place.participant_id)
        done = does(call, query)
        if isinstance(done, conduct.Refused):
            return _show(call, done.problems)
        then = call.posted("next")
        safe = url_has_allowed_host_and_scheme(then, allowed_hosts={call.request.get_host()})
        return HttpResponseRedirect(then if safe else f"{address('queries')}?done=1")

    return view


def _actor(call: Call) -> conduct.Actor:
    return conduct.Actor(call.reader.user)


_ONE = "queries/<int:seq>/"
ROUTES = (
    Route(path="queries/", name="queries", view=view, act=ANY_ROLE, navigation=Text(en="Queries", zh="质疑"), order=2),
    Route(path="queries/ask/", name="query_open", view=ask, act=CHECKERS, post_only=True),
    Route(path="queries/run/", name="checks_run", view=run, act=CHECKERS, post_only=True),
    Route(path=_ONE + "answer/", name="query_answer", view=_acting(_answer), act="enter", post_only=True),
    Route(path=_ONE + "close/", name="query_close", view=_acting(_close), act=CHECKERS, post_only=True),
    Route(path=_ONE + "reopen/", name="query_reopen", view=_acting(_reopen), act=CHECKERS, post_only=True),
)
