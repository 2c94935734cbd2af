"""Who a participant is: kept, read and erased by the site alone; each reading is told in the ledger."""

import os

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.keeping import check_deletion, keeping
from trialwright.model.ledger import Conflict
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct_identity
from trialwright.pipeline.conduct import Actor, Refused, Saved
from trialwright.store.sealed import SealedStore
from trialwright.web import lookup
from trialwright.web.database import beside_ledger
from trialwright.web.names import Names
from trialwright.web.page import Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

DONE = Text(en="Recorded.", zh="已登记。")
KINDS = ("identity_kept", "identity_read", "identity_erased")


def view(call: Call, participant_id: str) -> HttpResponseBase:
    return _show(call, participant_id)


def keep(call: Call, participant_id: str) -> HttpResponseBase:
    """Kept: back to the page, which shows nothing of it."""
    lookup.course(call, participant_id)
    done = conduct_identity.keep_identity(
        call.place.ledger, call.place.study, Actor(call.reader.user), store_of(call), participant_id,
        fields=_typed(call), reason=call.posted("reason"), token=call.posted("token"),
    )  # fmt: skip
    return _done(call, participant_id, done)


def read(call: Call, participant_id: str) -> HttpResponseBase:
    """The answer of a post, so that no link, history or cache shows it again."""
    lookup.course(call, participant_id)
    found = conduct_identity.read_identity(
        call.place.ledger, call.place.study, Actor(call.reader.user), store_of(call), participant_id,
        reason=call.posted("reason"),
    )  # fmt: skip
    if isinstance(found, conduct_identity.Identity):
        fields = [(call.words(conduct_identity.FIELDS[name]), text) for name, text in found.fields.items()]
        return _show(call, participant_id, fields=fields)
    return _show(call, participant_id, found.problems if isinstance(found, Refused) else ())


def erase(call: Call, participant_id: str) -> HttpResponseBase:
    lookup.course(call, participant_id)
    done = conduct_identity.erase_identity(
        call.place.ledger, call.place.study, Actor(call.reader.user), store_of(call), participant_id,
        reason=call.posted("reason"), token=call.posted("token"),
    )  # fmt: skip
    return _done(call, participant_id, done)


def store_of(call: Call) -> SealedStore:
    """The sealed store beside the ledger; its key from the setting, else from the file beside it."""
    folder = beside_ledger(os.environ.get("TRIALWRIGHT_DB", ""), call.place.folder)
    return SealedStore(folder, os.environ.get("TRIALWRIGHT_IDENTITY_KEY", ""))


def _show(
    call: Call,
    participant_id: str,
    problems: tuple[Problem, ...] = (),
    fields: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    person = lookup.course(call, participant_id)
    study, names = call.place.study, Names(call.place.study, call.language)
    events = call.place.events_about(participant_id)
    held = keeping(study, events)
    return page(
        call,
        "identity/identity.html",
        status=422 if problems else 200,
        person=person,
        kept=bool(conduct_identity.kept_hash(person.events, participant_id)),
        held=call.words(held.said) if held else "",
        erasable=not check_deletion(study, events, call.place.today(), "identity"),
        fields=fields,
        asked=[(name, call.words(label)) for name, label in conduct_identity.FIELDS.items()],
        typed=_typed(call) if problems else {},
        reason=call.posted("reason") if problems else "",
        past=[(event, names.event(event.kind)) for event in reversed(person.events) if event.kind in KINDS],
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
    )


def _typed(call: Call) -> dict[str, str]:
    return {name: call.posted(name) for name in conduct_identity.FIELDS}


def _done(call: Call, participant_id: str, done: Saved | Refused | Conflict) -> HttpResponseBase:
    if isinstance(done, Refused):
        return _show(call, participant_id, done.problems)
    return HttpResponseRedirect(f"{address('identity', participant_id=participant_id)}?done=1")


_AT = "participants/<str:participant_id>/identity/"
ROUTES = (
    Route(path=_AT, name="identity", view=view, act="identify"),
    Route(path=_AT + "keep/", name="identity_keep", view=keep, act="identify", post_only=True),
    Route(path=_AT + "read/", name="identity_read", view=read, act="identify", post_only=True),
    Route(path=_AT + "erase/", name="identity_erase", view=erase, act="identify", post_only=True),
)
