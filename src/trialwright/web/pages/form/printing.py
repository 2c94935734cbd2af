"""A form on paper: filled, with who saved what and when; or blank, to be written on when there is no computer."""

import msgspec
from django.http import HttpResponseBase

from trialwright.capture.values import Place as Spot
from trialwright.capture.values import fields_of
from trialwright.model.ledger import Blank, Datapoint
from trialwright.model.study import Form
from trialwright.pipeline import conduct
from trialwright.web import answer, lookup, signatures
from trialwright.web.blocks import Block, blocks
from trialwright.web.page import Call
from trialwright.web.pages.form.rows import inactive_rows
from trialwright.web.questions import Filled
from trialwright.web.render import page


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One form, or one row of a log, on paper. `last` is its latest version; None where nothing was saved."""

    row: int
    blocks: tuple[Block, ...]
    last: Datapoint | None = None
    gone: str = ""


def print_form(call: Call, participant_id: str, visit: str, form: str) -> HttpResponseBase:
    """The form as it is stored, every row of a log; that it was printed is told in the ledger."""
    at = lookup.form_at(call, participant_id, visit, form)
    if (participant_id, visit, form) in lookup.hidden(call, participant_id):
        raise answer.NotHere
    held = call.place.ledger.datapoints(participant_id, visit, form)
    asked, gone = lookup.row_of(call), inactive_rows(call, at)
    rows = [asked] if asked else sorted({d.slot.row for d in held}) or [0]
    sheets = [_sheet(call, at.form, row, [d for d in held if d.slot.row == row], gone.get(row, "")) for row in rows]
    place, spot = call.place, Spot(participant_id, visit, form, asked)
    actor, token = conduct.Actor(call.reader.user), call.posted("token")
    done = conduct.record_printed(place.ledger, place.study, actor, spot, token=token)
    if isinstance(done, conduct.Refused):
        return answer.told(call, done.problems)
    signed = signatures.shown(call, participant_id, visit, form)
    return page(
        call, "form/print.html", at=at, forms=[(at.form, sheets)], blank=False, head=place.ledger.head(), signed=signed
    )


def print_blank(call: Call) -> HttpResponseBase:
    """Every form of the study without an answer, or the one that `?form=` names."""
    wanted = str(call.request.GET.get("form", ""))
    forms = [form for form in call.place.study.forms if wanted in ("", form.name)]
    if not forms:
        raise answer.NotHere
    made = [(form, [_sheet(call, form, 0, [], "")]) for form in forms]
    return page(call, "form/print.html", at=None, forms=made, blank=True, head=None, signed=[])


def _sheet(call: Call, form: Form, row: int, held: list[Datapoint], gone: str) -> Sheet:
    filled = Filled(stored={d.slot.item: d for d in held}, wording=call.place.wording())
    standing = [d for d in held if not isinstance(d.value, Blank)]
    shown = [field.name for field in fields_of(form)]
    return Sheet(
        row=row,
        blocks=blocks(form, filled, shown, call.language),
        last=max(standing, key=lambda d: d.seq, default=None),
        gone=gone,
    )
