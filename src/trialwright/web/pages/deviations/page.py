"""Departures from the protocol: what the data show, what is on record, what the ethics committee was told and when."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.deviations import Candidate, candidates, recorded, sets_left
from trialwright.catalog import load
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct, conduct_deviations
from trialwright.web import answer, journal
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

Outcome = conduct.Saved | conduct.Refused | Conflict
DONE = Text(en="Recorded.", zh="已登记。")


def view(call: Call) -> HttpResponse:
    return _show(call)


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    snapshot, study = call.place.snapshot(), call.place.study
    every = recorded(snapshot)
    return page(
        call,
        "deviations/deviations.html",
        status=422 if problems else 200,
        candidates=candidates(study, snapshot, seen=partial(journal.departures, call.place)),
        recorded=every,
        waiting=[each for each in every if each.reported is None],
        kinds=_kinds(call),
        sets=sets_left(study),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        typed={name: call.posted(name) for name in ("date", "body")},
    )


def printed(call: Call) -> HttpResponse:
    """The list for the ethics committee, on paper: all deviations, or those that it was not told of yet."""
    every = recorded(call.place.snapshot())
    chosen = [each for each in every if each.reported is None] if call.request.GET.get("new") else list(every)
    return page(
        call, "deviations/report.html", recorded=chosen, kinds=_kinds(call), sets=sets_left(call.place.study),
        head=call.place.ledger.head(), new=bool(call.request.GET.get("new")),
    )  # fmt: skip


def _kinds(call: Call) -> dict[str, str]:
    return {choice.code: call.words(choice.label) for choice in load().terms("deviation_category").choices}


def _candidate(call: Call, participant_id: str) -> Candidate:
    found = candidates(call.place.study, call.place.snapshot(), participant_id, partial(journal.departures, call.place))
    rule = call.posted("rule")
    chosen = next((each for each in found if each.rule == rule), None)
    if chosen is None:
        raise answer.NotHere
    return chosen


def _record(call: Call, participant_id: str) -> Outcome:
    """A candidate put on record, in the words of the site where somebody changed them."""
    chosen, place = _candidate(call, participant_id), call.place
    return conduct.record_deviation(
        place.ledger, place.study, conduct.Actor(call.reader.user), participant_id, category=chosen.category,
        major=call.posted("major") == "Y", description=call.posted("description") or call.words(chosen.description),
        date=chosen.date or call.posted("date"), rule=chosen.rule, token=call.posted("token"),
    )  # fmt: skip


def _settle(call: Call, participant_id: str) -> Outcome:
    chosen, place = _candidate(call, participant_id), call.place
    return conduct_deviations.settle_deviation(
        place.ledger, place.study, conduct.Actor(call.reader.user), participant_id, rule=chosen.rule,
        reason=call.posted("reason"), token=call.posted("token"),
    )  # fmt: skip


def report(call: Call) -> HttpResponseBase:
    place = call.place
    done = conduct_deviations.report_deviations(
        place.ledger, place.study, conduct.Actor(call.reader.user), keys=call.request.POST.getlist("key"),
        date=call.posted("date"), body=call.posted("body"), token=call.posted("token"),
    )  # fmt: skip
    if isinstance(done, conduct.Refused):
        return _show(call, done.problems)
    return HttpResponseRedirect(f"{address('deviations')}?done=1")


def _acting(does: Callable[[Call, str], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call, participant_id: str) -> HttpResponseBase:
        done = does(call, participant_id)
        if isinstance(done, conduct.Refused):
            return _show(call, done.problems)
        return HttpResponseRedirect(f"{address('deviations')}?done=1")

    return view


def _post(path: str, name: str, does: Callable[..., HttpResponseBase]) -> Route:
    return Route(path=f"deviations/{path}/", name=name, view=does, act="record_deviation", post_only=True, order=-1)


ROUTES = (
    Route(
        path="deviations/", name="deviations", view=view, act=ANY_ROLE,
        navigation=Text(en="Deviations", zh="方案偏离"), group="conduct", order=3,
    ),
    Route(path="deviations/print/", name="deviations_print", view=printed, act=ANY_ROLE, order=-1),
    _post("report", "deviations_report", report),
    _post("<str:participant_id>/record", "deviation_record", _acting(_record)),
    _post("<str:participant_id>/settle", "deviation_settle", _acting(_settle)),
)  # fmt: skip
