"""A value at each visit and its change from baseline, side by side: one line a visit."""

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
    quartile_cell,
    range_cell,
    spread_cell,
    table,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_SPREAD = ("mean", "sd", "median", "q1", "q3", "min", "max")
_KNOWN = ("n", "missing", "lower", "upper", *_SPREAD, "change_n", *(f"change_{name}" for name in _SPREAD))
_VALUE = ("n", "Missing", "Mean (SD)", "Median [quartiles]", "Range")
_CHANGE = ("Change: n", "Mean (SD)", "Median [quartiles]", "Range")


def course_table(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Value and change side by side; change is value minus baseline, so that less reads as a minus.

    Shape:    one line a visit: n, missing, mean (SD), median [quartiles], range, then the same of the change (unless
              parameter `change` is "no"); then any other statistic under its own heading.
    Units:    in the heading of the first column, from the rows.
    """
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), _KNOWN)
    unit = next((row.unit for row in rows if row.unit), "")
    with_interval = any({"lower", "upper"} <= line.keys() for line in lines.values())
    with_change = context.parameters.get("change", "yes") == "yes"
    shown = (with_change, with_interval)
    body = tuple(_line(name, line, extra, shown, context) for name, line in lines.items())
    columns = (
        f"Visit ({unit})" if unit else "Visit",
        *_VALUE,
        *(_CHANGE if with_change else ()),
        *(("95 % interval",) if with_interval else ()),
        *(heading_of(name, context) for name in extra),
    )
    return table(context, columns, body, footnotes_of(rows, context))


def _line(
    name: str, line: Line, extra: Sequence[str], shown: tuple[bool, bool], context: DisplayContext
) -> tuple[Cell, ...]:
    with_change, with_interval = shown
    return (
        Cell(label_of(line, name, context)),
        number_cell(line.get("n"), line),
        number_cell(line.get("missing"), line),
        spread_cell(line),
        quartile_cell(line),
        range_cell(line),
        *(_changes(line) if with_change else ()),
        *((interval_cell(line, signed=True),) if with_interval else ()),
        *(number_cell(line.get(name), line, signed=name == "hl" or name.startswith("change_")) for name in extra),
    )


def _changes(line: Line) -> tuple[Cell, ...]:
    return (
        number_cell(line.get("change_n"), line),
        spread_cell(line, "change_"),
        quartile_cell(line, "change_"),
        range_cell(line, "change_"),
    )


def described_table(rows: Sequence[ResultRow], context: DisplayContext, first: str) -> Table:
    """
    Numbers described and participants counted, in one table: a line has the columns it needs and leaves the others.

    Units:    behind the words of the line.
    """
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), ("n", "missing", "rate", *_SPREAD))
    body = []
    for name, line in lines.items():
        unit = next((row.unit for row in line.values() if row.unit), "")
        label = label_of(line, name, context)
        spoken = unit and unit.lower() not in label.lower()
        body.append(
            (
                Cell(f"{label}, {unit}" if spoken else label),
                number_cell(line.get("n"), line),
                number_cell(line.get("rate"), line),
                spread_cell(line),
                quartile_cell(line),
                range_cell(line),
                *(number_cell(line.get(statistic), line) for statistic in extra),
            )
        )
    columns = (first, "n", "%", "Mean (SD)", "Median [quartiles]", "Smallest, largest")
    return table(
        context, (*columns, *(heading_of(each, context) for each in extra)), tuple(body), footnotes_of(rows, context)
    )
