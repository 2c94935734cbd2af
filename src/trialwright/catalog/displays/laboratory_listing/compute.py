"""Each laboratory value with its own upper limit and its multiple of it."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.catalog.displays.printing import NARROW, NO_VALUE, print_exact, print_number
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing

LIMIT = "_uln"
COLUMNS = (
    "Participant", "Visit", "Study day", "Laboratory value", "Value", "Upper limit", "Multiple of it",
    "Against the limit",
)  # fmt: skip

Found = tuple[AnalysisRecord, AnalysisRecord | None]
"""A value and the limit printed with it."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    A line a participant, visit and value, in that order; parameter `only: high` keeps those far above their limit.

    Missing:  a value without its limit has no multiple; a missing value is listed with its reason, unless `only` is.
    """
    only, high = context.parameters.get("only", ""), Fraction(context.parameters.get("high", "3"))
    found = [each for each in _pairs(context) if not only or (_multiple(each) or Fraction(0)) > high]
    told = context.parameters.get("high", "3")
    notes = [f"High: above {told} times the limit printed with the value"]
    if only:
        notes = [f"Only values above {told} times their upper limit"]
    body = tuple(_line(each, high, context) for each in found)
    return table(context, COLUMNS, body, (*notes, *footnotes_of(rows, context)), listing=True)


def _pairs(context: DisplayContext) -> list[Found]:
    prefix = f"{context.parameters.get('instrument', '')}."
    mine = {
        (r.participant_id, r.visit, r.parameter): r
        for r in context.records
        if r.kind == "value" and r.parameter.startswith(prefix)
    }
    limited = {name.removesuffix(LIMIT) for _, _, name in mine if name.endswith(LIMIT)}
    order = {visit: place for place, visit in enumerate(context.visits)}
    found = [
        (record, mine.get((pid, visit, f"{name}{LIMIT}")))
        for (pid, visit, name), record in mine.items()
        if name in limited
    ]
    return sorted(found, key=lambda each: (each[0].participant_id, order.get(each[0].visit, len(order))))


def _multiple(found: Found) -> Fraction | None:
    value, limit = found[0].value, found[1].value if found[1] is not None else None
    return value / limit if isinstance(value, Fraction) and isinstance(limit, Fraction) and limit > 0 else None


def _line(found: Found, high: Fraction, context: DisplayContext) -> tuple[Cell, ...]:
    record, limit = found
    back = (record.id,)
    multiple = _multiple(found)
    return (
        Cell(record.participant_id, records=back),
        Cell(context.labels.get(record.visit, record.visit), records=back),
        Cell(NO_VALUE if record.study_day is None else str(record.study_day), records=back, align="right"),
        Cell(context.labels.get(record.parameter, record.parameter), records=back),
        Cell(_number(record), records=back, align="right"),
        Cell(NO_VALUE if limit is None else _number(limit), records=(limit.id,) if limit else (), align="right"),
        Cell(NO_VALUE if multiple is None else print_number(multiple, 2), records=back, align="right"),
        Cell(_against(record, multiple, high), records=back),
    )


def _number(record: AnalysisRecord) -> str:
    match record.value:
        case Missing(reason=reason):
            return reason
        case Fraction() as number:
            return f"{print_exact(number)}{NARROW}{record.unit}".rstrip()
        case words:
            return words


def _against(record: AnalysisRecord, multiple: Fraction | None, high: Fraction) -> str:
    if multiple is None:
        return NO_VALUE if isinstance(record.value, Missing) else "no limit"
    if multiple > high:
        return "high"
    return "above" if multiple > 1 else "within"
