"""The study as a whole: approval and opening, data lock, unlock with a reason, a declared look at the results."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.keeping import keeping
from trialwright.capture.locks import Scope
from trialwright.capture.obstacles import KIND_WORDS, counted
from trialwright.capture.status import data_locked
from trialwright.model.ledger import Conflict, EventKind
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import quality
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

Outcome = conduct.Saved | conduct.Refused | Conflict
SHOWN: tuple[EventKind, ...] = (
    "build_published", "ethics_approval", "site_opened", "frozen", "unfrozen", "locked", "unlocked", "look_declared",
)  # fmt: skip
DONE = Text(en="Recorded.", zh="已登记。")


def view(call: Call) -> HttpResponse:
    return _show(call)


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    events, study = call.place.events(), call.place.study
    names = Names(study, call.language)
    done = {event.kind for event in events}
    held = keeping(study, events)
    return page(
        call,
        "lock/lock.html",
        status=422 if problems else 200,
        locked=data_locked(events),
        held=call.words(held.said) if held else "",
        against=_against(call),
        freeze=quality.acts_on(call, Scope()),
        sites=[(site, quality.acts_on(call, Scope(site=site.name))) for site in study.sites],
        gates=[(gate, gate.event in done) for gate in study.gates],
        history=[
            (event, names.details(event.details))
            for event in events
            if event.kind in SHOWN and not event.participant_id
        ][::-1],
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        typed={name: call.posted(name) for name in ("reason", "date", "body", "number")},
    )


def _against(call: Call) -> list[tuple[str, str, int]]:
    """What stands against the data lock: kind, title, number."""
    counts = counted(quality.against_lock(call))
    return [(kind, call.words(KIND_WORDS[kind]), count) for kind, count in counts.items()]


def _lock(call: Call) -> Outcome:
    place, reason, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.lock_data(place.ledger, place.study, _actor(call), reason=reason, token=token)


def _unlock(call: Call) -> Outcome:
    place, reason, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.unlock_data(place.ledger, place.study, _actor(call), reason=reason, token=token)


def _look(call: Call) -> Outcome:
    place, reason, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.declare_look(place.ledger, place.study, _actor(call), reason=reason, token=token)


def _approval(call: Call) -> Outcome:
    place, date = call.place, call.posted("date")
    body, number = call.posted("body"), call.posted("number")
    return conduct.record_approval(place.ledger, place.study, _actor(call), date=date, body=body, number=number)


def _opening(call: Call) -> Outcome:
    return conduct.open_site(call.place.ledger, call.place.study, _actor(call), date=call.posted("date"))


def _acting(does: Callable[[Call], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call) -> HttpResponseBase:
        done = does(call)
        if isinstance(done, conduct.Refused):
            return _show(call, done.problems)
        return HttpResponseRedirect(f"{address('study')}?done=1")

    return view


def _actor(call: Call) -> conduct.Actor:
    return conduct.Actor(call.reader.user)


ROUTES = (
    Route(
        path="study/",
        name="study",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Study", zh="研究管理"),
        group="study",
        order=5,
    ),
    Route(path="study/lock/", name="lock", view=_acting(_lock), act="lock", post_only=True),
    Route(path="study/unlock/", name="unlock", view=_acting(_unlock), act="lock", post_only=True),
    Route(path="study/look/", name="look", view=_acting(_look), act="look", post_only=True),
    Route(path="study/approval/", name="approval", view=_acting(_approval), act="enrol", post_only=True),
    Route(path="study/opening/", name="opening", view=_acting(_opening), act="enrol", post_only=True),
)
