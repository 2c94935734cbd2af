"""Signing a form, a visit or a participant: what is signed stands on the page, and who signs is asked once more."""

from collections.abc import Callable

import msgspec
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.checks import open_queries
from trialwright.capture.signatures import content_of
from trialwright.model.signature import Scope
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import answer, lookup, recognise, second_factor
from trialwright.web.accounts_of import account, printed_name
from trialwright.web.names import Names
from trialwright.web.page import Call, Route
from trialwright.web.render import page
from trialwright.web.signatures import href_of, shown
from trialwright.web.wording import said_in

EACH_FORM = "forms"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One form (or row of a log) of what is signed, its values as they will be bound."""

    title: str
    lines: list[tuple[str, str]]


def form(call: Call, participant_id: str, visit: str, form: str) -> HttpResponseBase:
    lookup.form_at(call, participant_id, visit, form)
    return _view(call, Scope(participant_id, visit, form))


def visit(call: Call, participant_id: str, visit: str) -> HttpResponseBase:
    lookup.course(call, participant_id)
    lookup.visit_of(call, participant_id, visit)
    return _view(call, Scope(participant_id, visit))


def participant(call: Call, participant_id: str) -> HttpResponseBase:
    lookup.course(call, participant_id)
    return _view(call, Scope(participant_id))


def _view(call: Call, scope: Scope) -> HttpResponseBase:
    hidden = {at for at in lookup.hidden(call, scope.participant_id) if scope.covers(*at)}
    if hidden:
        raise answer.NotHere  # who scores a later visit does not see this one, so cannot sign it either
    if not call.is_post:
        return _show(call, scope, ())
    wrong = recognise.recognised(call)
    if wrong is not None:
        return _show(call, scope, (call.words(wrong),))
    user = account(call.reader.user)
    request = conduct.Signing(
        actor=conduct.Actor(call.reader.user),
        meaning=call.posted("meaning"),
        shown=tuple((each, call.posted(_field(each))) for each in _chosen(call, scope)),
        name=printed_name(user),
        token=call.posted("token"),
    )
    done = conduct.sign(call.place.ledger, call.place.study, request)
    if isinstance(done, conduct.Refused):
        return _show(call, scope, tuple(said_in(problem, call.language) for problem in done.problems))
    return HttpResponseRedirect(f"{href_of(scope)}?done=1")


def _show(call: Call, scope: Scope, told: tuple[str, ...]) -> HttpResponse:
    study, snapshot, names = call.place.study, call.place.snapshot(), Names(call.place.study, call.language)
    meanings = conduct.meanings_for(study, scope, call.reader.role_names)
    lacking = conduct.incomplete(study, snapshot, scope)
    queries = [
        q for q in open_queries(snapshot.events) if scope.covers(q.place.participant_id, q.place.visit, q.place.form)
    ]
    forms = _forms_of(call, scope) if scope.level == "visit" else ()
    return page(
        call,
        "sign/sign.html",
        status=422 if told else 200,
        scope=scope,
        where=names.place(scope.visit, scope.form, 0) or call.words(Text("all data", "全部数据")),
        back=href_of(scope),
        parts_signed=_parts(call, scope, names),
        content=content_of(snapshot, scope),
        hashes=[(_field(each), content_of(snapshot, each).hash) for each in (scope, *forms)],
        batch=[names.form(each.form) for each in forms],
        meanings=meanings,
        lacking=call.words(lacking) if lacking else "",
        queries=len(queries),
        signed=shown(call, scope.participant_id, scope.visit, scope.form),
        coded=second_factor.is_on(account(call.reader.user)),
        problems=[("", each) for each in told],
        meaning=call.posted("meaning"),
    )


def _chosen(call: Call, scope: Scope) -> tuple[Scope, ...]:
    """The scope itself, or each form of the visit: a signature row a form."""
    if scope.level == "visit" and call.posted("rows") == EACH_FORM:
        return _forms_of(call, scope)
    return (scope,)


def _forms_of(call: Call, scope: Scope) -> tuple[Scope, ...]:
    """The forms of a visit that hold something."""
    visit = lookup.visit_of(call, scope.participant_id, scope.visit)
    held = call.place.snapshot().current.filter(participant_id=scope.participant_id, visit=scope.visit)["form"].unique()
    return tuple(Scope(scope.participant_id, scope.visit, form) for form in visit.forms if form in set(held))


def _field(scope: Scope) -> str:
    return f"hash-{scope.form}" if scope.form else "hash"


def _parts(call: Call, scope: Scope, names: Names) -> list[Part]:
    """The values that will be bound, by visit, form and row, in the order of the definition."""
    rows = call.place.snapshot().current.filter(participant_id=scope.participant_id)
    if scope.visit:
        rows = rows.filter(visit=scope.visit)
    if scope.form:
        rows = rows.filter(form=scope.form)
    visits = {visit.name: n for n, visit in enumerate(call.place.study.visits)}
    fields = [field.name for form in call.place.study.forms for section in form.sections for field in section.fields]
    order = {name: n for n, name in enumerate(fields)}
    made: dict[tuple[str, str, int], list[tuple[int, str, str]]] = {}
    for at, form, item, row, kind, text, unit in rows.select(
        "visit", "form", "item", "row", "kind", "text", "unit"
    ).iter_rows():
        line = (order.get(item, len(order)), names.item(item), names.stored(item, kind, text, unit))
        made.setdefault((at, form, row), []).append(line)
    places = sorted(made, key=lambda place: (visits.get(place[0], len(visits)), place))
    return [Part(title=names.place(*place), lines=[line[1:] for line in sorted(made[place])]) for place in places]


def _route(path: str, level: str, view: Callable[..., HttpResponseBase]) -> Route:
    return Route(path=path + "sign/", name=f"sign_{level}", view=view, act="sign", post_act="sign")


_AT = "participants/<str:participant_id>/"
ROUTES = (
    _route(_AT, "participant", participant),
    _route(_AT + "visits/<str:visit>/", "visit", visit),
    _route(_AT + "visits/<str:visit>/forms/<str:form>/", "form", form),
)
