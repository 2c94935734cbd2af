"""The same question under every other declared reading: one line an estimand."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    interval_heading,
    interval_names,
    intervals_in,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
    total_cell,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_KNOWN = ("n", "total", "undetermined", "rate")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    How far the answer depends on choices that could have been made otherwise.

    Shape:    one line an estimand: responders, participants, undetermined, percentage, interval; then any other.
    Missing:  an estimand that could not be computed keeps its line, with its warning as a footnote.
    """
    lines = lines_of(rows)
    kinds = intervals_in(lines.values()) or ("",)
    extra = other_statistics(lines.values(), (*_KNOWN, *interval_names(kinds)))
    body = tuple(_line(name, line, kinds, extra, context) for name, line in lines.items())
    columns = (
        *("Reading", "Responders", "N", "Undetermined", "%"),
        *(interval_heading(kind, lines.values()) for kind in kinds),
        *(heading_of(name, context) for name in extra),
    )
    return table(context, columns, body, footnotes_of(rows, context))


def _line(
    name: str, line: Line, kinds: Sequence[str], extra: Sequence[str], context: DisplayContext
) -> tuple[Cell, ...]:
    label, is_bound = label_of(line, name, context), ".bound_" in name
    # A bound stands below its reading, whose name need not be said again.
    return (
        Cell(label.rpartition(": ")[2] if is_bound else label, indent=1 if is_bound else 0),
        number_cell(line.get("n"), line),
        total_cell(line),
        number_cell(line.get("undetermined"), line),
        number_cell(line.get("rate"), line),
        *(interval_cell(line, kind) for kind in kinds),
        *(number_cell(line.get(statistic), line) for statistic in extra),
    )
