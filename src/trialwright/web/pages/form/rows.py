"""The rows of a repeating form: one line a row, those made inactive struck through with their reason."""

import msgspec
from django.http import HttpResponse

from trialwright.capture.gates import check_may_save
from trialwright.capture.values import Place as Spot
from trialwright.capture.values import fields_of
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import quality
from trialwright.web.lookup import FormAt
from trialwright.web.page import Call
from trialwright.web.questions import shown_value
from trialwright.web.render import page
from trialwright.web.wording import said_in

COLUMNS = 6
DONE = Text(en="Recorded.", zh="已登记。")


class RowLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row: its number, what its first columns say, and why it is inactive ("" while it counts)."""

    row: int
    cells: tuple[tuple[str, str], ...]
    inactive: str = ""


def show_rows(call: Call, at: FormAt) -> HttpResponse:
    columns = fields_of(at.form)[:COLUMNS]
    stored = call.place.ledger.datapoints(at.participant_id, at.visit.name, at.form.name)
    gone = inactive_rows(call, at)
    numbers = sorted({d.slot.row for d in stored if d.slot.row})
    lines = []
    for number in numbers:
        values = {d.slot.item: d for d in stored if d.slot.row == number}
        cells = tuple(
            (call.words(field.item.label), shown_value(field, values.get(field.name), call.language))
            for field in columns
        )
        lines.append(RowLine(row=number, cells=cells, inactive=gone.get(number, "")))
    events = conduct.acts_of(call.place.ledger, at.participant_id)
    following = call.place.ledger.next_row(at.participant_id, at.visit.name, at.form.name)
    barred = check_may_save(
        call.place.study,
        events,
        Spot(at.participant_id, at.visit.name, at.form.name, following),
        call.reader.role_names,
        call.place.case(at.participant_id).begun,
    )
    return page(
        call,
        "form/rows.html",
        at=at,
        rows=lines,
        columns=columns,
        next_row=following,
        quality=quality.of_form(call, at, 0),
        version=call.place.ledger.form_version(at.participant_id, at.visit.name, at.form.name),
        notice=call.words(DONE) if call.request.GET.get("done") else "",
        barred=[said_in(problem, call.language) for problem in barred if "enter" in call.reader.acts],
        may_add=not barred,
    )


def inactive_rows(call: Call, at: FormAt) -> dict[int, str]:
    """Rows that were made inactive, with the reason."""
    return {
        e.row: e.reason or "–"
        for e in call.place.case(at.participant_id).events
        if (e.kind, e.participant_id, e.visit, e.form)
        == ("row_inactivated", at.participant_id, at.visit.name, at.form.name)
    }
