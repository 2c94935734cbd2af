"""Serious adverse events: what is due to whom and when, one page an event, and its printable report."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.safety import Case, cases, lacking
from trialwright.capture.values import Place as Spot
from trialwright.catalog import load
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct, conduct_safety
from trialwright.pipeline.conduct_safety import EventAt
from trialwright.web import answer
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.pages.safety.report import report_page
from trialwright.web.pages.safety.words import clock_lines, event_lines, word_of
from trialwright.web.render import page
from trialwright.web.wording import said_in

Outcome = conduct.Saved | conduct.Refused | Conflict
TYPED = ("aware", "narrative", "reason", "sent", "number", "causality", "unexpected")
"""What an act that was refused gives back to its fields."""
DONE = Text(en="Recorded.", zh="已登记。")


def view(call: Call) -> HttpResponse:
    now = call.place.ledger.now()
    every = cases(call.place.study, call.place.snapshot(), now)
    due = [line for case in every for line in clock_lines(call, case, now) if line.open]
    return page(
        call,
        "safety/list.html",
        declared=call.place.study.safety is not None,
        due=sorted(due, key=lambda line: line.due_utc),
        cases=[(case, word_of(case, "term", call.language), _complete(case)) for case in every],
    )


def event(call: Call, participant_id: str, row: int) -> HttpResponseBase:
    return show(call, participant_id, row)


def show(call: Call, participant_id: str, row: int, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    """The page of one event, with the Problems of an act that was refused and everything that was typed for it."""
    case, now = _case(call, participant_id, row), call.place.ledger.now()
    study = call.place.study
    return page(
        call,
        "safety/event.html",
        status=422 if problems else 200,
        case=case,
        term=word_of(case, "term", call.language),
        lines=event_lines(call, case),
        clocks=clock_lines(call, case, now),
        lacking=[call.words(each) for each in lacking(case)],
        complete=_complete(case),
        causality=[(choice.code, call.words(choice.label)) for choice in load().terms("causality").choices],
        recipients=study.safety.recipients if study.safety else (),
        reported={act.details.get("turn") for act in case.acts if act.kind == "safety_reported"},
        now=_local_now(call, now),
        form=address("form", participant_id=participant_id, visit=case.visit, form=case.form) + f"?row={row}",
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        typed={name: call.posted(name) for name in TYPED},
    )


def _complete(case: Case) -> bool:
    """Whether the report was marked complete and nothing was reported since."""
    done = case.last("safety_completed")
    later = [act for act in case.acts if done and act.seq > done.seq and act.kind == "safety_reported"]
    return done is not None and not later


def _case(call: Call, participant_id: str, row: int) -> Case:
    found = cases(call.place.study, call.place.snapshot(), call.place.ledger.now(), participant_id)
    case = next((each for each in found if each.row == row), None)
    if case is None:
        raise answer.NotHere
    return case


def _local_now(call: Call, now: dt.datetime) -> str:
    sites = call.place.study.sites
    return now.astimezone(ZoneInfo(sites[0].time_zone) if sites else dt.UTC).strftime("%Y-%m-%d %H:%M")


def _at(call: Call, participant_id: str, row: int) -> EventAt:
    actor = conduct.Actor(call.reader.user)
    return EventAt(actor=actor, participant_id=participant_id, row=row, token=call.posted("token"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else 0


def _report(call: Call, at: EventAt) -> Outcome:
    place, turn = call.place, _number(call.posted("turn"))
    return conduct_safety.report_event(
        place.ledger, place.study, at, aware=call.posted("aware"), narrative=call.posted("narrative"), turn=turn
    )


def _assess(call: Call, at: EventAt) -> Outcome:
    place = call.place
    return conduct_safety.assess_event(
        place.ledger, place.study, at, causality=call.posted("causality"), unexpected=call.posted("unexpected"),
        reason=call.posted("reason"),
    )  # fmt: skip


def _submit(call: Call, at: EventAt) -> Outcome:
    place = call.place
    return conduct_safety.submit_report(
        place.ledger, place.study, at, recipient=call.posted("recipient"), sent=call.posted("sent"),
        number=call.posted("number"), stage=call.posted("stage"), turn=_number(call.posted("turn")),
    )  # fmt: skip


def _finish(call: Call, at: EventAt) -> Outcome:
    return conduct_safety.complete_report(call.place.ledger, call.place.study, at)


def _acting(does: Callable[[Call, EventAt], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call, participant_id: str, row: int) -> HttpResponseBase:
        _case(call, participant_id, row)
        done = does(call, _at(call, participant_id, row))
        if isinstance(done, conduct.Refused):
            return show(call, participant_id, row, done.problems)
        return HttpResponseRedirect(f"{address('safety_event', participant_id=participant_id, row=row)}?done=1")

    return view


def print_report(call: Call, participant_id: str, row: int) -> HttpResponseBase:
    """The report on paper; that it was printed stands in the ledger."""
    case = _case(call, participant_id, row)
    spot = Spot(participant_id, case.visit, case.form, row)
    done = conduct.record_printed(call.place.ledger, call.place.study, conduct.Actor(call.reader.user), spot)
    if isinstance(done, conduct.Refused):
        return answer.told(call, done.problems)
    return report_page(call, case)


_AT = "safety/<str:participant_id>/<int:row>/"
ROUTES = (
    Route(path="safety/", name="safety", view=view, act=ANY_ROLE, navigation=Text(en="Safety", zh="安全性"), order=3),
    Route(path=_AT, name="safety_event", view=event, act=ANY_ROLE),
    Route(path=_AT + "print/", name="safety_print", view=print_report, act=ANY_ROLE, post_only=True),
    Route(path=_AT + "report/", name="safety_report", view=_acting(_report), act="report_safety", post_only=True),
    Route(path=_AT + "assess/", name="safety_assess", view=_acting(_assess), act="assess_safety", post_only=True),
    Route(path=_AT + "sent/", name="safety_sent", view=_acting(_submit), act="assess_safety", post_only=True),
    Route(path=_AT + "complete/", name="safety_complete", view=_acting(_finish), act="report_safety", post_only=True),
)
