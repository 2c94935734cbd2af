"""Acts on data that stand: verified against the source, reviewed, frozen, locked, opened again."""

from typing import cast, get_args

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from trialwright.capture.locks import Scope
from trialwright.capture.values import Place as Spot
from trialwright.model.ledger import Conflict
from trialwright.pipeline import conduct
from trialwright.web import answer, lookup
from trialwright.web.page import Call, Route, address

Outcome = conduct.Saved | conduct.Refused | Conflict


def verify(call: Call) -> HttpResponseBase:
    """The ticked values of a form are verified, or their marks taken back."""
    spot = _spot(call)
    items = [str(item) for item in call.request.POST.getlist("item")]
    place, actor, expected = call.place, conduct.Actor(call.reader.user), lookup.number_in(call.posted("version"))
    if call.posted("do") == "take_back":
        return _done(
            call,
            conduct.unverify_values(
                place.ledger, place.study, actor, spot, items, expected=expected, reason=call.posted("reason"),
                token=call.posted("token"),
            ),
        )  # fmt: skip
    return _done(
        call,
        conduct.verify_values(
            place.ledger, place.study, actor, spot, items, expected=expected, token=call.posted("token")
        ),
    )


def review(call: Call) -> HttpResponseBase:
    """A form was looked at as a whole."""
    place, expected = call.place, lookup.number_in(call.posted("version"))
    done = conduct.review_form(
        place.ledger, place.study, conduct.Actor(call.reader.user), _spot(call), expected=expected,
        token=call.posted("token"),
    )  # fmt: skip
    return _done(call, done)


def hold(call: Call) -> HttpResponseBase:
    """A form, visit, participant, site or the study is frozen, locked or opened again."""
    kind = call.posted("kind")
    if kind not in get_args(conduct.HoldAct):
        raise answer.NotHere
    who = call.posted("participant")
    if who:
        lookup.course(call, who)  # a stranger and a participant of another site look alike
    scope = Scope(participant_id=who, visit=call.posted("visit"), form=call.posted("form"), site=call.posted("site"))
    done = conduct.hold(
        call.place.ledger, call.place.study, conduct.Actor(call.reader.user), cast(conduct.HoldAct, kind), scope,
        reason=call.posted("reason"), token=call.posted("token"),
    )  # fmt: skip
    return _done(call, done)


def _spot(call: Call) -> Spot:
    at = lookup.form_at(call, call.posted("participant"), call.posted("visit"), call.posted("form"))
    return Spot(at.participant_id, at.visit.name, at.form.name, lookup.row_of(call))


def _done(call: Call, done: Outcome) -> HttpResponseBase:
    if isinstance(done, conduct.Refused):
        return answer.told(call, done.problems)
    return back_to(call)


def back_to(call: Call) -> HttpResponseBase:
    """To the page that the act was done on, never to another host."""
    then = call.posted("next")
    safe = url_has_allowed_host_and_scheme(then, allowed_hosts={call.request.get_host()})
    if not safe:
        return HttpResponseRedirect(address("participants"))
    path, _, query = then.partition("?")
    kept = "&".join(part for part in query.split("&") if part and part not in ("done=1", "saved=1", "same=1"))
    return HttpResponseRedirect(f"{path}?{kept}{'&' if kept else ''}done=1")


ROUTES = (
    Route(path="quality/verify/", name="verify", view=verify, act="verify", post_only=True),
    Route(path="quality/review/", name="review", view=review, act="review", post_only=True),
    Route(path="quality/hold/", name="hold", view=hold, act="lock|review", post_only=True),
)
