"""The report of one serious event on paper: the event, the treatment before it, both judgements, what was sent."""

from django.http import HttpResponse

from trialwright.capture.safety import Case, lacking
from trialwright.capture.values import Values, values_in
from trialwright.catalog import load
from trialwright.model.quantity import Missing
from trialwright.web.names import Names
from trialwright.web.page import Call
from trialwright.web.pages.safety.words import clock_lines, event_lines, word_of
from trialwright.web.render import page

PERSON = ("demographics.sex", "demographics.birth_year", "weight.weight")
"""What a report says of the person; nothing that measures the disease or the effect of the treatment."""
DOSES = ("date", "dose", "lot", "interrupted", "reaction")
MEDICINES = ("name", "dose", "start", "end", "reason")


def report_page(call: Call, case: Case) -> HttpResponse:
    names = Names(call.place.study, call.language)
    values = values_in(call.place.snapshot(), case.participant_id)
    causality = {choice.code: call.words(choice.label) for choice in load().terms("causality").choices}
    return page(
        call,
        "safety/report.html",
        case=case,
        term=word_of(case, "term", call.language),
        lines=event_lines(call, case),
        person=_person(call, names, values),
        doses=_rows(names, values, "dosing_log", DOSES),
        medicines=_rows(names, values, "concomitant_medication", MEDICINES),
        assessed=case.last("safety_assessed"),
        causality=causality,
        reports=[act for act in case.acts if act.kind == "safety_reported"],
        clocks=clock_lines(call, case, call.place.ledger.now()),
        lacking=[call.words(each) for each in lacking(case)],
        complete=case.last("safety_completed"),
        head=call.place.ledger.head(),
    )


def _person(call: Call, names: Names, values: Values) -> list[tuple[str, str]]:
    """The first value of each, in the order of the schedule."""
    order = {visit.name: n for n, visit in enumerate(call.place.study.visits)}
    told = []
    for item in PERSON:
        found = sorted((s for s in values if s.item == item), key=lambda s: order.get(s.visit, len(order)))
        if found:
            told.append((names.item(item), names.held(item, values[found[0]].value)))
    return told


def _rows(names: Names, values: Values, instrument: str, items: tuple[str, ...]) -> list[list[tuple[str, str]]]:
    """The rows of a log, each as label and value; items that the study does not ask are left out."""
    rows: dict[int, list[tuple[str, str]]] = {}
    for row in sorted({slot.row for slot in values if slot.item.startswith(f"{instrument}.")}):
        for item in (f"{instrument}.{name}" for name in items):
            slot = next((s for s in values if (s.item, s.row) == (item, row)), None)
            if slot is not None and not isinstance(values[slot].value, Missing):
                rows.setdefault(row, []).append((names.item(item), names.held(item, values[slot].value)))
    return list(rows.values())
