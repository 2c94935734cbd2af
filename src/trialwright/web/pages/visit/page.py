"""One visit: its forms and how far they are; complete, reopen or missed, with name, time and reason."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.locks import Scope
from trialwright.capture.scores import visit_scores
from trialwright.catalog import load
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import lookup, quality, queries, results, signatures
from trialwright.web.lookup import FormAt
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in, score_text

Outcome = conduct.Saved | conduct.Refused | Conflict


def view(call: Call, participant_id: str, visit: str) -> HttpResponseBase:
    return show(call, participant_id, visit)


def show(call: Call, participant_id: str, name: str, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    """The page, with the Problems of an act that was refused."""
    person, visit = lookup.course(call, participant_id), lookup.visit_of(call, participant_id, name)
    study = call.place.study
    state = person.state(name)
    seen = results.verdict_settled(study, person.events, participant_id, name)
    secret = {form for _, at, form in lookup.hidden(call, participant_id) if at == name}
    seen = seen and not secret
    scores = visit_scores(study, person.values, participant_id, name, load())
    return page(
        call,
        "visit/visit.html",
        status=422 if problems else 200,
        person=person,
        visit=visit,
        state=state,
        forms=[
            (FormAt(participant_id=participant_id, visit=visit, form=study.form(form.form), study=study), form)
            for form in state.forms
        ],
        queries=queries.counted(call, participant_id),
        waiting=[q for q in queries.waiting(call, participant_id=participant_id, visit=name) if not q.on_form],
        holding=quality.acts_on(call, Scope(participant_id=participant_id, visit=name)),
        scores=[
            (call.words(score.label), score_text(score, call.language)) for score in scores if score.form not in secret
        ],
        verdicts=results.verdicts_of(call.place, participant_id, name, call.language) if seen else [],
        hidden_verdict=not seen and any(estimand.variable.visit == name for estimand in study.estimands),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        reason=call.posted("reason"),
        signed=signatures.at(call, participant_id, name),
    )


DONE = Text(en="Recorded.", zh="已登记。")


def _complete(call: Call, who: str, visit: str) -> Outcome:
    place, reason, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.complete_visit(place.ledger, place.study, _actor(call), who, visit, reason=reason, token=token)


def _reopen(call: Call, who: str, visit: str) -> Outcome:
    place, reason, token = call.place, call.posted("reason"), call.posted("token")
    return conduct.reopen_visit(place.ledger, place.study, _actor(call), who, visit, reason=reason, token=token)


def _missed(call: Call, who: str, visit: str) -> Outcome:
    reason = call.posted("reason")
    return conduct.miss_visit(call.place.ledger, call.place.study, _actor(call), who, visit, reason=reason)


def _acting(does: Callable[[Call, str, str], Outcome]) -> Callable[..., HttpResponseBase]:
    def view(call: Call, participant_id: str, visit: str) -> HttpResponseBase:
        done = does(call, participant_id, visit)
        if isinstance(done, conduct.Refused):
            return show(call, participant_id, visit, done.problems)
        return HttpResponseRedirect(f"{address('visit', participant_id=participant_id, visit=visit)}?done=1")

    return view


def _actor(call: Call) -> conduct.Actor:
    return conduct.Actor(call.reader.user)


_AT = "participants/<str:participant_id>/visits/<str:visit>/"
ROUTES = (
    Route(path=_AT, name="visit", view=view, act=ANY_ROLE),
    Route(path=_AT + "complete/", name="visit_complete", view=_acting(_complete), act="complete_visit", post_only=True),
    Route(path=_AT + "reopen/", name="visit_reopen", view=_acting(_reopen), act="complete_visit", post_only=True),
    Route(path=_AT + "missed/", name="visit_missed", view=_acting(_missed), act="complete_visit", post_only=True),
)
