"""The same question under every other declared reading: one line an estimand."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_KNOWN = ("n", "total", "undetermined", "rate", "lower", "upper")
_COLUMNS = ("Reading", "Responders", "N", "Undetermined", "%", "95 % interval, %")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    How far the answer depends on choices that could have been made otherwise.

    Shape:    one line an estimand: responders, participants, undetermined, percentage, interval; then any other.
    Missing:  an estimand that could not be computed keeps its line, with its warning as a footnote.
    """
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), _KNOWN)
    body = tuple(_line(name, line, extra, context) for name, line in lines.items())
    columns = (*_COLUMNS, *(heading_of(name, context) for name in extra))
    return table(context, columns, body, footnotes_of(rows, context))


def _line(name: str, line: Line, extra: Sequence[str], context: DisplayContext) -> tuple[Cell, ...]:
    counted = line.get("n")
    total = number_cell(line.get("total"), line)
    if not total.text and counted is not None and counted.denominator is not None:
        total = Cell(str(counted.denominator), counted.cell, counted.records, "right")
    return (
        Cell(label_of(line, name, context)),
        number_cell(counted, line),
        total,
        number_cell(line.get("undetermined"), line),
        number_cell(line.get("rate"), line),
        interval_cell(line),
        *(number_cell(line.get(statistic), line) for statistic in extra),
    )
