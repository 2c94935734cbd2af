"""Each measure and score of each participant at each visit: what the verdicts and the means are made from."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.catalog.displays.printing import NARROW, NO_VALUE, print_exact, print_number
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing

KINDS = ("measure", "score")
AT_VISIT = ("early", "late")
"""Flags of a visit outside its window that say on which side."""

Line = dict[str, AnalysisRecord]
"""Parameter -> record of one participant at one visit; under "visit" the record of the visit itself."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Participant, visit, its date, study day and window, then a column a measure or score of the named forms.

    Shape:    a line a participant and visit at which one of the forms' instruments was due or answered; columns in the
              order of forms and instruments. Parameter `forms` names the forms, "" means all of them.
    Units:    in the heading where the whole column shares one, else beside each value.
    Missing:  a measure without a value says its reason; one that the visit does not ask is an en dash.
    """
    lines = _lines(context)
    names = _columns(lines, context)
    units = {name: _units(name, lines) for name in names}
    kept = {place: line for place, line in lines.items() if any(name in line for name in names)}
    kept = {place: line for place, line in kept.items() if place[0] not in _outside(context) or _has_value(line)}
    columns = ("Participant", "Visit", "Date", "Study day", "Window", *(_heading(n, units[n], context) for n in names))
    body = tuple(
        (
            *_visit_cells(place, line, context),
            *(_measure(line.get(name), len(units[name]) > 1, context) for name in names),
        )
        for place, line in _in_order(kept, context)
    )
    return table(context, columns, body, footnotes_of(rows, context), listing=True)


def _lines(context: DisplayContext) -> dict[tuple[str, str], Line]:
    """By participant and visit. Records come in the order of the schedule, so the lines do too."""
    lines: dict[tuple[str, str], Line] = {}
    for record in context.records:
        if record.visit and (record.kind in KINDS or (record.kind, record.parameter) == ("fact", "visit")):
            lines.setdefault((record.participant_id, record.visit), {})[record.parameter] = record
    return lines


def _outside(context: DisplayContext) -> set[str]:
    """Who never entered the study: visits that they did not owe are not listed."""
    return {each.participant_id for each in context.participants if each.facts.get("enrolled") is False}


def _has_value(line: Line) -> bool:
    return any(not isinstance(record.value, Missing) for record in line.values())


def _columns(lines: Mapping[tuple[str, str], Line], context: DisplayContext) -> list[str]:
    found = dict.fromkeys(r.parameter for line in lines.values() for r in line.values() if r.kind in KINDS)
    named = context.parameters.get("forms", "").split() or list(context.forms)
    asked = list(dict.fromkeys(instrument for form in named for instrument in context.forms.get(form, ())))
    if not context.forms:
        return list(found)
    return [name for instrument in asked for name in found if name.partition(".")[0] == instrument]


def _units(name: str, lines: Mapping[tuple[str, str], Line]) -> set[str]:
    return {line[name].unit for line in lines.values() if name in line and not isinstance(line[name].value, Missing)}


def _heading(name: str, units: set[str], context: DisplayContext) -> str:
    label = context.labels.get(name, name)
    unit = next(iter(units), "") if len(units) == 1 else ""
    return f"{label} ({unit})" if unit else label


def _in_order(lines: Mapping[tuple[str, str], Line], context: DisplayContext) -> list[tuple[tuple[str, str], Line]]:
    place = {each.participant_id: number for number, each in enumerate(context.participants)}
    return sorted(lines.items(), key=lambda entry: (place.get(entry[0][0], len(place)), entry[0][0]))


def _visit_cells(place: tuple[str, str], line: Line, context: DisplayContext) -> tuple[Cell, ...]:
    participant, visit = place
    # A measure knows the day of its visit too: enough where the visit has no record of its own.
    at = line.get("visit") or next(iter(line.values()))
    back = (at.id,)
    return (
        Cell(participant, records=back),
        Cell(context.labels.get(visit, visit), records=back),
        Cell(at.date or (at.value.reason if isinstance(at.value, Missing) else NO_VALUE), records=back),
        Cell(NO_VALUE if at.study_day is None else print_number(at.study_day), records=back, align="right"),
        Cell(_window(at), records=back),
    )


def _window(at: AnalysisRecord) -> str:
    if at.in_window is None:
        return NO_VALUE
    side = next((flag for flag in at.flags if flag in AT_VISIT), "outside")
    return "in window" if at.in_window else side


def _measure(record: AnalysisRecord | None, with_unit: bool, context: DisplayContext) -> Cell:
    if record is None:
        return Cell(NO_VALUE, align="right")
    match record.value:
        case Missing(reason=reason):
            return Cell(reason, records=(record.id,), align="right")
        case Fraction() as number:
            unit = f"{NARROW}{record.unit}" if with_unit and record.unit else ""
            return Cell(f"{print_exact(number)}{unit}{_followed(record, context)}", records=(record.id,), align="right")
        case words:
            return Cell(words, records=(record.id,))


def _followed(record: AnalysisRecord, context: DisplayContext) -> str:
    if not record.chosen:
        return ""
    name = f"{record.parameter.partition('.')[0]}.{record.chosen}"
    return f", {context.labels.get(name, record.chosen)}"
