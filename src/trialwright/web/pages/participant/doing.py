"""Acts on a participant: what may be done now, and doing it through the capture service."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.consents import unsigned_versions
from trialwright.capture.eligibility import check_eligibility, eligible
from trialwright.capture.locks import check_open
from trialwright.model.allotment import arm_named
from trialwright.model.dating import DATED_ACTS
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct_participants import ENROLLED
from trialwright.web import answer
from trialwright.web.journal import Course
from trialwright.web.lookup import number_in
from trialwright.web.page import Call, Route, address

Outcome = conduct.Saved | conduct.Refused | Conflict
Show = Callable[[Call, str, tuple[Problem, ...]], HttpResponse]


def add(call: Call) -> HttpResponseBase:
    """
    The number that the page offered, else the next free one; a second click on the same page adds nobody twice.

    Where somebody else took the number since the page was made, that is told: two people must never enter two
    participants under one number.
    """
    ledger, study = call.place.ledger, call.place.study
    wanted = call.posted("number") or conduct.next_participant_id(ledger)
    done = conduct.add_participant(ledger, study, _actor(call), wanted)
    if isinstance(done, conduct.Refused) and not _added_by_me(call, wanted):
        return answer.told(call, done.problems)
    return HttpResponseRedirect(address("participant", participant_id=wanted))


def _added_by_me(call: Call, number: str) -> bool:
    acts = call.place.ledger.events(participant_id=number)
    return any(event.kind == "participant_added" and event.user == _actor(call).user for event in acts)


def _consent(call: Call, who: str) -> Outcome:
    version, date = call.posted("version"), call.posted("date")
    return conduct.give_consent(call.place.ledger, call.place.study, _actor(call), who, version=version, date=date)


def _eligibility(call: Call, who: str) -> Outcome:
    return conduct.confirm_eligibility(call.place.ledger, call.place.study, _actor(call), who)


def _enrol(call: Call, who: str) -> Outcome:
    date, arm = call.posted("date"), call.posted("arm")
    return conduct.enrol(call.place.ledger, call.place.study, _actor(call), who, date=date, arm=arm)


def _arm(call: Call, who: str) -> Outcome:
    place, arm, reason, token = call.place, call.posted("arm"), call.posted("reason"), call.posted("token")
    return conduct.correct_arm(place.ledger, place.study, _actor(call), who, arm=arm, reason=reason, token=token)


def _date(call: Call, who: str) -> Outcome:
    place, date, reason, token = call.place, call.posted("date"), call.posted("reason"), call.posted("token")
    of = number_in(call.posted("of"))
    return conduct.correct_date(
        place.ledger, place.study, _actor(call), who, of=of, date=date, reason=reason, token=token
    )


def _screen_failure(call: Call, who: str) -> Outcome:
    reason = call.posted("reason")
    return conduct.screen_fail(call.place.ledger, call.place.study, _actor(call), who, reason=reason)


def _withdraw(call: Call, who: str) -> Outcome:
    place, date, reason = call.place, call.posted("date"), call.posted("reason")
    return conduct.withdraw(
        place.ledger, place.study, _actor(call), who, date=date, code=call.posted("code"), reason=reason
    )


def _withdraw_consent(call: Call, who: str) -> Outcome:
    place, date, reason = call.place, call.posted("date"), call.posted("reason")
    return conduct.withdraw_consent(place.ledger, place.study, _actor(call), who, date=date, reason=reason)


def _complete(call: Call, who: str) -> Outcome:
    return conduct.complete_participant(
        call.place.ledger, call.place.study, _actor(call), who, date=call.posted("date")
    )


def _died(call: Call, who: str) -> Outcome:
    place, date, reason = call.place, call.posted("date"), call.posted("reason")
    return conduct.record_death(place.ledger, place.study, _actor(call), who, date=date, reason=reason)


def _deviation(call: Call, who: str) -> Outcome:
    return conduct.record_deviation(
        call.place.ledger,
        call.place.study,
        _actor(call),
        who,
        category=call.posted("category"),
        major={"Y": True, "N": False}.get(call.posted("major")),
        description=call.posted("description"),
        date=call.posted("date"),
        token=call.posted("token"),
    )


def _unscheduled(call: Call, who: str) -> Outcome:
    place, visit, reason, token = call.place, call.posted("visit"), call.posted("reason"), call.posted("token")
    return conduct.add_visit(place.ledger, place.study, _actor(call), who, visit, reason=reason, token=token)


ACTS: dict[str, tuple[str, Callable[[Call, str], Outcome]]] = {
    "consent": ("enter", _consent),
    "eligibility": ("enrol", _eligibility),
    "enrol": ("enrol", _enrol),
    "arm": ("enrol", _arm),
    "date": ("enrol", _date),
    "screen_failure": ("enrol", _screen_failure),
    "withdraw": ("enrol", _withdraw),
    "withdraw_consent": ("enrol", _withdraw_consent),
    "complete": ("enrol", _complete),
    "died": ("enrol", _died),
    "deviation": ("record_deviation", _deviation),
    "unscheduled": ("enter", _unscheduled),
}
"""Act of the page -> what a role must be allowed to do, and what does it."""

_WHEN: dict[str, tuple[str, ...]] = {
    "consent": ("added", "consented", "eligible", "enrolled"),
    "unscheduled": ("enrolled", "withdrawn", "completed"),
    "eligibility": ("consented",),
    "enrol": ("eligible",),
    "arm": ENROLLED,
    "screen_failure": ("added", "consented", "eligible"),
    "withdraw": ("consented", "eligible", "enrolled"),
    "withdraw_consent": ("consented", "eligible", "enrolled", "withdrawn", "completed"),
    "complete": ("enrolled",),
    "died": ("consented", "eligible", "enrolled", "withdrawn", "completed"),
}


def open_acts(call: Call, person: Course) -> frozenset[str]:
    """The acts to offer: allowed to this reader, fitting the participant's status, the data not locked."""
    if check_open(call.place.events(), person.participant_id, person.participant_id):
        return frozenset()
    offered = {
        name
        for name, (act, _) in ACTS.items()
        if call.reader.may(act) and person.status in _WHEN.get(name, (person.status,))
    }
    study, who = call.place.study, person.participant_id
    if not unsigned_versions(study, person.events, who):
        offered.discard("consent")
    if not any(visit.kind == "unscheduled" for visit in study.visits):
        offered.discard("unscheduled")
    if not arm_named(person.events):
        offered.discard("arm")
    if not any(event.kind in DATED_ACTS and event.details.get("date") for event in person.events):
        offered.discard("date")
    if "eligibility" in offered and eligible(check_eligibility(call.place.study, person.values)) is not True:
        offered.remove("eligibility")
    return frozenset(offered)


def routes(show: Show) -> tuple[Route, ...]:
    """One route an act, each with its own permission; a refused act shows the page again with everything typed."""
    return tuple(
        Route(
            path=f"participants/<str:participant_id>/{name}/",
            name=f"participant_{name}",
            view=_view(does, show),
            act=act,
            post_only=True,
        )
        for name, (act, does) in ACTS.items()
    )


def _view(does: Callable[[Call, str], Outcome], show: Show) -> Callable[..., HttpResponseBase]:
    def view(call: Call, participant_id: str) -> HttpResponseBase:
        done = does(call, participant_id)
        if isinstance(done, conduct.Refused):
            return show(call, participant_id, done.problems)
        return HttpResponseRedirect(f"{address('participant', participant_id=participant_id)}?done=1")

    return view


def _actor(call: Call) -> conduct.Actor:
    return conduct.Actor(call.reader.user)
