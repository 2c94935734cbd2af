"""The history of one value: every version that ever stood there, who, when, before, after, why."""

from django.http import HttpResponseBase

from trialwright.model.ledger import Blank, Datapoint, Slot
from trialwright.web import answer, lookup
from trialwright.web.names import BLANK, Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.questions import shown_value
from trialwright.web.render import page


def view(call: Call, participant_id: str, visit: str, form: str, item: str) -> HttpResponseBase:
    place = lookup.form_at(call, participant_id, visit, form)
    names = Names(call.place.study, call.language)
    field = names.field(item)
    row = lookup.row_of(call)
    versions = call.place.ledger.history(Slot(participant_id, visit, form, item, row))
    secret = (participant_id, visit, form) in lookup.hidden(call, participant_id)
    if field is None or not versions or secret:
        raise answer.NotHere

    def shown(version: Datapoint) -> str:
        if isinstance(version.value, Blank):
            return call.words(BLANK)
        return shown_value(field, version, call.language)

    before = [""] + [shown(version) for version in versions]
    lines = [
        (version, old, shown(version), names.origin(version.origin))
        for version, old in zip(versions, before, strict=False)
    ]
    return page(call, "history/history.html", at=place, field=field, row=row, lines=lines[::-1])


ROUTES = (
    Route(
        path="participants/<str:participant_id>/visits/<str:visit>/forms/<str:form>/history/<str:item>/",
        name="history",
        view=view,
        act=ANY_ROLE,
    ),
)
